"""What holds of all pages: reading changes nothing, whatever comes is answered without a fault, and pages are light."""

import re
from urllib.parse import quote, urlsplit

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.programme import Place
from tests.site import everything
from tests.visitor import HOST, Visitor, with_pages
from web.app import SPOTS

HEAVIEST = 14_000  # bytes over the wire


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return with_pages(Place(tmp_path_factory.mktemp("every")))


@pytest.fixture(scope="module")
def pages(place: Place) -> dict[str, str]:
    return everything(place)


def dump(place: Place) -> list[str]:
    return list(place.app.conn.iterdump())


def test_every_address_has_an_example(pages: dict[str, str]) -> None:
    """A new page belongs into `tests/site.py`, so that the tests here look at it."""
    patterns = [re.escape(s.path).replace(r"\{token\}", "[^/]+").replace(r"\{number:int\}", r"\d+") for s in SPOTS]
    paths = [urlsplit(path).path for path in pages.values()]
    unseen = [
        spot.path
        for spot, pattern in zip(SPOTS, patterns, strict=True)
        if not any(re.fullmatch(pattern, path) for path in paths)
    ]
    assert unseen == ["/certificate/{token}/certificate.pdf"]  # what follows every link finds it; it is no light page


def test_every_example_is_shown(place: Place, pages: dict[str, str]) -> None:
    visitor = Visitor(place)
    found = {name: visitor.get(path).status_code for name, path in pages.items()}
    assert {name: status for name, status in found.items() if status != 200} == {"refused": 404}


def test_scanner_that_follows_every_link_changes_nothing(place: Place, pages: dict[str, str]) -> None:
    before, seen, todo = dump(place), set(), list(pages.values())
    visitor = Visitor(place)
    while todo:
        path = todo.pop().partition("#")[0]
        if path in seen or len(seen) > 300:
            continue
        seen.add(path)
        for method in ("HEAD", "GET"):
            answer = visitor.ask(method, path)
            assert (path, answer.status_code < 500) == (path, True)
        if answer.headers.get("content-type", "").startswith("text/html"):
            links = [link.removeprefix(HOST) for link in visitor.links()]
            todo += [link for link in links if link.startswith("/") and "lang=" not in link]
    assert len(seen) >= len(pages)
    assert dump(place) == before


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_are_valid_and_light(place: Place, pages: dict[str, str], language: str) -> None:
    visitor = Visitor(place)
    for name, path in pages.items():
        answer = visitor.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
        size = int(answer.headers["content-length"])
        assert (name, size < HEAVIEST) == (name, True)
        if answer.headers["content-type"].startswith("text/html"):
            html5lib.HTMLParser(strict=True).parse(answer.text)
            assert f'<html lang="{language}"' in answer.text
            assert re.findall(r"<script|<style|\sstyle=|\son\w+=", answer.text) == []


WILD = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(
    data=st.data(), method=METHODS, token=WILD, number=st.integers(0, 10**30), query=WILD, body=st.binary(max_size=200),
    fields=st.dictionaries(WILD, WILD, max_size=5),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]),
)  # fmt: skip
def test_whatever_comes_is_no_fault_of_ours(
    place: Place, pages: dict[str, str], data: st.DataObject, method: str, token: str, number: int, query: str,
    body: bytes, fields: dict[str, str], kind: str,
) -> None:  # fmt: skip
    """Made-up links and real ones, with any query, body and fields; keys are right half of the time."""
    parts = {"{token}": quote(token, safe="") or "x", "{number:int}": str(number)}
    made = [re.sub(r"\{.*?\}", lambda found: parts[found[0]], spot.path) for spot in SPOTS]
    path = data.draw(st.sampled_from([*made, *pages.values()]))
    visitor = Visitor(place, languages=query.encode("ascii", "ignore").decode().replace("\n", " ").replace("\r", " "))
    address = path + ("&" if "?" in path else "?") + quote(query)
    if method == "POST" and kind.endswith("urlencoded"):
        page = visitor.get(path).text
        keys = re.findall(r'name="key" value="(\w+)"', page)
        names = re.findall(r'name="([\w-]+)"', page)
        known = data.draw(st.lists(st.sampled_from(names), max_size=8)) if names else []
        answer = visitor.post(address, {**dict.fromkeys(known, token), **fields, "key": keys[0] if keys else ""})
    else:
        answer = visitor.ask(method, address, content=body, headers={"content-type": kind} if kind else {})
    assert answer.status_code < 500
