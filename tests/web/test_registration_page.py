"""Registering on the pages: the form, the mail, the button; groups, countries with several zones, full sessions."""

import re
from pathlib import Path

import pytest

from steps import persons, places
from tests.programme import Place
from tests.visitor import Visitor, with_pages

ADA = {"as": "one", "name": "Ada Lovelace", "email": "ada@example.org", "country": "GB", "languages": ["pt", "en"]}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def fill_in(visitor: Visitor, url: str = "/register", **fields: str | list[str]) -> None:
    visitor.get(url)
    visitor.send("Register", **{**ADA, **fields})


def link(place: Place, number: int = 1) -> str:
    text = place.letter(f"confirm/{number}").get_body(("plain",)).get_content()
    (found,) = re.findall(r"https://pages\.example\.org/confirm/\S+", text)
    return str(found)


def people(place: Place) -> list[tuple[str, ...]]:
    query = "select name, country, zone, languages from participants order by id"
    return [tuple(row) for row in place.app.conn.execute(query)]


def test_form_mail_and_button_register(place: Place) -> None:
    visitor = Visitor(place)
    fill_in(visitor, other_languages="Hausa", consents=["newsletter"])
    assert "We have sent a mail" in visitor.text
    assert people(place) == []
    visitor.get(link(place))
    assert people(place) == []
    visitor.send("Confirm my registration")
    assert "You are registered with Let's Connect. Welcome!" in visitor.text
    assert people(place) == [("Ada Lovelace", "GB", "Europe/London", '["en", "pt", "ha"]')]
    consents = place.app.conn.execute("select topic, granted from consents order by topic").fetchall()
    assert [tuple(row) for row in consents] == [
        ("directory", 0), ("newsletter", 1), ("quoted", 0), ("share_details", 0)
    ]  # fmt: skip


def test_what_is_wrong_is_said_and_what_was_written_is_kept(place: Place) -> None:
    visitor = Visitor(place)
    fill_in(visitor, name="", email="nobody", wiki_user="Ada L")
    assert visitor.answer.status_code == 422
    assert "Please look at: Your name: This is needed. Your e-mail address: This is not an e-mail addr" in visitor.text
    assert 'value="Ada L"' in visitor.answer.text
    assert place.outbox() == {}


def test_country_of_several_zones_asks_for_the_place(place: Place) -> None:
    visitor = Visitor(place)
    visitor.get("/register")
    assert "Your time zone" not in visitor.text
    visitor.send("Register", **{**ADA, "country": "BR"})
    assert (visitor.answer.status_code, "Your time zone" in visitor.text) == (422, True)
    visitor.send("Register", zone="America/Manaus")
    visitor.get(link(place))
    visitor.send("Confirm my registration")
    assert people(place) == [("Ada Lovelace", "BR", "America/Manaus", '["en", "pt"]')]


def test_group_needs_its_members(place: Place) -> None:
    visitor = Visitor(place)
    fill_in(visitor, **{"as": "group"})
    assert visitor.answer.status_code == 422
    visitor.send("Register", group_name="Wikis of X", members="Ben <ben@example.org>\nCleo <cleo@example.org>")
    visitor.get(link(place))
    visitor.send("Confirm my registration")
    assert [row[0] for row in people(place)] == ["Ada Lovelace", "Ben", "Cleo"]


def test_members_without_addresses_are_refused(place: Place) -> None:
    visitor = Visitor(place)
    fill_in(visitor, **{"as": "group", "group_name": "X", "members": "Ben"})
    assert visitor.answer.status_code == 422
    assert place.outbox() == {}


def test_times_are_those_where_the_person_lives(place: Place) -> None:
    session, visitor = place.session(), Visitor(place)
    fill_in(visitor, f"/register?session={session.id}", country="PE")
    visitor.get(link(place))
    before = "9:00–11:00 (Peru Standard Time, Lima)" in visitor.text
    visitor.send("Confirm my registration")
    assert (before, "9:00–11:00 (Peru Standard Time, Lima)" in visitor.text) == (True, True)


