"""A scheduled learning space, of a Kind; the source of an RFC 5545 VEVENT."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.resources import ResourceKind
from domain.translations import Field, Localized, Translation, told


class SessionState(StrEnum):
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Invites(StrEnum):
    REGISTERED = "registered"  # those who registered for it
    EVERYBODY = "everybody"  # a general invitation: everybody eligible


class LedBy(StrEnum):
    """Whose idea a session was, and who led it; for a coffee or cluster, who proposed it."""

    UNKNOWN = ""
    WORKING_GROUP = "working_group"
    COMMUNITY = "community"  # participants, sharers, affiliates
    TEAM = "team"  # another team or space that the programme works with


@dataclass(frozen=True, slots=True)
class Kind:
    """Defaults that a session of this kind starts with."""

    code: str
    title: str
    minutes: int
    capacity: int | None
    invites: Invites
    recorded: bool
    needs: tuple[ResourceKind, ...] = ()  # without these a session is not documented


@dataclass(frozen=True, slots=True)
class Session:
    """`sequence` rises with every change; `time_sequence` is the SEQUENCE at which start or length last changed."""

    id: int
    code: str
    kind: str
    title: str
    purpose: str
    audience: str
    preparation: str
    languages: tuple[str, ...]
    interpretation: tuple[str, ...]
    venue: str
    starts_at: datetime  # aware, UTC
    minutes: int
    zone: str  # IANA name in which the session was planned
    capacity: int | None
    invites: Invites
    state: SessionState
    sequence: int
    time_sequence: int
    changed_at: datetime
    cancel_reason: str = ""  # its first line is the reason, which may be a phrase that is translated; then more words
    sharers: tuple[str, ...] = ()  # names, in order
    moved_at: datetime | None = None  # when start or length last changed; None: never
    led_by: LedBy = LedBy.UNKNOWN
    skills: tuple[str, ...] = ()  # codes of the taxonomy that it is about, sorted
    translations: tuple[Translation, ...] = ()  # by language

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def told(self, field: Field) -> Localized:
        """A field in its own words and in all others that there are; for whoever knows the reader's language."""
        return told(field, getattr(self, field), self.languages, self.translations)
