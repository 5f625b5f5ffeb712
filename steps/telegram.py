"""Updates from Telegram: asked for, filed, and only then acknowledged, so that a kill loses none.

One process asks for updates; a lock says so. Reading what is filed, and answering, is left to `chat_inbox.py`.
"""

import fcntl
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict

from channels.telegram import TelegramChannel
from channels.telegram_updates import Conflicting, Updates
from domain.errors import DeliveryError, Permanent, Problem, Transient, UserError
from steps import chat_links
from steps.app import App
from steps.chat_inbox import TelegramReport as TelegramReport
from steps.chat_inbox import read_filed
from steps.deliver import telegram_channel
from store import database, inbox
from templates_email import labels
from templates_email.catalogues import languages

log = logging.getLogger(__name__)

POLL_SECONDS = 25
RETRY_SECONDS = 5.0
CONFLICTS = 5  # in a row; a poller that was killed is missed by Telegram a little later


class AlreadyPolled(UserError):
    """Another process asks for this bot's updates; nothing needs to be done."""


def run_once(app: App) -> TelegramReport:
    """File and read what there is. UserError when another process polls, or the Bot API cannot be used."""
    total: Counter[str] = Counter()
    with _lock(app), closing(_updates(app, lambda: False)) as updates:
        try:
            box = _Box(app, updates)
            total.update(asdict(read_filed(app, updates)))
            while filed := box.file_new(0):
                total.update(asdict(read_filed(app, updates, filed)))
        except DeliveryError as error:
            raise _explained(error) from error
    return TelegramReport(**total)


def poll(app: App, stop: threading.Event, on_news: Callable[[TelegramReport], None]) -> None:
    """Read updates as they come until `stop`; `on_news` is called after some were read.

    A lost connection is tried again for ever; a refused token or a second poller is an error for a person.
    """
    with _lock(app), closing(_updates(app, stop.is_set)) as updates:
        box: _Box | None = None
        conflicts = 0
        channel = telegram_channel(app)
        while not stop.is_set():
            try:
                if box is None:
                    box = _Box(app, updates)
                    _set_commands(channel)
                    read_filed(app, updates, channel=channel)
                filed = box.file_new(POLL_SECONDS)
                conflicts = 0
                if filed:
                    on_news(read_filed(app, updates, filed, channel))
            except Transient as error:
                log.warning("the Bot API is out of reach: %s", error)
                stop.wait(max(RETRY_SECONDS, error.retry_after.total_seconds() if error.retry_after else 0.0))
            except Conflicting as error:
                conflicts += 1
                if conflicts >= CONFLICTS:
                    raise _explained(error) from error
                stop.wait(RETRY_SECONDS)
            except Permanent as error:
                raise _explained(error) from error


def _updates(app: App, stop: Callable[[], bool]) -> Updates:
    return Updates(chat_links.needs_token(app), app.settings.telegram_api, stop=stop)


def _explained(error: DeliveryError) -> UserError:
    return UserError(Problem(f"Telegram cannot be used: {error}", "LETSCONNECT_TELEGRAM_TOKEN"))


@contextmanager
def _lock(app: App) -> Iterator[None]:
    """One poller a home; the kernel frees the lock of a killed one."""
    app.settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(app.settings.home / "telegram.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            remedy = "It reads what comes; nothing needs to be done. To poll here, stop `letsconnect up` first"
            what = "another process asks for this bot's updates"
            raise AlreadyPolled(Problem(what, "telegram.lock", remedy)) from None
        yield
    finally:
        os.close(handle)


def _set_commands(channel: TelegramChannel) -> None:
    """The menu of private chats, in every language we have. Without it, commands can still be written."""
    try:
        for code in languages():
            menu = [(command, labels.label(command, code)) for command in labels.COMMANDS]
            channel.set_commands(menu, "" if code == "en" else code)
    except DeliveryError as error:
        log.warning("the menu of commands could not be set: %s", error)


class _Box:
    """One bot's updates. Asks Telegram who the bot is."""

    def __init__(self, app: App, updates: Updates) -> None:
        self.app, self.updates = app, updates
        bot_id, username = updates.me()
        chat_links.remember_bot(app, username)
        self.name = f"telegram/{bot_id}"
        known = inbox.position(app.conn, self.name)
        self.offset = known[1] + 1 if known else None

    def file_new(self, timeout: int) -> int:
        """Ask for what comes after the last ones filed, which acknowledges those; file what came. How many came."""
        batch = self.updates.fetch(self.offset, timeout)
        if batch:
            now = self.app.now()
            rows = [(number, now, raw) for number, raw in batch]
            with database.write(self.app.conn) as conn:
                inbox.file(conn, self.name, 0, rows, now, channel="telegram")
            # Numbers begin anew somewhere after a week of silence, so the last batch counts, not the highest number.
            self.offset = batch[-1][0] + 1
        return len(batch)
