"""Places of a session: who has one, who waits for one, in which order."""

import sqlite3
from datetime import datetime

from domain.times import iso
from store import invitations


def taken(conn: sqlite3.Connection, session_id: int) -> int:
    """People who are registered and did not decline."""
    row = conn.execute(
        "select count(*) from registrations r left join invitations i"
        " on i.session_id = r.session_id and i.participant_id = r.participant_id"
        " where r.session_id = ? and r.state = 'registered' and coalesce(i.partstat, '') <> 'DECLINED'",
        (session_id,),
    ).fetchone()
    return int(row[0])


def registered(conn: sqlite3.Connection, session_id: int, person: int) -> bool:
    query = "select 1 from registrations where session_id = ? and participant_id = ? and state = 'registered'"
    return conn.execute(query, (session_id, person)).fetchone() is not None


def register(conn: sqlite3.Connection, session_id: int, person: int, now: datetime) -> None:
    """Inside a write transaction. Somebody who left before comes back as a new submission."""
    conn.execute(
        "insert into registrations (participant_id, session_id, submitted_at, created_at) values (?, ?, ?, ?)"
        " on conflict (session_id, participant_id) where session_id is not null"
        " do update set state = 'registered', submitted_at = excluded.submitted_at",
        (person, session_id, iso(now), iso(now)),
    )
    invitations.want_again(conn, session_id, person)


def line(conn: sqlite3.Connection, session_id: int) -> list[int]:
    """Who waits, first come first."""
    query = "select participant_id from waiting_list where session_id = ? and ended_at is null order by since, 1"
    return [row[0] for row in conn.execute(query, (session_id,))]


def lines(conn: sqlite3.Connection, now: datetime) -> list[int]:
    """Sessions to come for which somebody waits."""
    query = (
        "select distinct w.session_id from waiting_list w join sessions s on s.id = w.session_id"
        " where w.ended_at is null and s.state = 'confirmed' and s.starts_at > ? order by 1"
    )
    return [row[0] for row in conn.execute(query, (iso(now),))]


def wait(conn: sqlite3.Connection, session_id: int, person: int, now: datetime) -> None:
    """At the end of the line; who waits already keeps their place in it."""
    conn.execute(
        "insert into waiting_list (session_id, participant_id, since) values (?, ?, ?)"
        " on conflict do update set since = excluded.since, ended_at = null, outcome = '' where ended_at is not null",
        (session_id, person, iso(now)),
    )


def end_waiting(conn: sqlite3.Connection, session_id: int, person: int, outcome: str, now: datetime) -> bool:
    """`outcome`: "place" or "left". Whether this person waited."""
    done = conn.execute(
        "update waiting_list set ended_at = ?, outcome = ?"
        " where session_id = ? and participant_id = ? and ended_at is null",
        (iso(now), outcome, session_id, person),
    )
    return done.rowcount > 0
