"""Two sample people on Telegram: both link their chat by the link in their welcome mail, one answers, one blocks us.

They act on the stand-in Bot API (`bot_api.py`); what they do is read by the real steps, as the poller would.
"""

import re
from collections import Counter
from collections.abc import Mapping

from demo.bot_api import BotApi
from demo.caught import Caught
from steps import telegram
from steps.app import App

ANSWERS, BLOCKS = "chats", "blocks"  # their parts in the story
CHATS = {ANSWERS: 8001, BLOCKS: 8002}  # their chats' numbers
LINK = re.compile(r"https://t\.me/\w+\?start=([\w-]+)")


def introduce(app: App) -> None:
    """The bot says its name, without which mails carry no link to it."""
    telegram.run_once(app)


def act(app: App, bot: BotApi, welcomes: Mapping[str, Caught]) -> Counter[str]:
    """The whole scene; how many linked, and answered. `welcomes`: the welcome mails by part in the story."""
    done: Counter[str] = Counter()
    for part, chat in CHATS.items():
        bot.join(chat)
        bot.write(chat, f"/start {_payload(welcomes[part])}")
    _hear(app, done)
    for chat in CHATS.values():
        _press(bot, chat, "link/yes/")
    _hear(app, done)
    bot.write(CHATS[ANSWERS], "/mine")
    _hear(app, done)
    _press(bot, CHATS[ANSWERS], "rsvp/", "/yes/")  # the first of them is the first clinic's
    bot.block(CHATS[BLOCKS])
    _hear(app, done)
    return done


def _hear(app: App, done: Counter[str]) -> None:
    report = telegram.run_once(app)
    done.update(links=report.links, rsvps=report.rsvps)


def _press(bot: BotApi, chat: int, *parts: str) -> None:
    """The first button with these parts below the newest message."""
    buttons = bot.of(chat)[-1].data
    bot.press(chat, next(data for data in buttons if all(part in data for part in parts)))


def _payload(welcome: Caught) -> str:
    """What Telegram hands to the bot when somebody opens the link of this mail."""
    found = LINK.search(welcome.text)
    if found is None:
        raise ValueError(f"mail {welcome.id} has no link into Telegram")
    return found[1]
