"""The RSVP page: one truth with the other doors, at once visible, as often as one likes."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import html5lib
import httpx
import pytest

from domain.sessions import Session
from steps import page_links, places, rsvps
from tests.programme import NOON, Place
from tests.visitor import HOST, Visitor, filled, tag, with_pages


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


def test_link_is_of_one_person_and_one_session(place: Place) -> None:
    """Whatever their numbers: here they are not the same."""
    for name in ("Ngozi", "Chidi"):
        place.person(name)
    person, session, link = invited(place, name="Ada")
    visitor = Visitor(place)
    assert "Ada" in visitor.get(link).text
    visitor.send("no")
    assert (person, session.id, place.partstat(person, session)) == (3, 1, "DECLINED")


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


# -- the way back ---------------------------------------------------------------------------------------------


def off_the_list(place: Place, **about: str) -> tuple[int, Session, str]:
    """Somebody who was invited and gave the place up; their calendar was told."""
    person, session, link = invited(place, **about)
    places.leave(place.app, session.id, person, "test")
    place.tick()
    return person, session, link


def registered(place: Place) -> list[tuple[int, str]]:
    rows = place.app.conn.execute("select participant_id, state from registrations where session_id = 1 order by 1")
    return [tuple(row) for row in rows]


def test_who_gave_the_place_up_registers_again_and_is_invited_anew(place: Place) -> None:
    person, session, link = off_the_list(place)
    place.later(minutes=5)
    visitor = Visitor(place)
    visitor.get(link)
    assert "You are not on the list of this session any more. " in visitor.text
    assert "There is a place for you, if you would like to come after all." in visitor.text
    assert registered(place) == [(person, "withdrawn")]  # looking at it does nothing
    stale = visitor.answer
    visitor.send("Register again")
    assert "You have a place. The invitation comes by mail, and enters your calendar." in visitor.text
    assert ("Can you come?" in visitor.text, "Register again" in visitor.text) == (True, False)
    assert registered(place) == [(person, "registered")]
    before = list(place.app.conn.iterdump())
    visitor.answer = stale
    visitor.send("Register again")  # once more from the page as it was
    assert list(place.app.conn.iterdump()) == before
    alive = place.app.conn.execute("select last_sign_at from contact_points").fetchone()[0]
    assert alive == place.time.isoformat()
    (key,) = place.tick()
    method, event = place.event(key)
    assert (method, int(event["SEQUENCE"])) == ("REQUEST", 2)  # above that of the CANCEL
    visitor.send("yes")
    assert "You are coming." in visitor.text and place.partstat(person, session) == "ACCEPTED"


def test_full_session_offers_the_line_and_the_way_out_of_it(place: Place) -> None:
    person, session, link = off_the_list(place)
    place.change(session, capacity="1")
    other = place.person("Ben")
    places.take(place.app, session.id, other, "test")
    visitor = Visitor(place)
    visitor.get(link)
    assert "All places are taken. Who registers now waits for one that becomes free." in visitor.text
    for _ in range(2):
        page = visitor.answer
        visitor.send("Join the waiting list")
        assert "The session is full. You are number 1 in the line." in visitor.text
        visitor.answer = page
    visitor.get(link)
    assert "Join the waiting list" not in visitor.text
    visitor.send("I cannot come: give my place to somebody else")
    visitor.send("Join the waiting list")
    places.leave(place.app, session.id, other, "test")
    places.pass_on(place.app)
    visitor.get(link)
    assert "Can you come?" in visitor.text
    assert registered(place) == [(person, "registered"), (other, "withdrawn")]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("begun", "You are not on the list of this session any more. This session takes nobody any more."),
        ("over", "This session is over."),
        ("cancelled", "This session was cancelled."),
    ],
)
def test_no_way_back_to_what_takes_nobody_any_more(place: Place, state: str, said: str) -> None:
    person, session, link = off_the_list(place)
    visitor = Visitor(place)
    visitor.get(link)
    stale = visitor.answer
    if state == "cancelled":
        place.cancel(session)
    else:
        place.time = session.starts_at if state == "begun" else session.ends_at
    visitor.send("Register again")
    assert said in visitor.text and "<form" not in visitor.answer.text
    visitor.answer = stale
    visitor.send("Register again")
    assert registered(place) == [(person, "withdrawn")]


def test_who_is_on_the_list_is_not_registered_by_a_stale_form(place: Place) -> None:
    """Invited with everybody, and never registered: the answer is theirs to give."""
    _, _, link = invited(place)
    place.app.conn.execute("delete from registrations where session_id = 1")
    visitor = Visitor(place)
    visitor.get(link)
    key = filled(next(visitor.tree().iter(tag("form"))))["key"][0]
    assert visitor.post(link, {"key": key, "again": "yes"}).status_code == 303
    assert (registered(place), visitor.answer.headers["location"].endswith("again=yes")) == ([], False)


def test_way_back_needs_the_key_of_the_form(place: Place) -> None:
    person, _, link = off_the_list(place)
    assert Visitor(place).post(link, {"again": "yes"}).status_code == 403
    assert registered(place) == [(person, "withdrawn")]


@pytest.mark.parametrize(
    ("language", "button"),
    [("es", "Inscribirme de nuevo"), ("fr", "S'inscrire à nouveau"), ("pt", "Inscrever-me de novo"),
     ("ar", "التسجيل من جديد")],
)  # fmt: skip
def test_way_back_speaks_the_persons_language(place: Place, language: str, button: str) -> None:
    person, _, link = off_the_list(place, language=language)
    visitor = Visitor(place)
    visitor.get(link)
    assert f'<html lang="{language}"' in visitor.answer.text
    visitor.send(button)
    assert registered(place) == [(person, "registered")]


def test_way_back_through_a_real_server(place: Place) -> None:
    person, _, link = off_the_list(place)
    code = (
        "from datetime import datetime\nfrom steps.app import open_app\nfrom web.serve import serve\n"
        f"serve(lambda: open_app(datetime.fromisoformat('{place.time.isoformat()}')), '127.0.0.1', 0,"
        " lambda port: print(port, flush=True))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ, **place.environ},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert child.stdout is not None
        with httpx.Client(base_url=f"http://127.0.0.1:{int(child.stdout.readline())}", timeout=10) as client:
            path = link.removeprefix(HOST)
            page = html5lib.parse(client.get(path).text)
            fields = filled(next(page.iter(tag("form")))) | {"again": ["yes"]}
            for _ in range(2):
                assert client.post(path, data=fields).headers["location"].startswith(path)
            again = client.get(f"{path}?again=yes").text
    finally:
        child.terminate()
        child.communicate(timeout=10)
    assert "You have a place. The invitation comes by mail, and enters your calendar." in again
    assert registered(place) == [(person, "registered")]
