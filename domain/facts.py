"""Everything that the rules know of one person, and of the session or subject that a touch would be about."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.invitations import Invitation, Rsvp
from domain.participants import Participant
from domain.sessions import Session
from domain.subjects import About, Subject


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
    """Everything about one person, one session where there is one, and one subject where there is one.

    Facts of a subject have its session beside it, for the words; what the session itself calls for is in others.
    """

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
    subject: Subject | None = None

    @property
    def about(self) -> About:
        if self.subject is not None:
            return self.subject.about
        return About.PERSON if self.session is None else About.SESSION
