"""Invitation = Session x Participant, with PARTSTAT (RFC 5545 section 3.2.12) and the answers that led to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PartStat(StrEnum):
    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"


class RsvpSource(StrEnum):
    CALENDAR = "calendar"  # an iTIP REPLY or COUNTER that came by mail
    MAIL_TEXT = "mail_text"  # "yes", "no", "maybe" above the quote
    TELEGRAM = "telegram"
    PAGE = "page"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Rsvp:
    """One answer from one source. `stamp` is DTSTAMP where the source has one, else the time of arrival."""

    invitation_id: int
    partstat: PartStat
    source: RsvpSource
    sequence: int
    stamp: datetime
    comment: str = ""
    proposed_start: datetime | None = None  # COUNTER (RFC 5546 section 3.2.7)
    inbox_id: int | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """`uid` is this person's own and known to nobody else. SEQUENCE sent = session.sequence + `bump`."""

    id: int
    session_id: int
    participant_id: int
    uid: str
    origin: str  # "registration" | "general"
    wanted: bool  # False once the person withdrew or was taken off
    bump: int
    partstat: PartStat
    answered_at: datetime | None


def resolve(answers: Iterable[Rsvp], time_sequence: int) -> Rsvp | None:
    """The answer that counts: newest by (SEQUENCE, stamp) (RFC 5546 section 2.1.5).

    An answer to a SEQUENCE below `time_sequence` was given for another time and does not count; it stays recorded.
    """
    valid = [a for a in answers if a.sequence >= time_sequence]
    return max(valid, key=lambda a: (a.sequence, a.stamp, a.id or 0), default=None)


CONTRADICT_WITHIN = timedelta(hours=24)


def conflict(answers: Iterable[Rsvp], time_sequence: int) -> tuple[Rsvp, Rsvp] | None:
    """The two newest answers, older first, when they contradict each other: then a person should ask.

    One says no and the other does not, within 24 hours and from different sources, such as a calendar that answers by
    itself and a mail in words. Whoever answers again the same way has changed their mind: a later answer resolves it,
    and so does a coordinator's. "Yes" and "maybe" are no contradiction.
    """
    valid = [a for a in answers if a.sequence >= time_sequence and a.partstat is not PartStat.NEEDS_ACTION]
    newest = sorted(valid, key=lambda a: (a.sequence, a.stamp, a.id or 0))[-2:]
    if len(newest) < 2:
        return None
    before, after = newest
    differ = (before.partstat is PartStat.DECLINED) is not (after.partstat is PartStat.DECLINED)
    asked = RsvpSource.COORDINATOR in (before.source, after.source)
    if differ and not asked and before.source is not after.source and _apart(before, after) <= CONTRADICT_WITHIN:
        return before, after
    return None


def _apart(a: Rsvp, b: Rsvp) -> timedelta:
    return abs(b.stamp - a.stamp)
