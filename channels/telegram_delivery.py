"""One run of delivery over the Bot API: a few requests in flight, an even pace, and when to stop.

Each worker takes one parcel through: pull, wait for the pace, ask for the mark, post, settle. The store's functions
are called from here only, between awaits, so never two at once. What answers mean is left to `telegram_verdicts.py`.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions

from channels.telegram_bot import ApiBot
from channels.telegram_message import ChatMessage, thaw
from channels.telegram_verdicts import verdict
from domain.deliveries import AtRisk, Outcome, Parcel, Phase, Receipt, Settle, Trouble
from domain.errors import UserError

GRACE = 5.0  # seconds to wait for outstanding answers when interrupted
CHATS_REMEMBERED = 10_000


class Pace:
    """When the next request may start: evenly over all chats, and not too often to one. Seconds."""

    def __init__(self, every: float, chat: float, group: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._every, self._chat, self._group, self._clock = every, chat, group, clock
        self._next = clock()
        self._chats: dict[int, float] = {}

    def reserve(self, chat_id: int) -> float:
        """Takes the next free moment for this chat; how long it is until then."""
        now = self._clock()
        moment = max(now, self._next)
        self._next = moment + self._every
        moment = max(moment, self._chats.get(chat_id, moment))
        if len(self._chats) >= CHATS_REMEMBERED:
            self._chats = {chat: free for chat, free in self._chats.items() if free > now}
        self._chats[chat_id] = moment + (self._group if chat_id < 0 else self._chat)  # groups have negative ids
        return moment - now


class Delivery:
    """Used once. `run` returns what is wrong with the channel and raises what the store's functions raise."""

    def __init__(self, api: ApiBot, *, requests: int, pace: Pace, breaker: int) -> None:
        self._api, self._requests, self._pace, self._breaker = api, requests, pace, breaker
        self._trouble: Trouble | None = None
        self._failed = False  # one of the store's functions raised: none is called again
        self._unanswered = 0  # requests in a row
        self._first: deque[Parcel] = deque()
        self._over = asyncio.Event()

    async def run(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        self._parcels: Iterator[Parcel] = iter(parcels)
        self._at_risk, self._settle_all = at_risk, settle
        parcel = next(self._parcels, None)
        if parcel is None:
            return None
        # A question first: what is wrong with token or network shows before any message is at risk.
        trouble = await self._ask()
        if trouble is not None:
            settle([(parcel.id, _returned(trouble))])
            return trouble
        self._first.append(parcel)
        workers = [asyncio.create_task(self._work()) for _ in range(self._requests)]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        except asyncio.CancelledError:  # Ctrl-C: hear what becomes of the requests in flight
            self._stop(Trouble(Phase.API, "delivery was interrupted"))
            await asyncio.wait(workers, timeout=GRACE)
            raise
        finally:
            self._failed = self._failed or any(not worker.done() for worker in workers)
            for worker in workers:
                worker.cancel()
            results = await asyncio.gather(*workers, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                raise result
        return self._trouble

    async def _ask(self) -> Trouble | None:
        try:
            await self._api.get_me()
        except Exception as error:
            receipt, trouble = verdict(error)
            return trouble or Trouble(Phase.CONNECT, f"the Bot API is not well ({receipt.code or 'no answer'})")
        return None

    def _stop(self, trouble: Trouble) -> None:
        self._trouble = self._trouble or trouble
        self._over.set()

    async def _work(self) -> None:
        try:
            while not self._trouble and not self._failed:
                parcel = self._first.popleft() if self._first else next(self._parcels, None)
                if parcel is None:
                    return
                await self._one(parcel)
        except BaseException:
            self._failed = True
            raise

    async def _one(self, parcel: Parcel) -> None:
        try:
            chat_id, message = int(parcel.recipient), thaw(parcel.data)
        except ValueError:
            return self._settle(parcel, Receipt(Outcome.REFUSED_RECIPIENT, Phase.API, None, "not a chat"))
        except UserError as error:
            return self._settle(parcel, Receipt(Outcome.REFUSED_MESSAGE, Phase.API, None, str(error)))
        await self._wait(self._pace.reserve(chat_id))
        if self._failed:
            return None
        if self._trouble:
            return self._settle(parcel, _returned(self._trouble))
        if parcel.id not in self._at_risk([parcel.id]):
            return self._settle(parcel, Receipt(Outcome.RETURNED, Phase.API, None, "the mark was refused"))
        try:
            number = await post(self._api, chat_id, message)
        except Exception as error:
            receipt, trouble = verdict(error)
        else:
            receipt, trouble = Receipt(Outcome.SENT, Phase.API, 200, f"message {number}"), None
        self._count(receipt)
        if trouble:
            self._stop(trouble)
        return self._settle(parcel, receipt)

    async def _wait(self, seconds: float) -> None:
        """Until the pace allows the next request, or there will be none."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), seconds)

    def _count(self, receipt: Receipt) -> None:
        self._unanswered = self._unanswered + 1 if receipt.outcome is Outcome.UNSURE else 0
        if self._unanswered >= self._breaker:
            self._stop(Trouble(Phase.API, f"{self._unanswered} requests in a row got no answer", receipt.code))

    def _settle(self, parcel: Parcel, receipt: Receipt) -> None:
        if not self._failed:
            self._settle_all([(parcel.id, receipt)])


async def post(api: ApiBot, chat_id: int, message: ChatMessage) -> int:
    """One request; the number that the message has in its chat. Raises what the library raises."""
    rows = [
        [InlineKeyboardButton(b.text, callback_data=b.data or None, url=b.url or None) for b in row]
        for row in message.buttons
    ]
    parameters: dict[str, Any] = {"chat_id": chat_id}
    if rows:
        parameters["reply_markup"] = InlineKeyboardMarkup(rows)
    if message.document:
        file = InputFile(message.document.content, message.document.name)
        return await api.sent("sendDocument", {**parameters, "document": file, "caption": message.text})
    quiet = LinkPreviewOptions(is_disabled=True)
    return await api.sent("sendMessage", {**parameters, "text": message.text, "link_preview_options": quiet})


def _returned(trouble: Trouble) -> Receipt:
    return Receipt(Outcome.RETURNED, trouble.phase, trouble.code, trouble.reason)
