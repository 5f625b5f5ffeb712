"""Append-only: who did what, when, why. And the runs of steps, for `status`."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from domain.times import iso


def note(conn: sqlite3.Connection, now: datetime, who: str, what: str, subject: str = "", detail: str = "") -> None:
    """`subject` is a noun and an id, as `session/3`."""
    conn.execute(
        "insert into journal (at, who, what, subject, detail) values (?, ?, ?, ?, ?)",
        (iso(now), who, what, subject, detail),
    )


def run_started(conn: sqlite3.Connection, step: str, now: datetime) -> int:
    cursor = conn.execute("insert into step_runs (step, started_at) values (?, ?)", (step, iso(now)))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def run_finished(conn: sqlite3.Connection, run_id: int, now: datetime, summary: Mapping[str, object]) -> None:
    conn.execute(
        "update step_runs set finished_at = ?, summary = ? where id = ?", (iso(now), json.dumps(summary), run_id)
    )


def last_runs(conn: sqlite3.Connection) -> list[dict[str, str | None]]:
    """The newest run of each step."""
    rows = conn.execute(
        "select step, started_at, finished_at, summary from step_runs"
        " where id in (select max(id) from step_runs group by step) order by step"
    )
    return [dict(row) for row in rows]
