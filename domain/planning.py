"""Which touches the facts call for, and whether each may go: Send, Hold or Skip, with its because.

Pure: facts, rules and `now` in, decisions out. `forecast`, `why` and the planner ask the same functions, and
`still_wanted` asks them again when a message is about to leave. Wording lives in the templates, due work is found
by the store, the weekly cap is in `domain/admission.py`; this file only decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from domain.cadences import MAILINGS, NO_CAP, Anchor, Audience, Channel, Purpose, Rules, Touchpoint
from domain.invitations import Invitation, PartStat, Rsvp
from domain.participants import ConsentTopic, ContactPoint, Health, Participant, Role
from domain.sessions import Invites, Session, SessionState
from domain.times import zone_or_none

USABLE = (Health.OK, Health.SOFT)
A_WEEK = timedelta(days=7)


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
    asked_at: datetime | None = None  # when the request for the session's present time left
    involved_since: datetime | None = None  # when the session, as it stands, first concerned this person
    last_seen: datetime | None = None  # the newest sign of life on any channel
    came_at: datetime | None = None  # from when on this person counts as somebody who took part in a session
    has_skills: bool = False  # said what they want to learn or share


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


@dataclass(frozen=True, slots=True)
class Send:
    """`to`: where it goes; None for a task on the desk."""

    touch: Touch
    because: str
    to: ContactPoint | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    touch: Touch
    because: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """`quietly`: said by `why`, not worth a record (a reminder for those who are not coming)."""

    touch: Touch
    because: str
    quietly: bool = False


Decision = Send | Hold | Skip


def touches(facts: Facts, rules: Rules) -> Iterator[Touch]:
    """The touches that the facts call for, whether or not each may go, and timed ones whether or not they are due."""
    if facts.session is None:
        if facts.registered_at is not None:
            key = f"welcome/{facts.person.id}"
            yield _event(facts, rules, "welcome", key, facts.registered_at, "registered for the programme")
    elif facts.rsvp is not None:
        key = f"rsvp/{facts.rsvp.id}"
        yield _event(facts, rules, "rsvp_confirmation", key, facts.rsvp.stamp, "answered by a mail text")
        return  # what else the session has to say comes with the session's own facts
    else:
        yield from _calendar_touches(facts, rules, facts.session)
    for point in rules.timed:
        if point.about_session == (facts.session is not None):
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


def decide(touch: Touch, facts: Facts, rules: Rules, now: datetime) -> Decision:
    """May this touch go now? Asked when planning, in forecasts, and again before sending."""
    point = rules.touchpoints[touch.touchpoint]
    unfit = _not_for(touch, point, facts, now)
    if unfit:
        return Skip(touch, unfit, quietly=True)
    refusal = _refusal(touch, facts, now)
    if refusal:
        return Skip(touch, refusal)
    if touch.due_at is not None and now < touch.due_at:
        return Hold(touch, "not due yet", touch.due_at)
    to, unreachable = route(point.channel, facts)
    if unreachable:
        return Skip(touch, unreachable)
    until, why = _waits(point, facts, rules, to, now)
    if until is not None and touch.expires_at is not None and until >= touch.expires_at:
        return Skip(touch, f"{why}, for longer than the message is of use")
    if until is not None:
        return Hold(touch, why, until)
    return Send(touch, touch.because, to)


def route(channel: Channel, facts: Facts) -> tuple[ContactPoint | None, str]:
    """Where a message for this channel goes, or why it cannot. "best": the newest sign of life wins, mail on a tie."""
    person = facts.person
    if channel is Channel.DESK:
        return None, ""
    chat_refusal = _chat_refusal(person)
    mail_refusal = _mail_refusal(person)
    if channel is Channel.TELEGRAM:
        return (person.telegram, "") if not chat_refusal else (None, chat_refusal)
    if channel is Channel.BEST and not chat_refusal and person.telegram is not None:
        never = datetime.min.replace(tzinfo=UTC)
        mail_seen = person.email.last_sign_at or never if person.email else never
        doubtful = bool(mail_refusal) or (person.email is not None and person.email.health is Health.SOFT)
        if doubtful or (person.telegram.last_sign_at or never) > mail_seen:
            return person.telegram, ""
    return (person.email, "") if not mail_refusal else (None, mail_refusal)


def _mail_refusal(person: Participant) -> str:
    if person.email is None:
        return "no e-mail address is known"
    return "" if person.email.health in USABLE else "the e-mail address refuses mail"


def _chat_refusal(person: Participant) -> str:
    if person.telegram is None:
        return "no Telegram chat is linked"
    if person.telegram.health not in USABLE:
        return "the Telegram chat is blocked"
    return "did not agree to Telegram" if person.consents.get("telegram") is False else ""


def _waits(
    point: Touchpoint, facts: Facts, rules: Rules, to: ContactPoint | None, now: datetime
) -> tuple[datetime | None, str]:
    """Until when, and why, a touch that may go waits all the same."""
    if not point.quiet_hours or to is None:
        return None, ""
    if to.away_until is not None and to.away_until > now:
        return to.away_until, "the person is away"
    zone = facts.person.zone or rules.default_zone
    until = rules.quiet.quiet_until(now, zone)
    return until, f"quiet hours in {zone}"


def _not_for(touch: Touch, point: Touchpoint, facts: Facts, now: datetime) -> str:
    """Why a timed touch is not for this person; "" when it is. No fact changes when a session begins, so who may
    have taken part by then is asked when the touch is due."""
    due = touch.due_at is None or touch.due_at <= now
    for name in point.audience:
        if not _holds(name, facts, now) and (due or name is not Audience.CAME):
            return _NOT[name]
    since = facts.involved_since if facts.session else facts.registered_at
    if touch.due_at is not None and since is not None and touch.due_at < since:
        return "it was due before this concerned them"
    if point.ladder and touch.due_at is not None and facts.last_seen is not None:
        anchor = _anchor(point, facts)
        if anchor is not None and facts.last_seen > anchor:
            return "a sign of life since: the ladder stops"
    return ""


_NOT = {
    Audience.INVITED: "no entry stands in their calendar",
    Audience.REGISTERED: "invited with everybody, and nobody presses them",
    Audience.UNANSWERED: "answered already",
    Audience.ACCEPTED: "did not say yes",
    Audience.NOT_DECLINED: "declined",
    Audience.NEVER_CAME: "took part before",
    Audience.CAME: "never took part",
    Audience.NO_TELEGRAM: "a Telegram chat is linked",
    Audience.NO_SKILLS: "said what they want to learn or share",
}


def _holds(name: Audience, facts: Facts, now: datetime) -> bool:
    invitation, session = facts.invitation, facts.session
    partstat = invitation.partstat if invitation else PartStat.NEEDS_ACTION
    match name:
        case Audience.INVITED:
            stands = session is not None and session.state is SessionState.CONFIRMED and facts.heard.entry_stands
            return stands and invitation is not None and invitation.wanted
        case Audience.REGISTERED:
            return facts.registered
        case Audience.UNANSWERED:
            return partstat is PartStat.NEEDS_ACTION
        case Audience.ACCEPTED:
            return partstat is PartStat.ACCEPTED
        case Audience.NOT_DECLINED:
            return partstat is not PartStat.DECLINED
        case Audience.NEVER_CAME:
            return not _came(facts, now)
        case Audience.CAME:
            return _came(facts, now)
        case Audience.NO_TELEGRAM:
            return bool(_chat_refusal(facts.person))
        case Audience.NO_SKILLS:
            return not facts.has_skills


def _came(facts: Facts, now: datetime) -> bool:
    return facts.came_at is not None and facts.came_at < now


def still_wanted(key: str, touchpoint: str, facts: Facts, rules: Rules, now: datetime) -> Decision | None:
    """The decision about a recorded message, asked again when it is about to leave; None: no longer called for.

    Asked as if the person had not heard of it yet: a repeat or a copy (`key#2`) must not forbid itself.
    """
    base = key.partition("#")[0]
    if touchpoint in MAILINGS:
        return decide_mailing(touchpoint, base, facts, rules, now)
    if base.startswith("cancel/"):
        facts = replace(facts, heard=Heard(request=-1))
    elif base.startswith("invite/"):
        facts = replace(facts, heard=Heard())
    for touch in touches(facts, rules):
        if touch.key == base:
            point = rules.touchpoints.get(touchpoint)
            if point is None:
                return Skip(touch, "the cadence has no such touchpoint any more")
            touch = replace(touch, touchpoint=touchpoint, purpose=point.purpose, topic=point.topic)
            return decide(touch, facts, rules, now)
    return None


def decide_mailing(code: str, key: str, facts: Facts, rules: Rules, now: datetime) -> Decision:
    """Whether this person is a reader of an approved issue, asked when its list is made and before it is sent. No
    facts call for it but the approval, so it is nobody's touch before it is recorded.
    """
    point = rules.touchpoints[code]
    touch = Touch(
        key=key,
        touchpoint=code,
        purpose=point.purpose,
        topic=point.topic,
        participant_id=facts.person.id,
        session_id=None,
        sequence=None,
        expires_at=None,
        because=f"on the approved list of the {code}",
        due_at=now,
    )
    if unwanted := _not_a_reader(code, facts.person):
        return Skip(touch, unwanted)
    return decide(touch, facts, rules, now)


def _not_a_reader(code: str, person: Participant) -> str:
    if code == Purpose.BRIEF:
        return "" if Role.ADVISER in person.roles else "is no adviser"
    return "" if person.consents.get(ConsentTopic.NEWSLETTER) else "did not agree to the newsletter"


def _refusal(touch: Touch, facts: Facts, now: datetime) -> str:
    person, session, invitation = facts.person, facts.session, facts.invitation
    if person.erased:
        return "the person's data was erased"
    event = touch.due_at is None
    if event and (unreachable := _mail_refusal(person)):
        return unreachable
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


# -- making touches ---------------------------------------------------------------------------------------


def _event(facts: Facts, rules: Rules, code: str, key: str, anchor: datetime, because: str) -> Touch:
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
        priority=point.priority,
        cap=point.cap,
    )


def _anchor(point: Touchpoint, facts: Facts) -> datetime | None:
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
        case None:
            return None


def _timed(facts: Facts, rules: Rules, point: Touchpoint) -> Touch | None:
    """A timed touch; None where its anchor is not there (yet), or the person's or session's case is closed."""
    anchor, session, person = _anchor(point, facts), facts.session, facts.person
    if anchor is None or (facts.registered_at is None and session is None):
        return None
    if session is not None and (facts.invitation is None or session.state is SessionState.CANCELLED):
        return None
    due = _at_preferred_hour(anchor, point, person, rules)
    expires = due + (point.expires_after or A_WEEK)
    if session is not None and point.anchor is not Anchor.SESSION_END:
        expires = min(expires, session.starts_at)
    # A moved session is another occasion; the ladder of a registration is one for ever.
    occasion = f"{session.id}/{session.time_sequence}/" if session else ""
    if point.anchor is Anchor.LAST_SEEN:
        occasion += f"{anchor:%Y%m%d%H%M%S}/"
    return Touch(
        key=f"{point.code}/{occasion}{person.id}",
        touchpoint=point.code,
        purpose=point.purpose,
        topic=point.topic,
        participant_id=person.id,
        session_id=session.id if session else None,
        sequence=session.sequence + (facts.invitation.bump if facts.invitation else 0) if session else None,
        expires_at=expires,
        because=_said(point),
        due_at=due,
        priority=point.priority,
        cap=point.cap,
    )


def _at_preferred_hour(anchor: datetime, point: Touchpoint, person: Participant, rules: Rules) -> datetime:
    """Anchor and offset, moved to the person's hour on that local day; never before an offset that looks forward."""
    due = anchor + point.offset
    if not point.preferred_hour:
        return due
    zone = zone_or_none(person.zone) or zone_or_none(rules.default_zone) or UTC
    hour = time(rules.preferred_hour if person.preferred_hour is None else person.preferred_hour)
    day = due.astimezone(zone).date()
    moved = datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)
    if point.offset >= timedelta():
        return moved if moved >= due else datetime.combine(day + timedelta(days=1), hour, tzinfo=zone).astimezone(UTC)
    return moved if moved < anchor else due


def _said(point: Touchpoint) -> str:
    days = abs(point.offset) / timedelta(days=1)
    span = f"{days:g} days" if days >= 2 else f"{abs(point.offset) / timedelta(hours=1):g} hours"
    side = "before" if point.offset < timedelta() else "after"
    anchor = str(point.anchor).replace("_", " ")
    rung = f", step {point.rung} of {point.ladder.replace('_', ' ')}" if point.ladder else ""
    return f"{span} {side} the {anchor}{rung}"
