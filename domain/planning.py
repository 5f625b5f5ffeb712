"""Which touches the facts call for, and whether each may go: Send, Hold or Skip, with its because.

Pure: facts, rules and `now` in, decisions out. `forecast`, `why` and the planner ask the same functions, and
`still_wanted` asks them again when a message is about to leave. Wording lives in the templates, due work is found
by the store; this file only decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.invitations import Invitation, PartStat, Rsvp
from domain.participants import Health, Participant
from domain.sessions import Invites, Session, SessionState
from domain.times import QuietHours


class Purpose(StrEnum):
    WELCOME = "welcome"
    INVITATION = "invitation"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    RSVP_CONFIRMATION = "rsvp_confirmation"


# Harmless when repeated: same UID, SEQUENCE and Message-ID (RFC 5546 section 2.1.5).
REPEATABLE = frozenset({Purpose.INVITATION, Purpose.UPDATE, Purpose.CANCELLATION})


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A rule of a cadence: when after its anchor, how long of use, under which topic, how it behaves at night."""

    code: str
    purpose: Purpose
    topic: str
    quiet_hours: bool
    expires_after: timedelta | None  # after the anchor; None: with the session
    priority: int = 5


@dataclass(frozen=True, slots=True)
class Rules:
    touchpoints: Mapping[str, Touchpoint]
    quiet: QuietHours
    default_zone: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What this person may already have of a session, as far as anybody can know."""

    request: int | None = None  # highest SEQUENCE of a REQUEST that left, or may have
    cancel: int | None = None  # likewise of a CANCEL

    @property
    def entry_stands(self) -> bool:
        """Whether an entry may stand in this person's calendar now."""
        return self.request is not None and (self.cancel is None or self.cancel < self.request)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one person, and one session where there is one."""

    person: Participant
    registered_at: datetime | None = None  # in the programme
    session: Session | None = None
    registered: bool = False  # for the session
    invitation: Invitation | None = None
    heard: Heard = field(default_factory=Heard)
    rsvp: Rsvp | None = None  # an answer by mail text that is to be confirmed


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


@dataclass(frozen=True, slots=True)
class Send:
    touch: Touch
    because: str


@dataclass(frozen=True, slots=True)
class Hold:
    touch: Touch
    because: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    touch: Touch
    because: str


Decision = Send | Hold | Skip


def touches(facts: Facts, rules: Rules) -> Iterator[Touch]:
    """The touches that the facts call for, whether or not each may go."""
    if facts.session is None:
        if facts.registered_at is not None:
            key = f"welcome/{facts.person.id}"
            yield _touch(facts, rules, "welcome", key, facts.registered_at, "registered for the programme")
        return
    session, invitation = facts.session, facts.invitation
    sequence = session.sequence + (invitation.bump if invitation else 0)
    tail = f"{session.id}/{sequence}/{facts.person.id}"
    if facts.rsvp is not None:
        yield _touch(
            facts, rules, "rsvp_confirmation", f"rsvp/{facts.rsvp.id}", facts.rsvp.stamp, "answered by a mail text"
        )
        return  # what else the session has to say comes with the session's own facts
    if session.state is SessionState.CANCELLED or (invitation is not None and not invitation.wanted):
        if facts.heard.entry_stands:
            why = "the session was cancelled" if session.state is SessionState.CANCELLED else "no longer registered"
            yield _touch(facts, rules, "cancellation", f"cancel/{tail}", session.changed_at, why)
        return
    # A SEQUENCE below the entry's own lead is from before this person left and came back: nothing to update on.
    came_back = invitation is not None and (facts.heard.request or 0) < invitation.bump
    if facts.heard.entry_stands and not came_back:
        if facts.heard.request is not None and facts.heard.request < sequence:
            yield _touch(facts, rules, "update", f"invite/{tail}", session.changed_at, "the session changed")
        return
    asked_for = facts.registered or (invitation is not None and invitation.origin == "registration")
    if asked_for:
        yield _touch(facts, rules, "invitation", f"invite/{tail}", session.changed_at, "registered for the session")
    elif invitation is not None or session.invites is Invites.EVERYBODY:
        because = "general invitation to everybody eligible"
        yield _touch(facts, rules, "general_invitation", f"invite/{tail}", session.changed_at, because)


def decide(touch: Touch, facts: Facts, rules: Rules, now: datetime) -> Decision:
    """May this touch go now? Asked when planning, in forecasts, and again before sending."""
    refusal = _refusal(touch, facts, now)
    if refusal:
        return Skip(touch, refusal)
    if rules.touchpoints[touch.touchpoint].quiet_hours:
        zone = facts.person.zone or rules.default_zone
        until = rules.quiet.quiet_until(now, zone)
        if until is not None and touch.expires_at is not None and until >= touch.expires_at:
            return Skip(touch, f"quiet hours in {zone} last longer than the message is of use")
        if until is not None:
            return Hold(touch, f"quiet hours in {zone}", until)
    return Send(touch, touch.because)


def still_wanted(key: str, touchpoint: str, facts: Facts, rules: Rules, now: datetime) -> Decision | None:
    """The decision about a recorded message, asked again when it is about to leave; None: no longer called for.

    Asked as if the person had not heard of it yet: a repeat or a copy (`key#2`) must not forbid itself.
    """
    base = key.partition("#")[0]
    before = Heard(request=-1) if base.startswith("cancel/") else Heard()
    for touch in touches(replace(facts, heard=before), rules):
        if touch.key == base:
            point = rules.touchpoints[touchpoint]
            touch = replace(touch, touchpoint=touchpoint, purpose=point.purpose, topic=point.topic)
            return decide(touch, facts, rules, now)
    return None


def foresee(touch: Touch, facts: Facts, rules: Rules, now: datetime, end: datetime) -> tuple[datetime, Decision]:
    """The decision that stands at `end` if the facts stay as they are, and the moment it is reached."""
    moment, decision = now, decide(touch, facts, rules, now)
    while isinstance(decision, Hold) and decision.until <= end:
        moment = decision.until
        decision = decide(touch, facts, rules, moment)
    return moment, decision


def _refusal(touch: Touch, facts: Facts, now: datetime) -> str:
    person, session, invitation = facts.person, facts.session, facts.invitation
    if person.erased:
        return "the person's data was erased"
    if person.email is None:
        return "no e-mail address is known"
    if person.email.health in (Health.HARD, Health.BLOCKED):
        return "the e-mail address refuses mail"
    if "*" in person.suppressed or touch.topic in person.suppressed:
        return f"asked for no more messages about {touch.topic}"
    if touch.touchpoint == "general_invitation" and person.consents.get("invitations") is False:
        return "did not agree to general invitations"
    if touch.expires_at is not None and now >= touch.expires_at:
        return "too late to be of use"
    declined = invitation is not None and invitation.partstat is PartStat.DECLINED
    if declined and touch.purpose in (Purpose.UPDATE, Purpose.CANCELLATION):
        return "declined: a decline means less mail"
    if session is not None and touch.purpose in (Purpose.INVITATION, Purpose.UPDATE) and now >= session.starts_at:
        return "the session has begun"
    return ""


def _touch(facts: Facts, rules: Rules, code: str, key: str, anchor: datetime, because: str) -> Touch:
    point, session = rules.touchpoints[code], facts.session
    sequence = session.sequence + (facts.invitation.bump if facts.invitation else 0) if session else None
    expires: datetime | None = session.ends_at if session else None
    if point.expires_after is not None:
        expires = anchor + point.expires_after
    if session is not None and point.purpose in (Purpose.INVITATION, Purpose.UPDATE):
        expires = session.starts_at
    return Touch(
        key=key,
        touchpoint=code,
        purpose=point.purpose,
        topic=point.topic,
        participant_id=facts.person.id,
        session_id=session.id if session else None,
        sequence=sequence,
        expires_at=expires,
        because=because,
    )
