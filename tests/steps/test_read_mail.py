"""What comes back by mail: answers of calendars and people, bounces, notices, and what only a person can read."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

import store.inbox
from domain.deliveries import Outcome
from domain.sessions import Session
from steps import inbox, inbox_answers, persons
from steps.inbox import InboxReport, read_filed
from tests.programme import NOON, Place
from tests.steps.mails_in import bounce, calendar_answer, letter_text, reply_by_text

KEY = "invite/1/0/1"


@pytest.fixture
def session(place: Place) -> Session:
    """Ada (1) and Bob (2) have an invitation each."""
    session = place.session()
    for name in ("Ada", "Bob"):
        place.register(place.person(name), session)
    place.welcomed()
    assert place.tick() == ["invite/1/0/1", "invite/1/0/2"]
    place.later(minutes=5)
    return session


def read(place: Place, *mails: bytes) -> InboxReport:
    place.file(*mails)
    return read_filed(place.app)


def states(place: Place) -> list[tuple[str, str]]:
    rows = place.app.conn.execute("select state, kind from inbox order by id")
    return [(row["state"], row["kind"]) for row in rows]


def health(place: Place, person: int = 1) -> str:
    row = place.app.conn.execute("select health from contact_points where participant_id = ?", (person,)).fetchone()
    return str(row["health"])


# -- calendars ------------------------------------------------------------------------------------------------


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


# -- words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "partstat"),
    [
        ("Yes, I'll be there!", "ACCEPTED"), ("No, sorry.", "DECLINED"), ("Maybe", "TENTATIVE"),
        ("Sí", "ACCEPTED"), ("No puedo ir", "DECLINED"), ("Tal vez", "TENTATIVE"),
        ("Oui", "ACCEPTED"), ("Peut-être", "TENTATIVE"),
        ("Sim", "ACCEPTED"), ("Talvez", "TENTATIVE"),
        ("نعم", "ACCEPTED"), ("لا", "DECLINED"), ("ربما", "TENTATIVE"),
    ],
)  # fmt: skip
def test_text_answer_in_reply(place: Place, session: Session, words: str, partstat: str) -> None:
    message_id = place.by_key(KEY).message_id
    assert read(place, reply_by_text(words, to=message_id)) == InboxReport(rsvps=1)
    assert (place.partstat(1, session), place.partstat(2, session)) == (partstat, "NEEDS-ACTION")


def test_text_answer_with_only_the_quoted_reference(place: Place, session: Session) -> None:
    quoted = letter_text(place, "invite/1/0/2")
    assert "Reference: " in quoted
    assert read(place, reply_by_text("Yes", quoting=quoted, sender="bob@elsewhere.example")) == InboxReport(rsvps=1)
    assert (place.partstat(1, session), place.partstat(2, session)) == ("NEEDS-ACTION", "ACCEPTED")


def test_text_answer_with_a_forged_from_and_nothing_else_is_for_a_person(place: Place, session: Session) -> None:
    assert read(place, reply_by_text("Yes", sender="p1@example.org")) == InboxReport(for_person=1)
    assert place.partstat(1, session) == "NEEDS-ACTION"


def test_text_answer_is_confirmed_once_in_its_thread(place: Place, session: Session) -> None:
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    assert place.tick() == ["rsvp/1"]
    assert place.letter("rsvp/1")["In-Reply-To"] == "<r1@mail.example.org>"
    assert (place.tick(), place.by_key("rsvp/1").purpose) == ([], "rsvp_confirmation")


def test_text_answer_overtaken_by_a_newer_one_is_not_confirmed(place: Place, session: Session) -> None:
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    place.later(minutes=1)
    read(place, reply_by_text("No", to=place.by_key(KEY).message_id, ident="r2"))
    assert (place.partstat(1, session), place.tick()) == ("DECLINED", ["rsvp/2"])


def test_text_answer_to_the_old_time_is_kept_and_does_not_count(place: Place, session: Session) -> None:
    place.change(session, start="2026-12-08T10:00Z")
    place.tick()
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    assert place.partstat(1, session) == "NEEDS-ACTION"
    row = place.app.conn.execute("select reason from inbox").fetchone()
    assert row["reason"] == "answers an earlier time; asked again by the update"
    assert place.tick() == []


def test_text_stop_ends_messages_of_that_topic(place: Place, session: Session) -> None:
    place.change(session, start="2026-12-08T10:00Z")
    place.plan()
    assert read(place, reply_by_text("unsubscribe", to=place.by_key(KEY).message_id)).stops == 1
    assert persons.show(place.app, "1")["suppressed"] == ["sessions"]
    assert place.tick() == ["invite/1/1/2"]


def test_text_that_is_a_letter_is_for_a_person(place: Place, session: Session) -> None:
    words = "Yes, but only if somebody helps me with the camera"
    assert read(place, reply_by_text(words, to=place.by_key(KEY).message_id)) == InboxReport(for_person=1)
    row = place.app.conn.execute("select state, participant_id from inbox").fetchone()
    assert (row["state"], row["participant_id"], place.partstat(1, session)) == ("for_person", 1, "NEEDS-ACTION")


def test_text_notice_of_absence_is_neither_answer_nor_bounce(place: Place, session: Session) -> None:
    raw = reply_by_text("Yes", to=place.by_key(KEY).message_id, headers={"Auto-Submitted": "auto-replied"})
    assert read(place, raw) == InboxReport(autoreplies=1)
    assert (place.partstat(1, session), health(place)) == ("NEEDS-ACTION", "ok")
    (kind,) = place.app.conn.execute("select kind from delivery_events").fetchone()
    assert kind == "autoreplied"


# -- bounces --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "action", "diagnostic", "expected"),
    [
        ("5.1.1", "failed", "", "hard"),
        ("5.1.10", "failed", "", "hard"),
        ("5.2.2", "failed", "", "soft"),  # mailbox full
        ("5.7.1", "failed", "smtp; 550 5.7.1 policy", "soft"),
        ("4.4.7", "failed", "", "soft"),  # expired in the queue
        ("4.2.2", "delayed", "", "soft"),
        ("5.0.0", "failed", "smtp; 550 5.1.1 no such user", "hard"),  # the status says nothing, the words do
        ("5.0.0", "failed", "smtp; 550 no such user here", "hard"),
        ("5.0.0", "failed", "smtp; 552 too large", "soft"),
        ("5.0.0", "failed", "", "soft"),
    ],
)
def test_bounce_marks_the_address(
    place: Place, session: Session, status: str, action: str, diagnostic: str, expected: str
) -> None:
    raw = bounce(status, action=action, diagnostic=diagnostic, original=bytes(place.channel.stored[0].data))
    assert read(place, raw) == InboxReport(bounces=1)
    assert (health(place, 1), health(place, 2)) == (expected, "ok")
    assert place.outbox()[KEY] == "sent"  # what the far side does later is in the events


def test_bounce_by_its_own_address(place: Place, session: Session) -> None:
    """VERP: nothing of the original came back, but the bounce was sent to an address of that message alone."""
    to = place.by_key(KEY).sender
    assert to.startswith("letsconnect+b-")
    assert read(place, bounce("5.1.1", to=to)) == InboxReport(bounces=1)
    assert (health(place, 1), health(place, 2)) == ("hard", "ok")


def test_bounce_with_a_cut_off_original(place: Place, session: Session) -> None:
    whole = bytes(place.channel.stored[0].data)
    for n, size in enumerate((600, len(whole) // 2, len(whole) - 300)):
        report = read(place, bounce("5.1.1", original=whole[:size], ident=f"b{n}"))
        assert report == InboxReport(bounces=1), size


def test_bounce_hard_takes_back_what_is_queued(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.plan()
    read(place, bounce("5.1.1", to=place.by_key(KEY).sender))
    assert place.outbox()["invite/1/1/1"] == "cancelled"
    assert place.tick() == ["invite/1/1/2"]


def test_bounce_of_nothing_of_ours_is_for_a_person(place: Place, session: Session) -> None:
    assert read(place, bounce("5.1.1", to="letsconnect+b-aaaaaaaaaaaa@example.org")) == InboxReport(for_person=1)
    assert health(place) == "ok"


def test_bounce_soft_does_not_soften_a_hard_address(place: Place, session: Session) -> None:
    to = place.by_key(KEY).sender
    read(place, bounce("5.1.1", to=to, ident="b1"), bounce("4.2.2", action="delayed", to=to, ident="b2"))
    assert health(place) == "hard"


def test_delivery_notice_is_no_bounce(place: Place, session: Session) -> None:
    report = read(place, bounce("2.0.0", action="delivered", to=place.by_key(KEY).sender))
    assert (report, health(place)) == (InboxReport(), "ok")


def test_answer_after_a_bounce_shows_that_the_address_works(place: Place, session: Session) -> None:
    read(place, bounce("5.1.1", to=place.by_key(KEY).sender))
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    assert health(place) == "ok"


# -- evidence -------------------------------------------------------------------------------------------------


@pytest.fixture
def unsure(place: Place) -> Session:
    """Ada's invitation: nobody knows whether it arrived, and its one repeat met the same fate."""
    session = place.session()
    place.register(place.person(), session)
    place.welcomed()
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    place.later(minutes=5)
    place.deliver()
    assert place.outbox() == {KEY: "unsure"}
    return session


