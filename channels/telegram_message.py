"""A Telegram message as it is frozen in the outbox: UTF-8 JSON, one message = one request.

    {"chat_id": int, "text": str, "buttons": [[{"text": str, "data": str} | {"text": str, "url": str}]],
     "document": {"name": str, "base64": str} | null}

With a document the text is its caption and the request is sendDocument, else sendMessage. Limits are those of the
Bot API (https://core.telegram.org/bots/api); lengths are counted in UTF-16 units, which is never too kind. What a
message says is decided elsewhere.
"""

import base64
import binascii
import ipaddress
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from domain.errors import Problem, UserError

TEXT_MAX = 4096
CAPTION_MAX = 1024
DATA_MAX = 64  # bytes
ROW_MAX = 8
BUTTONS_MAX = 100


@dataclass(frozen=True, slots=True)
class Button:
    """Either `data`, which comes back when it is pressed, or `url`, which it opens."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ChatMessage:
    chat_id: int
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None


def units(text: str) -> int:
    """How long Telegram finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def opens(url: str) -> bool:
    """Whether a button may open this address: Telegram refuses the whole message for one that only we can reach."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith((".localhost", ".local", ".internal"))
    return parts.scheme in ("http", "https") and public


def freeze(message: ChatMessage) -> bytes:
    """The payload. UserError with every problem, none of which repeats the text."""
    if problems := _problems(message):
        raise UserError(*problems)
    document = message.document
    attached = None
    if document:
        attached = {"name": document.name, "base64": base64.b64encode(document.content).decode()}
    fields = {
        "chat_id": message.chat_id,
        "text": message.text,
        "buttons": [[_plain(button) for button in row] for row in message.buttons],
        "document": attached,
    }
    return json.dumps(fields, ensure_ascii=False).encode()


def _plain(button: Button) -> dict[str, str]:
    return {"text": button.text, **({"data": button.data} if button.data else {"url": button.url})}


def thaw(data: bytes) -> ChatMessage:
    """The message of a payload. UserError when it is none, or breaks a limit."""
    try:
        fields = json.loads(data)
        message = _message(fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
        raise UserError(Problem("not a Telegram message")) from None
    if problems := _problems(message):
        raise UserError(*problems)
    return message


def _message(fields: dict[str, Any]) -> ChatMessage:
    document = fields["document"]
    return ChatMessage(
        chat_id=fields["chat_id"],
        text=fields["text"],
        buttons=tuple(
            tuple(Button(one["text"], one.get("data", ""), one.get("url", "")) for one in row)
            for row in fields["buttons"]
        ),
        document=Document(document["name"], base64.b64decode(document["base64"], validate=True)) if document else None,
    )


def _problems(message: ChatMessage) -> list[Problem]:
    found: list[Problem] = []

    def unless(good: bool, where: str, what: str, remedy: str) -> None:
        if not good:
            found.append(Problem(what, where, remedy))

    most = CAPTION_MAX if message.document else TEXT_MAX
    unless(type(message.chat_id) is int and message.chat_id != 0, "chat_id", "not a chat", "Give the chat's number")
    unless(bool(message.text.strip()), "text", "empty", "Say something")
    unless(units(message.text) <= most, "text", "too long", f"Use {most} characters at most")
    unless(_encodable(message.text), "text", "not Unicode text", "Remove lone surrogates")
    buttons = [button for row in message.buttons for button in row]
    rows_good = all(1 <= len(row) <= ROW_MAX for row in message.buttons) and len(buttons) <= BUTTONS_MAX
    unless(rows_good, "buttons", "too many, or an empty row", f"Use 1 to {ROW_MAX} a row, {BUTTONS_MAX} in all")
    for button in buttons:
        labelled = bool(button.text.strip()) and units(button.text) <= 64
        unless(labelled, "buttons", "a label is empty or too long", "Use 1 to 64 characters")
        one = bool(button.data) != bool(button.url)
        unless(one, "buttons", "a button needs either data or url", "Give one of them")
        unless(
            len(button.data.encode(errors="replace")) <= DATA_MAX, "buttons", "data too long", f"Use {DATA_MAX} bytes"
        )
        unless(not button.url or opens(button.url), "buttons", "not a public web address", "Leave that button out")
    return found


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
