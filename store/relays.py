"""Who wrote to whom through us, and when; not what."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.times import iso


@dataclass(frozen=True, slots=True)
class Relay:
    """`answers`: the one that it answers; None for a question."""

    id: int
    session_id: int
    sender_id: int
    recipient_id: int
    answers: int | None


def keep(
    conn: sqlite3.Connection, session_id: int, sender: int, recipient: int, answers: int | None, now: datetime
) -> int:
    cursor = conn.execute(
        "insert into relays (session_id, sender_id, recipient_id, answers, at) values (?, ?, ?, ?, ?)",
        (session_id, sender, recipient, answers, iso(now)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def get(conn: sqlite3.Connection, number: int) -> Relay | None:
    row = conn.execute("select id, session_id, sender_id, recipient_id, answers from relays where id = ?", (number,))
    found = row.fetchone()
    return Relay(*found) if found else None


def written_since(conn: sqlite3.Connection, sender: int, since: datetime) -> int:
    query = "select count(*) from relays where sender_id = ? and at > ?"
    return int(conn.execute(query, (sender, iso(since))).fetchone()[0])
