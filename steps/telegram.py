"""Updates from Telegram: filed first, then acknowledged, then read; what is said back leaves through the outbox.

One process asks for updates; a lock says so. `chat_reading.py` reads. Answers are recorded in the transaction of the
reading and delivered at once. Chats of nobody we know, and groups, hear an answer at most once, outside the outbox:
nothing is owed to them, and there is no person whose message it would be.
"""

import fcntl
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.telegram import TelegramChannel
from channels.telegram_message import ChatMessage, freeze
from channels.telegram_updates import Conflicting, Updates
from domain import chats as events
from domain.cadences import Purpose
from domain.deliveries import Channel
from domain.errors import DeliveryError, LetsConnectError, Permanent, Problem, Transient, UserError
from domain.messages import State
from steps import chat_links, chat_reading
from steps.app import App
from steps.chat_visit import Reading
from steps.deliver import deliver, telegram_channel
from store import chats, database, inbox, journal, outbox
from store.outbox import NewMessage
from templates_email import labels
from templates_email.catalogues import languages

log = logging.getLogger(__name__)

READ_PAGE = 50
POLL_SECONDS = 25
RETRY_SECONDS = 5.0
CONFLICTS = 5  # in a row; a poller that was killed is missed by Telegram a little later
ANSWERS_EXPIRE = timedelta(hours=1)
FIRST = 1  # somebody is looking at the chat


@dataclass(frozen=True, slots=True)
class TelegramReport:
    """Counts of updates; `rsvps` counts answers that were new, `answered` what was said back."""

    filed: int = 0
    rsvps: int = 0
    links: int = 0
    starts: int = 0
    stops: int = 0
    ignored: int = 0
    quarantined: int = 0
    answered: int = 0


class AlreadyPolled(UserError):
    """Another process asks for this bot's updates; nothing needs to be done."""


def run_once(app: App) -> TelegramReport:
    """File and read what there is. UserError when another process polls, or the Bot API cannot be used."""
    total: Counter[str] = Counter()
    with _lock(app), closing(_updates(app, lambda: False)) as updates:
        try:
            box = _Box(app, updates)
            total.update(_counts(read_filed(app, updates)))
            while filed := box.file_new(0):
                total.update(_counts(read_filed(app, updates, filed)))
        except DeliveryError as error:
            raise _explained(error) from error
    return TelegramReport(**total)


def poll(app: App, stop: threading.Event, on_news: Callable[[TelegramReport], None]) -> None:
    """Read updates as they come until `stop`; `on_news` is called after some were read.

    A lost connection is tried again for ever; a refused token or a second poller is an error for a person.
    """
    with _lock(app), closing(_updates(app, stop.is_set)) as updates:
        box: _Box | None = None
        conflicts = 0
        channel = telegram_channel(app)
        while not stop.is_set():
            try:
                if box is None:
                    box = _Box(app, updates)
                    _set_commands(channel)
                    read_filed(app, updates, channel=channel)
                filed = box.file_new(POLL_SECONDS)
                conflicts = 0
                if filed:
                    on_news(read_filed(app, updates, filed, channel))
            except Transient as error:
                log.warning("the Bot API is out of reach: %s", error)
                stop.wait(max(RETRY_SECONDS, error.retry_after.total_seconds() if error.retry_after else 0.0))
            except Conflicting as error:
                conflicts += 1
                if conflicts >= CONFLICTS:
                    raise _explained(error) from error
                stop.wait(RETRY_SECONDS)
            except Permanent as error:
                raise _explained(error) from error


def _updates(app: App, stop: Callable[[], bool]) -> Updates:
    return Updates(chat_links.needs_token(app), app.settings.telegram_api, stop=stop)


def _explained(error: DeliveryError) -> UserError:
    return UserError(Problem(f"Telegram cannot be used: {error}", "LETSCONNECT_TELEGRAM_TOKEN"))


