"""What was answered, and how soon, by attempt x channel x sender."""

from datetime import datetime, timedelta

import pytest

from domain.invitations import PartStat, Rsvp, RsvpSource
from domain.sessions import Session
from domain.times import iso
from steps import rsvps
from steps.inbox import read_filed
from steps.statistics import ResponseRow, responses
from store import database, invitations
from tests.programme import NOON, Place
from tests.steps.mails_in import calendar_answer, reply_by_text

EARLY, LATE = NOON - timedelta(days=1), NOON + timedelta(days=60)


@pytest.fixture
def session(place: Place) -> Session:
    """Ada (1), Bob (2) and Cleo (3) had their invitations at noon."""
    session = place.session()
    for name in ("Ada", "Bob", "Cleo"):
        place.register(place.person(name), session)
    place.welcomed()
    place.tick()
    return session


def rung(place: Place, person: int, attempt: int, channel: str = "email", identity: str = "coordinator") -> None:
    """A message of the ladder leaves now, as if planned."""
    row = place.app.conn.execute("select * from outbox where key = ?", (f"invite/1/0/{person}",)).fetchone()
    fields = {k: row[k] for k in row.keys() if k != "id"}  # noqa: SIM118 - a Row iterates over its values
    fields |= {
        "key": f"nudge{attempt}/{person}", "purpose": "nudge", "channel": channel, "attempt": attempt,
        "identity": identity, "message_id": f"<nudge{attempt}.{person}@example.org>", "sent_at": iso(place.time),
    }  # fmt: skip
    marks = ", ".join("?" * len(fields))
    place.app.conn.execute(f"insert into outbox ({', '.join(fields)}) values ({marks})", tuple(fields.values()))


def answer(place: Place, person: int, minutes: int, partstat: str = "ACCEPTED") -> None:
    """A calendar's answer that comes so many minutes from now."""
    received = place.time + timedelta(minutes=minutes)
    raw = calendar_answer(place.app.uid(1, person), partstat, dtstamp=received, ident=f"c{person}{received:%d%H%M}")
    place.file(raw, received=received)
    read_filed(place.app)


def rows(place: Place, start: datetime = EARLY, end: datetime = LATE) -> list[ResponseRow]:
    return responses(place.app, start, end)


def test_responses_to_invitations(place: Place, session: Session) -> None:
    answer(place, 1, 60)
    answer(place, 2, 180)
    assert rows(place) == [ResponseRow(1, "invitation", "email", "programme", 3, 2, 2.0)]


def test_responses_belong_to_the_newest_message_before_them(place: Place, session: Session) -> None:
    answer(place, 1, 30)  # before the second letter left: the invitation's, though that left later
    place.later(days=3)
    for person in (1, 2, 3):
        rung(place, person, 2)
    answer(place, 2, 90)
    place.later(days=3)
    rung(place, 3, 3, channel="telegram", identity="programme")
    answer(place, 3, 15, "DECLINED")
    assert rows(place) == [
        ResponseRow(1, "invitation", "email", "programme", 3, 1, 0.5),
        ResponseRow(2, "nudge", "email", "coordinator", 3, 1, 1.5),
        ResponseRow(3, "nudge", "telegram", "programme", 1, 1, 0.25),
    ]


def test_responses_twice_to_one_message_are_one(place: Place, session: Session) -> None:
    answer(place, 1, 60)
    answer(place, 1, 600, "DECLINED")
    assert rows(place) == [ResponseRow(1, "invitation", "email", "programme", 3, 1, 1.0)]


def test_responses_changed_after_the_next_message_count_for_both(place: Place, session: Session) -> None:
    answer(place, 1, 60)
    place.later(days=3)
    rung(place, 1, 2)
    answer(place, 1, 120, "DECLINED")
    assert rows(place) == [
        ResponseRow(1, "invitation", "email", "programme", 3, 1, 1.0),
        ResponseRow(2, "nudge", "email", "coordinator", 1, 1, 2.0),
    ]


def test_responses_to_an_update_are_told_apart(place: Place, session: Session) -> None:
    place.later(days=1)
    place.change(session, start="2026-12-08T10:00Z")
    place.tick()
    place.later(hours=3)
    place.file(reply_by_text("Yes", to=place.by_key("invite/1/1/1").message_id))
    read_filed(place.app)
    place.tick()  # the confirmation asks nothing
    assert rows(place) == [
        ResponseRow(1, "invitation", "email", "programme", 3, 0, None),
        ResponseRow(1, "update", "email", "programme", 3, 1, 3.0),
    ]


def test_responses_entered_by_a_coordinator_are_no_replies(place: Place, session: Session) -> None:
    place.later(hours=1)
    rsvps.answer(place.app, "1", "1", "yes", "eve")
    assert rows(place) == [ResponseRow(1, "invitation", "email", "programme", 3, 0, None)]


def test_responses_on_a_page_count_from_when_they_were_given(place: Place, session: Session) -> None:
    place.later(hours=4)
    invitation = invitations.of_session(place.app.conn, 1, [1])[1]
    with database.write(place.app.conn) as conn:
        given = Rsvp(invitation.id, PartStat.TENTATIVE, RsvpSource.PAGE, 0, place.time)
        invitations.record_rsvp(conn, given, 0, place.time)
    assert rows(place) == [ResponseRow(1, "invitation", "email", "programme", 3, 1, 4.0)]


def test_responses_of_a_time(place: Place, session: Session) -> None:
    assert rows(place, start=NOON)[0].sent == 3
    assert rows(place, start=NOON + timedelta(seconds=1)) == []
    assert rows(place, end=NOON) == []


def test_responses_of_nothing(place: Place) -> None:
    assert rows(place) == []
