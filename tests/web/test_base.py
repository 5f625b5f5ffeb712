"""What every page gets from the base: forms that only we can have made, bounds, refusals, languages, headers, a log."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from starlette.responses import PlainTextResponse, Response

from steps.page_links import Page, token
from templates_email.catalogues import PAGES, languages, pages
from tests.programme import NOON, Place
from tests.visitor import Visitor, with_pages
from web.app import create
from web.limits import CLIENTS, Limits, Rate, Rates, client_of
from web.room import Spot
from web.visit import Visit


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def show(visit: Visit) -> Response:
    return PlainTextResponse(visit.form_key(), headers={"x-cookie": visit._cookie})


def public(visit: Visit) -> Response:
    visit.form_key()
    return visit.page("refused", why="missing")


def act(visit: Visit) -> Response:
    return PlainTextResponse(f"{visit.idents} {visit.form.text('said', 100)}")


def clicked(visit: Visit) -> Response:
    return PlainTextResponse("one click")


SPOTS = (
    Spot("/mine/{token}", show, act, Page.PROFILE, one_click=clicked),
    Spot("/both/{token}", show, link=Page.RSVP, pair=True),
    Spot("/open", public, act),
)


def visitor(place: Place, limits: Limits | None = None, languages: str = "en") -> Visitor:
    made = Visitor(place, languages)
    made.pages = create(place.another, limits, SPOTS)
    return made


@pytest.fixture
def mine(place: Place) -> str:
    return f"/mine/{token(place.app, Page.PROFILE, 7, NOON)}"


# -- forms -------------------------------------------------------------------------------------------------


def test_form_behind_a_link_needs_its_key_and_no_cookie(place: Place, mine: str) -> None:
    one = visitor(place)
    key = one.get(mine).text
    assert one.post(mine, {"key": key, "said": "hello"}).text == "(7,) hello"
    assert one.post(mine, {"said": "hello"}).status_code == 403
    other = f"/mine/{token(place.app, Page.PROFILE, 8, NOON)}"
    assert one.post(other, {"key": key, "said": "hello"}).status_code == 403


def test_public_form_needs_key_and_cookie_of_one_browser(place: Place) -> None:
    one, another = visitor(place), visitor(place)
    one.get("/open")
    cookie = one.cookies["form"]
    key = _key(place, cookie)
    assert one.post("/open", {"key": key, "said": "x"}).text == "() x"
    assert another.post("/open", {"key": key, "said": "x"}).status_code == 403
    another.get("/open")
    assert another.post("/open", {"key": key, "said": "x"}).status_code == 403
    assert another.post("/open", {"key": _key(place, ""), "said": "x"}).status_code == 403


def test_public_form_without_any_cookie_is_refused(place: Place) -> None:
    """Whatever key comes with it: one without a cookie would be everybody's."""
    assert visitor(place).post("/open", {"key": _key(place, ""), "said": "x"}).status_code == 403


def test_form_behind_a_link_after_a_visit_of_a_public_form(place: Place, mine: str) -> None:
    one = visitor(place)
    one.get("/open")
    key = one.get(mine).text
    assert one.post(mine, {"key": key, "said": "hello"}).text == "(7,) hello"


def _key(place: Place, cookie: str) -> str:
    return place.app.token("form", f"/open\0{cookie}")


def test_cookie_is_strict_and_kept(place: Place) -> None:
    one = visitor(place)
    first = one.get("/open").headers["set-cookie"]
    assert re.sub(r"form=\w{32};", "", first).lower() == " httponly; path=/; samesite=strict; secure"
    cookie = one.cookies["form"]
    one.get("/open")
    assert one.cookies["form"] == cookie


