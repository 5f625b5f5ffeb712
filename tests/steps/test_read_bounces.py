"""The reachability ledger: which message a bounce is about, how failures add up, absences, complaints, no more mail."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from channels.mailbox import RawMail
from domain.deliveries import Outcome
from domain.errors import UserError
from domain.sessions import Session
from steps import inbox as steps_inbox
from steps import persons
from steps.inbox import InboxReport, read_filed
from steps.mails import BOUNCE_TAG, UNSUBSCRIBE_TAG
from store import database, inbox, participants
from tests.programme import NOON, Place
from tests.steps.mails_in import KEY, bounce, calendar_answer, read, reply_by_text

QMAIL = "<p1@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n"


def health(place: Place) -> list[str]:
    rows = place.app.conn.execute("select health from contact_points order by participant_id")
    return [row["health"] for row in rows]


def events(place: Place) -> list[tuple[str, int | None, str, str]]:
    rows = place.app.conn.execute("select kind, outbox_id, permanence, detail from delivery_events order by id")
    return [tuple(row) for row in rows]


def plain(words: str, *, to: str = "letsconnect@example.org", ident: str = "b1", headers: str = "") -> bytes:
    """A bounce that is no delivery status notification."""
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: {to}\nMessage-ID: <{ident}@mx.example.org>\n"
        f"Subject: failure notice\n{headers}\nHi. I wasn't able to deliver your message to the following addresses."
        f" This is a permanent error.\n\n{words}"
    ).encode()


def reference(place: Place, key: str = KEY) -> str:
    return place.by_key(key).message_id[1:13]


# -- which message --------------------------------------------------------------------------------------------


def test_bounce_that_is_no_notification_by_its_address(place: Place, session: Session) -> None:
    assert read(place, plain(QMAIL, to=place.by_key(KEY).sender)) == InboxReport(bounces=1)
    assert (health(place), events(place)) == (["hard", "ok"], [("bounced", 1, "hard", "5.1.1")])


def test_bounce_that_is_no_notification_by_the_message_id_below(place: Place, session: Session) -> None:
    below = f"{QMAIL}\n--- Below this line is a copy of the message.\n\nMessage-ID: {place.by_key(KEY).message_id}\n"
    assert read(place, plain(below)) == InboxReport(bounces=1)
    assert health(place) == ["hard", "ok"]


def test_bounce_that_is_no_notification_by_the_return_path_below(place: Place, session: Session) -> None:
    below = f"{QMAIL}\n--- Below this line is a copy.\n\nReturn-Path: <{place.by_key(KEY).sender}>\nTo: x\n"
    assert read(place, plain(below)) == InboxReport(bounces=1)
    assert health(place) == ["hard", "ok"]


def test_bounce_by_its_threading_fields(place: Place, session: Session) -> None:
    raw = plain(QMAIL, headers=f"In-Reply-To: {place.by_key(KEY).message_id}\nAuto-Submitted: auto-replied\n")
    assert read(place, raw) == InboxReport(bounces=1)
    assert health(place) == ["hard", "ok"]


def test_bounce_its_own_address_goes_before_all_else(place: Place, session: Session) -> None:
    """Forwarded and bounced behind Ada's mailbox: the address that is named is not hers."""
    below = f"\nMessage-ID: {place.by_key('invite/1/0/2').message_id}\n"
    words = QMAIL.replace("p1@", "somebody@") + below
    read(place, plain(words, to=place.by_key(KEY).sender))
    assert health(place) == ["hard", "ok"]


def test_bounce_by_address_alone_never_condemns_at_once(place: Place, session: Session) -> None:
    """Anybody can write such a bounce: it counts as a soft one."""
    assert read(place, plain(QMAIL)) == InboxReport(bounces=1)
    assert (health(place), events(place)) == (["soft", "ok"], [("bounced", 1, "soft", "5.1.1")])


def test_bounce_by_address_alone_in_any_spelling_of_it(place: Place) -> None:
    place.register(place.person("Ada", "ada.lovelace@gmail.com"), place.session())
    place.tick()
    read(place, plain("<adalovelace@googlemail.com>: no mailbox here by that name\n"))
    assert health(place) == ["soft"]


def test_bounce_by_address_alone_without_a_message_lately(place: Place, session: Session) -> None:
    place.later(days=31)
    assert read(place, plain(QMAIL)) == InboxReport(for_person=1)
    assert health(place) == ["ok", "ok"]


