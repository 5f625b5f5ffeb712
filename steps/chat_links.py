"""The personal link that a mail carries into Telegram: made, and checked when somebody opens it.

`https://t.me/BOT?start=PERSON-TOKEN`, where the token is bound to how many links the person has used: one use makes
it void, and the next mail carries the next one. Nothing needs to be kept for links that nobody opens.
"""

import hmac
import re
import sqlite3

from domain.errors import Problem, UserError
from steps.app import App
from store import chats, database, meta

BOT = "telegram_bot"  # the bot's user name, kept because mails are written without the network
_LINK = re.compile(r"([1-9]\d{0,17})-([a-z2-7]{24})")  # with 64 characters at most of what Telegram takes


def remember_bot(app: App, username: str) -> None:
    if meta.get(app.conn, BOT) != username:
        with database.write(app.conn) as conn:
            meta.put(conn, BOT, username)


def bot_name(app: App) -> str:
    """The bot's user name; "" while nobody has asked Telegram for it."""
    return meta.get(app.conn, BOT) or ""


def personal_link(app: App, participant_id: int) -> str:
    """The link for this person's next mail; "" while there is no bot, or when they are linked already."""
    if app.settings.telegram_token is None:
        return ""
    bot = bot_name(app)
    if not bot or chats.of_participant(app.conn, participant_id) is not None:
        return ""
    used = chats.asked(app.conn, participant_id).used
    return f"https://t.me/{bot}?start={participant_id}-{_token(app, participant_id, used)}"


def opened(app: App, conn: sqlite3.Connection, payload: str) -> int | None:
    """The person whose unused link this is the payload of; None for any other text."""
    match = _LINK.fullmatch(payload)
    if match is None:
        return None
    person = int(match[1])
    good = hmac.compare_digest(_token(app, person, chats.asked(conn, person).used), match[2])
    row = conn.execute("select erased_at from participants where id = ?", (person,)).fetchone()
    return person if good and row is not None and row["erased_at"] is None else None


def _token(app: App, participant_id: int, used: int) -> str:
    return app.token("telegram-link", f"{participant_id}/{used}")


def needs_token(app: App) -> str:
    """The bot's token. UserError when none is set."""
    if app.settings.telegram_token is None:
        remedy = "Get one from @BotFather and set it"
        raise UserError(Problem("no Telegram bot is set", "LETSCONNECT_TELEGRAM_TOKEN", remedy))
    return app.settings.telegram_token