def test_form_from_another_site_is_refused(place: Place, mine: str) -> None:
    one = visitor(place)
    key = one.get(mine).text
    sent = {"key": key, "said": "x"}
    assert one.post(mine, sent, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert one.post(mine, sent, headers={"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("multipart", [True, False])
def test_one_click_needs_the_link_alone(place: Place, mine: str, multipart: bool) -> None:
    fields = {"List-Unsubscribe": "One-Click"}
    one = visitor(place)
    sent = {"files": {name: (None, value) for name, value in fields.items()}} if multipart else {"data": fields}
    assert one.ask("POST", mine, **sent).text == "one click"
    assert one.ask("POST", mine[:-1], **sent).status_code == 404


@pytest.mark.parametrize("value", ["", "yes", "one-click", "One-Click "])
def test_one_click_says_so_to_the_letter(place: Place, mine: str, value: str) -> None:
    """RFC 8058 section 3.1; anything else needs a form's key."""
    assert visitor(place).post(mine, {"List-Unsubscribe": value}).status_code == 403


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b"no parts", "multipart/form-data", 400),
        (b"&".join(b"a=b" for _ in range(1001)), "application/x-www-form-urlencoded", 400),
        (b"said=%ff%fe\xff&key=x", "application/x-www-form-urlencoded", 403),
    ],
)
def test_body_that_is_no_form_of_ours(place: Place, mine: str, content: bytes, kind: str, status: int) -> None:
    assert visitor(place).ask("POST", mine, content=content, headers={"content-type": kind}).status_code == status


def test_body_that_is_larger_than_it_said(place: Place, mine: str) -> None:
    async def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert visitor(place).ask("POST", mine, content=endless(), headers=kind).status_code == 413


# -- refusals ----------------------------------------------------------------------------------------------


def test_links_that_do_not_work_say_what_to_do(place: Place, mine: str) -> None:
    one = visitor(place)
    assert one.get(mine[:-3]).status_code == 404
    assert "copy the whole link" in one.text
    assert one.get(f"/both/{mine.rpartition('/')[2]}").status_code == 404
    place.later(days=2)
    assert one.get(mine).status_code == 410
    assert "You can ask for a new one" in one.text


def test_wrong_method_says_which_are_right(place: Place, mine: str) -> None:
    answer = visitor(place).ask("DELETE", mine)
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD", "POST"})
    assert visitor(place).ask("HEAD", mine).status_code == 200


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("why", ["missing", "method", "link", "over", "key", "form", "large", "many", "trouble"])
def test_refusals_are_valid_pages_in_every_language(place: Place, language: str, why: str) -> None:
    def refuse(visit: Visit) -> Response:
        return visit.page("refused", why=why)

    one = visitor(place, languages=language)
    one.pages = create(place.another, None, (Spot("/", refuse),))
    one.get("/")
    html5lib.HTMLParser(strict=True).parse(one.answer.text)
    assert f'<html lang="{language}"' in one.answer.text


# -- languages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.folder.glob("*.html")))
def test_every_page_is_complete_in_every_language(name: str, language: str) -> None:
    assert pages().is_complete(name, language)


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [
        ("ar", "ar"),
        ("de, pt-BR;q=0.8, fr;q=0.9", "fr"),
        ("de", "en"),
        ("", "en"),
        ("es;q=0, fr;q=x, *, pt;q=0.1", "pt"),
        ("," * 5000, "en"),
    ],
)
def test_language_is_what_the_browser_wants_most_of_what_we_speak(place: Place, wanted: str, lang: str) -> None:
    assert f'<html lang="{lang}"' in visitor(place, languages=wanted).get("/nothing").text


def test_language_switch_wins_and_is_kept_by_links(place: Place) -> None:
    one = Visitor(place, "fr")
    place.session()
    assert '<html lang="ar" dir="rtl">' in one.get("/?lang=ar").text
    assert "/sessions/1?lang=ar" in one.links()
    assert "/?lang=es" in one.links()
    assert '<html lang="fr"' in one.get("/?lang=xx").text


def test_pages_below_a_path_of_their_host(place: Place) -> None:
    with_pages(place, "https://example.org/lets")
    place.session()
    text = Visitor(place).get("/").text
    paths = re.findall(r'href="(/[^"?]*)', text)
    assert [path for path in paths if not path.startswith("/lets/")] == []
    assert {"/lets/style.css", "/lets/", "/lets/register", "/lets/sessions/1"} <= set(paths)


# -- limits ------------------------------------------------------------------------------------------------


