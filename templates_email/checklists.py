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


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSharer(Letter):
    """`title`: the session's. `link`: the sharer's page, "" where `has_link` is False."""

    title: Constant[Text]
    has_link: Constant[Flag] = False
    link: Personal[Address] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepPack(ToSharer):
    """The whole plan, once, and again when the session moves. `lines` before it and `after` it; `late`: some are.
    `entry`: the tech check comes as a calendar entry."""

    message: ClassVar[str] = "prep_pack"

    when: Variant[At]
    lines: Variant[Annotated[tuple[DutyLine, ...], Form.ROWS]]
    after: Variant[Annotated[tuple[DutyLine, ...], Form.ROWS]] = ()
    late: Variant[Flag] = False
    moved: Constant[Flag] = False
    entry: Variant[Flag] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSharer(ToSharer):
    """One item. "co_sharer": `owner`, whose it is, has not answered, and the reader shares the session with them."""

    message: ClassVar[str] = "checklist_ask"

    item: Constant[Worded]
    hint: Constant[Worded] = ""
    way: Constant[Way]
    due: Variant[At]
    attempt: Variant[Annotated[Literal["first", "again", "co_sharer"], Form.CODE]]
    owner: Constant[Name] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatChecklist(Chat):
    """What a button or a message about an item came to. "answer": what its `way` asks for is to be written;
    "wrong": what was written is not that; "over": nobody asks for it any more. `left`: items still open."""

    message: ClassVar[str] = "chat_checklist"

    said: Variant[Annotated[Literal["done", "not_needed", "help", "answer", "wrong", "over"], Form.CODE]]
    item: Variant[Worded]
    way: Variant[Way]
    left: Variant[Number] = 0


CHECKLIST_LETTERS: tuple[type[Letter], ...] = (PrepPack, AskSharer)
CHECKLIST_CHATS: tuple[type[Chat], ...] = (ChatChecklist,)
