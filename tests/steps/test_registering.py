"""Registering by oneself: confirmed by mail, the same for known and unknown, places and the line for them."""

import json
import re
from pathlib import Path

import pytest

from domain.errors import UserError
from domain.invitations import PartStat, Rsvp, RsvpSource
from domain.sessions import Session
from steps import page_links, places, registering
from steps.housekeeping import tidy
from steps.places import Seat
from store import database, erasure, invitations
from tests.programme import Place

FORM = {"name": "Ada Lovelace", "email": "ada@example.org", "country": "GB", "languages": "pt, en"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    return place


def people(place: Place) -> list[tuple[str, ...]]:
    return [tuple(row) for row in place.app.conn.execute("select id, name, languages from participants order by id")]


def answer(place: Place, person: int, session: Session, partstat: PartStat) -> None:
    entry = invitations.of_session(place.app.conn, session.id, [person])[person]
    rsvp = Rsvp(entry.id, partstat, RsvpSource.PAGE, 0, place.time)
    with database.write(place.app.conn) as conn:
        invitations.record_rsvp(conn, rsvp, 0, place.time)


# -- the form and its confirmation ------------------------------------------------------------------------


def test_form_alone_registers_nobody(place: Place) -> None:
    registering.ask(place.app, FORM, "pt")
    assert people(place) == []
    message = place.by_key("confirm/1")
    assert (message.purpose, message.language, message.recipient) == ("confirm_registration", "pt", "ada@example.org")


def test_link_of_the_mail_registers(place: Place) -> None:
    registering.ask(place.app, FORM, "en")
    assert place.tick() == ["confirm/1"]
    text = place.letter("confirm/1").get_body(("plain",)).get_content()
    (token,) = re.findall(r"https://pages\.example\.org/confirm/(\S+)", text)
    number = page_links.read(place.app, page_links.Page.CONFIRM, token)
    confirmed = registering.confirm(place.app, number)
    assert people(place) == [(confirmed.participant_id, "Ada Lovelace", '["pt", "en"]')]
    assert place.tick() == [f"welcome/{confirmed.participant_id}"]


def test_confirming_twice_is_once(place: Place) -> None:
    session = place.session()
    registering.ask(place.app, FORM, "en", session.id)
    first = registering.confirm(place.app, 1)
    assert registering.confirm(place.app, 1) == first
    assert first.seat == Seat(True)
    assert len(people(place)) == 1


def test_known_address_gets_the_same_mail_and_is_brought_up_to_date(place: Place) -> None:
    known = place.person("Ada", "ada@example.org")
    registering.ask(place.app, FORM, "en")
    registering.ask(place.app, FORM | {"email": "new@example.org"}, "en")
    mails = [place.letter(f"confirm/{n}").get_body(("plain",)).get_content() for n in (1, 2)]
    assert re.sub(r"\S+-\d+-\S+|Reference: \S+", "", mails[0]) == re.sub(r"\S+-\d+-\S+|Reference: \S+", "", mails[1])
    assert registering.confirm(place.app, 1).participant_id == known
    assert people(place) == [(known, "Ada Lovelace", '["pt", "en"]')]


def test_every_problem_is_named_with_its_field(place: Place) -> None:
    with pytest.raises(UserError) as refused:
        registering.ask(place.app, {"name": "", "email": "nobody", "colour": "red"}, "en")
    assert [p.where for p in refused.value.problems] == ["colour"]
    with pytest.raises(UserError) as refused:
        registering.ask(place.app, {"name": "", "email": "nobody"}, "en")
    assert [p.where for p in refused.value.problems] == ["email", "name"]
    assert "nobody" not in str(refused.value)


def test_one_address_is_not_flooded(place: Place) -> None:
    for _ in range(5):
        registering.ask(place.app, FORM | {"email": "A.da@example.org"}, "en")
    assert len(place.outbox()) == 3
    place.later(days=1, minutes=1)
    registering.ask(place.app, FORM | {"email": "A.da@example.org"}, "en")
    assert len(place.outbox()) == 4


def test_group_registers_everybody_in_it(place: Place) -> None:
    registering.ask(place.app, FORM | {"group_name": "Wikis of X", "members": "Ben <ben@example.org>"}, "en")
    registering.confirm(place.app, 1)
    assert [row[1] for row in people(place)] == ["Ada Lovelace", "Ben"]
    assert [tuple(r) for r in place.app.conn.execute("select distinct as_group, group_name from registrations")] == [
        (1, "Wikis of X")
    ]


def test_unconfirmed_form_is_forgotten_with_its_mail(place: Place) -> None:
    registering.ask(place.app, FORM, "en")
    place.deliver()
    place.later(days=3, minutes=1)
    assert tidy(place.app)["forms that nobody confirmed"] == 1
    dump = "\n".join(place.app.conn.iterdump())
    assert ("ada@example.org" in dump, "Lovelace" in dump) == (False, False)
    with pytest.raises(UserError):
        registering.confirm(place.app, 1)


def test_erasing_takes_the_form_along(place: Place) -> None:
    registering.ask(place.app, FORM, "en")
    person = registering.confirm(place.app, 1).participant_id
    assert json.dumps(erasure.export(place.app.conn, person)["outbox"]).count("ada@example.org") == 1
    with database.write(place.app.conn) as conn:
        erasure.erase(conn, person, place.time)
    assert "ada@example.org" not in "\n".join(place.app.conn.iterdump())


# -- places -----------------------------------------------------------------------------------------------


def test_full_session_makes_a_line(place: Place) -> None:
    session = place.session(capacity="2")
    ids = [place.person() for _ in range(4)]
    seats = [places.take(place.app, session.id, i, "test") for i in ids]
    assert seats == [Seat(True), Seat(True), Seat(False, 1), Seat(False, 2)]
    assert places.take(place.app, session.id, ids[3], "test") == Seat(False, 2)


def test_freed_place_goes_to_who_waits_longest(place: Place) -> None:
    session = place.session(capacity="1")
    first, second, third = (place.person() for _ in range(3))
    for person in (first, second, third):
        places.take(place.app, session.id, person, "test")
    place.tick()
    answer(place, first, session, PartStat.DECLINED)
    assert place.tick() == [f"invite/{session.id}/0/{second}"]
    assert [places.seat(place.app, session.id, i) for i in (second, third)] == [Seat(True), Seat(False, 1)]
    assert place.tick() == []


def test_leaving_cancels_the_entry_and_passes_the_place_on(place: Place) -> None:
    session = place.session(capacity="1")
    first, second = place.person(), place.person()
    places.take(place.app, session.id, first, "test")
    places.take(place.app, session.id, second, "test")
    place.tick()
    assert places.leave(place.app, session.id, first, "test")
    assert place.tick() == [f"cancel/{session.id}/1/{first}", f"invite/{session.id}/0/{second}"]
    assert places.leave(place.app, session.id, first, "test") is False


def test_leaving_the_line_moves_the_others_up(place: Place) -> None:
    session = place.session(capacity="1")
    ids = [place.person() for _ in range(3)]
    for person in ids:
        places.take(place.app, session.id, person, "test")
    assert places.leave(place.app, session.id, ids[1], "test")
    assert places.seat(place.app, session.id, ids[2]) == Seat(False, 1)
    place.later(minutes=1)
    assert places.take(place.app, session.id, ids[1], "test") == Seat(False, 2)


def test_newcomer_does_not_overtake_the_line(place: Place) -> None:
    session = place.session(capacity="1")
    first, second, third = (place.person() for _ in range(3))
    places.take(place.app, session.id, first, "test")
    places.take(place.app, session.id, second, "test")
    places.leave(place.app, session.id, first, "test")
    assert places.take(place.app, session.id, third, "test") == Seat(False, 2)
    assert places.pass_on(place.app) == 1
    assert places.seat(place.app, session.id, second) == Seat(True)


def test_larger_room_takes_more_of_the_line(place: Place) -> None:
    session = place.session(capacity="1")
    ids = [place.person() for _ in range(4)]
    for person in ids:
        places.take(place.app, session.id, person, "test")
    place.change(session, capacity="3")
    assert places.pass_on(place.app) == 2
    assert places.pass_on(place.app) == 0


def test_session_that_began_or_was_cancelled_takes_nobody(place: Place) -> None:
    gone, over = place.session(), place.session("Soon", start="2026-11-22T13:00Z")
    place.cancel(gone)
    place.later(hours=1)
    person = place.person()
    for session in (gone.id, over.id, 99):
        with pytest.raises(UserError):
            places.take(place.app, session, person, "test")
    assert places.pass_on(place.app) == 0