def test_too_many_requests_wait(place: Place, mine: str) -> None:
    seconds = [0.0]
    limits = Limits(Rates(pages=Rate(3, 60), forms=Rate(1, 6)), lambda: seconds[0])
    one = visitor(place, limits)
    key = one.get(mine).text
    assert one.post(mine, {"key": key}).status_code == 200
    refused = one.post(mine, {"key": key})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "11")
    assert "wait a minute" in one.text
    assert one.get(mine).status_code == 429
    seconds[0] = 1.0
    assert one.get(mine).status_code == 200
    assert one.get(mine).status_code == 429


def test_one_click_is_not_counted_as_a_form(place: Place, mine: str) -> None:
    one = visitor(place, Limits(Rates(forms=Rate(0, 1)), lambda: 0.0))
    assert one.post(mine, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert one.post(mine, {"key": "x"}).status_code == 429


def test_limits_of_all_clients_together() -> None:
    limits = Limits(Rates(all_pages=Rate(2, 60)), lambda: 0.0)
    assert [limits.page(str(n)) for n in range(3)] == [0.0, 0.0, 1.0]


def test_limits_keep_bounded_memory() -> None:
    limits = Limits(Rates(all_pages=Rate(10**9, 1)), lambda: 0.0)
    for n in range(CLIENTS + 500):
        limits.page(str(n))
    assert len(limits) == CLIENTS


def test_limits_forget_who_was_quiet_longest() -> None:
    limits = Limits(Rates(pages=Rate(2, 1), all_pages=Rate(CLIENTS + 4, 1)), lambda: 0.0)
    for client in ("quiet", "quiet", "busy", *map(str, range(CLIENTS // 2)), "busy"):
        assert limits.page(client) == 0.0
    for n in range(CLIENTS // 2, CLIENTS):
        assert limits.page(str(n)) == 0.0
    assert (limits.page("busy"), limits.page("quiet")) == (60.0, 60.0)  # of itself; of all together


def test_limits_of_who_was_quiet_are_one_burst() -> None:
    seconds = [0.0]
    limits = Limits(Rates(pages=Rate(2, 60)), lambda: seconds[0])
    assert limits.page("one") == 0.0
    seconds[0] = 3600.0
    assert [limits.page("one") for _ in range(3)] == [0.0, 0.0, 1.0]


def test_limits_of_who_was_forgotten_begin_anew() -> None:
    limits = Limits(Rates(pages=Rate(1, 1), all_pages=Rate(10**9, 1)), lambda: 0.0)
    for client in ("quiet", *map(str, range(CLIENTS))):
        assert limits.page(client) == 0.0
    assert limits.page("quiet") == 0.0


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("x" * 1000, "x" * 64),
    ],
)
def test_client_is_an_address_or_a_network(host: str, client: str) -> None:
    assert client_of(host) == client


# -- headers and log ---------------------------------------------------------------------------------------


def test_headers_of_a_personal_page(place: Place, mine: str) -> None:
    headers = visitor(place).get(mine).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_log_has_no_link_and_no_client(place: Place, mine: str, caplog: pytest.LogCaptureFixture) -> None:
    one = visitor(place)
    with caplog.at_level(logging.INFO, "letsconnect.pages"):
        one.get(mine)
        one.get("/nothing/somebody@example.org")
    lines = [re.sub(r"[\d.]+ms \d+B", "_", record.getMessage()) for record in caplog.records]
    assert lines == ["GET /mine/{token} 200 _", "GET - 404 _"]


def test_pages_are_small_over_the_wire(place: Place) -> None:
    answer = visitor(place).get("/nothing")
    assert answer.headers["content-encoding"] == "gzip"
    assert 500 < int(answer.headers["content-length"]) < 3000


def test_fault_in_our_code_is_a_page_without_details(place: Place) -> None:
    def broken(_: Visit) -> Response:
        raise RuntimeError("somebody@example.org")

    one = visitor(place)
    one.pages = create(place.another, None, (Spot("/", broken),))
    assert one.get("/").status_code == 500
    assert ("somebody" in one.answer.text, "on our side" in one.text) == (False, True)
    assert one.answer.headers["x-content-type-options"] == "nosniff"
