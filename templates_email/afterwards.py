"""What the letters around a session are told that are no invitation: audience, materials, thanks, badges, requests,
proposals. Beside `contexts.py`.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from domain.profiles import Level
from templates_email.chats import Chat
from templates_email.fields import (
    Address,
    At,
    Bytes,
    Constant,
    Flag,
    Form,
    Language,
    Languages,
    Letter,
    LocalText,
    Name,
    Names,
    Number,
    Personal,
    Place,
    Text,
    Variant,
)

ResourceCode = Annotated[
    Literal["recording", "slides", "case_study", "template", "translation", "link"], Form.CODE
]
KnownLevel = Annotated[Level | Literal[""], Form.CODE]
Asked = Annotated[Literal["mentoring", "review", "community", "means"], Form.CODE]


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """`language` "" and `size` None: not known."""

    kind: ResourceCode
    title: Text
    url: Place
    language: Language
    has_language: Flag
    size: Bytes
    has_size: Flag


Resources = Annotated[tuple[ResourceLine, ...], Form.ROWS]


@dataclass(frozen=True, slots=True)
class Spoken:
    """How many people read a language first."""

    language: Language
    count: Number


@dataclass(frozen=True, slots=True)
class Group:
    """How many people said something; `label` "" for all others together. `level`: in our own words, not theirs."""

    label: Text
    count: Number
    other: Flag = False
    level: KnownLevel = ""


Groups = Annotated[tuple[Group, ...], Form.ROWS]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPast(Letter):
    """`when` it took place."""

    title: Constant[LocalText]
    when: Variant[At]


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials(AboutPast):
    """Once, when they are in. `came`: was there; otherwise could not come."""

    message: ClassVar[str] = "materials"
    longest: ClassVar[int] = 4096

    came: Variant[Flag]
    resources: Constant[Resources]
    sharers: Constant[Names] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks(AboutPast):
    """To a sharer, once the session is closed. `credited`: their name stands on its public page, at `link`."""

    message: ClassVar[str] = "thanks"

    people: Constant[Number]
    resources: Constant[Number]
    credited: Variant[Flag] = False
    link: Constant[Place] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeEarned(Letter):
    """`led`: for sharing, otherwise for taking part. `link`: its certificate, "" where `has_link` is False."""

    message: ClassVar[str] = "badge"

    badge: Variant[Text]
    led: Variant[Flag]
    has_link: Constant[Flag] = False
    link: Personal[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestNoted(Letter):
    """What we have noted, and honestly: of `asked` requests of this kind so far, `granted` were."""

    message: ClassVar[str] = "request_noted"

    ask: Variant[Asked]
    asked: Variant[Number]
    granted: Variant[Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceBrief(Letter):
    """To a sharer. `early`: ten days ahead, about languages only. Groups too small to be told apart are together."""

    message: ClassVar[str] = "audience_brief"
    longest: ClassVar[int] = 3000

    title: Constant[LocalText]
    when: Variant[At]
    early: Variant[Flag]
    people: Constant[Number]
    spoken: Constant[Annotated[tuple[Spoken, ...], Form.ROWS]] = ()
    wanted: Constant[Languages] = ()
    levels: Constant[Groups] = ()
    lines: Constant[Groups] = ()
    hopes: Constant[Groups] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAsk(Letter):
    """One question of three. `begun`: an answer is there already; `proposal`: its title, where it has one; `link`: the
    page where all three can be answered, "" where `has_link` is False."""

    message: ClassVar[str] = "proposal_ask"

    field: Variant[Annotated[Literal["title", "purpose", "wanted"], Form.CODE]]
    begun: Variant[Flag]
    again: Variant[Flag] = False
    has_link: Constant[Flag] = False
    proposal: Personal[Text] = ""
    link: Personal[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalComplete(Letter):
    """All three are there: what happens next."""

    message: ClassVar[str] = "proposal_complete"

    proposal: Personal[Name]  # a participant's words, which fit on a line and lead nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatProposal(Chat):
    """What a command or a message about a proposal came to: the question `field` ("noted": after an answer, "unclear":
    again), or what became of the proposal. `proposal`: its title, where it has one."""

    message: ClassVar[str] = "chat_proposal"

    said: Variant[Annotated[Literal["asked", "noted", "unclear", "complete", "withdrawn", "nothing"], Form.CODE]]
    field: Variant[Annotated[Literal["title", "purpose", "wanted"], Form.CODE]] = "title"
    name: Personal[Name] = ""
    proposal: Personal[Name] = ""


AFTERWARDS: tuple[type[Letter], ...] = (
    *(AudienceBrief, Materials, Thanks, BadgeEarned, RequestNoted, ProposalAsk, ProposalComplete),
)
PROPOSAL_CHATS: tuple[type[Chat], ...] = (ChatProposal,)
