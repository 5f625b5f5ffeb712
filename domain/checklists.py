"""What a sharer prepares for a session, and by when: generated backward from the date, and squeezed when it is late.

An item keeps its offset from the session's start or end, never a due time. Wording and offsets are data
(`config/checklists.toml`); who is asked when, and what follows silence, is in cadences.toml like every other touch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.resources import ResourceKind
from domain.sessions import Session
from domain.sheets import Question


class Owner(StrEnum):
    """Whose an item is. The co-sharer's are the sharer's own where there is but one."""

    SHARER = "sharer"
    CO_SHARER = "co_sharer"


class Way(StrEnum):
    """How an item is done: what its answer is."""

    TICK = "tick"
    TEXT = "text"
    LINK = "link"
    FILE = "file"  # a link to a file, or the file by mail
    NUMBER = "number"


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_NEEDED = "not_needed"
    HELP = "help"  # the sharer asked for help; a coordinator sees to it


class Settling(StrEnum):
    """What a coordinator decides about a session whose sharers are silent or ask for help, for all of it at once."""

    SEEN_TO = "seen-to"  # what waits on the desk is seen to; what comes later is asked about as before
    TAKE_OVER = "take-over"  # all that is open is the coordinators' now: nobody is asked any more
    HAND_OVER = "hand-over"  # to the co-sharer, or somebody else, with new dates; the silent one goes
    MORE_TIME = "more-time"  # what is open gets new dates in the time that is left, and is asked about anew
    CALL_OFF = "call-off"  # the session is cancelled


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody says about an item: it is done (with the answer that its way asks for), not needed, or help is
    wanted."""

    state: ItemState
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """What an item is, for every session of a kind. `title`, `hint`: English, translated where they are shown.

    `resource`: its link becomes a resource of the session. `calendar`: it has an entry of that length in the calendar.
    `questions`: it is answered one by one (`sheets.py`); where its way is a file, a link to one will do, too.
    `hands_out`: once it is done, participants get the session's resources of that kind with their reminder.
    """

    code: str
    title: str
    hint: str
    owner: Owner
    after: bool
    offset: timedelta
    way: Way
    blocks: str = ""
    again: bool = False
    resource: ResourceKind | None = None
    calendar: timedelta | None = None
    questions: tuple[Question, ...] = ()
    hands_out: ResourceKind | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do for one session. `offset`: from its start, or where it is `after` the session, from its end.

    `answer`: text, address or number, "" for a tick. `again`: must be done anew when the session moves.
    """

    id: int
    session_id: int
    code: str
    owner: Owner
    after: bool
    offset: timedelta
    way: Way
    blocks: str
    again: bool
    state: ItemState
    answer: str
    answered_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """An item and its date: `due`, and `regular`, when it would be due had there been time enough.

    `late`: that was over before the checklist was made, or the session was moved. `pace`: by how much this plan is
    shorter than a regular one, 1 when it is not. `until`: the session's start, after which preparing is of no use.
    """

    item: Item
    due: datetime
    regular: datetime
    late: bool
    pace: float
    until: datetime | None


# Before the first item is due, so that its owner is asked in time: asks begin two days before.
NOTICE = timedelta(days=3)


def plan(items: Sequence[Item], starts_at: datetime, ends_at: datetime, since: datetime) -> list[Dated]:
    """Each item with its date, by date. `since`: when the checklist was made, or its session last moved.

    A checklist made in time has its regular dates. One made late is squeezed as a whole: what was to happen in the
    time before the session happens in the time that is left, in the same order, nothing before `since`. What was done
    before `since` needs no time; what is done after it moves no date. What is due after the session counts from its
    end, or from `since` where that is later.
    """
    ahead = [-i.offset for i in items if not i.after and not (i.answered_at is not None and i.answered_at < since)]
    lead = max(ahead, default=timedelta()) + NOTICE
    pace = min(1.0, max(starts_at - since, timedelta()) / lead)
    found = []
    for item in items:
        regular = (max(ends_at, since) if item.after else starts_at) + item.offset
        if item.after:
            found.append(Dated(item, regular, regular, late=False, pace=1.0, until=None))
        else:
            due = starts_at + item.offset * pace
            found.append(Dated(item, due, regular, regular <= since, pace, starts_at))
    return sorted(found, key=lambda dated: (dated.due, dated.regular, dated.item.id))


def since(made_at: datetime, session: Session, renewed_at: datetime | None = None) -> datetime:
    """From when on a checklist, or the items of a session, count: made, the session moved, or given new dates."""
    return max(made_at, session.moved_at or made_at, renewed_at or made_at)


def owner_of(owner: Owner, sharers: Sequence[int]) -> int | None:
    """Which of a session's sharers, the first one first, has to see to it; None while nobody is known."""
    if not sharers:
        return None
    return sharers[1] if owner is Owner.CO_SHARER and len(sharers) > 1 else sharers[0]
