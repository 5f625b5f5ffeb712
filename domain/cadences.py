"""Cadences: who gets which message when, as data. A touchpoint is one rule; a ladder is touchpoints in order.

Terminology: an *event* touchpoint answers something that happened (a registration, a change) and has no offset. A
*timed* one is due at an offset from an anchor. Anchors are derived from facts when asked, never stored, so a session
that moves moves what hangs on it. The rules themselves are in `domain/planning.py`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from domain.subjects import About
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
    SURVEY = "survey"
    SURVEY_REMINDER = "survey_reminder"
    SURVEY_THANKS = "survey_thanks"  # answers a mail
    PREP_PACK = "prep_pack"  # a sharer's plan for a session
    PREP_RELEASED = "prep_released"  # the plan is of no use any more
    CHECKLIST_ASK = "checklist_ask"  # one item of it
    CHECKLIST_NOTED = "checklist_noted"  # answers a mail about one
    ASK_COORDINATOR = "ask_coordinator"  # no message: a task on the desk
    DESK = "desk"
    CONFIRM_REGISTRATION = "confirm_registration"
    MY_PAGE = "my_page"  # the link that somebody asked for
    PROPOSE_LINK = "propose_link"  # likewise, to propose a session
    GUEST_INVITE = "guest_invite"  # to who came without a registration, once
    RELAY = "relay"  # somebody's words to a sharer, or the answer
    AUDIENCE_BRIEF = "audience_brief"
    MATERIALS = "materials"
    THANKS = "thanks"
    BADGE = "badge"
    REQUEST_NOTED = "request_noted"
    PROPOSAL_ASK = "proposal_ask"
    PROPOSAL_COMPLETE = "proposal_complete"
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
    SURVEY_OPENED = "survey_opened"
    SURVEY_ASKED = "survey_asked"  # when the first message with it left
    CHECKLIST = "checklist"  # when a sharer's checklist was made, or its session moved
    CHECKLIST_ITEM_DUE = "checklist_item_due"
    RELEASED = "released"  # when a sharer's plan came to be of no use any more
    PROPOSAL = "proposal"  # when a proposal came to wait for its question's answer
    PROPOSAL_QUESTION = "proposal_question"  # when the first message with that question left
    SHARING = "sharing"  # the start of a session, for those who lead it
    MATERIALS = "materials"  # when all that a session should leave was in, and it was over
    CLOSED = "closed"  # when a session was closed, for those who led it
    BADGE = "badge"  # when a badge was issued
    REQUEST = "request"  # when a person asked for support
    PROPOSED = "proposed"  # when a proposal was complete


# What a touch is about, by the anchor that it hangs on; any other anchor is a person's.
ANCHORED = {
    Anchor.SESSION_START: About.SESSION,
    Anchor.SESSION_END: About.SESSION,
    Anchor.INVITATION: About.SESSION,
    Anchor.SURVEY_OPENED: About.SURVEY,
    Anchor.SURVEY_ASKED: About.SURVEY,
    Anchor.CHECKLIST: About.CHECKLIST,
    Anchor.CHECKLIST_ITEM_DUE: About.ITEM,
    Anchor.RELEASED: About.RELEASED,
    Anchor.PROPOSAL: About.PROPOSAL,
    Anchor.PROPOSAL_QUESTION: About.PROPOSAL,
    Anchor.SHARING: About.SHARING,
    Anchor.MATERIALS: About.MATERIALS,
    Anchor.CLOSED: About.THANKS,
    Anchor.BADGE: About.BADGE,
    Anchor.REQUEST: About.REQUEST,
    Anchor.PROPOSED: About.PROPOSED,
}
# What a message speaks of; any other speaks of the person and the programme.
SPEAKS_OF = {
    Purpose.REMINDER: frozenset({About.SESSION}),
    Purpose.NUDGE: frozenset({About.SESSION}),
    Purpose.PREP_PACK: frozenset({About.CHECKLIST}),
    Purpose.PREP_RELEASED: frozenset({About.RELEASED}),
    Purpose.CHECKLIST_ASK: frozenset({About.ITEM}),
    Purpose.ASK_COORDINATOR: frozenset(About) - {About.PERSON},
    Purpose.SURVEY: frozenset({About.SURVEY}),
    Purpose.SURVEY_REMINDER: frozenset({About.SURVEY}),
    Purpose.AUDIENCE_BRIEF: frozenset({About.SHARING}),
    Purpose.MATERIALS: frozenset({About.MATERIALS}),
    Purpose.THANKS: frozenset({About.THANKS}),
    Purpose.BADGE: frozenset({About.BADGE}),
    Purpose.REQUEST_NOTED: frozenset({About.REQUEST}),
    Purpose.PROPOSAL_ASK: frozenset({About.PROPOSAL}),
    Purpose.PROPOSAL_COMPLETE: frozenset({About.PROPOSED}),
}


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
    SILENT = "silent"  # gave no part of an answer
    BEGUN = "begun"  # gave a part of one
    OWNER = "owner"  # theirs to see to
    CO_SHARER = "co_sharer"  # another sharer's, with whom they share the session
    IN_TURN = "in_turn"  # nothing that was theirs to do before waits: one ask at a time


_SESSION = frozenset({About.SESSION})
# Audiences that say something of one session or subject; any other can be asked for everywhere.
SAYS_OF = {
    Audience.INVITED: _SESSION,
    Audience.REGISTERED: _SESSION,
    Audience.UNANSWERED: _SESSION,
    Audience.ACCEPTED: _SESSION,
    Audience.NOT_DECLINED: _SESSION,
    Audience.SILENT: frozenset({About.SURVEY, About.PROPOSAL}),
    Audience.BEGUN: frozenset({About.SURVEY, About.PROPOSAL}),
    Audience.OWNER: frozenset({About.ITEM}),
    Audience.CO_SHARER: frozenset({About.ITEM}),
    Audience.IN_TURN: frozenset({About.ITEM}),
}
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
    def about(self) -> About:
        return ANCHORED.get(self.anchor, About.PERSON) if self.anchor else About.PERSON


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

    def timed_about(self, about: About) -> Sequence[Touchpoint]:
        """The timed ones about such a thing, in their order."""
        return self._timed_about.get(about, ())

    @cached_property
    def _timed_about(self) -> Mapping[About, Sequence[Touchpoint]]:
        return {about: tuple(p for p in self.timed if p.about is about) for about in {p.about for p in self.timed}}

    @cached_property
    def on_desk(self) -> tuple[str, ...]:
        """Touchpoints that make a coordinator's task."""
        return tuple(p.code for p in self.timed if p.channel is Channel.DESK)

    def longest_offset(self, about: About) -> timedelta:
        """How long after its anchor the last touch about such a thing is due."""
        return self._longest_offsets.get(about, timedelta())

    @cached_property
    def _longest_offsets(self) -> Mapping[About, timedelta]:
        return {about: max(point.offset for point in points) for about, points in self._timed_about.items()}

    @cached_property
    def fingerprint(self) -> str:
        """Other rules, another fingerprint."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @cached_property
    def longest_after_end(self) -> timedelta:
        """For how long after its end a session may still call for something."""
        after = (p for p in self.timed if p.anchor is Anchor.SESSION_END)
        return max((p.offset + (p.expires_after or timedelta(days=7)) for p in after), default=timedelta())
