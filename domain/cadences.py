"""Cadences: who gets which message when, as data. A touchpoint is one rule; a ladder is touchpoints in order.

Terminology: an *event* touchpoint answers something that happened (a registration, a change) and has no offset. A
*timed* one is due at an offset from an anchor. Anchors are derived from facts when asked, never stored, so a session
that moves moves what hangs on it. The rules themselves are in `domain/planning.py`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from domain.times import QuietHours


class Purpose(StrEnum):
    """What a message is for; a template of that name says it."""

    WELCOME = "welcome"
    INVITATION = "invitation"
    UPDATE = "update"
    CANCELLATION = "cancellation"
    RSVP_CONFIRMATION = "rsvp_confirmation"
    REMINDER = "reminder"
    NUDGE = "nudge"
    ONBOARDING_START = "onboarding_start"
    ONBOARDING_SKILLS = "onboarding_skills"
    NEVER_CAME = "never_came"
    ASK_COORDINATOR = "ask_coordinator"  # no message: a task on the desk
    DESK = "desk"
    CONFIRM_REGISTRATION = "confirm_registration"
    CHAT_ANSWER = "chat_answer"
    ANNOUNCEMENT = "announcement"
    NEWSLETTER = "newsletter"
    DIGEST = "digest"  # of opportunities elsewhere
    BRIEF = "brief"  # to advisers


# Harmless when repeated: same UID, SEQUENCE and Message-ID (RFC 5546 section 2.1.5).
REPEATABLE = frozenset({Purpose.INVITATION, Purpose.UPDATE, Purpose.CANCELLATION})

# Event touchpoints, and what each is for: the planner asks for these by name.
EVENTS = {
    "welcome": Purpose.WELCOME,
    "invitation": Purpose.INVITATION,
    "general_invitation": Purpose.INVITATION,
    "update": Purpose.UPDATE,
    "cancellation": Purpose.CANCELLATION,
    "rsvp_confirmation": Purpose.RSVP_CONFIRMATION,
    "newsletter": Purpose.NEWSLETTER,
    "digest": Purpose.DIGEST,
    "brief": Purpose.BRIEF,
}
# Of these, those that go to a whole list at once, which a coordinator approved (`steps/newsletter_send.py`).
MAILINGS = frozenset({"newsletter", "digest", "brief"})


class Anchor(StrEnum):
    REGISTRATION = "registration"  # in the programme
    SESSION_START = "session_start"
    SESSION_END = "session_end"
    INVITATION = "invitation"  # when the request for the session's present time left
    LAST_SEEN = "last_seen"  # the person's last sign of life, or the registration


OF_SESSION = frozenset({Anchor.SESSION_START, Anchor.SESSION_END, Anchor.INVITATION})


class Channel(StrEnum):
    EMAIL = "email"
    TELEGRAM = "telegram"
    BEST = "best"  # whichever reaches this person best
    DESK = "desk"  # a coordinator's task


class Audience(StrEnum):
    """Facts that a timed touchpoint may ask for; all that it names must hold."""

    INVITED = "invited"  # an entry stands in the calendar
    REGISTERED = "registered"  # asked for it themselves; a general invitation is not pressed
    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    NOT_DECLINED = "not_declined"
    NEVER_CAME = "never_came"
    CAME = "came"
    NO_TELEGRAM = "no_telegram"
    NO_SKILLS = "no_skills"


# Audiences that say something of one session.
ABOUT_SESSION = frozenset(
    {Audience.INVITED, Audience.REGISTERED, Audience.UNANSWERED, Audience.ACCEPTED, Audience.NOT_DECLINED}
)
NO_CAP = "none"


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """`cap`: class that counts against the weekly cap, or NO_CAP. `ladder`: its name, "" for none; `rung` from 1.

    `expires_after` counts from the moment it is due (an event's anchor); None: an event ends with its session, a
    timed touch about a session at its start, any other after a week.
    """

    code: str
    purpose: Purpose
    topic: str
    quiet_hours: bool
    expires_after: timedelta | None
    priority: int = 5
    anchor: Anchor | None = None  # None: an event
    offset: timedelta = timedelta()
    audience: tuple[Audience, ...] = ()
    channel: Channel = Channel.EMAIL
    sender: str = "programme"
    preferred_hour: bool = False
    cap: str = NO_CAP
    ladder: str = ""
    rung: int = 1

    @property
    def about_session(self) -> bool:
        return self.anchor in OF_SESSION


@dataclass(frozen=True)
class Rules:
    """Everything the planner decides by. `weekly_cap`: touches of a cap class a person gets in seven days."""

    touchpoints: Mapping[str, Touchpoint]
    quiet: QuietHours
    default_zone: str
    weekly_cap: int = 4
    preferred_hour: int = 10

    @cached_property
    def timed(self) -> tuple[Touchpoint, ...]:
        return tuple(p for p in self.touchpoints.values() if p.anchor is not None)

    @cached_property
    def fingerprint(self) -> str:
        """Other rules, another fingerprint."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @cached_property
    def longest_after_end(self) -> timedelta:
        """For how long after its end a session may still call for something."""
        after = (p for p in self.timed if p.anchor is Anchor.SESSION_END)
        return max((p.offset + (p.expires_after or timedelta(days=7)) for p in after), default=timedelta())
