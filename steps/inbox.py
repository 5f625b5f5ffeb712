"""Raw mail is filed first, then read: calendar answers, answers by text, bounces, auto-replies, or for a person.

Order matters: a Google RSVP carries `Auto-Submitted`, so calendar parts come first. A From line proves nothing: an
answer counts only when it carries what this person alone was given (its UID, our Message-ID, or the reference in
the quoted letter). Nothing that arrives can stop the mails behind it.
"""

import logging
import re
import sqlite3
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from calendars import replies as calendar
from channels import inbound
from channels.imap import ImapMailbox, Position
from domain.errors import DeliveryError, LetsConnectError, Permanent, Problem, UserError
from domain.invitations import Invitation, PartStat, Rsvp, RsvpSource
from domain.messages import Message
from domain.participants import canonical_address
from domain.replies import answer
from domain.reply_phrases import Answer
from domain.sessions import Session
from steps import answers
from steps.app import App
from steps.compose import BOUNCE_TAG, REFERENCE_LENGTH
from store import contact_points, database, inbox, invitations, journal, outbox, sessions

log = logging.getLogger(__name__)

READ_PAGE = 100
RETRY_SECONDS = 15
PARTSTATS = {Answer.YES: PartStat.ACCEPTED, Answer.NO: PartStat.DECLINED, Answer.MAYBE: PartStat.TENTATIVE}
ANSWERED = "answered, so it arrived"
_REFERENCE = re.compile(rf"\b[a-z2-7]{{{REFERENCE_LENGTH}}}\b")


@dataclass(frozen=True, slots=True)
class InboxReport:
    """Counts of mails; `rsvps` counts answers that were new."""

    filed: int = 0
    rsvps: int = 0
    stops: int = 0
    bounces: int = 0
    autoreplies: int = 0
    ignored: int = 0
    for_person: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail came to."""

    state: str
    kind: str
    reason: str = ""
    participant_id: int | None = None
    counts: tuple[str, ...] = ()


def mailbox_of(app: App, stop: Callable[[], bool] = lambda: False) -> ImapMailbox:
    """The programme's mailbox. UserError when none is set. `stop` is asked while it waits."""
    server = app.settings.imap
    if server is None:
        remedy = "Set it, for example imaps://user:pass@mail.example.org/INBOX"
        raise UserError(Problem("no mailbox is set", "LETSCONNECT_IMAP_URL", remedy))
    return ImapMailbox(
        host=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        tls=server.tls,
        folder=server.folder,
        ssl_context=ssl.create_default_context(cafile=app.settings.mail_ca) if app.settings.mail_ca else None,
        stop=stop,
    )


def read_mailbox(app: App) -> InboxReport:
    """File what is new, then read whatever is filed. UserError when the mailbox cannot be reached."""
    box = mailbox_of(app)
    try:
        filed = _file_new(app, box)
    except DeliveryError as error:
        remedy = "Check LETSCONNECT_IMAP_URL and the server; letsconnect doctor tells more"
        raise UserError(Problem(f"the mailbox cannot be read: {error}", "IMAP", remedy)) from error
    finally:
        box.close()
    return read_filed(app, filed)


def listen(app: App, stop: threading.Event, on_news: Callable[[InboxReport], None]) -> None:
    """Read mail as it arrives (IDLE) until `stop`; `on_news` is called after mails were read.

    Lost connections are tried again for ever; a refused login is an error for a person.
    """
    box = mailbox_of(app, stop.is_set)
    try:
        while not stop.is_set():
            try:
                filed = _file_new(app, box)
                report = read_filed(app, filed)
                if filed:
                    on_news(report)
                box.wait(60)
            except Permanent as error:
                raise UserError(Problem(f"the mailbox refuses us: {error.reason}", "LETSCONNECT_IMAP_URL")) from error
            except DeliveryError as error:
                log.warning("the mailbox is out of reach: %s", error)
                box.close()
                stop.wait(RETRY_SECONDS)
    finally:
        box.close()


def _file_new(app: App, box: ImapMailbox) -> int:
    server = app.settings.imap
    assert server is not None
    name = f"{server.username}@{server.host}/{server.folder}"
    known = inbox.position(app.conn, name)
    filed = 0
    for batch in box.fetch(Position(*known) if known else None):
        with database.write(app.conn) as conn:
            filed += inbox.file(
                conn, name, batch[0].uidvalidity, [(m.uid, m.internal_date, m.data) for m in batch], app.now()
            )
    return filed


