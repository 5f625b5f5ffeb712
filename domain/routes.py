"""Where a message for a person can go, or why it cannot."""

from datetime import UTC, datetime

from domain.cadences import Channel
from domain.participants import ContactPoint, Health, Participant

USABLE = (Health.OK, Health.SOFT)


def route(channel: Channel, person: Participant) -> tuple[ContactPoint | None, str]:
    """Where a message for this channel goes, or why it cannot. "best": the newest sign of life wins, mail on a tie."""
    if channel is Channel.DESK:
        return None, ""
    no_chat, no_mail = chat_refusal(person), mail_refusal(person)
    if channel is Channel.TELEGRAM:
        return (person.telegram, "") if not no_chat else (None, no_chat)
    if channel is Channel.BEST and not no_chat and person.telegram is not None:
        never = datetime.min.replace(tzinfo=UTC)
        mail_seen = person.email.last_sign_at or never if person.email else never
        doubtful = bool(no_mail) or (person.email is not None and person.email.health is Health.SOFT)
        if doubtful or (person.telegram.last_sign_at or never) > mail_seen:
            return person.telegram, ""
    return (person.email, "") if not no_mail else (None, no_mail)


def mail_refusal(person: Participant) -> str:
    """Why this person gets no mail; "" when they do."""
    if person.email is None:
        return "no e-mail address is known"
    return "" if person.email.health in USABLE else "the e-mail address refuses mail"


def mail_unwanted(person: Participant, topic: str) -> str:
    """Why this person gets no mail about `topic` that nobody planned; "" when they do."""
    if person.erased:
        return "the person's data was erased"
    if "*" in person.suppressed or topic in person.suppressed:
        return f"asked for no more messages about {topic}"
    return mail_refusal(person)


def chat_refusal(person: Participant) -> str:
    """Why this person gets nothing in a chat; "" when they do."""
    if person.telegram is None:
        return "no Telegram chat is linked"
    if person.telegram.health not in USABLE:
        return "the Telegram chat is blocked"
    return "did not agree to Telegram" if person.consents.get("telegram") is False else ""
