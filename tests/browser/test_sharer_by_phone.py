"""A sharer on a phone page alone, as a new user: opens the link in the plan's letter in Chromium, 360 px wide, without
JavaScript, and follows what the page offers until the session is documented. In English and Arabic.

Screenshots go to the folder that LETSCONNECT_SHOTS names, if it does.
"""

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.participants import folded_name
from domain.times import iso
from steps import attendance, closing, confirming
from tests.needs import needs
from tests.programme import Place
from tests.site import served
from tests.visitor import with_pages

pytestmark = pytest.mark.browser
LINK = "https://commons.example.org/wiki/File:Talk{}.webm"
PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    needs(program, "chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class PhoneSharer:
    """Sees the page only: fills in the first thing that is open, and presses its first button."""

    def __init__(self, page: Any, language: str) -> None:
        self.page, self.language, self.shots = page, language, os.environ.get("LETSCONNECT_SHOTS")

    def shot(self, name: str) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        if self.shots:
            Path(self.shots).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{self.shots}/{name}-{self.language}.png", full_page=True)

    def go(self, locator: Any) -> None:
        """Follows a link or sends a form, and waits for the page that it leads to."""
        with self.page.expect_navigation():
            locator.click()

    def next(self) -> bool:
        """Does what is first on the checklist; False when nothing is open."""
        section = self.page.locator("main section").first
        if not section.count():
            return False
        if section.locator("a.button").count():
            self.go(section.locator("a.button"))
            self.sheet()
            return True
        for kind, said in (("[inputmode=numeric]", "20"), ("[type=url]", LINK), ("", "English")):
            if (field := section.locator(f"[name=answer]{kind}")).count():
                field.fill(said.format(self.page.locator("main section").count()))
                break
        self.go(section.locator("button").first)
        assert self.page.locator(".wrong").count() == 0
        return True

    def sheet(self) -> None:
        """Answers one question, goes away, comes back, and answers the others at once."""
        address, fields = self.page.url, self.page.locator("textarea")
        fields.first.fill("كلمات" if self.language == "ar" else "Some words")
        self.go(self.page.locator("form button").first)
        self.shot(f"sheet-{address.rpartition('/')[2].partition('?')[0]}")
        self.go(self.page.locator("main > p:last-child a"))
        self.go(self.page.locator("main section a.button").first)
        assert fields.first.input_value() != ""
        for number in range(1, fields.count()):
            fields.nth(number).fill("More words")
        self.go(self.page.locator("form button").first)
        assert self.page.locator(".notice.good").count() == 1
        self.go(self.page.locator("main > p:last-child a"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_sharer_on_a_phone_alone_gets_to_the_end(browser: Any, tmp_path: Path, language: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = with_pages(Place(tmp_path), f"http://127.0.0.1:{port}")
    person = place.person("Ada Obi", language=language)
    place.app.conn.execute("update participants set name_folded = ?", (folded_name("Ada Obi"),))
    place.welcomed()
    fields = {"title": "Budgets", "start": iso(place.time + timedelta(days=18, hours=2)), "kind": "clinic"}
    session = confirming.confirm(place.app, fields, [person], None, "Amina")
    place.tick()
    letter = place.letter("prep_pack/checklist-1/0/1").get_body(("html",))
    assert letter is not None
    with served(place, port):
        context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en")
        letters, page = context.new_page(), context.new_page()
        letters.set_content(letter.get_content())
        ada = PhoneSharer(page, language)
        page.goto(letters.locator(f"a[href*='127.0.0.1:{port}/checklist/']").first.get_attribute("href"))
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        ada.shot("checklist")
        ada.go(page.locator("main a[href*='/guide']"))
        ada.shot("guide")
        ada.go(page.locator("main > p:last-child a"))
        done = 0
        while ada.next():
            done += 1
            assert done < 20, "the same is asked again and again"
        ada.shot("done")
        assert (done, page.locator("main .notice.good").count()) == (14, 1)
        page.goto(f"http://127.0.0.1:{port}/sessions/{session.id}")
        ada.shot("session")
        ada.go(page.locator("main a[href$='/case-study']"))
        ada.shot("case-study")
        context.close()
    assert [key for key in place.tick() if "checklist_ask" in key] == []
    place.later(days=20)
    attendance.attended(place.app, str(session.id), [str(person)], "Amina", guests=14)
    closing.close(place.app, str(session.id), "Amina")
    assert any(key.startswith("thanks/") for key in place.tick())
