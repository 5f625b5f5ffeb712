"""What each message is told: one frozen dataclass a message; the field names are the template's variables.

Every field is of a kind and a form, written as its annotation; `fields.py` explains them.
Nothing here looks anything up: whoever writes the letter passes plain values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from domain.translations import Localized
from templates_email.afterwards import AFTERWARDS, PROPOSAL_CHATS, Resources
from templates_email.chats import CHATS
from templates_email.checklists import CHECKLIST_CHATS, CHECKLIST_LETTERS
from templates_email.fields import (
    Address,
    At,
    Constant,
    Context,
    Flag,
    Form,
    Kind,
    Languages,
    Letter,
    LocalMarkdown,
    LocalText,
    Name,
    Names,
    Notice,
    Number,
    Part,
    Personal,
    Place,
    Text,
    Variant,
    Worded,
    forms_of_row,
    kinds_and_forms,
)
from templates_email.formats import Moment
from templates_email.newsletters import DOCUMENTS, ISSUE_LETTERS
from templates_email.surveys import SURVEY_CHATS, SURVEY_LETTERS

Label = Literal[
    "title", "time", "venue", "purpose", "audience", "preparation", "languages", "interpretation", "sharers"
]


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field. Both values empty: the letter names the field and points to the text below.

    "time" takes Moments, "languages" and "interpretation" BCP 47 codes, "sharers" names, "title" the session's words,
    all others a plain string.
    """

    label: Label
    old: str | Localized | Moment | tuple[str, ...] = ""
    new: str | Localized | Moment | tuple[str, ...] = ""


Changes = Annotated[tuple[Change, ...], Form.CHANGES]
Origin = Annotated[Literal["registration", "general"], Form.CODE]


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A coming session in a list. Variant, as its moment depends on the reader's zone."""

    title: LocalText
    when: At


@dataclass(frozen=True, slots=True)
class DeskItem:
    """Something that waits for a person: `count` of `what`, the oldest `since` a day ("" if that does not matter).

    `do` is what to do about it: a command, or the name of a form. `what` and `do` are shown as they are given.
    """

    what: Text
    count: Number
    since: Text
    do: Text


SessionLines = Annotated[tuple[SessionLine, ...], Form.ROWS]
DeskItems = Annotated[tuple[DeskItem, ...], Form.ROWS]