def test_unsure_becomes_sent_when_answered(place: Place, unsure: Session) -> None:
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    assert (place.outbox(), place.by_key(KEY).note) == ({KEY: "sent"}, "answered, so it arrived")


def test_unsure_becomes_sent_when_it_comes_back(place: Place, unsure: Session) -> None:
    read(place, bounce("5.1.1", to=place.by_key(KEY).sender))
    assert place.outbox() == {KEY: "sent"}


def test_unsure_repeat_is_not_sent_once_answered(place: Place) -> None:
    session = place.session()
    place.register(place.person(), session)
    place.welcomed()
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    assert place.by_key(KEY).repeats == 1
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    place.later(minutes=5)
    assert (place.deliver().sent, place.outbox()) == (0, {KEY: "sent"})


def test_unsure_confirmation_is_not_proven_by_an_answer_to_the_invitation(place: Place, session: Session) -> None:
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    assert place.outbox()["rsvp/1"] == "unsure"
    place.later(minutes=1)
    read(place, reply_by_text("No", to=place.by_key(KEY).message_id, ident="r2"))
    assert place.outbox()["rsvp/1"] == "unsure"
    place.later(minutes=1)
    read(place, reply_by_text("Maybe", to=place.by_key("rsvp/1").message_id, ident="r3"))
    assert place.outbox()["rsvp/1"] == "sent"


