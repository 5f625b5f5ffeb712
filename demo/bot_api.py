"""A stand-in for Telegram's Bot API on loopback: strict about limits, with people who write, press and block.

`BotApi` is the far side as plain state, `BotServer` its HTTP. What the real API only ignores (unknown parameters) is
refused here, so that a mistake shows. Faults of the network are added by the tests.
See https://core.telegram.org/bots/api.
"""

import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

KNOWN = {
    "getMe": set[str](),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "sendMessage": {"chat_id", "text", "reply_markup", "link_preview_options", "disable_notification"},
    "sendDocument": {"chat_id", "document", "caption", "reply_markup", "disable_notification"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert"},
    "setMyCommands": {"commands", "scope", "language_code"},
}


class Refused(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        self.code, self.description, self.parameters = code, description, parameters
        super().__init__(description)


@dataclass
class Person:
    first_name: str
    started: bool = False
    blocked: bool = False


@dataclass
class Sent:
    """A message of the bot's that a chat has. `stamp`: seconds of the monotonic clock."""

    chat_id: int
    message_id: int
    text: str
    buttons: list[list[dict[str, str]]]
    document: tuple[str, bytes] | None
    stamp: float

    @property
    def data(self) -> list[str]:
        """What its buttons bring back."""
        return [button["callback_data"] for row in self.buttons for button in row if "callback_data" in button]


@dataclass
class BotApi:
    """One bot and the people around it. `chat_seconds`: a 429 for a second message to a chat within that time."""

    token: str = "10001:stand-in"  # noqa: S105 -- of a stand-in
    username: str = "letsconnect_bot"
    chat_seconds: float = 0.0
    people: dict[int, Person] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    migrated: dict[int, int] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    asked: list[int | None] = field(default_factory=list)  # the offset of every getUpdates
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._next_update = 500
        self._poller = 0  # the newest getUpdates; an older one that still waits is ended
        self._closed = False

    @property
    def bot_id(self) -> int:
        return int(self.token.partition(":")[0])

    # -- people --------------------------------------------------------------------------------------------

    def join(self, number: int, first_name: str = "Ada") -> None:
        self.people[number] = Person(first_name)

    def write(self, number: int, text: str, group: int | None = None) -> int:
        """Somebody writes to the bot, in private or in a group. The update's id."""
        if group is None:
            self.people[number].started = True
        chat = self._chat(group if group is not None else number)
        message = {"message_id": 1, "date": int(_clock()), "chat": chat, "from": self._user(number), "text": text}
        return self.push({"message": message})

    def press(self, number: int, data: str) -> int:
        """Somebody presses a button that is there. LookupError when there is none. The update's id."""
        with self._changed:
            found = [one for one in self.sent if one.chat_id == number and data in one.data]
        if not found:
            raise LookupError("this chat has no such button")
        return self.forge_press(number, data, found[-1].message_id)

    def forge_press(self, number: int, data: str, message_id: int = 1) -> int:
        """A press of a button that nobody was given."""
        message = {"message_id": message_id, "date": 0, "chat": self._chat(number)}
        query = {"id": str(self._next_update), "from": self._user(number), "message": message,
                 "chat_instance": "1", "data": data}  # fmt: skip
        return self.push({"callback_query": query})

    def block(self, number: int, blocked: bool = True) -> int:
        self.people[number].blocked = blocked
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        me = {"id": self.bot_id, "is_bot": True, "first_name": "bot", "username": self.username}
        change = {"chat": self._chat(number), "from": self._user(number), "date": int(_clock())}
        states = {"old_chat_member": {"user": me, "status": old}, "new_chat_member": {"user": me, "status": new}}
        return self.push({"my_chat_member": {**change, **states}})

    def push(self, update: dict[str, Any]) -> int:
        with self._changed:
            number = self._next_update
            self._next_update += 1
            self.updates.append({"update_id": number, **update})
            self._changed.notify_all()
        return number

    def of(self, chat: int) -> list[Sent]:
        """What a chat got, oldest first."""
        with self._changed:
            return [one for one in self.sent if one.chat_id == chat]

    def wait(self, chat: int, number: int, seconds: float = 10.0) -> list[Sent]:
        """What a chat got, once there are `number` of them. TimeoutError."""
        end = time.monotonic() + seconds
        with self._changed:
            while len(found := [one for one in self.sent if one.chat_id == chat]) < number:
                if not self._changed.wait(end - time.monotonic()):
                    raise TimeoutError(f"{len(found)} of {number} messages came")
        return found

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _user(self, number: int) -> dict[str, Any]:
        name = self.people[number].first_name if number in self.people else "Stranger"
        return {"id": number, "is_bot": False, "first_name": name}

    def _chat(self, number: int) -> dict[str, Any]:
        if number < 0:
            return {"id": number, "type": "supergroup", "title": self.groups.get(number, "Group")}
        return {"id": number, "type": "private", "first_name": self._user(number)["first_name"]}

    # -- the bot's calls -----------------------------------------------------------------------------------

    def call(self, method: str, given: dict[str, str], files: dict[str, tuple[str, bytes]]) -> Any:
        """The result of one method. Refused when the API would say no."""
        if method not in KNOWN:
            raise Refused(404, "Not Found")
        if unknown := (set(given) | set(files)) - KNOWN[method]:
            raise Refused(400, f"Bad Request: unknown parameters {sorted(unknown)}")
        if method == "getMe":
            return {"id": self.bot_id, "is_bot": True, "first_name": "Bot", "username": self.username}
        if method == "getUpdates":
            return self._get_updates(given)
        if method == "answerCallbackQuery":
            if len(given.get("text", "")) > 200:
                raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
            with self._changed:
                self.toasts.append(given.get("text", ""))
            return True
        if method == "setMyCommands":
            self.commands[given.get("language_code", "")] = _commands(given["commands"])
            return True
        return self._send(method, given, files)

    def _get_updates(self, given: dict[str, str]) -> list[dict[str, Any]]:
        offset = int(given["offset"]) if "offset" in given else None
        end = time.monotonic() + float(given.get("timeout", 0))
        allowed = set(json.loads(given.get("allowed_updates", "[]"))) | {"update_id"}
        with self._changed:
            self.asked.append(offset)
            self._poller += 1
            mine = self._poller
            self._changed.notify_all()
            while True:
                if mine != self._poller:
                    raise Refused(409, "Conflict: terminated by other getUpdates request")
                if offset is not None:
                    self.updates = [one for one in self.updates if one["update_id"] >= offset]
                found = [one for one in self.updates if set(one) <= allowed][: int(given.get("limit", 100))]
                left = end - time.monotonic()
                if found or left <= 0 or self._closed:
                    return found
                self._changed.wait(left)

    def _send(self, method: str, given: dict[str, str], files: dict[str, tuple[str, bytes]]) -> dict[str, Any]:
        with self._changed:
            chat = self._reachable(given.get("chat_id", ""))
            name, most = ("text", 4096) if method == "sendMessage" else ("caption", 1024)
            text = given.get(name, "")
            if method == "sendMessage" and not text.strip():
                raise Refused(400, "Bad Request: message text is empty")
            if len(text.encode("utf-16-le")) // 2 > most:
                raise Refused(400, "Bad Request: message is too long")
            if method == "sendDocument" and not files.get("document", ("", b""))[1]:
                raise Refused(400, "Bad Request: there is no document in the request")
            buttons = _buttons(given.get("reply_markup", ""))
            now = time.monotonic()
            last = max((one.stamp for one in self.sent if one.chat_id == chat), default=float("-inf"))
            if now - last < self.chat_seconds:
                raise Refused(429, "Too Many Requests: retry after 7", retry_after=7)
            one = Sent(chat, len(self.sent) + 1, text, buttons, files.get("document"), now)
            self.sent.append(one)
            self._changed.notify_all()
        message: dict[str, Any] = {"message_id": one.message_id, "date": int(_clock()), "chat": self._chat(chat)}
        if one.document:
            kept = {"file_id": "f", "file_unique_id": "u", "file_name": one.document[0]}
            return {**message, "caption": text, "document": kept}
        return {**message, "text": text}

    def _reachable(self, text: str) -> int:
        if not re.fullmatch(r"-?\d{1,16}", text):
            raise Refused(400, "Bad Request: chat_id is empty")
        chat = int(text)
        if chat in self.migrated:
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat",
                          migrate_to_chat_id=self.migrated[chat])  # fmt: skip
        if chat in self.groups:
            return chat
        person = self.people.get(chat)
        if person is None or not person.started:
            raise Refused(400, "Bad Request: chat not found")
        if person.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat


def _buttons(markup: str) -> list[list[dict[str, str]]]:
    if not markup:
        return []
    rows = json.loads(markup)["inline_keyboard"]
    flat = [button for row in rows for button in row]
    if len(flat) > 100 or any(not 1 <= len(row) <= 8 for row in rows):
        raise Refused(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
    for button in flat:
        if set(button) not in ({"text", "callback_data"}, {"text", "url"}) or not button["text"].strip():
            raise Refused(400, "Bad Request: can't parse inline keyboard button")
        if not 1 <= len(button.get("callback_data", "x").encode()) <= 64:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        if not re.match(r"https?://[^/]+\.[^/]+", button.get("url", "https://a.b")):
            raise Refused(400, "Bad Request: BUTTON_URL_INVALID")
    return list(rows)


def _commands(text: str) -> list[dict[str, str]]:
    commands: list[dict[str, str]] = json.loads(text)
    for one in commands:
        good = re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]) and 1 <= len(one["description"]) <= 256
        if not good:
            raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
    return commands


def _clock() -> float:
    return time.time()
