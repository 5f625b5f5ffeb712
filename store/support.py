"""Requests for support: one waits at a time for each person and kind."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from domain.support import Ask, Request, State
from domain.times import iso, parse_iso


def ask(
    conn: sqlite3.Connection,
    participant_id: int,
    what: Ask,
    source: str,
    now: datetime,
    session_id: int | None = None,
    text: str = "",
) -> Request | None:
    """A new request; None while one like it waits."""
    row = conn.execute(
        "insert into support_requests (participant_id, ask, session_id, text, source, asked_at)"
        " values (?, ?, ?, ?, ?, ?) on conflict do nothing returning *",
        (participant_id, what.value, session_id, text, source, iso(now)),
    ).fetchone()
    return _from_row(row) if row else None


def ever_asked(conn: sqlite3.Connection, participant_id: int, what: Ask) -> bool:
    query = "select 1 from support_requests where participant_id = ? and ask = ?"
    return conn.execute(query, (participant_id, what.value)).fetchone() is not None


def waits(conn: sqlite3.Connection, participant_id: int, what: Ask) -> bool:
    query = "select 1 from support_requests where participant_id = ? and ask = ? and state = 'open'"
    return conn.execute(query, (participant_id, what.value)).fetchone() is not None


def get(conn: sqlite3.Connection, request_id: int) -> Request | None:
    row = conn.execute("select * from support_requests where id = ?", (request_id,)).fetchone()
    return _from_row(row) if row else None


def listing(conn: sqlite3.Connection, *, waiting: bool = True) -> list[Request]:
    """Those that wait, or all, the oldest first."""
    rows = conn.execute(
        "select * from support_requests where state = 'open' or not ? order by asked_at, id", (int(waiting),)
    )
    return [_from_row(row) for row in rows]


def of_session(conn: sqlite3.Connection, session_id: int) -> Mapping[str, int]:
    """Kind of request -> how many were asked after a session."""
    rows = conn.execute("select ask, count(*) from support_requests where session_id = ? group by ask", (session_id,))
    return dict(rows.fetchall())


def settle(conn: sqlite3.Connection, request_id: int, state: State, now: datetime) -> bool:
    """Whether it waited until now."""
    done = conn.execute(
        "update support_requests set state = ?, settled_at = ? where id = ? and state = 'open'",
        (state.value, iso(now), request_id),
    )
    return done.rowcount == 1


def counts(conn: sqlite3.Connection, what: Ask) -> tuple[int, int]:
    """How many were ever asked, and how many of them granted."""
    row = conn.execute(
        "select count(*), count(*) filter (where state = 'granted') from support_requests where ask = ?", (what.value,)
    ).fetchone()
    return int(row[0]), int(row[1])


def _from_row(row: sqlite3.Row) -> Request:
    return Request(
        id=row["id"],
        participant_id=row["participant_id"],
        ask=Ask(row["ask"]),
        session_id=row["session_id"],
        text=row["text"],
        source=row["source"],
        state=State(row["state"]),
        asked_at=parse_iso(row["asked_at"]),
        settled_at=parse_iso(row["settled_at"]) if row["settled_at"] else None,
    )
