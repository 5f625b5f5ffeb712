"""What holds of all pages: each has an example, reading changes nothing, and they are valid and light.

What is made up is asked and sent in `test_any_request.py`.
"""

import re
from urllib.parse import urlsplit

import html5lib
import pytest

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
