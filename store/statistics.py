"""Figures for the reports, from the views in `store/migrations/`."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.times import iso, parse_iso


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message that asked about a session. `attempt`: its rung; `sender`: an identity of programme.toml."""

    attempt: int
    purpose: str
    channel: str
    sender: str
    sent_at: datetime
    answered_at: datetime | None


def attempts(conn: sqlite3.Connection, start: datetime, end: datetime) -> Iterator[Attempt]:
    """Those that left from `start` on and before `end`."""
    rows = conn.execute(
        "select attempt, purpose, channel, sender, sent_at, answered_at from response_attempts"
        " where sent_at >= ? and sent_at < ? order by sent_at",
        (iso(start), iso(end)),
    )
    for row in rows:
        answered = parse_iso(row["answered_at"]) if row["answered_at"] else None
        yield Attempt(
            row["attempt"], row["purpose"], row["channel"], row["sender"], parse_iso(row["sent_at"]), answered
        )
