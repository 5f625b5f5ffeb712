"""Answers of calendars: whose they are, which of several counts, and what is none."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.sessions import Session
from steps.inbox import InboxReport
from tests.programme import NOON, Place
from tests.steps.mails_in import calendar_answer, read, states


@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_calendar_reply_changes_partstat(place: Place, session: Session, partstat: str) -> None:
    assert read(place, calendar_answer(place.app.uid(1, 1), partstat)) == InboxReport(rsvps=1)
    assert (place.partstat(1, session), place.partstat(2, session)) == (partstat, "NEEDS-ACTION")
    assert states(place) == [("read", "rsvp")]


def test_calendar_reply_of_google_counts_though_auto_submitted(place: Place, session: Session) -> None:
    raw = calendar_answer(place.app.uid(1, 1), "ACCEPTED", headers={"Auto-Submitted": "auto-generated"})
    assert read(place, raw) == InboxReport(rsvps=1)
    assert place.partstat(1, session) == "ACCEPTED"


def test_calendar_reply_from_another_address_counts(place: Place, session: Session) -> None:
    """The UID is Ada's own; people answer from whatever account their calendar has."""
    assert read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED", sender="ada@work.example.com")).rsvps == 1
    assert place.partstat(1, session) == "ACCEPTED"


def test_calendar_reply_to_a_uid_that_is_not_ours(place: Place, session: Session) -> None:
    assert read(place, calendar_answer("somebody-elses@example.com", "ACCEPTED")) == InboxReport(ignored=1)
    assert place.partstat(1, session) == "NEEDS-ACTION"


def test_calendar_reply_older_one_read_later_does_not_win(place: Place, session: Session) -> None:
    uid = place.app.uid(1, 1)
    newer = calendar_answer(uid, "DECLINED", dtstamp=place.time - timedelta(minutes=1), ident="n")
    older = calendar_answer(uid, "ACCEPTED", dtstamp=place.time - timedelta(minutes=3), ident="o")
    read(place, newer, older)
    assert place.partstat(1, session) == "DECLINED"


def test_calendar_reply_with_a_clock_far_ahead_does_not_win_for_ever(place: Place, session: Session) -> None:
    uid = place.app.uid(1, 1)
    ahead = datetime(2099, 1, 1, tzinfo=UTC)
    read(place, calendar_answer(uid, "ACCEPTED", dtstamp=ahead, sequence=2**31 - 1, ident="a"))
    assert place.partstat(1, session) == "ACCEPTED"
    place.later(hours=1)
    read(place, calendar_answer(uid, "DECLINED", dtstamp=place.time, ident="b"))
    assert place.partstat(1, session) == "DECLINED"


def test_calendar_reply_to_the_old_time_does_not_count(place: Place, session: Session) -> None:
    place.change(session, start="2026-12-08T10:00Z")
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED", sequence=0))
    assert place.partstat(1, session) == "NEEDS-ACTION"
    place.tick()
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED", sequence=1, ident="c2"))
    assert place.partstat(1, session) == "ACCEPTED"


def test_calendar_counter_goes_to_a_person(place: Place, session: Session) -> None:
    raw = calendar_answer(
        place.app.uid(1, 1), "TENTATIVE", method="COUNTER", start=session.starts_at + timedelta(hours=2)
    )
    report = read(place, raw)
    assert (report.for_person, states(place)) == (1, [("for_person", "counter")])
    row = place.app.conn.execute("select proposed_start from rsvps").fetchone()
    assert row["proposed_start"] == "2026-12-03T16:00:00+00:00"


def test_calendar_maybe_to_the_old_time_is_no_proposal(place: Place, session: Session) -> None:
    old = session.starts_at
    place.change(session, start="2026-12-08T10:00Z")
    read(place, calendar_answer(place.app.uid(1, 1), "TENTATIVE", sequence=0, start=old))
    assert states(place) == [("read", "rsvp")]


def test_calendar_same_mail_twice_counts_once(place: Place, session: Session) -> None:
    raw = calendar_answer(place.app.uid(1, 1), "ACCEPTED")
    assert read(place, raw, raw) == InboxReport(rsvps=1, ignored=1)
    again = calendar_answer(place.app.uid(1, 1), "ACCEPTED", ident="other-id")  # relayed once more, new Message-ID
    assert read(place, again) == InboxReport()
    assert place.app.conn.execute("select count(*) from rsvps").fetchone()[0] == 1


def test_calendar_decline_takes_back_what_is_queued(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.plan()
    read(place, calendar_answer(place.app.uid(1, 1), "DECLINED"))
    assert place.outbox()["invite/1/1/1"] == "cancelled"
    assert place.outbox()["invite/1/1/2"] == "queued"


def test_calendar_our_own_request_sent_back_is_no_answer(place: Place, session: Session) -> None:
    """Forwarded or bounced by a program that knows no DSN: our own bytes prove nothing."""
    raw = bytes(place.channel.stored[0].data).replace(b"Message-ID: <", b"Message-ID: <forwarded.", 1)
    read(place, raw)
    assert place.partstat(1, session) == "NEEDS-ACTION"
    assert place.app.conn.execute("select count(*) from rsvps").fetchone()[0] == 0


def test_answer_of_somebody_taken_off_the_list_is_kept(place: Place, session: Session) -> None:
    place.withdraw(1, session)
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    assert place.tick() == ["cancel/1/1/1"]


def test_answer_before_leaving_does_not_hold_after_coming_back(place: Place, session: Session) -> None:
    place.withdraw(1, session)
    place.tick()
    place.register(1, session)
    place.tick()
    read(place, calendar_answer(place.app.uid(1, 1), "DECLINED", sequence=0))  # late, about the entry before
    assert place.partstat(1, session) == "NEEDS-ACTION"
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED", sequence=2, dtstamp=NOON, ident="c2"))
    assert place.partstat(1, session) == "ACCEPTED"