def test_unsure_update_is_not_proven_by_an_answer_to_what_came_before(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.channel.outcomes["p1@example.org"] = Outcome.UNSURE
    place.tick()
    place.later(minutes=5)
    place.deliver()
    assert place.outbox()["invite/1/1/1"] == "unsure"
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED", sequence=0))
    assert place.outbox()["invite/1/1/1"] == "unsure"
    read(place, calendar_answer(place.app.uid(1, 1), "TENTATIVE", sequence=1, dtstamp=place.time, ident="c2"))
    assert place.outbox()["invite/1/1/1"] == "sent"


# -- hostile ---------------------------------------------------------------------------------------------------


def test_garbage_is_quarantined_and_the_mails_behind_it_are_read(place: Place, session: Session) -> None:
    read(
        place,
        b"",
        b"\x00\xff" * 5000,
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 50_000,
        calendar_answer(place.app.uid(1, 2), "WHATEVER", ident="w"),
        calendar_answer(place.app.uid(1, 1), "ACCEPTED"),
    )
    assert place.partstat(1, session) == "ACCEPTED"
    assert place.partstat(2, session) == "NEEDS-ACTION"
    left = place.app.conn.execute("select count(*) from inbox where state = 'filed'").fetchone()[0]
    assert left == 0
    assert {state for state, _ in states(place)} <= {"quarantined", "for_person", "read"}


def test_fault_of_ours_quarantines_one_mail(place: Place, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*args: object) -> object:
        raise KeyError("p1@example.org")

    monkeypatch.setattr(inbox_answers, "read_text", stumble)
    report = read(place, reply_by_text("Yes", ident="q"), calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    assert (report.quarantined, report.rsvps) == (1, 1)
    row = place.app.conn.execute("select state, reason from inbox order by id").fetchone()
    assert (row["state"], row["reason"]) == ("quarantined", "could not be read (KeyError)")


def test_fault_of_ours_takes_back_what_it_had_written(
    place: Place, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = inbox_answers.answers.record

    def stumble(*args: object) -> object:
        done = record(*args)
        if args[1].participant_id == 1:
            raise sqlite3.IntegrityError
        return done

    monkeypatch.setattr(inbox_answers.answers, "record", stumble)
    mails = [calendar_answer(place.app.uid(1, person), "ACCEPTED", ident=f"c{person}") for person in (1, 2)]
    report = read(place, *mails)
    assert (report.quarantined, report.rsvps) == (1, 1)
    assert (place.partstat(1, session), place.partstat(2, session)) == ("NEEDS-ACTION", "ACCEPTED")


@pytest.mark.parametrize("seconds", [-1.0, 60.0])  # a transaction a mail, or one for all
def test_mails_of_a_page_whatever_the_transactions(
    place: Place, session: Session, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(inbox, "LOCK_SECONDS", seconds)
    mails = [calendar_answer(place.app.uid(1, person), "ACCEPTED", ident=f"c{person}") for person in (1, 2, 1)]
    report = read(place, *mails)  # the third is a copy of the first
    assert (report.rsvps, report.ignored) == (2, 1)


def test_mail_that_another_reader_had_meanwhile_is_left_alone(
    place: Place, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.file(calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    unread = store.inbox.unread
    other = place.another()

    def read_by_another(*args: object) -> object:
        page = unread(*args)
        monkeypatch.setattr(store.inbox, "unread", unread)
        assert read_filed(other).rsvps == 1
        return page

    monkeypatch.setattr(store.inbox, "unread", read_by_another)
    assert read_filed(place.app) == InboxReport()
    assert states(place) == [("read", "rsvp")]


def test_page_of_large_mails_is_short(place: Place) -> None:
    place.file(*(reply_by_text("x" * 1000, ident=f"l{number}") for number in range(4)))
    pages = [len(store.inbox.unread(place.app.conn, 500, most_bytes=size)) for size in (1, 3000, 20_000)]
    assert pages == [1, 2, 4]


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


def test_reading_again_does_nothing(place: Place, session: Session) -> None:
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    changes = place.app.conn.total_changes
    assert (read_filed(place.app), place.app.conn.total_changes) == (InboxReport(), changes)


def test_letters_from_before_the_first_reading_are_nobodys_task(place: Place) -> None:
    place.file(b"From: x@example.org\r\nSubject: old\r\n\r\nhello", received=place.time - timedelta(days=40))
    place.file(b"From: x@example.org\r\nSubject: new\r\n\r\nhello again")
    read_filed(place.app)
    states = place.app.conn.execute("select state, reason from inbox order by id").fetchall()
    assert [tuple(row) for row in states] == [
        ("ignored", "came before this mailbox was first read"),
        ("for_person", "a letter that answers none of ours"),
    ]
