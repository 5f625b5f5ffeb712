"""Which touches the facts call for, whether or not each may go, and timed ones whether or not they are due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.anchors import anchor_of, said, span
from domain.cadences import NO_CAP, Anchor, Purpose, Rules, Touchpoint
from domain.facts import Facts
from domain.sessions import Invites, Session, SessionState
from domain.subjects import About


@dataclass(frozen=True, slots=True)
class Touch:
    """One due instance of a touchpoint. Its key is unique for ever."""

    key: str
    touchpoint: str
    purpose: Purpose
    topic: str
    participant_id: int
    session_id: int | None
    sequence: int | None
    expires_at: datetime | None
    because: str
    due_at: datetime | None = None  # None: an event, due when it happens
    priority: int = 5
    cap: str = NO_CAP


def touches(facts: Facts, rules: Rules) -> Iterator[Touch]:
    """The touches that the facts call for."""
    if facts.about is About.PERSON and facts.registered_at is not None:
        key = f"welcome/{facts.person.id}"
        yield _event(facts, rules, "welcome", key, facts.registered_at, "registered for the programme")
    elif facts.about is About.SESSION and facts.rsvp is not None:
        key = f"rsvp/{facts.rsvp.id}"
        yield _event(facts, rules, "rsvp_confirmation", key, facts.rsvp.stamp, "answered by a mail text")
        return  # what else the session has to say comes with the session's own facts
    elif facts.about is About.SESSION and facts.session is not None:
        yield from _calendar_touches(facts, rules, facts.session)
    for point in rules.timed_about(facts.about):
        touch = _timed(facts, rules, point)
        if touch is not None:
            yield touch


def _calendar_touches(facts: Facts, rules: Rules, session: Session) -> Iterator[Touch]:
    """At most one: what this person's calendar has to be told."""
    invitation = facts.invitation
    sequence = session.sequence + (invitation.bump if invitation else 0)
    tail = f"{session.id}/{sequence}/{facts.person.id}"
    if session.state is SessionState.CANCELLED or (invitation is not None and not invitation.wanted):
        if facts.heard.entry_stands:
            why = "the session was cancelled" if session.state is SessionState.CANCELLED else "no longer registered"
            yield _event(facts, rules, "cancellation", f"cancel/{tail}", session.changed_at, why)
        return
    # A SEQUENCE below the entry's own lead is from before this person left and came back: nothing to update on.
    came_back = invitation is not None and (facts.heard.request or 0) < invitation.bump
    if facts.heard.entry_stands and not came_back:
        if facts.heard.request is not None and facts.heard.request < sequence:
            yield _event(facts, rules, "update", f"invite/{tail}", session.changed_at, "the session changed")
        return
    asked_for = facts.registered or (invitation is not None and invitation.origin == "registration")
    if asked_for:
        yield _event(facts, rules, "invitation", f"invite/{tail}", session.changed_at, "registered for the session")
    elif invitation is not None or session.invites is Invites.EVERYBODY:
        because = "general invitation to everybody eligible"
        yield _event(facts, rules, "general_invitation", f"invite/{tail}", session.changed_at, because)


def _event(facts: Facts, rules: Rules, code: str, key: str, anchor: datetime, because: str) -> Touch:
    point, session = rules.touchpoints[code], facts.session
    expires: datetime | None = session.ends_at if session else None
    if point.expires_after is not None:
        expires = anchor + point.expires_after
    if session is not None and point.purpose in (Purpose.INVITATION, Purpose.UPDATE):
        expires = session.starts_at
    return _touch(facts, point, key, expires, because, due_at=None)


def _timed(facts: Facts, rules: Rules, point: Touchpoint) -> Touch | None:
    """A timed touch; None where its anchor is not there (yet), or the person's or session's case is closed."""
    found = span(point, facts, rules)
    if found is None:
        return None
    due, expires = found
    return _touch(facts, point, f"{point.code}/{_occasion(facts, point)}{facts.person.id}", expires, said(point), due)


def _occasion(facts: Facts, point: Touchpoint) -> str:
    """A moved session is another occasion; a survey, or the ladder of a registration, is one for ever."""
    if facts.subject is not None:
        return f"{facts.subject.tag}/"
    occasion = f"{facts.session.id}/{facts.session.time_sequence}/" if facts.session else ""
    if point.anchor is Anchor.LAST_SEEN:
        occasion += f"{anchor_of(point, facts):%Y%m%d%H%M%S}/"
    return occasion


def _touch(
    facts: Facts, point: Touchpoint, key: str, expires_at: datetime | None, because: str, due_at: datetime | None
) -> Touch:
    session = facts.session
    bump = facts.invitation.bump if facts.invitation else 0
    return Touch(
        key=key,
        touchpoint=point.code,
        purpose=point.purpose,
        topic=point.topic,
        participant_id=facts.person.id,
        session_id=session.id if session else None,
        sequence=session.sequence + bump if session else None,
        expires_at=expires_at,
        because=because,
        due_at=due_at,
        priority=point.priority,
        cap=point.cap,
    )
