"""What came from Telegram: one update as a value. Pure; who the chat belongs to and what follows is decided above.

Names, which updates carry, are not taken over: whom a chat belongs to is known by its link alone.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")  # RFC 5646, as far as languages need it
ID_MAX = 2**53  # chat and user ids have at most 52 significant bits


_FILES = frozenset({"document", "photo", "video"})


class Heard(StrEnum):
    START = "start"  # /start, with or without a link's token
    COMMAND = "command"
    BUTTON = "button"
    TEXT = "text"
    BLOCKED = "blocked"  # the bot was blocked, or removed from a group
    UNBLOCKED = "unblocked"
    MIGRATED = "migrated"  # a group got a new id
    FILE = "file"  # a document, picture or film
    OTHER = "other"  # stickers, voices, edits: nothing that can be read


class Unreadable(ValueError):
    """Not an update. The message is a reason without anybody's words."""


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """`word`: the command without its slash; `text`: what follows it, or the whole text; `data`: of the button.

    `language`: BCP 47, of the person's app, "" when it does not say.
    """

    kind: Heard
    chat_id: int = 0
    private: bool = False
    word: str = ""
    text: str = ""
    data: str = ""
    callback_id: str = ""
    new_chat_id: int = 0
    language: str = ""


def read(raw: bytes, bot: str = "") -> ChatEvent:
    """The event of one update (https://core.telegram.org/bots/api#update). Unreadable for anything else.

    `bot`: our user name; a command that names another bot (`/start@other_bot`) is not for us.
    """
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(update, dict):
        raise Unreadable("not an object")
    if "callback_query" in update:
        return _button(_part(update, "callback_query"))
    if "my_chat_member" in update:
        return _member(_part(update, "my_chat_member"))
    if "message" in update:
        return _message(_part(update, "message"), bot)
    return ChatEvent(Heard.OTHER)


def _button(query: dict[str, Any]) -> ChatEvent:
    callback_id = _text(query, "id")
    if "message" not in query:  # of a message sent through another chat
        return ChatEvent(Heard.OTHER, callback_id=callback_id)
    chat_id, private = _chat(_part(query, "message"))
    presser = _id(_part(query, "from"))
    if private and presser != chat_id:
        raise Unreadable("pressed by somebody else")
    data, language = _text(query, "data"), _language(query)
    return ChatEvent(Heard.BUTTON, chat_id, private, data=data, callback_id=callback_id, language=language)


def _member(change: dict[str, Any]) -> ChatEvent:
    chat_id, private = _chat(change)
    gone = _text(_part(change, "new_chat_member"), "status") in ("kicked", "left")
    return ChatEvent(Heard.BLOCKED if gone else Heard.UNBLOCKED, chat_id, private)


def _message(message: dict[str, Any], bot: str) -> ChatEvent:
    chat_id, private = _chat(message)
    if "migrate_to_chat_id" in message:
        return ChatEvent(Heard.MIGRATED, chat_id, private, new_chat_id=_number(message["migrate_to_chat_id"]))
    text = _text(message, "text").strip()
    if not text:
        return ChatEvent(Heard.OTHER if _FILES.isdisjoint(message) else Heard.FILE, chat_id, private)
    language = _language(message)
    if not text.startswith("/"):
        return ChatEvent(Heard.TEXT, chat_id, private, text=text, language=language)
    word, _, rest = text[1:].partition(" ")
    word, _, named = word.partition("@")
    if named and bot and named.casefold() != bot.casefold():
        return ChatEvent(Heard.OTHER, chat_id, private)
    kind = Heard.START if word.casefold() == "start" else Heard.COMMAND
    return ChatEvent(kind, chat_id, private, word=word.casefold(), text=rest.strip(), language=language)


def _language(holder: dict[str, Any]) -> str:
    code = _text(_part(holder, "from"), "language_code") if "from" in holder else ""
    return code if _TAG.fullmatch(code) else ""


def _chat(holder: dict[str, Any]) -> tuple[int, bool]:
    chat = _part(holder, "chat")
    return _id(chat), _text(chat, "type") == "private"


def _id(holder: dict[str, Any]) -> int:
    return _number(holder.get("id"))


def _number(value: object) -> int:
    if type(value) is not int or not 0 < abs(value) < ID_MAX:
        raise Unreadable("a number is missing or impossible")
    return value


def _part(holder: dict[str, Any], name: str) -> dict[str, Any]:
    part = holder.get(name)
    if not isinstance(part, dict):
        raise Unreadable(f"{name} is missing or no object")
    return part


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name, "")
    if not isinstance(value, str):
        raise Unreadable(f"{name} is no text")
    # Neither SQLite nor a log takes a lone surrogate.
    return value.encode("utf-8", "replace").decode()
