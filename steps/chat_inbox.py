"""Filed updates are read, some of them a transaction, and what is said back is sent on its way.

`chat_reading.py` reads. An answer to a person is recorded in the outbox in the transaction of the reading and
delivered at once. Chats of nobody we know, and groups, hear an answer at most once, outside the outbox: nothing is
owed to them, and there is no person whose message it would be. Polling and filing are left to `telegram.py`.
"""

import logging
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from channels.telegram_message import ChatMessage, freeze
from channels.telegram_updates import Updates
from domain import chats as events
from domain.cadences import Purpose
from domain.deliveries import Channel
from domain.errors import LetsConnectError
from domain.messages import State
from steps import chat_links, chat_reading
from steps.app import App
from steps.chat_visit import Reading
from steps.deliver import deliver, telegram_channel
from store import chats, database, inbox, journal, outbox
from store.inbox import Settled
from store.outbox import NewMessage

log = logging.getLogger(__name__)

READ_PAGE = 50
ANSWERS_EXPIRE = timedelta(hours=1)
FIRST = 1  # priority: somebody is looking at the chat
FAULTS = (
    LetsConnectError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, sqlite3.IntegrityError,
    sqlite3.DataError,
)  # fmt: skip

_Event = events.ChatEvent | events.Unreadable
_Read = tuple[Reading, _Event, bool]  # what an update came to, its event, and whether an answer lies in the outbox


@dataclass(frozen=True, slots=True)
class TelegramReport:
    """Counts of updates; `rsvps` counts answers that were new, `surveys` surveys that were begun, `answered` what was
    said back."""

    filed: int = 0
    rsvps: int = 0
    surveys: int = 0
    links: int = 0
    starts: int = 0
    stops: int = 0
    ignored: int = 0
    quarantined: int = 0
    answered: int = 0


def read_filed(
    app: App, updates: Updates | None = None, filed: int = 0, channel: Channel | None = None
) -> TelegramReport:
    """Read what is filed, some updates a transaction, and let the answers leave."""
    now, counts, answers = app.now(), Counter[str](), 0
    while page := inbox.unread(app.conn, READ_PAGE, channel="telegram"):
        for reading, event, recorded in _read_page(app, page, now):
            counts.update([reading.count] if reading.count else [])
            counts[reading.state] += 1
            answers += recorded
            if updates is not None:
                _at_once(updates, reading, event, recorded)
    report = TelegramReport(
        filed=filed, rsvps=counts["rsvps"], surveys=counts["surveys"], links=counts["links"],
        starts=counts["starts"], stops=counts["stops"], ignored=counts["ignored"], quarantined=counts["quarantined"],
        answered=answers,
    )  # fmt: skip
    if answers and (updates is not None or channel is not None):
        _deliver(app, channel, answers)
    if counts:
        with database.write(app.conn) as conn:
            run = journal.run_started(conn, "telegram", now)
            journal.run_finished(conn, run, app.now(), asdict(report))
    return report


def _read_page(app: App, page: Sequence[inbox.Filed], now: datetime) -> list[_Read]:
    """In one transaction; in one each when an update of the page cannot be read, and nothing of it was kept."""
    opened = [(filed, _event(app, filed)) for filed in page]
    try:
        with database.write(app.conn):
            return [_read_one(app, filed, event, now) for filed, event in opened]
    except FAULTS:
        return [_read_alone(app, filed, event, now) for filed, event in opened]


def _event(app: App, filed: inbox.Filed) -> _Event:
    try:
        return events.read(filed.raw, chat_links.bot_name(app))
    except events.Unreadable as error:
        return error


def _read_alone(app: App, filed: inbox.Filed, event: _Event, now: datetime) -> _Read:
    try:
        with database.write(app.conn):
            return _read_one(app, filed, event, now)
    except FAULTS as error:
        # Not a stranger's fault but ours; still no reason to stop at this update.
        log.error("update %s could not be read: %s", filed.id, type(error).__name__)
        with database.write(app.conn):
            return _put_by(app, filed, f"could not be read ({type(error).__name__})"), event, False


def _read_one(app: App, filed: inbox.Filed, event: _Event, now: datetime) -> _Read:
    """Inside the caller's transaction, as what follows."""
    if isinstance(event, events.Unreadable):
        return _put_by(app, filed, str(event)), event, False
    reading = chat_reading.read(app, app.conn, event, filed, now)
    person = reading.participant_id
    inbox.settle(app.conn, [Settled(filed.id, reading.state, reading.kind, reading.reason, participant_id=person)])
    recorded = person is not None and reading.said is not None
    if recorded:
        outbox.record(app.conn, _answer(app, filed, reading, now), now)
    return reading, event, recorded


def _put_by(app: App, filed: inbox.Filed, reason: str) -> Reading:
    reading = Reading("quarantined", "unreadable", reason)
    inbox.settle(app.conn, [Settled(filed.id, reading.state, reading.kind, reading.reason)])
    return reading


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


def _at_once(updates: Updates, reading: Reading, event: _Event, recorded: bool) -> None:
    if isinstance(event, events.ChatEvent) and event.callback_id:
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
