"""What holds of all pages: each has an example, reading changes nothing, and they are valid and light.

What is made up is asked and sent in `test_any_request.py`.
"""

import html
import re
from urllib.parse import urlsplit

import html5lib
import pytest

from domain.imports import Mail
from steps import profiles, proposals
from steps.page_links import Page
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
    found = everything(place)
    profiles.send_link(place.app, Mail("amina@example.org", "amina@example.org"))
    proposals.start(place.app, "1", {}, "test")
    place.tick()  # what all that brings by mail, now and tomorrow
    place.later(hours=20)
    place.tick()
    return found


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


def mailed(place: Place) -> list[str]:
    """Every address of ours in a mail that was written: in its texts, and in its headers."""
    found = set()
    for (key,) in place.app.conn.execute("select key from outbox where channel = 'email'").fetchall():
        letter = place.letter(key)
        texts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
        texts = [text if isinstance(text, str) else text.decode() for text in texts]
        texts.append(" ".join(value for _, value in letter.items()))
        texts = [html.unescape(re.sub(r"\r\n[ \t]", "", text)) for text in texts]  # also RFC 5545's folding
        found |= {one for text in texts for one in re.findall(rf"{re.escape(HOST)}(/[^\s\"<>)\]]+)", text)}
    return sorted(found)


def test_scanner_that_follows_every_link_changes_nothing(place: Place, pages: dict[str, str]) -> None:
    """From every mail and every page, on and on, in two languages; as scanners of mail and previews in chats do."""
    letters = mailed(place)
    assert {path.split("/")[1] for path in letters} >= {page.value for page in Page} - {Page.CALENDAR, Page.CONTACT}
    before, seen, todo = dump(place), set(), [*letters, *pages.values()]
    version = place.app.conn.execute("pragma data_version").fetchone()[0]
    visitor = Visitor(place)
    while todo:
        path = todo.pop().partition("#")[0]
        if path in seen:
            continue
        seen.add(path)
        for method in ("GET",) if "lang=" in path else ("HEAD", "GET"):
            answer = visitor.ask(method, path)
            changed = place.app.conn.execute("pragma data_version").fetchone()[0] != version
            assert (path, answer.status_code < 500, changed) == (path, True, False)
        if answer.headers.get("content-type", "").startswith("text/html"):
            links = [link.removeprefix(HOST) for link in visitor.links()]
            todo += [link for link in links if link.startswith("/") and ("lang=" not in link or "lang=ar" in link)]
    assert len(seen) > 3 * len(pages)
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
