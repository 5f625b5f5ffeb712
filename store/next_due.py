"""Who may have something due: found by `participants.next_due`, in pages, and nobody else is touched.

`next_due` names the moment to look again; triggers set it back whenever a fact of that person changes and count the
change in `facts_version`, so that a plan made from older facts is not recorded (`looks.py`).
"""

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from domain.sessions import Invites, Session
from domain.times import iso
from store import sessions

PAGE = 500
NOW = "0"  # next_due of somebody to be looked at at once


def plannable_sessions(conn: sqlite3.Connection, now: datetime) -> list[Session]:
    """Sessions that are not over."""
    return sessions.listing(conn, ending_after=now)


def due_pages(conn: sqlite3.Connection, now: datetime) -> Iterator[list[int]]:
    """People who may have something due, each once, by the index: nobody else is touched.

    `iso` text sorts as time does, and NOW before all. Whoever was looked at has moved behind `now` meanwhile.
    """
    query = (
        "select next_due, id from participants where next_due is not null and next_due <= ? and (next_due, id) > (?, ?)"
        " order by next_due, id limit ?"
    )
    after = ("", 0)
    while rows := conn.execute(query, (iso(now), *after, PAGE)).fetchall():
        after = (rows[-1]["next_due"], rows[-1]["id"])
        yield [row["id"] for row in rows]


def concerned_pages(conn: sqlite3.Connection, session: Session) -> Iterator[list[int]]:
    """People to whom this session may have something to say, whenever."""
    everybody = int(session.invites is Invites.EVERYBODY)
    about = "id in (select participant_id from {} where session_id = ?)"
    where = f"(? = 1 or {about.format('registrations')} or {about.format('invitations')})"
    yield from _pages(conn, where, (everybody, session.id, session.id))


def all_pages(conn: sqlite3.Connection) -> Iterator[list[int]]:
    yield from _pages(conn, "erased_at is null", ())


def _pages(conn: sqlite3.Connection, where: str, values: tuple[object, ...]) -> Iterator[list[int]]:
    query = f"select id from participants where id > ? and {where} order by id limit ?"
    after = 0
    while rows := conn.execute(query, (after, *values, PAGE)).fetchall():
        after = rows[-1]["id"]
        yield [row["id"] for row in rows]


def look_at_everybody(conn: sqlite3.Connection) -> None:
    """The rules changed: what was decided by the old ones is asked again."""
    conn.execute(
        "update participants set next_due = ?, facts_version = facts_version + 1 where erased_at is null", (NOW,)
    )