def test_session_page_leads_to_a_place(place: Place) -> None:
    session = place.session()
    visitor = Visitor(place)
    visitor.get(f"/sessions/{session.id}")
    (address,) = [one for one in visitor.links() if "/register?session=" in one]
    fill_in(visitor, address)
    visitor.get(link(place))
    visitor.send("Confirm my registration")
    assert "You have a place." in visitor.text
    assert f"invite/{session.id}/0/1" in place.tick()


def test_full_session_shows_the_place_in_the_line_and_lets_it_be_left(place: Place) -> None:
    session = place.session(capacity="1")
    first = place.person()
    places.take(place.app, session.id, first, "test")
    visitor = Visitor(place)
    visitor.get(f"/sessions/{session.id}")
    assert "Join the waiting list" in visitor.text
    fill_in(visitor, f"/register?session={session.id}")
    visitor.get(link(place))
    visitor.send("Confirm my registration")
    assert "You are number 1 in the line." in visitor.text
    visitor.send("I cannot come: give my place to somebody else")
    assert "You have no place in this session." in visitor.text
    page = visitor.answer
    for _ in range(2):
        visitor.answer = page
        visitor.send("Join the waiting list")
        assert "You are number 1 in the line." in visitor.text
    visitor.send("I cannot come: give my place to somebody else")
    place.change(session, capacity="5")
    visitor.get(str(visitor.answer.url))
    visitor.send("Register again")
    assert "You have a place." in visitor.text
    place.cancel(session)
    visitor.answer = page
    visitor.send("Join the waiting list")
    assert "This session was cancelled." in visitor.text and "<form" not in visitor.answer.text


def test_form_of_somebody_erased_is_over_and_registers_nobody(place: Place) -> None:
    session = place.session()
    visitor = Visitor(place)
    fill_in(visitor, f"/register?session={session.id}")
    visitor.get(link(place))
    visitor.send("Confirm my registration")
    visitor.send("I cannot come: give my place to somebody else")
    page, found = visitor.answer, str(visitor.answer.url)
    persons.erase(place.app, ADA["email"], "test")
    visitor.send("Register again")
    assert visitor.answer.status_code == 410
    visitor.answer = page
    assert visitor.get(found).status_code == 410
    assert place.app.conn.execute("select state from registrations where session_id = 1").fetchone()[0] == "withdrawn"


def test_link_to_a_session_that_is_over_registers_for_the_programme(place: Place) -> None:
    session = place.session(start="2026-11-22T13:00Z")
    visitor = Visitor(place)
    fill_in(visitor, f"/register?session={session.id}")
    place.later(hours=2)
    visitor.get(link(place))
    visitor.send("Confirm my registration")
    assert "This session takes nobody any more." in visitor.text
    assert len(people(place)) == 1


def test_place_in_a_session_that_was_cancelled_is_promised_no_more(place: Place) -> None:
    session = place.session()
    visitor = Visitor(place)
    fill_in(visitor, f"/register?session={session.id}")
    visitor.get(link(place))
    visitor.send("Confirm my registration")
    place.cancel(session)
    visitor.get(str(visitor.answer.url))
    assert ("This session was cancelled." in visitor.text, "You have a place." in visitor.text) == (True, False)


def test_page_says_the_same_of_known_and_unknown(place: Place) -> None:
    place.person("Ada", "ada@example.org")
    pages = []
    for email in ("ada@example.org", "new@example.org"):
        visitor = Visitor(place)
        fill_in(visitor, email=email)
        pages.append(visitor.answer.text)
    assert pages[0] == pages[1]


def test_unconfirmed_link_is_over_after_three_days(place: Place) -> None:
    visitor = Visitor(place)
    fill_in(visitor)
    found = link(place)
    place.later(days=4)
    assert visitor.get(found).status_code == 410


def test_form_speaks_the_readers_language_and_so_does_the_mail(place: Place) -> None:
    visitor = Visitor(place, "ar")
    visitor.get("/register")
    assert 'dir="rtl"' in visitor.answer.text
    visitor.send("", **ADA)
    assert place.by_key("confirm/1").language == "ar"


def test_pages_of_a_form_weigh_little(place: Place) -> None:
    for language in ("en", "ar", "fr"):
        visitor = Visitor(place, language)
        visitor.get("/register", headers={"accept-encoding": "gzip"})
        assert int(visitor.answer.headers["content-length"]) < 14_000