@dataclass(frozen=True, slots=True)
class Line:
    """One line that somebody wrote."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPage(Notice):
    """The link to somebody's own page, which they asked for."""

    message: ClassVar[str] = "my_page"

    link: Personal[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeLink(Notice):
    """To an address that somebody wrote into the page for proposals."""

    message: ClassVar[str] = "propose_link"

    link: Personal[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay(Notice):
    """Somebody's words to a sharer about a session, or the sharer's answer; the address of neither. `link`: where
    to answer, "" without pages."""

    message: ClassVar[str] = "relay"

    way: Variant[Annotated[Literal["question", "answer"], Form.CODE]]
    sender: Constant[Name]
    title: Constant[LocalText]
    lines: Constant[Annotated[tuple[Line, ...], Form.ROWS]]
    link: Personal[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithTelegram(Letter):
    """`telegram_link` opens this person's chat with the programme, once; "" where `has_telegram_link` is False."""

    has_telegram_link: Variant[Flag] = False
    telegram_link: Personal[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(WithTelegram):
    """`means`: this person asked for what they need to take part; of `asked` such requests so far, `granted` were."""

    message: ClassVar[str] = "welcome"

    means: Variant[Flag] = False
    asked: Variant[Number] = 0
    granted: Variant[Number] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRegistration(Notice):
    """To an address that somebody wrote into the registration form. `title`: the session they chose, "" for none."""

    message: ClassVar[str] = "confirm_registration"

    title: Constant[LocalText] = ""
    link: Personal[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestInvite(Notice):
    """To somebody who was in a session without a registration: how to register. `link`: the page where they can."""

    message: ClassVar[str] = "guest_invite"

    title: Constant[LocalText]
    has_link: Constant[Flag] = False
    link: Constant[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingStart(WithTelegram):
    """Some days after the registration: how it works, and what is coming."""

    message: ClassVar[str] = "onboarding_start"

    sessions: Variant[SessionLines] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingSkills(Letter):
    """One ask: what would you like to learn, what could you share?"""

    message: ClassVar[str] = "onboarding_skills"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverCame(Letter):
    """For people who registered and never took part. After the "last" one we must keep quiet about it."""

    message: ClassVar[str] = "never_came"

    attempt: Variant[Annotated[Literal["first", "last"], Form.CODE]]
    sessions: Variant[SessionLines] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Notice):
    """To coordinators: what waits for a person. `items` must not be empty; an empty desk is not worth a mail."""

    message: ClassVar[str] = "desk"

    items: Constant[DeskItems]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSession(Letter):
    """`origin`: why this person has to do with the session: registered for it, or invited with everybody."""

    title: Constant[LocalText]
    venue: Constant[Place]
    when: Variant[At]
    origin: Variant[Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(AboutSession):
    """`rsvp_link` opens the page where this person answers; "" where `has_rsvp_link` is False."""

    has_rsvp_link: Variant[Flag] = False
    rsvp_link: Personal[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Asking):
    """Empty strings and tuples leave their paragraph out."""

    message: ClassVar[str] = "invitation"

    purpose: Constant[LocalMarkdown] = ""
    audience: Constant[LocalMarkdown] = ""
    preparation: Constant[LocalMarkdown] = ""
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
    """`scope` "session": nobody meets; "person": it takes place, but this person is no longer on the list.

    `reason`: one of the phrases that _reason.j2 translates, or a coordinator's own; `more`: what they add to it.
    """

    message: ClassVar[str] = "cancellation"

    reason: Constant[Text] = ""
    more: Constant[Text] = ""
    scope: Variant[Annotated[Literal["session", "person"], Form.CODE]] = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class RsvpConfirmation(Asking):
    message: ClassVar[str] = "rsvp_confirmation"

    answer: Variant[Annotated[Literal["yes", "no", "maybe"], Form.CODE]]


@dataclass(frozen=True, slots=True)
class Told:
    """A question about a case, and what its sharer told."""

    question: Worded
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder(Asking):
    """`ahead`: two days, or within the hour. `answer` "none": not answered yet. Only "days" says what to prepare, and
    what to read: `resources`, or `told`, a short text."""

    message: ClassVar[str] = "reminder"
    longest: ClassVar[int] = 1900

    ahead: Variant[Annotated[Literal["days", "hour"], Form.CODE]]
    answer: Variant[Annotated[Literal["yes", "maybe", "none"], Form.CODE]]
    preparation: Constant[LocalMarkdown] = ""
    sharers: Constant[Names] = ()
    resources: Constant[Resources] = ()
    told: Constant[Annotated[tuple[Told, ...], Form.ROWS]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(Asking):
    """Asks once more about an unanswered invitation; `sender` is who writes. `attempt`: the way this one goes."""

    message: ClassVar[str] = "nudge"

    sender: Constant[Name]
    attempt: Variant[Annotated[Literal["mail", "chat"], Form.CODE]]


LETTERS: tuple[type[Context], ...] = (
    *(Invitation, Update, Cancellation, RsvpConfirmation, Reminder, Nudge),
    *(Welcome, ConfirmRegistration, MyPage, ProposeLink, GuestInvite, OnboardingStart, OnboardingSkills, NeverCame),
    *(Desk, Relay),
    *SURVEY_LETTERS,
    *CHECKLIST_LETTERS,
    *ISSUE_LETTERS,
    *AFTERWARDS,
)
CONTEXTS: dict[str, type[Context]] = {
    kind.message: kind for kind in (*LETTERS, *CHATS, *SURVEY_CHATS, *CHECKLIST_CHATS, *PROPOSAL_CHATS)
}


@lru_cache
def fields_of(message: str) -> dict[str, tuple[Kind, Form]]:
    """Kind and form of every field of a message's context, in order."""
    return kinds_and_forms(CONTEXTS.get(message) or DOCUMENTS[message])


def shared_values(context: Context) -> tuple[tuple[str, Any], ...]:
    """Constants and variants: the part of a context that a skeleton is made of, as a key."""
    kinds = fields_of(context.message)
    return tuple((name, getattr(context, name)) for name, (kind, _) in kinds.items() if kind is not Kind.PERSONAL)


def personal_values(context: Context) -> dict[str, str | Part]:
    kinds = fields_of(context.message)
    return {name: getattr(context, name) for name, (kind, _) in kinds.items() if kind is Kind.PERSONAL}


def worded_values(context: Context) -> tuple[str, ...]:
    """The texts of our own files that this context holds: a letter speaks a language only if that has them too."""
    fields = fields_of(context.message).items()
    found = (text for name, (_, form) in fields for text in _worded(getattr(context, name), form))
    return tuple(dict.fromkeys(found))


def _worded(value: Any, form: Form) -> Iterator[str]:
    if form is Form.WORDED and value:
        yield value
    for row in value if form is Form.ROWS else [value] if form is Form.ROW else ():
        for name, inner in forms_of_row(type(row)).items():
            yield from _worded(getattr(row, name), inner)
