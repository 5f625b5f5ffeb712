"""The pages in a real browser: whole journeys with and without JavaScript, on a slow line, in English and Arabic;
axe-core finds nothing on any page, and nothing is wider than a small phone."""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import needs
from tests.programme import Place
from tests.site import TITLE, everything, served
from tests.visitor import with_pages

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[1] / "judges" / "node_modules" / "axe-core" / "axe.min.js"
# Of long lists of the same kind the first are enough.
LOOKED_AT = {"exclude": [["option:nth-child(n+4)"], ["tbody tr:nth-child(n+3)"]]}
JUDGE = """([where, how]) => axe.run(where, {...how, resultTypes: ['violations']}).then(
  verdict => verdict.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))]))"""
# What another language or direction can break: names that are not translated, language tags, and room.
OF_LANGUAGE = (
    "aria-input-field-name", "button-name", "document-title", "empty-heading", "html-has-lang", "html-lang-valid",
    "input-button-name", "label", "link-name", "select-name", "summary-name", "target-size", "valid-lang",
)  # fmt: skip
SMALL = {"width": 320, "height": 640}


def rules(*names: str) -> dict[str, object]:
    return {"runOnly": {"type": "rule", "values": list(names)}}


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    needs(program, "chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=["en", "ar"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Place, dict]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = with_pages(Place(tmp_path_factory.mktemp(request.param)), f"http://127.0.0.1:{port}")
    pages = everything(place, request.param)
    with served(place, port):
        yield request.param, place, pages


def test_axe_finds_nothing_and_a_small_phone_is_wide_enough(browser, site) -> None:
    """In English by all rules, and by contrast once more in the dark, on the page as it stands; in Arabic by the rules
    that look at words and room, for the elements are the same."""
    needs(AXE.is_file(), "axe-core (npm install --prefix tests/judges)")
    language, place, pages = site
    found = {}
    context = browser.new_context(viewport=SMALL, locale=language, bypass_csp=True)
    context.add_init_script(path=AXE)
    page = context.new_page()
    wanted = {"light": {}, "dark": rules("color-contrast")} if language == "en" else {"light": rules(*OF_LANGUAGE)}
    for name, path in pages.items():
        if "feed" in name:
            continue
        page.emulate_media(color_scheme="light")
        page.goto(place.app.settings.pages_url + path)
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > SMALL["width"]:
            found[f"{name} wide"] = wide
        for scheme, options in wanted.items():
            page.emulate_media(color_scheme=scheme)
            verdict = page.evaluate(JUDGE, [LOOKED_AT, options])
            if verdict:
                found[f"{name} {scheme}"] = verdict
    context.close()
    assert found == {}, json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("script", [True, False])
def test_journey_on_a_slow_line(browser, site, script: bool) -> None:
    """Register, confirm, answer an invitation, change the profile, answer a survey, tick what a
    sharer prepares, propose a session, unsubscribe and undo."""
    language, place, pages = site
    context = browser.new_context(java_script_enabled=script, locale=language, viewport=SMALL)
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    line = {"offline": False, "latency": 20, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
    cdp.send("Network.emulateNetworkConditions", line)
    strange: list[str] = []
    page.on("request", lambda request: strange.append(request.url) if not _ours(place, request.url) else None)
    page.on("pageerror", lambda error: strange.append(str(error)))

    def go(name: str) -> None:
        assert page.goto(place.app.settings.pages_url + pages[name]).status == 200

    def one(query: str) -> object:
        row = place.app.conn.execute(query).fetchone()
        return row[0] if row else None

    def mailed(key: str, kind: str) -> str:
        text = place.letter(key).get_body(("plain",)).get_content()
        return str(re.findall(rf"http://127\S+/{kind}/\S+", text)[0])

    go("register")
    page.check("#as-one")
    page.fill("#name", "Rosa Quispe")
    page.fill("#email", f"rosa{script}@example.org")
    page.select_option("#country", "PE")
    page.click("main button[type=submit]")
    page.wait_for_url("**/register/sent*")
    number = one("select max(id) from pending_registrations")
    page.goto(mailed(f"confirm/{number}", "confirm"))
    page.click("main button[type=submit]")
    assert one(f"select participant_id from pending_registrations where id = {number}") is not None

    go("rsvp")
    page.fill("#note", "I come late")
    page.click("button[value=yes]")
    assert page.locator(".notice.good").count() == 1
    assert TITLE in page.inner_text("h1")
    assert one("select partstat from invitations where participant_id = 1 and answered_at is not null") == "ACCEPTED"

    go("profile")
    page.select_option("#hour", "18" if script else "19")
    page.click("button[value=about]")
    assert page.locator(".notice.good").count() == 1
    assert one("select preferred_hour from participants where id = 1") == (18 if script else 19)

    go("survey")
    page.locator("input[name=answer]").first.check()
    page.click("button[value=save]")
    mine = "select count(*) from survey_drafts d join survey_requests r on r.id = d.request_id"
    assert one(f"{mine} where r.participant_id = 1") == (1 if script else 2)

    go("checklist")
    done = "select count(*) from checklist_items where state = 'done' and source = 'page'"
    before = one(done)
    page.locator("summary").click()  # what is to be done later
    page.locator("section", has_not=page.locator("[name=answer]")).locator("button[value=done]").first.click()
    assert (one(done), page.locator(".wrong").count()) == (before + 1, 0)

    if script:
        go("proposal-fresh")
    else:
        go("propose")
        page.fill("#name", "Thea")
        page.fill("#email", "thea.too@example.org")
        page.click("main button[type=submit]")
        page.wait_for_url("**/propose/sent*")
        page.goto(mailed(f"confirm/{one('select max(id) from pending_registrations')}", "begin"))
    for said in ("Maps", "Make one", "In May"):
        page.fill("#answer", said)
        page.click("button[value=save]")
    assert page.locator(".notice.good").count() == 1
    proposed = "select state || ' ' || title || ', ' || purpose || ', ' || wanted from proposals where title = 'Maps'"
    assert one(f"{proposed} order by id desc") == "complete Maps, Make one, In May"

    go("unsubscribe")
    page.click("button[value=stop]")
    stopped = "select count(*) from suppressions where canonical = 'amina@example.org' and lifted_at is null"
    assert one(stopped) == 1
    page.click("button[value=undo]")
    assert one(stopped) == 0
    assert strange == []
    context.close()


def _ours(place: Place, url: str) -> bool:
    return url.startswith((str(place.app.settings.pages_url), "data:"))
