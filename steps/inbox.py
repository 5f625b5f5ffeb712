"""Raw mail is filed first, then read: calendar answers, answers by text, bounces, auto-replies, or for a person.

Here mails are fetched, filed and handed to their reader: `inbox_answers.py` for what people say, `inbox_bounces.py`
for what programs do. Order matters: a Google RSVP carries `Auto-Submitted`, so calendar parts come first. Nothing
that arrives can stop the mails behind it.
"""

import logging
import sqlite3
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels import bounces, inbound
from channels.imap import ImapMailbox, Position
from domain.errors import DeliveryError, LetsConnectError, Permanent, Problem, UserError
from steps import checklist_answers, inbox_answers, inbox_bounces, inbox_surveys
from steps.app import App
from steps.inbox_reading import Reading, answered_message
from store import claims, contact_points, database, inbox, journal

log = logging.getLogger(__name__)

READ_PAGE = 500
LOCK_SECONDS = 1.0  # of a transaction, if a stranger's mails are slow to read
OURS = (LetsConnectError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
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
        opened = deque((mail, _opened(mail)) for mail in page)
        del page
        while opened:
            with database.write(app.conn) as conn:
                counts.update(_read_some(app, conn, opened, now))
    report = InboxReport(filed=filed, **counts)
    if counts:
        with database.write(app.conn) as conn:
            run = journal.run_started(conn, "inbox", now)
            journal.run_finished(conn, run, now, dict(counts))
    return report


def _opened(mail: inbox.Filed) -> inbound.Inbound | Reading:
    """What it says, or what becomes of a mail that cannot be opened."""
    try:
        return inbound.read(mail.raw)
    except inbound.Unreadable as error:
        reading = Reading("quarantined", "unreadable", str(error), counts=("quarantined",))
        return _unless_old(TOO_LARGE if mail.truncated else reading, mail)


def _read_some(
    app: App, conn: sqlite3.Connection, opened: deque[tuple[inbox.Filed, inbound.Inbound | Reading]], now: datetime
) -> Counter[str]:
    """Take mails off `opened`, for as long as other writers may be kept waiting."""
    counts: Counter[str] = Counter()
    waiting = inbox.still_filed(conn, (mail.id for mail, _ in opened))
    until = time.monotonic() + LOCK_SECONDS
    while opened:
        mail, letter = opened.popleft()
        if mail.id in waiting:
            counts.update(_read_one(app, conn, mail, letter, now).counts)
        if time.monotonic() > until:
            break
    return counts


def _read_one(
    app: App, conn: sqlite3.Connection, mail: inbox.Filed, letter: inbound.Inbound | Reading, now: datetime
) -> Reading:
    message_id = ""
    if isinstance(letter, Reading):
        reading = letter
    else:
        message_id = letter.message_id or ""
        try:
            with database.undoable(conn):
                reading = _reading(app, mail, letter, now)
        except (*OURS, sqlite3.IntegrityError, sqlite3.DataError) as error:
            # Not a stranger's fault but ours; still no reason to stop at this mail.
            log.error("mail %s could not be read: %s", mail.id, type(error).__name__)
            message_id, reason = "", f"could not be read ({type(error).__name__})"
            reading = Reading("quarantined", "unreadable", reason, counts=("quarantined",))
    person = reading.participant_id
    inbox.settle(conn, mail.id, reading.state, reading.kind, reading.reason, message_id, person)
    return reading


def _reading(app: App, mail: inbox.Filed, letter: inbound.Inbound, now: datetime) -> Reading:
    if letter.message_id and inbox.seen_before(app.conn, letter.message_id, mail.id):
        return Reading("ignored", "copy", "the same mail was read before", counts=("ignored",))
    return _unless_old(TOO_LARGE if mail.truncated else _read(app, mail, letter, now), mail)


def _unless_old(reading: Reading, mail: inbox.Filed) -> Reading:
    """A mailbox that is read for the first time may be full of old letters; those of strangers are nobody's task."""
    before = mail.first_read_at is not None and mail.received_at < mail.first_read_at - OLD
    if before and reading.participant_id is None and reading.state in ("for_person", "quarantined"):
        return Reading("ignored", reading.kind, "came before this mailbox was first read", counts=("ignored",))
    return reading


def _read(app: App, mail: inbox.Filed, letter: inbound.Inbound, now: datetime) -> Reading:
    conn = app.conn
    if letter.calendars:
        reading = inbox_answers.read_calendar(conn, mail, letter, now)
        if reading is not None:
            return reading
    wish = inbox_answers.read_unsubscribe(conn, mail, letter, now)
    if wish is not None:
        return wish
    bounce = bounces.read(mail.raw, letter)
    if bounce is not None:
        return inbox_bounces.read_bounce(conn, mail, letter, bounce, now)
    message = answered_message(conn, letter)
    if message is not None:
        claims.prove_sent(conn, message.id, inbox_answers.ANSWERED, now)
    if letter.auto_submitted:
        return inbox_bounces.read_autoreply(conn, mail, letter, now, app.programme.zone)
    if message is not None and inbox_surveys.is_about_one(message):
        return inbox_surveys.read_reply(app, mail, letter, message, now)
    reading = inbox_answers.read_text(conn, mail, letter, message, now)
    item = checklist_answers.item_of(message) if message is not None and reading.kind == "letter" else None
    if message is not None and item is not None:
        return checklist_answers.read_mail(app, mail, letter.text, message, item)
    return reading
