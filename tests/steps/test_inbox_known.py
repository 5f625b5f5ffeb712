"""What is looked up for a page of mails at once is what each mail alone finds, in a few statements for all."""

import sqlite3

import pytest

from domain.sessions import Session
from steps.inbox_known import Known
from steps.inbox_opening import Opened, opened
from steps.mails import reference_of
from store import inbox
from tests.programme import Place
from tests.steps.mails_in import bounce, calendar_answer, letter_text, reply_by_text


@pytest.fixture
def session(place: Place) -> Session:
    """Ada (1), Bob (2) and Cem (3) have an invitation each; whether Cem's left is not known."""
    session = place.session()
    for name in ("Ada", "Bob", "Cem"):
        place.register(place.person(name), session)
    place.welcomed()
    place.tick()
    place.app.conn.execute("update outbox set state = 'unsure' where key = 'invite/1/0/3'")
    place.later(minutes=5)
    return session


def page(place: Place) -> list[Opened]:
    """Mails that name messages of ours in every way there is, known and unknown."""
    ours = place.by_key("invite/1/0/2").message_id
    reference = reference_of(ours)
    place.file(
        *(calendar_answer(place.app.uid(1, person), "ACCEPTED", ident=f"c{person}") for person in (1, 2, 3)),
        calendar_answer(place.app.uid(1, 1) + "\0x", "ACCEPTED", ident="c4"),
        reply_by_text("Yes", to=ours, ident="t1"),
        reply_by_text("Yes", to="<other@example.org>", quoting=letter_text(place, "invite/1/0/2"), ident="t2"),
        reply_by_text("Yes, my registrations are abcdefghijkl", ident="t3"),
        reply_by_text("", ident="t1"),
        bounce("5.1.1", to=f"letsconnect+b-{reference}@example.org", ident="b1"),
        bounce("5.1.1", original=place.letter("invite/1/0/2").as_bytes(), ident="b2"),
        bounce("5.1.1", to="letsconnect+b-no_reference@example.org", ident="b3"),
        reply_by_text("", headers={"Delivered-To": f"letsconnect+u-{reference}@example.org"}, ident="u1"),
    )
    return [opened(mail) for mail in inbox.unread(place.app.conn, 500)]


def found(known: Known, one: Opened) -> list[object]:
    uids = [reply.uid for reply in one.replies]
    message = known.message(one.letter.in_reply_to)
    invitation = known.invitation(uids[0]) if uids else None
    return [
        known.was_read(one.letter.message_id or ""),
        message,
        known.answered(one),
        known.referred(one.returned),
        known.referred(one.unsubscribed),
        invitation,
        known.unproven(invitation, 0) if invitation else None,
        known.session(invitation.session_id) if invitation else None,
        known.invitation_of(2, 1) if message else None,
    ]


def test_page_finds_what_each_mail_alone_finds(place: Place, session: Session) -> None:
    mails = page(place)
    inbox.settle(place.app.conn, [inbox.Settled(1, "read", "rsvp", message_id="<c1@mail.example.org>")])
    known = Known(place.app.conn, mails)
    together = [found(known, one) for one in mails]
    assert together == [found(Known(place.app.conn), one) for one in mails]
    keys = [[message and message.key for message in row[2:5]] for row in together]
    ours = "invite/1/0/2"
    assert keys[4:6] == [[ours, None, None]] * 2
    assert keys[6:] == [
        [None] * 3, [None] * 3, [None, ours, None], [None] * 3, [None] * 3, [None, None, ours],
    ]  # fmt: skip
    assert [row[0] for row in together] == [True] + [False] * 11
    unsure = place.app.conn.execute("select id from outbox where state = 'unsure'").fetchone()["id"]
    assert [row[6] for row in together[:4]] == [[], [], [unsure], None]


def test_page_is_looked_up_in_few_statements(place: Place, session: Session) -> None:
    mails = page(place)
    said: list[str] = []
    conn: sqlite3.Connection = place.app.conn
    conn.set_trace_callback(said.append)
    known = Known(conn, mails)
    looked_up = len(said)
    for one in mails:
        found(known, one)
    conn.set_trace_callback(None)
    # Four of sessions, their words in other languages among them; two of references, for those in a text are asked
    # when no address has one.
    assert (looked_up, len(said) - looked_up) == (11, 0)
