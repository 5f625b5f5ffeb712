"""When a timed touch is due and until when it is of use: derived from facts whenever asked, never stored."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from domain.cadences import Anchor, Rules, Touchpoint
from domain.facts import Facts
from domain.participants import Participant
from domain.sessions import SessionState
from domain.subjects import About, Subject
from domain.times import zone_or_none

A_WEEK = timedelta(days=7)
# Of the time between a subject's moment and its end, the share in which the last step has to come.
ROOM = 0.75


def anchor_of(point: Touchpoint, facts: Facts) -> datetime | None:
    """The moment that a touchpoint counts from; None where it is not there (yet)."""
    session = facts.session
    match point.anchor:
        case Anchor.REGISTRATION:
            return facts.registered_at
        case Anchor.SESSION_START:
            return session.starts_at if session else None
        case Anchor.SESSION_END:
            return session.ends_at if session else None
        case Anchor.INVITATION:
            return facts.asked_at
        case Anchor.LAST_SEEN:
            return facts.last_seen or facts.registered_at
        case Anchor.PROPOSAL if facts.subject is not None and facts.subject.put:
            return None
        case Anchor.PROPOSAL_QUESTION | Anchor.SURVEY_ASKED:
            return facts.subject.asked_at if facts.subject else None
        case None:
            return None
    return facts.subject.since if facts.subject else None


def span(point: Touchpoint, facts: Facts, rules: Rules) -> tuple[datetime, datetime] | None:
    """When a timed touch is due, and when it is of no use any more; None where nothing is called for."""
    anchor = anchor_of(point, facts)
    if anchor is None:
        return None
    if facts.subject is not None:
        return _of_subject(point, anchor, facts.subject, facts.person, rules)
    session = facts.session
    if facts.registered_at is None and session is None:
        return None
    if session is not None and (facts.invitation is None or session.state is SessionState.CANCELLED):
        return None
    due = _at_preferred_hour(anchor, point, facts.person, rules)
    expires = due + (point.expires_after or A_WEEK)
    if session is not None and point.anchor is not Anchor.SESSION_END:
        expires = min(expires, session.starts_at)
    return due, expires


def _of_subject(
    point: Touchpoint, anchor: datetime, subject: Subject, person: Participant, rules: Rules
) -> tuple[datetime, datetime]:
    pace, due = _pace(point, subject, rules), _at_preferred_hour(anchor, point, person, rules)
    if pace < 1:
        due = anchor + point.offset * pace
    expires = due + (point.expires_after or A_WEEK) * pace
    return due, min(expires, subject.until) if subject.until is not None else expires


def _pace(point: Touchpoint, subject: Subject, rules: Rules) -> float:
    """Where an item's end is near, its steps move closer together, so that the last one still comes in time."""
    longest = rules.longest_offset(point.about)
    if point.about is not About.ITEM or subject.until is None or longest <= timedelta():
        return subject.pace
    return max(0.0, min(subject.pace, ROOM * ((subject.until - subject.since) / longest)))


def _at_preferred_hour(anchor: datetime, point: Touchpoint, person: Participant, rules: Rules) -> datetime:
    """Anchor and offset, moved to the person's hour on that local day; never before an offset that looks forward."""
    if not point.preferred_hour:
        return anchor + point.offset
    hour = rules.preferred_hour if person.preferred_hour is None else person.preferred_hour
    return _at_hour(anchor, point.offset, hour, person.zone, rules.default_zone)


@lru_cache(maxsize=4096)  # what a session calls for is due for many at the same moments
def _at_hour(anchor: datetime, offset: timedelta, local_hour: int, zone_name: str, default_zone: str) -> datetime:
    due, hour = anchor + offset, time(local_hour)
    zone = zone_or_none(zone_name) or zone_or_none(default_zone) or UTC
    day = due.astimezone(zone).date()
    moved = datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)
    if offset >= timedelta():
        return moved if moved >= due else datetime.combine(day + timedelta(days=1), hour, tzinfo=zone).astimezone(UTC)
    return moved if moved < anchor else due


def said(point: Touchpoint) -> str:
    """`2 days before the session start`, for a touch's because."""
    return _said(str(point.anchor), point.offset, point.ladder, point.rung)


@lru_cache(maxsize=256)
def _said(anchor: str, offset: timedelta, ladder: str, rung: int) -> str:
    days = abs(offset) / timedelta(days=1)
    length = f"{days:g} days" if days >= 2 else f"{abs(offset) / timedelta(hours=1):g} hours"
    side, named = "before" if offset < timedelta() else "after", anchor.replace("_", " ")
    step = f", step {rung} of {ladder.replace('_', ' ')}" if ladder else ""
    return (f"{length} {side} the {named}" if offset else f"at once: {named}") + step
