"""Mails are read once and one by one: what cannot be read, or stumbles, stops none behind it."""

import sqlite3
from datetime import timedelta

import pytest

import store.inbox
from domain.sessions import Session
from steps import inbox, inbox_answers
from steps.inbox import InboxReport, read_filed
from tests.programme import Place
from tests.steps.mails_in import calendar_answer, read, reply_by_text, states


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
