"""A message in the outbox: its states, and which moves between them are allowed.

`draft -approve-> queued -> claimed(lease) -> at_risk -> sent | queued(not before) | failed | unsure`, and
`cancelled`, `expired`, `held`. What the recipient's side does later is in delivery events, never in the state.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.deliveries import Outcome, Receipt


class State(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    HELD = "held"
    CLAIMED = "claimed"
    AT_RISK = "at_risk"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# States in which the far side may already have the message.
MAY_BE_OUT = (State.AT_RISK, State.SENT, State.UNSURE)
# States from which a change of facts may still take a message back.
RECALLABLE = (State.DRAFT, State.QUEUED, State.HELD, State.CLAIMED)


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the outbox, frozen when recorded (the bytes themselves lie beside it)."""

    id: int
    key: str
    participant_id: int | None  # None: to a group or a coordinator
    channel: str
    purpose: str
    topic: str
    session_id: int | None
    sequence: int | None
    state: State
    because: str
    language: str
    priority: int
    not_before: datetime
    expires_at: datetime | None
    message_id: str
    attempts: int
    repeatable: bool
    repeats: int
    created_at: datetime
    sent_at: datetime | None
    note: str
    touchpoint: str
    sender: str
    recipient: str
    contact_point_id: int | None = None

    @property
    def unproven(self) -> bool:
        """Whether evidence that it arrived would change anything: its fate is unknown, or it waits to be repeated."""
        return self.state is State.UNSURE or (self.state is State.QUEUED and self.repeats > 0)


class Claimed(NamedTuple):
    """What a delivery needs to know of a message that it has claimed. A tuple, because it claims very many."""

    id: int
    key: str
    participant_id: int | None
    channel: str
    purpose: str
    topic: str
    session_id: int | None
    touchpoint: str
    expires_at: datetime | None
    attempts: int
    repeatable: int  # 0 or 1
    repeats: int
    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a message after a receipt. `counts`: whether this was an attempt."""

    state: State
    not_before: datetime | None = None
    counts: bool = True
    note: str = ""


# Minutes until the next try after the 1st, 2nd ... failed one; the last repeats. RFC 5321 section 4.5.4.1 asks
# for at least 30 minutes between tries after the first few, and to go on for days.
BACKOFF_MINUTES = (2, 10, 30, 60, 120, 240)
MAX_ATTEMPTS = 15


def settle(receipt: Receipt, attempts: int, now: datetime) -> Settlement:
    """Decide from one receipt; `attempts` counts those before this one."""
    words = f"{receipt.phase} {receipt.code or ''} {receipt.outcome}".replace("  ", " ")
    match receipt.outcome:
        case Outcome.SENT:
            return Settlement(State.SENT)
        case Outcome.UNSURE:
            return Settlement(State.UNSURE, note=words)
        case Outcome.REFUSED_RECIPIENT | Outcome.REFUSED_MESSAGE:
            return Settlement(State.FAILED, note=words)
        case Outcome.RETURNED:
            return Settlement(State.QUEUED, not_before=now, counts=False, note=words)
        case Outcome.LATER:
            if attempts + 1 >= MAX_ATTEMPTS:
                return Settlement(State.FAILED, note=f"given up after {attempts + 1} tries; last: {words}")
            wait = timedelta(minutes=BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES) - 1)])
            wait = max(wait, receipt.retry_after or wait)
            return Settlement(State.QUEUED, not_before=now + wait, note=words)
