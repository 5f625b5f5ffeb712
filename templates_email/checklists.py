"""What the messages about sharers' checklists are told: the prep pack, one ask at a time, and answers in a chat.

Titles and hints of items are those of checklists.toml, in English (`Worded`). Beside `contexts.py`.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from templates_email.chats import Chat
from templates_email.fields import (
    Address,
    At,
    Constant,
    Flag,
    Form,
    Letter,
    LocalText,
    Name,
    Number,
    Personal,
    Text,
    Variant,
    Worded,
)

Way = Annotated[Literal["tick", "text", "link", "file", "number"], Form.CODE]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One thing to prepare, and by when. `late`: it would be done by now, had there been time enough."""

    title: Worded
    hint: Worded
    when: At
    late: Flag = False


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A question of an item that is answered one by one. `head`: the item's title above the first of its questions,
    "" below; `answer`: what was answered so far, `passed`: that it needs no answer."""

    number: Number
    text: Worded
    hint: Worded = ""
    head: Worded = ""
    answer: Text = ""
    passed: Flag = False


SheetLines = Annotated[tuple[SheetLine, ...], Form.ROWS]


@dataclass(frozen=True, slots=True)
class GuideLine:
    """A line of the guide: the title of a section, or one of its points."""

    text: Worded
    title: Flag = False


GuideLines = Annotated[tuple[GuideLine, ...], Form.ROWS]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSharer(Letter):
    """`title`: the session's. `link`: the sharer's page, "" where `has_link` is False."""

    title: Constant[LocalText]
    has_link: Constant[Flag] = False
    link: Personal[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepPack(ToSharer):
    """The whole plan, once, and again when the session moves, or (`renewed`) what is open has new dates. `lines` before
    it and `after` it; `late`: some are. `entry`: the tech check comes as a calendar entry. `questions`: of all sheets,
    numbered through, those answered left out; `guide`: how a session of this kind runs."""

    message: ClassVar[str] = "prep_pack"

    when: Variant[At]
    lines: Variant[Annotated[tuple[DutyLine, ...], Form.ROWS]]
    after: Variant[Annotated[tuple[DutyLine, ...], Form.ROWS]] = ()
    late: Variant[Flag] = False
    moved: Constant[Flag] = False
    renewed: Constant[Flag] = False
    entry: Variant[Flag] = False
    guide: Constant[GuideLines] = ()
    questions: Variant[SheetLines] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepReleased(Letter):
    """The plan is of no use any more: the session is "cancelled", somebody else shares it ("left"), or coordinators see
    to what was open and it moved ("shares"). `entry`: the tech check is taken out of the calendar."""

    message: ClassVar[str] = "prep_released"

    title: Constant[LocalText]
    when: Variant[At]
    why: Variant[Annotated[Literal["cancelled", "left", "shares"], Form.CODE]]
    entry: Variant[Flag] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSharer(ToSharer):
    """One item. "co_sharer": `owner`, whose it is, has not answered, and the reader shares the session with them.
    `noted`: what the reader has answered by mail since our last letter about preparing. `sheet`: it has questions;
    `questions`: those that are open, `given`: those that are answered; `link` leads to the page with them."""

    message: ClassVar[str] = "checklist_ask"

    item: Constant[Worded]
    hint: Constant[Worded] = ""
    way: Constant[Way]
    due: Variant[At]
    attempt: Variant[Annotated[Literal["first", "again", "co_sharer"], Form.CODE]]
    owner: Constant[Name] = ""
    noted: Variant[GuideLines] = ()
    sheet: Constant[Flag] = False
    questions: Variant[SheetLines] = ()
    given: Variant[SheetLines] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistNoted(ToSharer):
    """Answers a mail about an item with a sheet: what was kept, and what is still open; or that a file came, which
    waits for a person. `complete`: nothing is open any more."""

    message: ClassVar[str] = "checklist_noted"

    item: Constant[Worded]
    file: Constant[Flag] = False
    complete: Constant[Flag] = False
    questions: Variant[SheetLines] = ()
    given: Variant[SheetLines] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatGuide(Chat):
    """How a session of a kind runs."""

    message: ClassVar[str] = "chat_guide"
    longest: ClassVar[int] = 4096

    title: Variant[LocalText]
    guide: Variant[GuideLines]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatChecklist(Chat):
    """What a button or a message about an item came to. "answer": what its `way` asks for is to be written;
    "wrong": what was written is not that; "over": nobody asks for it any more; "next": an answer was kept, and here is
    the next question, `number` `of` so many; "file": a file came, which nobody can open here. `left`: items still open.
    `page`: where everybody reads what was written."""

    message: ClassVar[str] = "chat_checklist"

    said: Variant[
        Annotated[Literal["done", "not_needed", "help", "answer", "wrong", "over", "next", "file"], Form.CODE]
    ]
    item: Variant[Worded]
    way: Variant[Way]
    left: Variant[Number] = 0
    question: Variant[Worded] = ""
    hint: Variant[Worded] = ""
    number: Variant[Number] = 0
    of: Variant[Number] = 0
    page: Variant[Text] = ""
    mailbox: Variant[Text] = ""


CHECKLIST_LETTERS: tuple[type[Letter], ...] = (PrepPack, PrepReleased, AskSharer, ChecklistNoted)
CHECKLIST_CHATS: tuple[type[Chat], ...] = (ChatChecklist, ChatGuide)
