"""Telegram in: updates by long polling, as raw JSON for filing, and the small things said back at once.

Nothing is read here (see `domain/chats.py`) and nothing acknowledged but by the next `fetch`: whoever calls files
first. The library's own Updater acknowledges before handling, so it is not used.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from telegram.error import Conflict, TelegramError

from channels.telegram import API, explained
from channels.telegram_bot import bot
from channels.telegram_delivery import post
from channels.telegram_message import ChatMessage
from domain.errors import Permanent, Transient

ALLOWED = ["message", "callback_query", "my_chat_member"]
TOAST_MAX = 200
STOP_POLL = 0.2  # seconds between looks at `stop`
T = TypeVar("T")


class Conflicting(Permanent):
    """Somebody else takes this bot's updates."""


class Updates:
    """One poller. Keeps its connection between calls; for one thread, without a running event loop. To be closed.

    `stop` is asked while a long poll waits; what arrives after it said yes stays unacknowledged.
    """

    def __init__(
        self, token: str, api: str = API, *, connect_timeout: float = 10.0, answer_timeout: float = 15.0,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self._bot = bot(token, api, connections=2, connect=connect_timeout, read=answer_timeout)
        self._answer_timeout, self._stop = answer_timeout, stop
        self._runner = asyncio.Runner()

    def __repr__(self) -> str:
        return "Updates()"

    def close(self) -> None:
        with contextlib.suppress(Exception):  # nothing is lost with a connection that does not close well
            self._runner.run(self._bot.shutdown())
        self._runner.close()

    def me(self) -> tuple[int, str]:
        """The bot's id and user name."""
        user = self._run(self._bot.get_me())
        return user.id, user.username or ""

    def fetch(self, offset: int | None, timeout: int) -> list[tuple[int, bytes]]:
        """Updates from `offset` on, as (update_id, JSON), waiting up to `timeout` seconds for the first.

        Asking acknowledges all below `offset`. Conflicting when another poller uses the token, Permanent when it is
        refused, Transient otherwise.
        """
        parameters: dict[str, Any] = {"timeout": timeout, "allowed_updates": ALLOWED, "limit": 100}
        if offset is not None:
            parameters["offset"] = offset
        try:
            result = self._run(self._bot.raw_updates(parameters, timeout + self._answer_timeout))
        except _Stopped:
            return []
        if not isinstance(result, list):
            raise Transient("no readable updates from the Bot API")
        # Escaped, so that a lone surrogate in somebody's text can be filed too.
        return [
            (one["update_id"], json.dumps(one).encode("ascii"))
            for one in result
            if isinstance(one, dict) and type(one.get("update_id")) is int
        ]

    def answer(self, callback_id: str, text: str = "") -> None:
        """Tells the person that the press arrived. A failure is of no consequence: the press is filed."""
        with contextlib.suppress(Permanent, Transient, _Stopped):
            self._run(self._bot.answer_callback_query(callback_id, text[:TOAST_MAX] or None))

    def say(self, message: ChatMessage) -> bool:
        """Says something at most once, outside the outbox: to chats of nobody we know. Whether it was taken."""
        try:
            self._run(post(self._bot, message.chat_id, message))
        except (Permanent, Transient, _Stopped):
            return False
        return True

    def _run(self, question: Coroutine[Any, Any, T]) -> T:
        try:
            return self._runner.run(self._until_stopped(question))
        except Conflict:
            remedy = "stop that one, or remove the webhook; one process may ask for updates"
            raise Conflicting(f"another poller, or a webhook, uses this bot's token: {remedy}") from None
        except (TelegramError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise explained(error) from None

    async def _until_stopped(self, question: Coroutine[Any, Any, T]) -> T:
        asking = asyncio.ensure_future(question)
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=STOP_POLL)
                if self._stop() and not asking.done():
                    raise _Stopped
            return asking.result()
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


class _Stopped(Exception):
    """`stop` said yes while an answer was waited for."""
