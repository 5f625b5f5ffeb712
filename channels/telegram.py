"""Telegram out: the channel that `steps/deliver.py` talks to, and the small questions around it.

One message is one request. The mark is asked for before the request is written, so a crash can leave one message a
request in flight unsure, and no more. What a failure means is in `telegram_verdicts.py`, the payload in
`telegram_message.py`, updates in `telegram_updates.py`. Nobody is found or chosen here.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any, TypeVar

from telegram.error import TelegramError

from channels.telegram_bot import ApiBot, bot
from channels.telegram_delivery import Delivery, Pace
from channels.telegram_verdicts import verdict
from domain.deliveries import AtRisk, Parcel, Settle, Trouble
from domain.errors import LetsConnectError, Permanent, Transient

API = "https://api.telegram.org"
T = TypeVar("T")


class TelegramChannel:
    """One bot. Raises ConfigError, with every problem, for a token or address that cannot work.

    `per_second`: over all chats (Telegram allows 30); a chat gets one a second, a group 20 a minute. `breaker`: so
    many requests in a row without an answer are Trouble. `answer_timeout`: seconds; what takes longer is unsure.
    """

    name = "telegram"

    def __init__(
        self,
        token: str,
        *,
        api: str = API,
        per_second: float = 25.0,
        requests: int = 4,
        breaker: int = 3,
        connect_timeout: float = 10.0,
        answer_timeout: float = 60.0,
        chat_seconds: float = 1.0,
        group_seconds: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._new_bot: Callable[[], ApiBot] = partial(
            bot, token, api, connections=requests, connect=connect_timeout, read=answer_timeout
        )
        self._new_bot()  # says now what is wrong with the settings
        self._requests, self._breaker = requests, breaker
        self._pace = Pace(1.0 / per_second, chat_seconds, group_seconds, clock)

    def __repr__(self) -> str:
        return "TelegramChannel()"

    def deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        """See `domain.deliveries.Channel`. The chat is the parcel's recipient. Runs an event loop of its own."""
        return asyncio.run(self._deliver(parcels, at_risk, settle))

    async def _deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        api = self._new_bot()
        try:
            delivery = Delivery(api, requests=self._requests, pace=self._pace, breaker=self._breaker)
            return await delivery.run(parcels, at_risk, settle)
        finally:
            await api.shutdown()

    def me(self) -> tuple[int, str]:
        """The bot's id and user name. Permanent when the token is refused, Transient when nobody answers."""

        async def ask(api: ApiBot) -> tuple[int, str]:
            user = await api.get_me()
            return user.id, user.username or ""

        return self._ask(ask)

    def check(self) -> str:
        """A short line for `doctor`; DeliveryError in words otherwise."""
        return f"bot @{self.me()[1]}"

    def set_commands(self, commands: Iterable[tuple[str, str]], language: str = "") -> None:
        """What the menu of private chats offers, as (command, description). "" is every other language."""
        wanted = list(commands)
        self._ask(lambda api: api.set_my_commands(wanted, language_code=language or None))

    def _ask(self, question: Callable[[ApiBot], Coroutine[Any, Any, T]]) -> T:
        async def asking() -> T:
            api = self._new_bot()
            try:
                return await question(api)
            finally:
                await api.shutdown()

        try:
            return asyncio.run(asking())
        except Exception as error:
            raise explained(error) from None


def explained(error: Exception) -> LetsConnectError:
    """A failed question to the Bot API as an error of ours, in words that hold neither token nor text."""
    if not isinstance(error, TelegramError):
        return Transient(f"no readable answer from the Bot API ({type(error).__name__})")
    receipt, trouble = verdict(error)
    if trouble is None:
        return Transient(f"no useful answer from the Bot API ({receipt.code or error.message})")
    if trouble.permanent:
        return Permanent(f"{trouble.reason}; check LETSCONNECT_TELEGRAM_TOKEN and LETSCONNECT_TELEGRAM_API")
    return Transient(trouble.reason, trouble.retry_after)
