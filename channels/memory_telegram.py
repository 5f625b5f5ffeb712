"""The Telegram channel's twin that keeps what it is given: same payloads and limits, same order of mark and answer.

`memory.py` answers for recipients before the mark, as SMTP's RCPT does; here every message is one request, so
everything but an impossible payload comes after the mark.
"""

from collections.abc import Iterable, Mapping

from channels.telegram_message import ChatMessage, thaw
from domain.deliveries import AtRisk, Outcome, Parcel, Phase, Receipt, Settle, Trouble
from domain.errors import UserError

STORED = frozenset({Outcome.SENT, Outcome.UNSURE})


class MemoryTelegram:
    """`outcomes`: what becomes of messages to a chat (SENT if not named). `trouble`: found with the first parcel."""

    name = "telegram"

    def __init__(self, *, outcomes: Mapping[str, Outcome] | None = None, trouble: Trouble | None = None) -> None:
        self.outcomes, self.trouble = dict(outcomes or {}), trouble
        self.stored: list[Parcel] = []

    def said(self, chat_id: int) -> list[ChatMessage]:
        """What a chat got, oldest first."""
        return [thaw(parcel.data) for parcel in self.stored if parcel.recipient == str(chat_id)]

    def deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        for parcel in parcels:
            settle([(parcel.id, self._one(parcel, at_risk))])
            if self.trouble:
                return self.trouble
        return None

    def _one(self, parcel: Parcel, at_risk: AtRisk) -> Receipt:
        if self.trouble:
            return Receipt(Outcome.RETURNED, self.trouble.phase, self.trouble.code)
        try:
            int(parcel.recipient)
            thaw(parcel.data)
        except UserError as error:
            return Receipt(Outcome.REFUSED_MESSAGE, Phase.API, None, str(error))
        except ValueError:
            return Receipt(Outcome.REFUSED_RECIPIENT, Phase.API, None, "not a chat")
        if parcel.id not in at_risk([parcel.id]):
            return Receipt(Outcome.RETURNED, Phase.API, None, "the mark was refused")
        outcome = self.outcomes.get(parcel.recipient, Outcome.SENT)
        if outcome in STORED:
            self.stored.append(parcel)
        return Receipt(outcome, Phase.API, text=f"in memory: {outcome}")
