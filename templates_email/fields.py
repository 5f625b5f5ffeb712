"""What a message may be told: the kinds and forms of a context's fields, written as annotations.

kind      who shares the value                  in a template
--------  ------------------------------------  ----------------------------------------------
constant  everybody in this send                may be printed and tested in an `if`
variant   many people (few different values)    may be printed and tested in an `if`
personal  one person                            only printed; a test or a filter is an error

form      trusted?  how it is shown
--------  --------  ------------------------------------------------------------------------
text      no        one line, escaped for where it lands; of a session (LocalText) in the letter's language where it has
                    words in it, else marked with its own
name      no        as text, and made unable to become a link (`clean.py`)
place     no        an http(s) address becomes a link, anything else is text
address   no        a personal https address, refused unless plain (`clean.py`); the one personal value for an `href`
markdown  half      a coordinator's own Markdown, parsed apart from ours: no HTML, no pictures
size      yes       bytes, shown as "84 MB" in the reader's language
moment    yes       local time, zone and UTC in the reader's language
languages yes       BCP 47 codes, shown as names in the reader's language
rows      -         a tuple of small dataclasses, each of whose fields has a form of its own
row       -         one of these
worded    yes       a text of our own files, such as a survey's question: shown as the letter's catalogue has it
part      yes       a piece of HTML and of text that we made for a few people (`documents.py`); a paragraph of its own
code      yes       compared, or a number

The contexts themselves are in `contexts.py` (letters), `newsletters.py` and `chats.py` (answers in a messenger).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints

from domain.translations import Localized
from templates_email.formats import Moment


class Kind(Enum):
    CONSTANT = "constant"
    VARIANT = "variant"
    PERSONAL = "personal"


class Form(Enum):
    TEXT = "text"
    NAME = "name"
    PLACE = "place"
    ADDRESS = "address"
    MARKDOWN = "markdown"
    LANGUAGES = "languages"
    MOMENT = "moment"
    SIZE = "size"
    CHANGES = "changes"
    ROWS = "rows"
    ROW = "row"
    WORDED = "worded"
    PART = "part"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Part:
    """A finished piece of letters: HTML blocks with their styles inlined, and the same as plain text, wrapped."""

    html: str
    text: str


T = TypeVar("T")
Constant = Annotated[T, Kind.CONSTANT]
Variant = Annotated[T, Kind.VARIANT]
Personal = Annotated[T, Kind.PERSONAL]

Text = Annotated[str, Form.TEXT]
LocalText = Annotated[Localized | str, Form.TEXT]
Name = Annotated[str, Form.NAME]
Names = Annotated[tuple[str, ...], Form.NAME]
Worded = Annotated[str, Form.WORDED]
Place = Annotated[str, Form.PLACE]
Address = Annotated[str, Form.ADDRESS]
Markdown = Annotated[str, Form.MARKDOWN]
LocalMarkdown = Annotated[Localized | str, Form.MARKDOWN]
Languages = Annotated[tuple[str, ...], Form.LANGUAGES]
Language = Annotated[str, Form.LANGUAGES]
At = Annotated[Moment, Form.MOMENT]
Flag = Annotated[bool, Form.CODE]
Number = Annotated[int, Form.CODE]
Bytes = Annotated[int, Form.SIZE]

CHAT_LENGTH = 1000  # below the 1024 that Telegram allows under a document


class Context:
    """What one message is told. `longest` is how long its chat text may be, in UTF-16 code units as Telegram counts."""

    __slots__ = ()
    message: ClassVar[str]
    longest: ClassVar[int] = CHAT_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Context):
    """What every letter needs. `mailbox` is the programme's address, `reference` finds the letter again."""

    programme: Constant[Text]
    mailbox: Constant[Text]
    name: Personal[Name]
    reference: Personal[Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Notice):
    """To a participant. `stop_link` opens the page where they choose what we send; "" where not `has_stop_link`."""

    has_stop_link: Variant[Flag] = False
    stop_link: Personal[Address] = ""


def kinds_and_forms(context: type[Context]) -> dict[str, tuple[Kind, Form]]:
    """Kind and form of every field, in order."""
    return {
        name: (next(m for m in marks if isinstance(m, Kind)), next(m for m in marks if isinstance(m, Form)))
        for name, marks in _marks(context).items()
    }


def forms_of_row(row: type) -> dict[str, Form]:
    """Form of every field of a dataclass that stands in a tuple of rows, in order."""
    return {name: next(m for m in marks if isinstance(m, Form)) for name, marks in _marks(row).items()}


def _marks(kind: type) -> dict[str, tuple[Any, ...]]:
    hints = get_type_hints(kind, include_extras=True)
    return {name: hint.__metadata__ for name, hint in hints.items() if hasattr(hint, "__metadata__")}
