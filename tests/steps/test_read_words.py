"""Answers by text: to which message, in what language, and when a person has to read them."""

import pytest

from domain.sessions import Session
from steps import persons
from steps.inbox import InboxReport
from tests.programme import Place
from tests.steps.mails_in import KEY, health, letter_text, read, reply_by_text


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


def test_text_answer_to_what_is_about_more_than_the_session_is_no_rsvp(place: Place, session: Session) -> None:
    """Such as who is coming, for a sharer of it who was invited too: a person reads what they say no to."""
    change = "update outbox set key = 'audience_brief/sharing-1/1', purpose = 'audience_brief' where key = ?"
    place.app.conn.execute(change, (KEY,))
    message_id = place.by_key("audience_brief/sharing-1/1").message_id
    assert read(place, reply_by_text("No, sorry.", to=message_id)) == InboxReport(for_person=1)
    assert place.partstat(1, session) == "NEEDS-ACTION"


@pytest.mark.parametrize(
    ("words", "report", "granted"),
    [
        ("Yes please!", InboxReport(), [(1, "mail")]),
        ("No, thank you.", InboxReport(for_person=1), []),
        ("Perhaps, but who are you?", InboxReport(for_person=1), []),
        ("Stop", InboxReport(stops=1), []),
    ],
)
def test_text_answer_of_who_never_came(
    place: Place, words: str, report: InboxReport, granted: list[tuple[int, str]]
) -> None:
    """Only a yes is a wish to be invited to what is open to all."""
    place.person()
    place.later(days=46)
    assert "never_came_first/1" in place.tick()
    message_id = place.by_key("never_came_first/1").message_id
    assert read(place, reply_by_text(words, to=message_id)) == report
    rows = place.app.conn.execute("select granted, source from consents where topic = 'invitations'").fetchall()
    assert [tuple(row) for row in rows] == granted
