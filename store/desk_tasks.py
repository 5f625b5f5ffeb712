"""What a named coordinator is asked to do about one person, once; about a session's checklist, all of it together.

A sign of life, an answer or the session's cancellation settles it; one about a survey, proposal or checklist item is
settled by that alone: triggers in the schema do that.
"""

import sqlite3
from datetime import datetime

from domain.times import iso, parse_iso

ITEMS = "subject like 'item-%'"


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
    """Tasks that nobody has settled, oldest first, but for those about checklists: see `sessions_waiting`."""
    rows = conn.execute(
        "select id, participant_id, session_id, coordinator, because, created_at from desk_tasks"
        f" where settled_at is null and not {ITEMS} order by created_at, id"
    )
    return [dict(row) for row in rows]


def sessions_waiting(conn: sqlite3.Connection) -> list[tuple[int, datetime, str]]:
    """Sessions of whose checklists something waits: id, since when, and whose task the oldest is."""
    rows = conn.execute(
        "select session_id, min(created_at) as since, coordinator from desk_tasks"
        f" where settled_at is null and {ITEMS} group by session_id order by since, session_id"
    )
    return [(row["session_id"], parse_iso(row["since"]), row["coordinator"]) for row in rows]


def settle_items(conn: sqlite3.Connection, session_id: int, now: datetime) -> None:
    """Everything about that session's checklist."""
    conn.execute(
        f"update desk_tasks set settled_at = ? where session_id = ? and settled_at is null and {ITEMS}",
        (iso(now), session_id),
    )


def settle(conn: sqlite3.Connection, task_id: int, now: datetime) -> bool:
    """One that is not about a checklist. Whether it waited."""
    done = conn.execute(
        f"update desk_tasks set settled_at = ? where id = ? and settled_at is null and not {ITEMS}",
        (iso(now), task_id),
    )
    return done.rowcount == 1
