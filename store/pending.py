"""Registration forms that wait for their address to confirm them."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.times import iso, parse_iso


@dataclass(frozen=True, slots=True)
class Pending:
    """`fields` is the form as JSON, "" when it is over or confirmed; `participant_id` once it is confirmed."""

    id: int
    fields: str
    language: str
    session_id: int | None
    asked_at: datetime
    participant_id: int | None


def keep(
    conn: sqlite3.Connection, canonical: str, language: str, fields: str, session_id: int | None, now: datetime
) -> int:
    cursor = conn.execute(
        "insert into pending_registrations (canonical, language, fields, session_id, asked_at) values (?, ?, ?, ?, ?)",
        (canonical, language, fields, session_id, iso(now)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def get(conn: sqlite3.Connection, number: int) -> Pending | None:
    row = conn.execute("select * from pending_registrations where id = ?", (number,)).fetchone()
    if row is None:
        return None
    asked_at = parse_iso(row["asked_at"])
    return Pending(row["id"], row["fields"], row["language"], row["session_id"], asked_at, row["participant_id"])


def asked_since(conn: sqlite3.Connection, canonical: str, since: datetime) -> int:
    """How many forms came with this address since then."""
    query = "select count(*) from pending_registrations where canonical = ? and asked_at > ?"
    return int(conn.execute(query, (canonical, iso(since))).fetchone()[0])


def confirmed(conn: sqlite3.Connection, number: int, person: int, now: datetime) -> None:
    """The form is a registration now; what it said is kept there."""
    conn.execute(
        "update pending_registrations set fields = '', canonical = '', confirmed_at = ?, participant_id = ?"
        " where id = ?",
        (iso(now), person, number),
    )
    conn.execute("update outbox set participant_id = ? where key = ?", (person, f"confirm/{number}"))


def withdraw(conn: sqlite3.Connection, person: int) -> int:
    """Empty forms with an address of this person that nobody confirmed; the mails that asked are theirs from now on,
    so that what is done with their mails is done with these. How many forms."""
    theirs = (
        "canonical in (select canonical from contact_points where participant_id = :id and channel = 'email')"
        " and confirmed_at is null"
    )
    conn.execute(
        "update outbox set participant_id = :id where key in"
        f" (select 'confirm/' || id from pending_registrations where {theirs})",
        {"id": person},
    )
    emptying = f"update pending_registrations set fields = '', canonical = '' where {theirs}"
    return conn.execute(emptying, {"id": person}).rowcount


def forget(conn: sqlite3.Connection, before: datetime) -> int:
    """Empty forms of before then that nobody confirmed, and the mails that asked. How many forms."""
    asked = (
        "select o.id from outbox o join pending_registrations p on o.key = 'confirm/' || p.id"
        " where p.confirmed_at is null and p.asked_at < ? and p.fields <> ''"
        " and o.state in ('sent', 'failed', 'cancelled', 'expired')"
    )
    conn.execute(f"delete from payloads where outbox_id in ({asked})", (iso(before),))
    conn.execute(f"update outbox set recipient = '', sender = '' where id in ({asked})", (iso(before),))
    done = conn.execute(
        "update pending_registrations set fields = '', canonical = '' where confirmed_at is null and asked_at < ?"
        " and fields <> ''",
        (iso(before),),
    )
    return done.rowcount
