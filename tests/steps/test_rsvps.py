"""Contradicting answers on the desk, and the coordinator's word that settles them."""

from datetime import timedelta

import pytest

from domain.errors import UserError
from domain.invitations import PartStat, RsvpSource
from domain.sessions import Session
from steps import rsvps
from steps.inbox import read_filed
from steps.rsvps import Contradiction
from steps.status import needs_person
from tests.programme import Place
from tests.steps.mails_in import calendar_answer, reply_by_text

KEY = "invite/1/0/1"


@pytest.fixture
def session(place: Place) -> Session:
    session = place.session()
    for name in ("Ada", "Bob"):
        place.register(place.person(name), session)
    place.welcomed()
    place.tick()
    place.later(minutes=5)
    return session


def contradict(place: Place) -> None:
    """Ada's calendar says yes; an hour later she writes no."""
    stamp = place.time - timedelta(minutes=1)
    place.file(calendar_answer(place.app.uid(1, 1), "ACCEPTED", dtstamp=stamp))
    place.later(hours=1)
    place.file(reply_by_text("No", to=place.by_key(KEY).message_id))
    read_filed(place.app)


def test_contradiction_is_shown_with_what_settles_it(place: Place, session: Session) -> None:
    contradict(place)
    (found,) = rsvps.contradictions(place.app)
    assert found == Contradiction(
        1, 1, PartStat.ACCEPTED, RsvpSource.CALENDAR, PartStat.DECLINED, RsvpSource.MAIL_TEXT, place.time
    )
    (item,) = [i for i in needs_person(place.app) if i["kind"] == "contradicting answers"]
    assert (item["count"], item["oldest"]) == (1, "2026-11-22T13:05:00+00:00")
    assert item["do"] == "ask, then letsconnect session answer 1 1 yes|no|maybe"
    assert place.partstat(1, session) == "DECLINED"  # the newest counts meanwhile


def test_contradiction_is_settled_by_the_coordinator(place: Place, session: Session) -> None:
    contradict(place)
    place.later(minutes=1)
    assert rsvps.answer(place.app, "proposal-writing", "p1@example.org", "yes", "eve") is PartStat.ACCEPTED
    assert (rsvps.contradictions(place.app), place.partstat(1, session)) == ([], "ACCEPTED")
    rows = place.app.conn.execute("select source, partstat from rsvps order by id").fetchall()
    assert [tuple(row) for row in rows] == [
        ("calendar", "ACCEPTED"), ("mail_text", "DECLINED"), ("coordinator", "ACCEPTED"),
    ]  # fmt: skip
    row = place.app.conn.execute("select who, subject, detail from journal where what = 'answered for'").fetchone()
    assert tuple(row) == ("eve", "person/1", "session/1 yes")


def test_contradiction_is_settled_by_a_later_answer(place: Place, session: Session) -> None:
    contradict(place)
    place.later(hours=1)
    place.file(reply_by_text("No", to=place.by_key(KEY).message_id, ident="r2"))
    read_filed(place.app)
    assert rsvps.contradictions(place.app) == []


def test_contradiction_of_a_past_or_moved_session_is_none(place: Place, session: Session) -> None:
    contradict(place)
    place.change(session, start="2026-12-08T10:00Z")
    assert rsvps.contradictions(place.app) == []


def test_contradiction_ends_with_the_session(place: Place, session: Session) -> None:
    contradict(place)
    place.later(days=12)
    assert rsvps.contradictions(place.app) == []


def test_contradiction_of_somebody_who_is_off_the_list_is_none(place: Place, session: Session) -> None:
    contradict(place)
    place.withdraw(1, session)
    assert rsvps.contradictions(place.app) == []


def test_answer_by_page_sent_again_is_the_same_answer(place: Place, session: Session) -> None:
    """Of another word, or with another note, it is a new one."""
    for word, note in (("yes", ""), ("yes", ""), ("yes", "by train"), ("yes", "by train"), ("no", "by train")):
        assert rsvps.answer_by_page(place.app, session.id, 1, word, note)
        place.later(minutes=1)
    rows = place.app.conn.execute("select partstat, comment from rsvps order by id").fetchall()
    assert [tuple(row) for row in rows] == [("ACCEPTED", ""), ("ACCEPTED", "by train"), ("DECLINED", "by train")]


def test_answer_of_the_coordinator_takes_back_what_is_queued(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.plan()
    rsvps.answer(place.app, "1", "2", "no", "eve")
    assert (place.outbox()["invite/1/1/1"], place.outbox()["invite/1/1/2"]) == ("queued", "cancelled")
    row = place.app.conn.execute("select last_sign_at from contact_points where participant_id = 2").fetchone()
    assert row["last_sign_at"] is None  # nothing came from the person's address


@pytest.mark.parametrize(
    ("session_ref", "person_ref", "word", "problem"),
    [
        ("9", "1", "yes", "there is no session '9'"),
        ("1", "9", "yes", "nobody of that id"),
        ("1", "3", "yes", "has no invitation to this session"),
        ("1", "1", "perhaps", "'perhaps' is no answer"),
    ],
)
def test_answer_that_cannot_be_entered(
    place: Place, session: Session, session_ref: str, person_ref: str, word: str, problem: str
) -> None:
    place.person("Cleo")
    with pytest.raises(UserError, match=problem):
        rsvps.answer(place.app, session_ref, person_ref, word, "eve")
    assert place.app.conn.execute("select count(*) from rsvps").fetchone()[0] == 0
