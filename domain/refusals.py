"""Why a touch may not go: it is not for this person (said quietly), or they must not get it."""

from datetime import datetime

from domain.anchors import anchor_of
from domain.cadences import Audience, Purpose, Touchpoint
from domain.facts import Facts
from domain.invitations import PartStat
from domain.routes import chat_refusal, mail_refusal
from domain.sessions import SessionState
from domain.subjects import About
from domain.touches import Touch


def not_for(touch: Touch, point: Touchpoint, facts: Facts, now: datetime) -> str:
    """Why a timed touch is not for this person; "" when it is. No fact changes when a session begins, so who may
    have taken part by then, and what is next in turn, is asked when the touch is due."""
    if over := closed(facts):
        return over
    due = touch.due_at is None or touch.due_at <= now
    for name in point.audience:
        if not _holds(name, facts, now) and (due or name not in _ASKED_WHEN_DUE):
            return _NOT[name]
    if facts.subject is None and touch.due_at is not None:
        since = facts.involved_since if facts.session else facts.registered_at
        if since is not None and touch.due_at < since:
            return "it was due before this concerned them"
    if point.ladder and touch.due_at is not None and facts.last_seen is not None:
        anchor = anchor_of(point, facts)
        if anchor is not None and facts.last_seen > anchor:
            return "a sign of life since: the ladder stops"
    return ""


def closed(facts: Facts) -> str:
    """Why nothing is asked about the subject any more; "" while something is, and where there is none."""
    if facts.subject is None:
        return ""
    off = facts.session is not None and facts.session.state is SessionState.CANCELLED
    if off and facts.subject.about is not About.RELEASED:
        return "the session was cancelled"
    return facts.subject.closed


_ASKED_WHEN_DUE = (Audience.CAME, Audience.IN_TURN)
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
    Audience.SILENT: "has begun to answer",
    Audience.BEGUN: "has not begun to answer",
    Audience.OWNER: "another sharer sees to it",
    Audience.CO_SHARER: "theirs to see to, and nobody's help",
    Audience.IN_TURN: "asked for something else first: one ask at a time",
}


def _holds(name: Audience, facts: Facts, now: datetime) -> bool:
    invitation, session, subject = facts.invitation, facts.session, facts.subject
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
            return bool(chat_refusal(facts.person))
        case Audience.NO_SKILLS:
            return not facts.has_skills
        case Audience.BEGUN:
            return subject is not None and subject.begun
        case Audience.SILENT:
            return subject is not None and not subject.begun
        case Audience.OWNER:
            return subject is not None and subject.mine
        case Audience.CO_SHARER:
            return subject is not None and not subject.mine
        case Audience.IN_TURN:
            return subject is not None and subject.in_turn


def _came(facts: Facts, now: datetime) -> bool:
    return facts.came_at is not None and facts.came_at < now


def refusal(touch: Touch, facts: Facts, now: datetime) -> str:
    """Why this person must not get what is otherwise for them; "" when they may."""
    person, session, invitation = facts.person, facts.session, facts.invitation
    if person.erased:
        return "the person's data was erased"
    event = touch.due_at is None
    if event and (unreachable := mail_refusal(person)):
        return unreachable
    unasked = facts.subject is not None and touch.purpose is Purpose.ASK_COORDINATOR  # nothing that they would get
    if not unasked and ("*" in person.suppressed or touch.topic in person.suppressed):
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