def read_filed(app: App, filed: int = 0) -> InboxReport:
    """Read what is filed, each mail in a transaction of its own."""
    now = app.now()
    counts: Counter[str] = Counter()
    while page := inbox.unread(app.conn, READ_PAGE):
        for mail in page:
            counts.update(_read_one(app, mail, now))
    report = InboxReport(filed=filed, **counts)
    if counts:
        with database.write(app.conn) as conn:
            run = journal.run_started(conn, "inbox", now)
            journal.run_finished(conn, run, now, dict(counts))
    return report


def _read_one(app: App, mail: inbox.Filed, now: datetime) -> Counter[str]:
    try:
        letter = inbound.read(mail.raw)
    except inbound.Unreadable as error:
        with database.write(app.conn) as conn:
            inbox.settle(conn, mail.id, "quarantined", "unreadable", str(error))
        return Counter(quarantined=1)
    try:
        with database.write(app.conn) as conn:
            if letter.message_id and inbox.seen_before(conn, letter.message_id, mail.id):
                reading = Reading("ignored", "copy", "the same mail was read before", counts=("ignored",))
            else:
                reading = _read(conn, mail, letter, now)
            inbox.settle(
                conn, mail.id, reading.state, reading.kind, reading.reason, letter.message_id or "",
                reading.participant_id,
            )  # fmt: skip
    except (LetsConnectError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        # Not a stranger's fault but ours; still no reason to stop at this mail.
        log.error("mail %s could not be read: %s", mail.id, type(error).__name__)
        with database.write(app.conn) as conn:
            inbox.settle(conn, mail.id, "quarantined", "unreadable", f"could not be read ({type(error).__name__})")
        return Counter(quarantined=1)
    return Counter(reading.counts)


def _read(conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound, now: datetime) -> Reading:
    if letter.calendars:
        reading = _read_calendar(conn, mail, letter, now)
        if reading is not None:
            return reading
    if letter.dsn:
        return _read_bounce(conn, mail, letter, now)
    message = _answered_message(conn, letter)
    if message is not None:
        outbox.prove_sent(conn, message.id, ANSWERED, now)
    if letter.auto_submitted:
        contact_points.event(
            conn, "autoreplied", now, outbox_id=message.id if message else None, inbox_id=mail.id,
            contact_point_id=_contact_of(conn, message),
        )  # fmt: skip
        person = message.participant_id if message else None
        return Reading("read", "autoreply", participant_id=person, counts=("autoreplies",))
    return _read_text(conn, mail, letter, message, now)


# -- calendar answers -------------------------------------------------------------------------------------


def _read_calendar(
    conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound, now: datetime
) -> Reading | None:
    """None when the calendar parts hold no answer."""
    found: list[calendar.Reply] = []
    trouble = ""
    for part in letter.calendars:
        try:
            found += calendar.read(part.data, part.charset, part.method)
        except calendar.Unreadable as error:
            found += error.replies
            trouble = trouble or error.reason
    counts: list[str] = []
    person: int | None = None
    proposal = unknown = False
    for reply in calendar.distinct(found):
        invitation = invitations.by_uid(conn, reply.uid)
        session = sessions.get(conn, invitation.session_id) if invitation else None
        if invitation is None or session is None:
            unknown = True
            continue
        person = invitation.participant_id
        newest = session.sequence + invitation.bump
        sequence = newest if reply.sequence is None else min(reply.sequence, newest)
        # A late "maybe" carries the old time and proposes nothing.
        current = sequence - invitation.bump >= session.time_sequence
        proposed = reply.proposal(session.starts_at) if current else None
        proposal = proposal or proposed is not None or reply.method == "COUNTER"
        stamp = min(reply.dtstamp or mail.received_at, mail.received_at)  # a wrong clock must not win for ever
        rsvp = Rsvp(
            invitation.id, reply.partstat, RsvpSource.CALENDAR, sequence - invitation.bump, stamp,
            reply.comment[:2000], proposed, mail.id,
        )  # fmt: skip
        if _answered(conn, invitation, session, rsvp, letter, now):
            counts.append("rsvps")
        if reply.sequence is not None:
            _prove_arrived(conn, invitation, sequence, now)
    if trouble:
        return Reading("for_person", "calendar", trouble, person, (*counts, "for_person"))
    if proposal:
        return Reading("for_person", "counter", "proposes another time", person, (*counts, "for_person"))
    if person is not None:
        return Reading("read", "rsvp", participant_id=person, counts=tuple(counts))
    if unknown:
        return Reading("ignored", "rsvp", "about an entry that is not ours", counts=("ignored",))
    return None


def _answered(
    conn: sqlite3.Connection,
    invitation: Invitation,
    session: Session,
    rsvp: Rsvp,
    letter: inbound.Inbound,
    now: datetime,
) -> bool:
    """Record one answer and what follows from it. Whether it was new."""
    new, _ = answers.record(conn, invitation, session, rsvp, now)
    if new:
        address = canonical_address(letter.from_address) if letter.from_address else None
        contact_points.sign_of_life(conn, invitation.participant_id, address, now)
    return new


def _prove_arrived(conn: sqlite3.Connection, invitation: Invitation, sequence: int, now: datetime) -> None:
    """The entry with this SEQUENCE was answered, so the message that brought it arrived."""
    rows = conn.execute(
        "select id from outbox where invitation_id = ? and sequence = ? and purpose in ('invitation', 'update')",
        (invitation.id, sequence),
    ).fetchall()
    for row in rows:
        outbox.prove_sent(conn, row["id"], ANSWERED, now)


# -- answers by text --------------------------------------------------------------------------------------


def _answered_message(conn: sqlite3.Connection, letter: inbound.Inbound) -> Message | None:
    """The message of ours that this mail answers, by what only its reader had."""
    message = outbox.by_message_ids(conn, letter.in_reply_to)
    if message is not None:
        return message
    for reference in dict.fromkeys(_REFERENCE.findall(letter.text)):
        message = outbox.by_reference(conn, reference)
        if message is not None:
            return message
    return None


def _contact_of(conn: sqlite3.Connection, message: Message | None) -> int | None:
    if message is None:
        return None
    row = conn.execute("select contact_point_id from outbox where id = ?", (message.id,)).fetchone()
    return int(row[0]) if row[0] is not None else None


def _read_text(
    conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound, message: Message | None, now: datetime
) -> Reading:
    if message is None:
        return Reading("for_person", "letter", "a letter that answers none of ours", counts=("for_person",))
    person = message.participant_id
    said = answer(letter.text)
    if said is Answer.STOP:
        contact_points.suppress(conn, person, message.topic, "asked by mail", now)
        contact_points.event(
            conn, "unsubscribed", now, outbox_id=message.id, inbox_id=mail.id,
            contact_point_id=_contact_of(conn, message), detail=message.topic,
        )  # fmt: skip
        outbox.recall(conn, f"asked for no more messages about {message.topic}", participant_id=person,
                      topic=message.topic)  # fmt: skip
        return Reading("read", "stop", participant_id=person, counts=("stops",))
    invitation = session = None
    if message.session_id is not None:
        session = sessions.get(conn, message.session_id)
        invitation = invitations.of_session(conn, message.session_id, [person]).get(person)
    if said is None or session is None or invitation is None:
        return Reading("for_person", "letter", "an answer in words that a person must read", person, ("for_person",))
    sequence = (message.sequence or 0) - invitation.bump
    source, stamp = RsvpSource.MAIL_TEXT, mail.received_at
    rsvp = Rsvp(invitation.id, PARTSTATS[said], source, sequence, stamp, inbox_id=mail.id)
    new = _answered(conn, invitation, session, rsvp, letter, now)
    stale = sequence < session.time_sequence
    reason = "answers an earlier time; asked again by the update" if stale else ""
    return Reading("read", "rsvp", reason, person, ("rsvps",) if new else ())


# -- bounces ----------------------------------------------------------------------------------------------


def _read_bounce(
    conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound, now: datetime
) -> Reading:
    """A delivery status notification (RFC 3464): which message, which address, for good or not."""
    message = outbox.by_message_ids(conn, filter(None, (r.original_message_id for r in letter.dsn)))
    for address in letter.to_addresses:
        if message is None and BOUNCE_TAG in address:
            message = outbox.by_reference(conn, address.partition(BOUNCE_TAG)[2].partition("@")[0])
    if message is None:
        return Reading("for_person", "bounce", "a bounce of none of our messages", counts=("for_person",))
    worst = next((r for r in letter.dsn if r.action == "failed"), letter.dsn[0])
    if worst.action not in ("failed", "delayed"):
        outbox.prove_sent(conn, message.id, f"a delivery notice says {worst.action or 'delivered'}", now)
        return Reading("read", "delivery notice", participant_id=message.participant_id)
    failed = worst.action == "failed"
    hard = failed and contact_points.status_speaks_of_address(worst.status, worst.diagnostic)
    contact_points.event(
        conn, "bounced" if failed else "deferred", now, outbox_id=message.id, inbox_id=mail.id,
        contact_point_id=_contact_of(conn, message), detail=worst.status, hard=hard,
    )  # fmt: skip
    outbox.prove_sent(conn, message.id, "it came back, so it had left", now)
    if hard:
        outbox.recall(conn, "the e-mail address refuses mail", participant_id=message.participant_id)
    return Reading("read", "bounce", f"{worst.action} {worst.status}".strip(), message.participant_id, ("bounces",))


