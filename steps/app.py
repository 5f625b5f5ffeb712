"""What every step is given: settings, programme, an open store, and the only clock and source of ids.

Everything below takes `now` and ids as arguments. UIDs and Message-IDs are HMACs of the installation's secret over
what they name: nobody can guess one, and two planners that plan the same touch at once make the same one.
"""

import base64
import hmac
import os
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from config import programme as programme_file
from config import settings as settings_file
from config.programme import Programme
from config.settings import Settings
from domain.errors import Problem, UserError
from store import database


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class App:
    """One process's handle on one programme. Not shared between threads: each opens its own."""

    settings: Settings
    programme: Programme
    clock: Callable[[], datetime] = field(default=_utc_now)

    def now(self) -> datetime:
        """The current moment, UTC, whole seconds (what the store keeps)."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    @cached_property
    def conn(self) -> sqlite3.Connection:
        """The open store. UserError or SchemaMismatch with the command to run when it cannot be used."""
        return database.connect(self.settings.db)

    def close(self) -> None:
        if "conn" in self.__dict__:
            self.conn.close()
            del self.__dict__["conn"]

    @property
    def mailbox(self) -> str:
        return self.settings.mailbox or self.programme.mailbox

    def token(self, purpose: str, name: str) -> str:
        """24 URL-safe characters that only this installation can make for (`purpose`, `name`): 120 bits."""
        if not self.settings.secret:
            raise UserError(Problem("there is no secret yet", "LETSCONNECT_SECRET", "Run: letsconnect init"))
        key = self.settings.secret.encode()
        digest = hmac.digest(key, f"{purpose}\0{name}".encode(), "sha256")
        return base64.b32encode(digest[:15]).decode().lower()

    def uid(self, session_id: int, participant_id: int) -> str:
        """RFC 5545 UID of one person's entry."""
        return f"{self.token('uid', f'{session_id}/{participant_id}')}@{self._domain}"

    def message_id(self, key: str) -> str:
        """RFC 5322 Message-ID of the message with that outbox key, with its angle brackets."""
        return f"<{self.token('message', key)}@{self._domain}>"

    @property
    def _domain(self) -> str:
        return self.mailbox.rpartition("@")[2]


def open_app(
    now: datetime | None = None, environ: Mapping[str, str] = os.environ, file: Path | None = None
) -> App:
    """Settings and programme of this machine. ConfigError lists every problem. `now` stops the clock."""
    settings = settings_file.load(environ, file)
    programme = programme_file.load(settings.programme)
    return App(settings, programme, (lambda: now) if now else _utc_now)


def new_secret() -> str:
    """A fresh random secret of 256 bits."""
    return secrets.token_urlsafe(32)


def new_owner() -> str:
    """A fresh name for a process that claims messages."""
    return secrets.token_hex(8)


def new_nonce() -> str:
    """32 characters that nobody can guess: what a form's cookie holds."""
    return secrets.token_hex(16)


def new_response_id() -> str:
    """A fresh name for a survey's response: random, so that the order of responses tells nothing."""
    return secrets.token_hex(16)
