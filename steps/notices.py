"""Messages to no participant: to coordinators, and to groups. Recorded once a key, like everything in the outbox.

What they say is made by `desk.py` and `announce.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.cadences import Purpose
from domain.messages import State
from steps.app import App
from store import database, meta, outbox
from store.outbox import NewMessage

PRIORITY = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """`data` is frozen for `channel`; `sender` is the envelope's, "" where there is none."""

    key: str
    purpose: Purpose
    channel: str
    sender: str
    recipient: str
    language: str
    because: str
    expires_at: datetime
    data: bytes
    session_id: int | None = None
    sequence: int | None = None
    participant_id: int | None = None
    contact_point_id: int | None = None


def record(app: App, notices: Sequence[Notice]) -> int:
    """Into the outbox; how many were new. In a restored database they are held, as everything is."""
    now = app.now()
    with database.write(app.conn) as conn:
        state = State.HELD if meta.get(conn, meta.RESTORED) is not None else State.QUEUED
        return sum(outbox.record(conn, _message(app, notice, state, now), now) for notice in notices)


def _message(app: App, notice: Notice, state: State, now: datetime) -> NewMessage:
    return NewMessage(
        key=notice.key,
        participant_id=notice.participant_id,
        contact_point_id=notice.contact_point_id,
        channel=notice.channel,
        touchpoint=notice.purpose.value,
        purpose=notice.purpose.value,
        topic=notice.purpose.value,
        session_id=notice.session_id,
        invitation_id=None,
        sequence=notice.sequence,
        state=state,
        because=notice.because,
        language=notice.language,
        priority=PRIORITY,
        not_before=now,
        expires_at=notice.expires_at,
        message_id=app.message_id(notice.key),
        sender=notice.sender,
        recipient=notice.recipient,
        repeatable=False,
        data=notice.data,
    )
