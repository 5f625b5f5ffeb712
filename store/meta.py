"""Facts about the whole database: that it was restored, and which channel is paused."""

import sqlite3
from datetime import datetime

from domain.times import iso, parse_iso

RESTORED = "restored_at"


def get(conn: sqlite3.Connection, key: str) -> str | None:
    row = conn.execute("select value from meta where key = ?", (key,)).fetchone()
    return row["value"] if row else None


def put(conn: sqlite3.Connection, key: str, value: str) -> None:
    conn.execute(
        "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
        (key, value),
    )


def remove(conn: sqlite3.Connection, key: str) -> None:
    conn.execute("delete from meta where key = ?", (key,))


def pause(
    conn: sqlite3.Connection, channel: str, until: datetime, reason: str, permanent: bool, now: datetime
) -> None:
    """Nothing leaves over `channel` before `until`. `permanent`: a person must mend something."""
    conn.execute(
        "insert into channel_pauses (channel, until, permanent, reason, since) values (?, ?, ?, ?, ?)"
        " on conflict (channel) do update set until = excluded.until, permanent = excluded.permanent,"
        " reason = excluded.reason",
        (channel, iso(until), int(permanent), reason, iso(now)),
    )


def resume(conn: sqlite3.Connection, channel: str) -> None:
    conn.execute("delete from channel_pauses where channel = ?", (channel,))


def paused(conn: sqlite3.Connection, channel: str, now: datetime) -> tuple[datetime, str] | None:
    """(until, reason) while the channel is paused."""
    row = conn.execute("select until, reason from channel_pauses where channel = ?", (channel,)).fetchone()
    if row is None or parse_iso(row["until"]) <= now:
        return None
    return parse_iso(row["until"]), row["reason"]
