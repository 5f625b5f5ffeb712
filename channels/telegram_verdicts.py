"""What a failure of the Bot API means for the message and for the channel. A table and a function; no state.

There is no idempotency key, so a request that was written and not answered is UNSURE and is never repeated here.
BadRequest and TimedOut are kinds of NetworkError in the library: the order of the table matters. The words of a
Trouble are ours; the API's own go into the receipt only.
"""

from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter

from channels.telegram_bot import NotSent, Status
from domain.deliveries import Outcome, Phase, Receipt, Trouble

MIGRATED = "migrated:"  # a receipt's text: this and the group's new id
UNSAID = timedelta(seconds=30)  # to wait after a 429 that does not say how long
# Beginnings or parts of a 400's description that are about the chat, not about the message.
ABOUT_THE_CHAT = (
    "chat not found", "user not found", "peer_id_invalid", "user is deactivated", "user_is_blocked",
    "group is deactivated", "chat was deleted", "bot was kicked", "not a member of",
    "have no rights to send", "not enough rights to send",
    "chat_write_forbidden", "chat_restricted", "chat_admin_required", "chat_id is empty", "need administrator rights",
)  # fmt: skip
Verdict = tuple[Receipt, Trouble | None]


def verdict(error: Exception) -> Verdict:
    """What to settle for the message, and what is wrong with the channel, if anything."""
    match error:
        case RetryAfter():
            return _too_many(_delta(error.retry_after))
        case Forbidden():
            return Receipt(Outcome.REFUSED_RECIPIENT, Phase.API, 403, error.message), None
        case ChatMigrated():
            return Receipt(Outcome.LATER, Phase.API, 400, f"{MIGRATED}{error.new_chat_id}"), None
        case BadRequest():
            about_chat = any(words in error.message.lower() for words in ABOUT_THE_CHAT)
            outcome = Outcome.REFUSED_RECIPIENT if about_chat else Outcome.REFUSED_MESSAGE
            return Receipt(outcome, Phase.API, 400, error.message), None
        case InvalidToken():
            return _returned(Phase.AUTH, "the Bot API refuses the token", 401, permanent=True)
        case Conflict():
            return _returned(Phase.API, "the Bot API reports a conflict", 409)
        case NotSent():
            return _returned(Phase.CONNECT, f"the Bot API cannot be reached ({error.message})")
        case Status(code=413):
            return Receipt(Outcome.REFUSED_MESSAGE, Phase.API, 413, "Request Entity Too Large"), None
        case Status(code=429):
            return _too_many(UNSAID)
        case Status(code=code) if code < 500:
            return _returned(Phase.API, f"what answers is not the Bot API ({code})", code, permanent=True)
        case Status(code=code):
            return Receipt(Outcome.UNSURE, Phase.API, code, f"HTTP {code}"), None
    if str(error).startswith("Too Many Requests"):
        return _too_many(UNSAID)
    return Receipt(Outcome.UNSURE, Phase.API, None, f"no readable answer ({type(error).__name__})"), None


def _too_many(wait: timedelta) -> Verdict:
    trouble = Trouble(Phase.API, f"asked to wait {wait.total_seconds():.0f} s", 429, retry_after=wait)
    return Receipt(Outcome.LATER, Phase.API, 429, "Too Many Requests", wait), trouble


def _returned(phase: Phase, reason: str, code: int | None = None, permanent: bool = False) -> Verdict:
    return Receipt(Outcome.RETURNED, phase, code, reason), Trouble(phase, reason, code, permanent)


def _delta(seconds: int | timedelta) -> timedelta:
    return seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
