"""What happened in a season, as the world knows it: the only thing that the oracle reads. No code of ours in here."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Answer:
    at: datetime
    session: int
    partstat: str
    sequence: int  # of the session, as the message that was answered told it
    door: str


@dataclass
class Someone:
    """Every list is in order of time; a state holds from its moment on."""

    id: int
    registered: datetime
    zones: list[tuple[datetime, str]]
    hour: int | None
    general: bool | None  # agrees to general invitations; None: was not asked
    mail_dead: datetime | None = None  # the first bounce was read
    linked: datetime | None = None
    chat_gone: datetime | None = None  # blocked; the bot learns it when it writes, or at once:
    chat_known_gone: datetime | None = None  # blocked and said so, or asked for no more in the chat
    stops: list[tuple[datetime, str]] = field(default_factory=list)  # topic
    away: list[tuple[datetime, datetime]] = field(default_factory=list)  # said at, until
    mail_signs: list[datetime] = field(default_factory=list)
    chat_signs: list[datetime] = field(default_factory=list)
    other_signs: list[datetime] = field(default_factory=list)  # pages
    skilled: datetime | None = None
    joins: dict[int, datetime] = field(default_factory=dict)  # session -> registered for it
    leaves: dict[int, datetime] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)


@dataclass
class Version:
    since: datetime
    starts: datetime
    sequence: int
    time_sequence: int


@dataclass
class Space:
    """A session. `versions[0].since`: when it was added."""

    id: int
    everybody: bool
    minutes: int
    versions: list[Version]
    cancelled: datetime | None = None
    cancel_sequence: int = 0
    noted: datetime | None = None  # when somebody wrote down who was there
    present: set[int] = field(default_factory=set)

    def at(self, moment: datetime) -> Version | None:
        return next((v for v in reversed(self.versions) if v.since <= moment), None)


@dataclass
class Log:
    people: dict[int, Someone] = field(default_factory=dict)
    spaces: dict[int, Space] = field(default_factory=dict)
    # Keys of messages that a kill caught between the mark and the answer: nobody can know, so nothing follows.
    doubtful: set[str] = field(default_factory=set)