def test_bounce_by_address_alone_of_two_people(place: Place, session: Session) -> None:
    status, another = b"Status: 5.1.1\r\n", b"\r\nFinal-Recipient: rfc822; p2@example.org\r\nAction: failed\r\n"
    raw = bounce("5.1.1").replace(status, status + another)
    assert read(place, raw) == InboxReport(for_person=1)
    assert health(place) == ["ok", "ok"]
    assert read(place, bounce("5.1.1", ident="b2")) == InboxReport(bounces=1)  # of Ada alone


def test_bounce_that_names_a_message_of_others_is_not_taken_by_address(place: Place, session: Session) -> None:
    below = "\n--- Below this line is a copy.\n\nMessage-ID: <somebody@elsewhere.example>\n"
    assert read(place, plain(QMAIL + below)) == InboxReport(for_person=1)
    assert read(place, plain(QMAIL, to=f"letsconnect{BOUNCE_TAG}aaaaaaaaaaaa@example.org", ident="b2")).for_person == 1
    assert health(place) == ["ok", "ok"]


def test_bounce_of_several_recipients_says_of_ours_what_it_says_of_ours(place: Place, session: Session) -> None:
    """Ada's mailbox passes her mail on to another, which is gone."""
    status = b"Status: 4.4.1\r\n"
    another = b"\r\nFinal-Recipient: rfc822; ada@old.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    raw = bounce("4.4.1", action="delayed", to=place.by_key(KEY).sender).replace(status, status + another)
    assert read(place, raw) == InboxReport(bounces=1)
    assert (health(place), events(place)) == (["soft", "ok"], [("deferred", 1, "delayed", "4.4.1")])


# -- scores ---------------------------------------------------------------------------------------------------


def test_bounces_soft_on_three_days_make_an_address_hard(place: Place, session: Session) -> None:
    to, seen = place.by_key(KEY).sender, []
    for n in range(3):
        read(place, bounce("5.2.2", to=to, ident=f"b{n}"))
        seen.append(health(place)[0])
        place.later(days=3)
    assert seen == ["soft", "soft", "hard"]
    place.change(session, title="Other words")
    left = place.tick()
    assert "invite/1/1/2" in left and [key for key in left if key.endswith("/1")] == []


