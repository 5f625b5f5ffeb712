"""What coordinators do: one row a deed and session, however many journal entries it left.

A connection watches its own journal entries by a trigger of its own (of the `temp` schema), so that nothing between a
door and the journal has to carry a number, and what is rolled back is no deed.
"""

import sqlite3
from datetime import datetime

from domain.times import iso

# The session that a journal's subject is about, by its noun.
_SESSION_OF = {
    "session": "select id as session_id from sessions where id = ?",
    "item": "select session_id from checklist_items where id = ?",
    "proposal": "select session_id from proposals where id = ?",
    "task": "select session_id from desk_tasks where id = ?",
    "message": "select session_id from outbox where id = ?",
    "guest": "select session_id from guests where id = ?",
    "request": "select session_id from support_requests where id = ?",
}


def watch(conn: sqlite3.Connection) -> None:
    """From now on this connection remembers what its journal entries are about."""
    conn.execute("create temp table if not exists noted (who text, subject text)")
    conn.execute("delete from temp.noted")
    conn.execute(
        "create temp trigger if not exists noted after insert on main.journal"
        " begin insert into noted values (new.who, new.subject); end"
    )


def count(conn: sqlite3.Connection, door: str, who: str, now: datetime) -> None:
    """All that `who` noted since `watch` is one deed: a row for each session that it is about, or one without."""
    subjects = [row["subject"] for row in conn.execute("select subject from temp.noted where who = ?", (who,))]
    conn.execute("delete from temp.noted")
    if not subjects:
        return
    about: set[int] = set()
    for subject in subjects:
        noun, _, number = subject.partition("/")
        query = _SESSION_OF.get(noun)
        row = conn.execute(query, (int(number),)).fetchone() if query and number.isdecimal() else None
        if row is not None and row["session_id"] is not None:
            about.add(row["session_id"])
    rows: list[int | None] = [*sorted(about)] or [None]
    for session_id in rows:
        conn.execute(
            "insert into deeds (at, who, door, session_id) values (?, ?, ?, ?)", (iso(now), who, door, session_id)
        )


def of_session(conn: sqlite3.Connection, session_id: int) -> list[str]:
    """The doors that deeds about that session came through, the oldest first."""
    rows = conn.execute("select door from deeds where session_id = ? order by id", (session_id,))
    return [row["door"] for row in rows]
