"""Raw mail is filed first, then read: calendar answers, answers by text, bounces, auto-replies, or for a person.

Here mails are fetched, filed and handed to their reader: `inbox_answers.py` for what people say, `inbox_bounces.py`
for what programs do. Order matters: a Google RSVP carries `Auto-Submitted`, so calendar parts come first. Nothing
that arrives can stop the mails behind it. `inbox_opening.py` opens a mail, `inbox_known.py` looks up what it names.
"""

import logging
import sqlite3
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels import inbound
from channels.imap import ImapMailbox, Position
from domain.errors import DeliveryError, LetsConnectError, Permanent, Problem, UserError
from steps import inbox_answers, inbox_bounces, inbox_checklists, inbox_surveys
from steps.app import App
from steps.inbox_known import Known
from steps.inbox_opening import Opened, opened
from steps.inbox_reading import Reading
from store import claims, contact_points, database, inbox, journal

log = logging.getLogger(__name__)

READ_PAGE = 500
LOCK_SECONDS = 1.0  # of a transaction, if a stranger's mails are slow to read
OURS = (LetsConnectError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
FAULTS = (*OURS, sqlite3.IntegrityError, sqlite3.DataError)
RETRY_SECONDS = 15
OLD = timedelta(days=1)
TOO_LARGE = Reading("for_person", "letter", "too large to read: look into the mailbox itself", counts=("for_person",))


@dataclass(frozen=True, slots=True)
class InboxReport:
    """Counts of mails; `rsvps` counts answers that were new, `surveys` mails that answered one."""

    filed: int = 0
    rsvps: int = 0
    surveys: int = 0
    stops: int = 0
    bounces: int = 0
    complaints: int = 0
    autoreplies: int = 0
    ignored: int = 0
    for_person: int = 0
    quarantined: int = 0


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
            mails = [(m.uid, m.internal_date, m.data) for m in batch]
            cut = {m.uid for m in batch if m.truncated}
            filed += inbox.file(conn, name, batch[0].uidvalidity, mails, app.now(), truncated=cut)
    return filed


def read_filed(app: App, filed: int = 0) -> InboxReport:
    """Read what is filed, some hundred mails a transaction; one that fails is taken back alone."""
    now = app.now()
    contact_points.recover(app.conn, now)
    counts: Counter[str] = Counter()
    while page := inbox.unread(app.conn, READ_PAGE):
        waiting = [_opened(mail) for mail in page]
        del page
        while waiting:
            count, found = _read_some(app, waiting, now)
            counts += found
            del waiting[:count]
    report = InboxReport(filed=filed, **counts)
    if counts:
        with database.write(app.conn) as conn:
            run = journal.run_started(conn, "inbox", now)
            journal.run_finished(conn, run, now, dict(counts))
    return report


# -- mails of a page -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Closed:
    """A mail that cannot be opened, and what becomes of it."""

    mail: inbox.Filed
    reading: Reading


def _opened(mail: inbox.Filed) -> Opened | _Closed:
    try:
        return opened(mail)
    except inbound.Unreadable as error:
        reading = Reading("quarantined", "unreadable", str(error), counts=("quarantined",))
        return _Closed(mail, _unless_old(TOO_LARGE if mail.truncated else reading, mail))
    except OURS as error:
        return _Closed(mail, _fault(mail, error))


def _read_some(app: App, waiting: Sequence[Opened | _Closed], now: datetime) -> tuple[int, Counter[str]]:
    """Read mails from the first of `waiting` on, for as long as other writers may be kept out. (How many, counts)."""
    try:
        with database.write(app.conn) as conn:
            known = Known(conn, [one for one in waiting if isinstance(one, Opened)])
            return _read_in_turn(app, known, waiting, now, alone=False)
    except FAULTS:
        # One of them cannot be read, and nothing of all this was kept: now each may fail for itself.
        with database.write(app.conn) as conn:
            return _read_in_turn(app, Known(conn), waiting, now, alone=True)


def _read_in_turn(
    app: App, known: Known, waiting: Sequence[Opened | _Closed], now: datetime, *, alone: bool
) -> tuple[int, Counter[str]]:
    """`alone`: a mail that fails is taken back and put by, which costs every mail a fifth of its time."""
    counts: Counter[str] = Counter()
    done: list[inbox.Settled] = []
    filed = inbox.still_filed(known.conn, (one.mail.id for one in waiting))
    until = time.monotonic() + LOCK_SECONDS
    count = 0
    for one in waiting:
        count += 1
        if one.mail.id in filed:
            reading, message_id = (_read_alone if alone else _read_one)(app, known, one, now)
            known.note_read(message_id)
            counts.update(reading.counts)
            done.append(
                inbox.Settled(
                    one.mail.id, reading.state, reading.kind, reading.reason, message_id, reading.participant_id
                )
            )
        if time.monotonic() > until:
            break
    inbox.settle(known.conn, done)
    return count, counts


def _read_alone(app: App, known: Known, one: Opened | _Closed, now: datetime) -> tuple[Reading, str]:
    try:
        with database.undoable(known.conn):
            return _read_one(app, known, one, now)
    except FAULTS as error:
        return _fault(one.mail, error), ""


def _fault(mail: inbox.Filed, error: Exception) -> Reading:
    """Not a stranger's fault but ours; still no reason to stop at this mail."""
    log.error("mail %s could not be read: %s", mail.id, type(error).__name__)
    reason = f"could not be read ({type(error).__name__})"
    return Reading("quarantined", "unreadable", reason, counts=("quarantined",))


# -- one mail --------------------------------------------------------------------------------------------------


def _read_one(app: App, known: Known, one: Opened | _Closed, now: datetime) -> tuple[Reading, str]:
    """(what it came to, its own Message-ID)."""
    if isinstance(one, _Closed):
        return one.reading, ""
    message_id = one.letter.message_id or ""
    if message_id and known.was_read(message_id):
        return Reading("ignored", "copy", "the same mail was read before", counts=("ignored",)), message_id
    reading = TOO_LARGE if one.mail.truncated else _read(app, known, one, now)
    return _unless_old(reading, one.mail), message_id


def _unless_old(reading: Reading, mail: inbox.Filed) -> Reading:
    """A mailbox that is read for the first time may be full of old letters; those of strangers are nobody's task."""
    before = mail.first_read_at is not None and mail.received_at < mail.first_read_at - OLD
    if before and reading.participant_id is None and reading.state in ("for_person", "quarantined"):
        return Reading("ignored", reading.kind, "came before this mailbox was first read", counts=("ignored",))
    return reading


def _read(app: App, known: Known, one: Opened, now: datetime) -> Reading:
    if one.answers_a_calendar:
        return inbox_answers.read_calendar(known, one, now)
    wish = inbox_answers.read_unsubscribe(known, one, now)
    if wish is not None:
        return wish
    if one.bounce is not None:
        return inbox_bounces.read_bounce(known, one, one.bounce, now)
    message = known.answered(one)
    if message is not None and message.unproven:
        claims.prove_sent(known.conn, message.id, inbox_answers.ANSWERED, now)
    if one.letter.auto_submitted:
        return inbox_bounces.read_autoreply(known, one, message, now, app.programme.zone)
    if message is not None and inbox_surveys.is_about_one(message):
        return inbox_surveys.read_reply(app, one.mail, one.letter, message, now)
    reading = inbox_answers.read_text(known, one, message, now)
    if message is not None and reading.kind == "letter" and inbox_checklists.is_about_one(message):
        return inbox_checklists.read_reply(app, one.mail, one.letter, message)
    return reading
