"""What issues of a newsletter are told: the letter to one reader, one session in it, and the page without a reader.

A letter's constants are the same for everybody of one language. The coming sessions are each reader's own (local
times, "you are registered", what they want to learn first): each is made once for a language, zone and reader's case
as a `Part`, and a letter is given its own in order. So a letter still costs a splice, however many zones there are.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from templates_email.fields import (
    Address,
    At,
    Constant,
    Context,
    Flag,
    Form,
    Language,
    Languages,
    LocalMarkdown,
    LocalText,
    Markdown,
    Name,
    Names,
    Number,
    Part,
    Personal,
    Place,
    Text,
)

NOTHING = Part("", "")
Code = Annotated[str, Form.CODE]
Codes = Annotated[tuple[str, ...], Form.CODE]


@dataclass(frozen=True, slots=True)
class Block:
    title: Text
    body: Markdown


@dataclass(frozen=True, slots=True)
class Resource:
    """`size` in words ("12 MB"), "" where nobody knows."""

    kind: Code
    title: Text
    link: Place
    size: Text
    language: Language


@dataclass(frozen=True, slots=True)
class Missed:
    title: LocalText
    day: Text
    resources: Annotated[tuple[Resource, ...], Form.ROWS]


@dataclass(frozen=True, slots=True)
class Coming:
    """`link`: where to register, "" for none. `matches`: it is about what this reader wants to learn. `in_utc`: it is
    told in that zone, once is enough. `body`: a translation, in place of purpose, audience and preparation."""

    title: LocalText
    when: At
    purpose: LocalMarkdown
    audience: LocalMarkdown
    preparation: LocalMarkdown
    languages: Languages
    interpretation: Languages
    sharers: Names
    link: Place
    registered: Flag = False
    matches: Flag = False
    in_utc: Flag = False
    body: Markdown = ""


@dataclass(frozen=True, slots=True)
class Opportunity:
    title: Text
    body: Markdown
    organiser: Text
    until: Text
    languages: Languages
    link: Place


@dataclass(frozen=True, slots=True)
class Figure:
    label: Code
    value: Number


Blocks = Annotated[tuple[Block, ...], Form.ROWS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Context):
    """What letter and page share. `edition`: the month or day in words; `sections`: what stands in it, in order."""

    programme: Constant[Text]
    edition: Constant[Text]
    sections: Constant[Codes]
    opening: Constant[Blocks] = ()
    news: Constant[Blocks] = ()
    movement: Constant[Blocks] = ()
    thanks_words: Constant[Blocks] = ()
    missed: Constant[Annotated[tuple[Missed, ...], Form.ROWS]] = ()
    opportunities: Constant[Annotated[tuple[Opportunity, ...], Form.ROWS]] = ()
    numbers: Constant[Annotated[tuple[Figure, ...], Form.ROWS]] = ()
    thanks: Constant[Names] = ()
    thanked: Constant[Number] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLetter(Issue):
    """`coming`: this reader's sessions, made by `documents.part`. `archive`: the issue on the web, "" for nowhere.

    `stop_link` opens the page where the reader chooses what we send; "" where not `has_stop_link`.
    """

    mailbox: Constant[Text]
    name: Personal[Name]
    reference: Personal[Text]
    has_stop_link: Constant[Flag] = False
    stop_link: Personal[Address] = ""
    has_coming: Constant[Flag] = False
    reply_to_register: Constant[Flag] = False
    archive: Constant[Place] = ""
    coming: Personal[Annotated[Part, Form.PART]] = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter(IssueLetter):
    message: ClassVar[str] = "newsletter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(IssueLetter):
    """Of learning opportunities elsewhere."""

    message: ClassVar[str] = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(IssueLetter):
    """To advisers."""

    message: ClassVar[str] = "brief"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSession(Context):
    """One coming session, as it stands in somebody's letter."""

    message: ClassVar[str] = "issue_session"

    session: Constant[Annotated[Coming, Form.ROW]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePage(Issue):
    """The whole issue with nothing of a reader but, `in_chat`, their zone and their registrations."""

    message: ClassVar[str] = "issue_page"

    kind: Constant[Annotated[Literal["newsletter", "digest", "brief"], Form.CODE]]
    coming: Constant[Annotated[tuple[Coming, ...], Form.ROWS]] = ()
    in_chat: Constant[Flag] = False


ISSUE_LETTERS: tuple[type[IssueLetter], ...] = (Newsletter, Digest, Brief)
DOCUMENTS: dict[str, type[Context]] = {kind.message: kind for kind in (IssueSession, IssuePage)}
