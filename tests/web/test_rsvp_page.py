"""The RSVP page: one truth with the other doors, at once visible, as often as one likes."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.sessions import Session
from steps import page_links, rsvps
from tests.programme import NOON, Place
from tests.visitor import Visitor, with_pages


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


def invited(place: Place, **about: str) -> tuple[int, Session, str]:
    """A person with an invitation that left, the session, and the address of their page."""
    person = place.person(**about)
    place.welcomed()
    session = place.session()
    place.register(person, session)
    place.tick()
    return person, session, rsvps.link(place.app, session, person)


def answers(place: Place) -> list[tuple[str, str, str]]:
    rows = place.app.conn.execute("select partstat, source, comment from rsvps order by id")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("press", "partstat", "shown"),
    [
        ("yes", "ACCEPTED", "You are coming. We look forward to seeing you!"),
        ("no", "DECLINED", "You are not coming. Thank you for telling us"),
        ("maybe", "TENTATIVE", "You may be coming."),
    ],
)
def test_answer_is_recorded_and_shown(place: Place, press: str, partstat: str, shown: str) -> None:
    person, session, link = invited(place)
    visitor = Visitor(place)
    visitor.get(link)
    assert "Can you come?" in visitor.text
    visitor.send(press, note="My line is slow")
    assert shown in visitor.text
    assert place.partstat(person, session) == partstat
    assert answers(place) == [(partstat, "page", "My line is slow")]


def test_opening_the_page_answers_nothing(place: Place) -> None:
    person, session, link = invited(place)
    for method in ("GET", "HEAD"):
        assert Visitor(place).ask(method, link).status_code == 200
    assert (place.partstat(person, session), answers(place)) == ("NEEDS-ACTION", [])


def test_newest_answer_counts_and_the_same_twice_is_one(place: Place) -> None:
    person, session, link = invited(place)
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("yes", note="")
    visitor.send("yes")
    place.later(minutes=1)
    visitor.send("no")
    assert place.partstat(person, session) == "DECLINED"
    assert [partstat for partstat, _, _ in answers(place)] == ["ACCEPTED", "DECLINED"]


def test_answer_is_a_sign_of_life(place: Place) -> None:
    person, _, link = invited(place)
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("maybe")
    row = place.app.conn.execute("select last_sign_at from contact_points where participant_id = ?", (person,))
    assert row.fetchone()[0].startswith("2026-11-22T12:00:00")


def test_note_that_is_too_long_comes_back_whole(place: Place) -> None:
    _, _, link = invited(place)
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("yes", note="x" * 1001)
    assert (visitor.answer.status_code, "This is too long" in visitor.text) == (422, True)
    assert ("x" * 1001 in visitor.answer.text, answers(place)) == (True, [])


def test_answer_to_a_session_that_moved_counts_for_its_new_time(place: Place) -> None:
    person, session, link = invited(place)
    place.change(session, start="2026-12-04T14:00Z")
    visitor = Visitor(place)
    visitor.get(link)
    visitor.send("yes")
    assert place.partstat(person, session) == "ACCEPTED"


def test_no_answer_to_what_is_over_cancelled_or_withdrawn(place: Place) -> None:
    person, session, link = invited(place)
    visitor = Visitor(place)
    visitor.get(link)
    key = visitor.answer.text.partition('name="key" value="')[2].partition('"')[0]
    place.withdraw(person, session)
    assert "You are not on the list of this session any more." in _post(visitor, link, key)
    place.register(person, session)
    place.cancel(session)
    assert "This session was cancelled." in _post(visitor, link, key)
    assert answers(place) == []


def _post(visitor: Visitor, link: str, key: str) -> str:
    assert visitor.post(link, {"key": key, "answer": "yes"}).status_code == 303
    visitor.get(link)
    return visitor.text


def test_session_that_is_over(place: Place) -> None:
    _, session, link = invited(place)
    place.time = session.ends_at
    visitor = Visitor(place)
    visitor.get(link)
    assert "This session is over." in visitor.text
    assert "<form" not in visitor.answer.text


def test_link_of_somebody_erased_is_over(place: Place) -> None:
    person, _, link = invited(place)
    place.app.conn.execute("update participants set erased_at = '2026-11-22' where id = ?", (person,))
    visitor = Visitor(place)
    assert visitor.get(link).status_code == 410
    assert "that time is over" in visitor.text


def test_page_speaks_the_persons_language_and_local_time(place: Place) -> None:
    _, _, link = invited(place, language="ar", zone="Asia/Amman")
    visitor = Visitor(place, "en")
    visitor.get(link)
    assert '<html lang="ar" dir="rtl">' in visitor.answer.text
    assert "17:00–19:00" in visitor.text
    visitor.get(f"{link}?lang=fr")
    assert '<html lang="fr" dir="ltr">' in visitor.answer.text
    visitor.send("yes")
    assert '<html lang="fr" dir="ltr">' in visitor.answer.text


def test_link_for_another_person_cannot_be_made_of_ones_own(place: Place) -> None:
    person, session, link = invited(place)
    assert Visitor(place).get(link.replace(f"{session.id}.{person}-", f"{session.id}.{person + 1}-")).status_code == 404


def test_link_outlives_the_session_by_a_week(place: Place) -> None:
    _, session, link = invited(place)
    place.time = session.ends_at + timedelta(days=6)
    assert Visitor(place).get(link).status_code == 200
    place.later(days=2)
    assert Visitor(place).get(link).status_code == 410


def test_without_pages_there_is_no_link(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert rsvps.link(place.app, place.session(), 1) == ""
    assert page_links.url(place.app, page_links.Page.RSVP, (1, 2), NOON) == ""