def test_bounce_soft_takes_nothing_back(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.plan()
    read(place, bounce("5.2.2", to=place.by_key(KEY).sender))
    assert place.outbox()["invite/1/1/1"] == "queued"


def test_bounces_soft_of_one_day_are_one(place: Place, session: Session) -> None:
    to = place.by_key(KEY).sender
    read(place, *[bounce("5.2.2", to=to, ident=f"b{n}") for n in range(4)])
    assert health(place) == ["soft", "ok"]


def test_bounce_soft_is_forgotten_after_30_days(place: Place, session: Session) -> None:
    read(place, bounce("5.2.2", to=place.by_key(KEY).sender))
    place.later(days=29)
    read_filed(place.app)
    assert health(place) == ["soft", "ok"]
    place.later(days=1)
    read_filed(place.app)
    assert health(place) == ["ok", "ok"]


def test_sign_of_life_makes_the_count_begin_anew(place: Place, session: Session) -> None:
    to = place.by_key(KEY).sender
    for n in range(2):
        read(place, bounce("5.2.2", to=to, ident=f"b{n}"))
        place.later(days=3)
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    assert health(place) == ["ok", "ok"]
    place.later(days=3)
    read(place, bounce("5.2.2", to=to, ident="b9"))
    assert health(place) == ["soft", "ok"]


def test_sign_of_life_from_before_a_failure_does_not_heal_it(place: Place, session: Session) -> None:
    """The answer lay unread in the mailbox while a later message was refused."""
    before = place.time
    place.later(hours=1)
    read(place, bounce("5.1.1", to=place.by_key(KEY).sender))
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"), received=before)
    assert (health(place), place.partstat(1, session)) == (["hard", "ok"], "ACCEPTED")


def test_refusal_at_rcpt_counts_as_a_bounce(place: Place) -> None:
    place.register(place.person(), place.session())
    place.welcomed()
    place.channel.outcomes["p1@example.org"] = Outcome.REFUSED_RECIPIENT
    place.tick()
    assert [(kind, outbox_id) for kind, outbox_id, _, _ in events(place)] == [("bounced", 1)]
    assert health(place)[0] in ("soft", "hard")


def test_revive_tries_a_hard_address_again(place: Place, session: Session) -> None:
    to = place.by_key(KEY).sender
    read(place, bounce("5.1.1", to=to))
    assert (persons.revive(place.app, "1", "eve"), health(place)) == (1, ["ok", "ok"])
    place.later(days=1)
    read(place, bounce("5.2.2", to=to, ident="b2"))
    assert health(place) == ["soft", "ok"]  # what was before does not count
    assert (persons.revive(place.app, "2", "eve"), place.tick()) == (0, [])
    row = place.app.conn.execute("select who, what, detail from journal where what = 'revived' limit 1").fetchone()
    assert tuple(row) == ("eve", "revived", "addresses: 1")


def test_show_tells_health_signs_and_history(place: Place, session: Session) -> None:
    read(place, bounce("5.2.2", to=place.by_key(KEY).sender))
    place.later(days=1)
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    shown = persons.show(place.app, "1")
    (point,) = shown["contact_points"]
    assert (point["health"], point["last_sign_at"]) == ("ok", "2026-11-23T12:05:00+00:00")
    assert [(e["kind"], e["permanence"], e["detail"]) for e in shown["history"]] == [("bounced", "soft", "5.2.2")]


# -- absences -------------------------------------------------------------------------------------------------


def notice(place: Place, words: str, ident: str = "n1") -> bytes:
    headers = {"Auto-Submitted": "auto-replied"}
    return reply_by_text(words, to=place.by_key(KEY).message_id, headers=headers, ident=ident)


def away(place: Place) -> datetime | None:
    person = participants.load(place.app.conn, [1], place.time)[1]
    assert person.email is not None
    return person.email.away_until


def test_absence_is_noted_with_its_end_in_the_persons_zone(place: Place) -> None:
    session = place.session()
    place.register(place.person("Ada", zone="Asia/Kolkata"), session)
    place.tick()
    assert read(place, notice(place, "I am away until 5 December 2026.")) == InboxReport(autoreplies=1)
    assert away(place) == datetime.fromisoformat("2026-12-06T00:00+05:30")
    assert (place.partstat(1, session), health(place)) == ("NEEDS-ACTION", ["ok"])
    assert [event[3] for event in events(place)] == ["away until 2026-12-05T18:30:00+00:00"]
    row = place.app.conn.execute("select last_sign_at from contact_points").fetchone()
    assert row["last_sign_at"] is None


def test_absence_sent_to_the_bounce_address_is_noted(place: Place, session: Session) -> None:
    """RFC 3834 section 4: a notice goes to the envelope's sender."""
    raw = (
        f"Return-Path: <>\nFrom: p1@example.org\nTo: {place.by_key(KEY).sender}\nMessage-ID: <n@example.org>\n"
        "Subject: Automatic reply: Invitation\nAuto-Submitted: auto-replied\n\nDe retour le 7 janvier.\n"
    ).encode()
    assert read(place, raw) == InboxReport(autoreplies=1)
    assert away(place) == datetime.fromisoformat("2027-01-07T00:00+00:00")


def test_absence_without_an_end_changes_nothing(place: Place, session: Session) -> None:
    read(place, notice(place, "I am away until 5 December 2026."), notice(place, "I am away.", "n2"))
    assert away(place) == datetime.fromisoformat("2026-12-06T00:00+00:00")


def test_absence_ends_with_a_sign_of_life(place: Place, session: Session) -> None:
    read(place, notice(place, "I am away until 5 December 2026."))
    read(place, reply_by_text("Yes", to=place.by_key(KEY).message_id))
    assert away(place) is None


def test_absence_that_answers_nothing_of_ours_is_kept_without_a_person(place: Place, session: Session) -> None:
    raw = reply_by_text("Away until 5 December 2026", headers={"Auto-Submitted": "auto-replied"})
    assert (read(place, raw), events(place), away(place)) == (InboxReport(autoreplies=1), [], None)


# -- no more --------------------------------------------------------------------------------------------------


def unsubscribe(place: Place, *, to: str = "letsconnect@example.org", subject: str = "", **headers: str) -> bytes:
    lines = [f"From: p1@example.org\nTo: {to}\nSubject: {subject}\nMessage-ID: <u1@mail.example.org>\n"]
    lines += [f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items()]
    return ("".join(lines) + "\nThis message was automatically generated by the mail program.\n").encode()


@pytest.mark.parametrize("by", ["address", "subject", "both"])
def test_unsubscribe_by_the_mail_programs_button(place: Place, session: Session, by: str) -> None:
    ref = reference(place)
    to = f"letsconnect{UNSUBSCRIBE_TAG}{ref}@example.org" if by != "subject" else "letsconnect@example.org"
    raw = unsubscribe(place, to=to, subject=f"Unsubscribe {ref}" if by != "address" else "", Auto_Submitted="yes")
    assert read(place, raw) == InboxReport(stops=1)
    assert persons.show(place.app, "1")["suppressed"] == ["sessions"]
    assert persons.show(place.app, "2")["suppressed"] == []
    assert events(place) == [("unsubscribed", 1, "", "sessions")]


def test_unsubscribe_takes_back_what_is_queued_about_that_topic(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.plan()
    read(place, unsubscribe(place, subject=f"unsubscribe {reference(place)}"))
    assert place.outbox()["invite/1/1/1"] == "cancelled"
    assert place.tick() == ["invite/1/1/2"]


@pytest.mark.parametrize("subject", ["unsubscribe aaaaaaaaaaaa", "unsubscribe"])
def test_unsubscribe_of_nothing_known_is_for_a_person(place: Place, session: Session, subject: str) -> None:
    assert read(place, unsubscribe(place, subject=subject)) == InboxReport(for_person=1)
    assert persons.show(place.app, "1")["suppressed"] == []


def test_unsubscribe_of_what_went_to_no_participant_is_for_a_person(place: Place, session: Session) -> None:
    ref = reference(place)
    place.app.conn.execute("update outbox set participant_id = null where key = ?", (KEY,))
    assert read(place, unsubscribe(place, subject=f"unsubscribe {ref}")) == InboxReport(for_person=1)


# -- complaints -----------------------------------------------------------------------------------------------


def complaint(returned: bytes) -> bytes:
    return (
        b"From: feedback@arf.example.com\nTo: letsconnect@example.org\nMessage-ID: <f@arf.example.com>\nSubject: FW\n"
        b'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary="f"\n\n'
        b"--f\nContent-Type: text/plain\n\nAbuse.\n--f\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        b"User-Agent: x\nVersion: 1\n\n--f\nContent-Type: message/rfc822\n\n" + returned + b"\n--f--\n"
    )


def test_complaint_ends_all_mail(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.plan()
    assert read(place, complaint(bytes(place.channel.stored[0].data))) == InboxReport(complaints=1)
    assert persons.show(place.app, "1")["suppressed"] == ["*"]
    row = place.app.conn.execute("select topic, reason from suppressions").fetchone()
    assert (tuple(row), events(place)) == (("*", "complained"), [("complained", 1, "", "sessions")])
    assert place.outbox()["invite/1/1/1"] == "cancelled"
    assert place.tick() == ["invite/1/1/2"]


def test_complaint_about_nothing_of_ours_is_for_a_person(place: Place, session: Session) -> None:
    raw = complaint(b"From: a@example.com\nTo: redacted@example.net\nMessage-ID: <x@example.com>\n\nx\n")
    assert read(place, raw) == InboxReport(for_person=1)


def test_complaint_that_names_only_the_address_is_for_a_person(place: Place, session: Session) -> None:
    """Anybody can write one: it must not silence Ada."""
    assert read(place, complaint(b"From: x@example.com\nTo: p1@example.org\n\nx\n")) == InboxReport(for_person=1)
    row = place.app.conn.execute("select kind, participant_id from inbox").fetchone()
    assert (tuple(row), persons.show(place.app, "1")["suppressed"]) == (("complaint", 1), [])


# -- too large ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", calendar_answer("x", "ACCEPTED")[:200], reply_by_text("Yes")])
def test_mail_too_large_goes_to_a_person(place: Place, session: Session, raw: bytes) -> None:
    """Only header fields were fetched: what they seem to say is not the mail."""
    with database.write(place.app.conn) as conn:
        inbox.file(conn, "box", 1, [(1, NOON, raw)], NOON, truncated={1})
    assert read_filed(place.app) == InboxReport(for_person=1)
    (first,) = inbox.open_items(place.app.conn)
    assert (first["state"], first["reason"]) == ("for_person", "too large to read: look into the mailbox itself")


def test_mail_too_large_is_filed_as_such(place: Place) -> None:
    class Box:
        def fetch(self, since: object) -> Iterator[list[RawMail]]:
            large = RawMail(7, 1, NOON, b"Subject: x\r\n\r\n", truncated=True)
            yield [large, RawMail(7, 2, NOON, b"Subject: y\r\n\r\n")]

    place.environ["LETSCONNECT_IMAP_URL"] = "imap://me:secret@127.0.0.1:1/INBOX"
    app = place.another()
    assert steps_inbox._file_new(app, Box()) == 2
    assert [(mail.raw[:10], mail.truncated) for mail in inbox.unread(app.conn, 9)] == [
        (b"Subject: x", True), (b"Subject: y", False),
    ]  # fmt: skip


def test_revive_of_nobody_known(place: Place) -> None:
    with pytest.raises(UserError, match="nobody of that id"):
        persons.revive(place.app, "99", "eve")
