"""What a messenger's messages are told: answers to what one person did in a chat, and posts to a group.

They have the block `chat` and no other. Each is made for itself and kept nowhere, so a variant may here be as personal
as it likes (`skeletons.py` keeps the skeletons of letters only). Which buttons hang below is the caller's business.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from templates_email.fields import (
    At,
    Constant,
    Context,
    Flag,
    Form,
    Language,
    Languages,
    LocalMarkdown,
    LocalText,
    Name,
    Personal,
    Place,
    Text,
    Variant,
)

Answer = Annotated[Literal["yes", "no", "maybe", "none"], Form.CODE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat(Context):
    """A message that only a messenger shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(Chat):
    """To a group: nothing personal. `when` is in the programme's zone; `link` where to go on, "" for none."""

    message: ClassVar[str] = "announcement"

    title: Constant[LocalText]
    when: Constant[At]
    languages: Constant[Languages] = ()
    audience: Constant[LocalMarkdown] = ""
    link: Constant[Place] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkQuestion(Chat):
    """Somebody opened a personal link: is it the person it was made for?"""

    message: ClassVar[str] = "chat_link_question"

    first_name: Personal[Name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Chat):
    message: ClassVar[str] = "chat_linked"

    first_name: Personal[Name]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRefused(Chat):
    """The link was used before, is too old, or is not ours."""

    message: ClassVar[str] = "chat_link_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help(Chat):
    message: ClassVar[str] = "chat_help"

    programme: Constant[Text]
    linked: Variant[Flag]


@dataclass(frozen=True, slots=True)
class ChatSession:
    """One of this person's coming sessions; `answer` "none": not answered yet. `number`, as "2. ", is its buttons'."""

    title: LocalText
    when: At
    venue: Place
    answer: Answer
    number: Annotated[str, Form.CODE] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine(Chat):
    """A person's coming sessions, soonest first. The first eight are shown, the others counted."""

    message: ClassVar[str] = "chat_mine"
    longest: ClassVar[int] = 4096

    sessions: Variant[Annotated[tuple[ChatSession, ...], Form.ROWS]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Chat):
    """After a button: what we have noted."""

    message: ClassVar[str] = "chat_answered"

    title: Variant[LocalText]
    when: Variant[At]
    answer: Variant[Annotated[Literal["yes", "no", "maybe"], Form.CODE]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale(Chat):
    """A button of an invitation to a time that has moved since; `when` is the new time."""

    message: ClassVar[str] = "chat_stale"

    title: Variant[LocalText]
    when: Variant[At]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Chat):
    """A button of a session that is cancelled."""

    message: ClassVar[str] = "chat_gone"

    title: Variant[LocalText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Chat):
    message: ClassVar[str] = "chat_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Chat):
    """Messages come here again, after "chat_stopped"."""

    message: ClassVar[str] = "chat_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageQuestion(Chat):
    """Above the buttons to choose a language with."""

    message: ClassVar[str] = "chat_language_question"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(Chat):
    """`language` (BCP 47) is what we write in from now on; to be rendered in it."""

    message: ClassVar[str] = "chat_language"

    language: Variant[Language]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Chat):
    """What was written could not be read."""

    message: ClassVar[str] = "chat_unknown"


CHATS: tuple[type[Chat], ...] = (
    *(Announcement, LinkQuestion, Linked, LinkRefused, Help, Mine, Answered, Stale, Gone),
    *(Stopped, Started, LanguageQuestion, LanguageChosen, Unknown),
)
