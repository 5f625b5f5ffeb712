"""What a named coordinator is asked to do about one person, once.

A sign of life, an answer or the session's cancellation settles it; one about a survey, proposal or checklist item is
settled by that alone: triggers in the schema do that.
"""

import sqlite3
from datetime import datetime

from domain.times import iso


def add(
    conn: sqlite3.Connection,
    key: str,
    participant_id: int,
    session_id: int | None,
    coordinator: str,
    because: str,
    now: datetime,
    subject: str = "",
) -> bool:
    """A new task; False when it is there already. `subject`: what it is about beside a session, as `item-17`."""
    row = conn.execute(
        "insert into desk_tasks (key, participant_id, session_id, coordinator, because, created_at, subject)"
        " values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id",
        (key, participant_id, session_id, coordinator, because, iso(now), subject),
    ).fetchone()
    return row is not None


def waiting(conn: sqlite3.Connection) -> list[dict[str, object]]:
    """Tasks that nobody has settled, oldest first."""
    rows = conn.execute(
        "select id, participant_id, session_id, coordinator, because, created_at from desk_tasks"
        " where settled_at is null order by created_at, id"
    )
    return [dict(row) for row in rows]


def settle(conn: sqlite3.Connection, task_id: int, now: datetime) -> bool:
    done = conn.execute(
        "update desk_tasks set settled_at = ? where id = ? and settled_at is null", (iso(now), task_id)
    )
    return done.rowcount == 1