@contextmanager
def _lock(app: App) -> Iterator[None]:
    """One poller a home; the kernel frees the lock of a killed one."""
    app.settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(app.settings.home / "telegram.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            remedy = "It reads what comes; nothing needs to be done. To poll here, stop `letsconnect up` first"
            what = "another process asks for this bot's updates"
            raise AlreadyPolled(Problem(what, "telegram.lock", remedy)) from None
        yield
    finally:
        os.close(handle)


def _set_commands(channel: TelegramChannel) -> None:
    """The menu of private chats, in every language we have. Without it, commands can still be written."""
    try:
        for code in languages():
            menu = [(command, labels.label(command, code)) for command in labels.COMMANDS]
            channel.set_commands(menu, "" if code == "en" else code)
    except DeliveryError as error:
        log.warning("the menu of commands could not be set: %s", error)


class _Box:
    """One bot's updates. Asks Telegram who the bot is."""

    def __init__(self, app: App, updates: Updates) -> None:
        self.app, self.updates = app, updates
        bot_id, username = updates.me()
        chat_links.remember_bot(app, username)
        self.name = f"telegram/{bot_id}"
        known = inbox.position(app.conn, self.name)
        self.offset = known[1] + 1 if known else None

    def file_new(self, timeout: int) -> int:
        """Ask for what comes after the last ones filed, which acknowledges those; file what came. How many came."""
        batch = self.updates.fetch(self.offset, timeout)
        if batch:
            now = self.app.now()
            rows = [(number, now, raw) for number, raw in batch]
            with database.write(self.app.conn) as conn:
                inbox.file(conn, self.name, 0, rows, now, channel="telegram")
            # Numbers begin anew somewhere after a week of silence, so the last batch counts, not the highest number.
            self.offset = batch[-1][0] + 1
        return len(batch)


def _counts(report: TelegramReport) -> dict[str, int]:
    return {name: getattr(report, name) for name in report.__slots__}


def read_filed(
    app: App, updates: Updates | None = None, filed: int = 0, channel: Channel | None = None
) -> TelegramReport:
    """Read what is filed, each update in a transaction of its own, and let the answers leave."""
    now, counts, answers = app.now(), Counter[str](), 0
    while page := inbox.unread(app.conn, READ_PAGE, channel="telegram"):
        for one in page:
            reading, event, recorded = _read_one(app, one, now)
            counts.update([reading.count] if reading.count else [])
            counts[reading.state] += 1
            answers += recorded
            if updates is not None:
                _at_once(updates, reading, event, recorded)
    report = TelegramReport(
        filed=filed, rsvps=counts["rsvps"], links=counts["links"], starts=counts["starts"], stops=counts["stops"],
        ignored=counts["ignored"], quarantined=counts["quarantined"], answered=answers,
    )  # fmt: skip
    if answers and (updates is not None or channel is not None):
        _deliver(app, channel, answers)
    if counts:
        with database.write(app.conn) as conn:
            run = journal.run_started(conn, "telegram", now)
            journal.run_finished(conn, run, app.now(), _counts(report))
    return report


def _read_one(app: App, filed: inbox.Filed, now: datetime) -> tuple[Reading, events.ChatEvent | None, bool]:
    """What the update came to, its event, and whether an answer lies in the outbox."""
    try:
        event = events.read(filed.raw, chat_links.bot_name(app))
    except events.Unreadable as error:
        reading = Reading("quarantined", "unreadable", str(error))
        with database.write(app.conn) as conn:
            inbox.settle(conn, filed.id, reading.state, reading.kind, reading.reason)
        return reading, None, False
    try:
        with database.write(app.conn) as conn:
            reading = chat_reading.read(app, conn, event, filed, now)
            inbox.settle(
                conn, filed.id, reading.state, reading.kind, reading.reason, participant_id=reading.participant_id
            )
            recorded = reading.participant_id is not None and reading.said is not None
            if recorded:
                outbox.record(conn, _answer(app, filed, reading, now), now)
        return reading, event, recorded
    except (LetsConnectError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        # Not a stranger's fault but ours; still no reason to stop at this update.
        log.error("update %s could not be read: %s", filed.id, type(error).__name__)
        reading = Reading("quarantined", "unreadable", f"could not be read ({type(error).__name__})")
        with database.write(app.conn) as conn:
            inbox.settle(conn, filed.id, reading.state, reading.kind, reading.reason)
        return reading, event, False


def _answer(app: App, filed: inbox.Filed, reading: Reading, now: datetime) -> NewMessage:
    assert reading.said is not None and reading.participant_id is not None
    message: ChatMessage = reading.said.message
    chat = chats.by_chat(app.conn, message.chat_id)
    key = f"chat/{filed.id}"
    return NewMessage(
        key=key,
        participant_id=reading.participant_id,
        contact_point_id=chat.id if chat and chat.participant_id == reading.participant_id else None,
        channel="telegram",
        touchpoint=Purpose.CHAT_ANSWER.value,
        purpose=Purpose.CHAT_ANSWER.value,
        topic="chat",
        session_id=None,
        invitation_id=None,
        sequence=None,
        state=State.QUEUED,
        because=f"answers what was done in the chat ({reading.kind})",
        language=reading.said.language,
        priority=FIRST,
        not_before=now,
        expires_at=now + ANSWERS_EXPIRE,
        message_id=app.message_id(key),
        sender="",
        recipient=str(message.chat_id),
        repeatable=False,
        data=freeze(message),
    )


def _at_once(updates: Updates, reading: Reading, event: events.ChatEvent | None, recorded: bool) -> None:
    if event is not None and event.callback_id:
        updates.answer(event.callback_id, reading.toast)
    if reading.said is not None and not recorded:
        updates.say(reading.said.message)


def _deliver(app: App, channel: Channel | None, answers: int) -> None:
    """The answers come first in their channel's queue; what else waits there is for the next delivery."""
    try:
        report = deliver(app, channel=channel or telegram_channel(app), limit=answers)
    except LetsConnectError as error:
        log.warning("answers wait in the outbox: %s", error)
        return
    if report.trouble:
        log.warning("answers wait in the outbox: %s", report.trouble)
