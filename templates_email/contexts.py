"""What each message is told: one frozen dataclass a message; the field names are the template's variables.

Every field is of a kind and a form, written as its annotation.

kind      who shares the value                  in a template
--------  ------------------------------------  ----------------------------------------------
constant  everybody in this send                may be printed and tested in an `if`
variant   many people (few different values)    may be printed and tested in an `if`
personal  one person                            only printed; a test or a filter is an error

form      trusted?  how it is shown
--------  --------  ------------------------------------------------------------------------
text      no        one line, escaped for where it lands
name      no        as text, and made unable to become a link (`clean.py`)
place     no        an http(s) address becomes a link, anything else is text
markdown  half      a coordinator's own Markdown, parsed apart from ours: no HTML, no pictures
moment    yes       local time, zone and UTC in the reader's language
languages yes       BCP 47 codes, shown as names in the reader's language
code      yes       never printed, only compared

Nothing here looks anything up: whoever writes the letter passes plain values.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_type_hints

from templates_email.formats import Moment


class Kind(Enum):
    CONSTANT = "constant"
    VARIANT = "variant"
    PERSONAL = "personal"


class Form(Enum):
    TEXT = "text"
    NAME = "name"
    PLACE = "place"
    MARKDOWN = "markdown"
    LANGUAGES = "languages"
    MOMENT = "moment"
    CHANGES = "changes"
    CODE = "code"


T = TypeVar("T")
Constant = Annotated[T, Kind.CONSTANT]
Variant = Annotated[T, Kind.VARIANT]
Personal = Annotated[T, Kind.PERSONAL]

Text = Annotated[str, Form.TEXT]
Name = Annotated[str, Form.NAME]
Names = Annotated[tuple[str, ...], Form.NAME]
Place = Annotated[str, Form.PLACE]
Markdown = Annotated[str, Form.MARKDOWN]
Languages = Annotated[tuple[str, ...], Form.LANGUAGES]
At = Annotated[Moment, Form.MOMENT]
Flag = Annotated[bool, Form.CODE]

Label = Literal[
    "title", "time", "venue", "purpose", "audience", "preparation", "languages", "interpretation", "sharers"
]


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field. Both values empty: the letter names the field and points to the text below.

    "time" takes Moments, "languages" and "interpretation" BCP 47 codes, "sharers" names, all others a plain string.
    """

    label: Label
    old: str | Moment | tuple[str, ...] = ""
    new: str | Moment | tuple[str, ...] = ""


Changes = Annotated[tuple[Change, ...], Form.CHANGES]
Origin = Annotated[Literal["registration", "general"], Form.CODE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What every message needs. `mailbox` is the programme's address, `reference` finds the letter again."""

    message: ClassVar[str]

    programme: Constant[Text]
    mailbox: Constant[Text]
    name: Personal[Name]
    reference: Personal[Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Letter):
    message: ClassVar[str] = "welcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSession(Letter):
    """`origin`: why this person has to do with the session: registered for it, or invited with everybody."""

    title: Constant[Text]
    venue: Constant[Place]
    when: Variant[At]
    origin: Variant[Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(AboutSession):
    """Empty strings and tuples leave their paragraph out."""

    message: ClassVar[str] = "invitation"

    purpose: Constant[Markdown] = ""
    audience: Constant[Markdown] = ""
    preparation: Constant[Markdown] = ""
    languages: Constant[Languages] = ()
    interpretation: Constant[Languages] = ()
    sharers: Constant[Names] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Invitation):
    """Only for people who already have an invitation; a newcomer gets `Invitation` with today's state."""

    message: ClassVar[str] = "update"

    changes: Variant[Changes]  # a Moment among them depends on the reader's zone
    time_changed: Constant[Flag] = False
    has_answered: Variant[Flag] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation(AboutSession):
    """`scope` "session": nobody meets; "person": it takes place, but this person is no longer on the list."""

    message: ClassVar[str] = "cancellation"

    reason: Constant[Text] = ""
    scope: Variant[Annotated[Literal["session", "person"], Form.CODE]] = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class RsvpConfirmation(AboutSession):
    message: ClassVar[str] = "rsvp_confirmation"

    answer: Variant[Annotated[Literal["yes", "no", "maybe"], Form.CODE]]


CONTEXTS: dict[str, type[Letter]] = {
    kind.message: kind for kind in (Invitation, Update, Cancellation, RsvpConfirmation, Welcome)
}


@lru_cache
def fields_of(message: str) -> dict[str, tuple[Kind, Form]]:
    """Kind and form of every field of a message's context, in order."""
    found = {}
    for name, hint in get_type_hints(CONTEXTS[message], include_extras=True).items():
        marks: tuple[Any, ...] = getattr(hint, "__metadata__", ())
        if marks:
            kind = next(m for m in marks if isinstance(m, Kind))
            found[name] = (kind, next(m for m in marks if isinstance(m, Form)))
    return found


def shared_values(context: Letter) -> tuple[tuple[str, Any], ...]:
    """Constants and variants: the part of a context that a skeleton is made of, as a key."""
    kinds = fields_of(context.message)
    return tuple((name, getattr(context, name)) for name, (kind, _) in kinds.items() if kind is not Kind.PERSONAL)


def personal_values(context: Letter) -> dict[str, str]:
    kinds = fields_of(context.message)
    return {name: getattr(context, name) for name, (kind, _) in kinds.items() if kind is Kind.PERSONAL}
