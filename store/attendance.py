"""Who took part in sessions: people that are known, and guests; doubtful guests with whom they may be."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.attendance import Attendee, Candidate, Known
from domain.times import iso


@dataclass(frozen=True, slots=True)
class Guest:
    """`state`: guest, doubtful, or person. `settled`: a coordinator, or the list of a known mailbox, said so."""

    id: int
    session_id: int
    key: str
    name: str
    minutes: int | None
    state: str
    participant_id: int | None
    settled: bool


def known(conn: sqlite3.Connection, session_id: int) -> list[Known]:
    """Everybody whose data is there; expected are those who registered for the session or said yes, or maybe."""
    rows = conn.execute(
        "select p.id, p.name, p.wiki_user, exists (select 1 from registrations r where r.participant_id = p.id"
        " and r.session_id = :session and r.state = 'registered') or exists (select 1 from invitations i where"
        " i.participant_id = p.id and i.session_id = :session and i.partstat in ('ACCEPTED', 'TENTATIVE')) as expected"
        " from participants p where p.erased_at is null order by p.id",
        {"session": session_id},
    )
    return [Known(row["id"], row["name"], row["wiki_user"], bool(row["expected"])) for row in rows]


def owner(conn: sqlite3.Connection, canonical: str) -> int | None:
    """Whose mailbox this is."""
    query = "select participant_id from contact_points where channel = 'email' and canonical = ?"
    row = conn.execute(query, (canonical,)).fetchone()
    return row[0] if row else None


def attend(
    conn: sqlite3.Connection, session_id: int, person: int, source: str, now: datetime, minutes: int | None = None
) -> bool:
    """Whether it was new. What is there already stays: whoever entered it first was nearer."""
    done = conn.execute(
        "insert into attendances (session_id, participant_id, source, at, minutes) values (?, ?, ?, ?, ?)"
        " on conflict do nothing",
        (session_id, person, source, iso(now), minutes),
    )
    return done.rowcount > 0


def guest_of(conn: sqlite3.Connection, session_id: int, key: str) -> Guest | None:
    row = conn.execute("select * from guests where session_id = ? and key = ?", (session_id, key)).fetchone()
    return _guest(row) if row else None


def guest(conn: sqlite3.Connection, guest_id: int) -> Guest | None:
    row = conn.execute("select * from guests where id = ?", (guest_id,)).fetchone()
    return _guest(row) if row else None


def _guest(row: sqlite3.Row) -> Guest:
    names = ("id", "session_id", "key", "name", "minutes", "state", "participant_id")
    return Guest(**{name: row[name] for name in names}, settled=row["settled_at"] is not None)


def add_guest(
    conn: sqlite3.Connection,
    session_id: int,
    attendee: Attendee,
    candidates: Sequence[Candidate],
    source: str,
    now: datetime,
) -> int:
    """A guest who is not there yet; doubtful with candidates. The id."""
    (guest_id,) = conn.execute(
        "insert into guests (session_id, key, name, email, minutes, source, state, at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?) returning id",
        (session_id, attendee.key, attendee.name, attendee.address, attendee.minutes, source,
         "doubtful" if candidates else "guest", iso(now)),
    ).fetchone()  # fmt: skip
    conn.executemany(
        "insert into guest_candidates (guest_id, participant_id, confidence, reason) values (?, ?, ?, ?)",
        [(guest_id, c.participant_id, c.confidence, c.reason) for c in candidates],
    )
    return int(guest_id)


def unnamed(conn: sqlite3.Connection, session_id: int, number: int, now: datetime) -> int:
    """Make the guests without a name of a session so many. How many they were before."""
    where = "session_id = ? and key like 'unnamed:%'"
    (before,) = conn.execute(f"select count(*) from guests where {where}", (session_id,)).fetchone()
    conn.execute(f"delete from guests where {where}", (session_id,))
    conn.executemany(
        "insert into guests (session_id, key, source, at) values (?, 'unnamed:' || ?, 'hand', ?)",
        [(session_id, n, iso(now)) for n in range(1, number + 1)],
    )
    return int(before)


@dataclass(frozen=True, slots=True)
class GuestMail:
    """A guest who can be written to."""

    name: str
    address: str
    canonical: str


def guests_to_invite(conn: sqlite3.Connection, session_id: int, now: datetime) -> list[GuestMail]:
    """Guests of a session with an address that nobody we know has and that wants mail, doubtful ones left out."""
    rows = conn.execute(
        "select name, email, substr(key, 6) as canonical from guests where session_id = ? and state = 'guest'"
        " and email <> '' and key like 'mail:%' and not exists (select 1 from contact_points c"
        "  where c.channel = 'email' and c.canonical = substr(guests.key, 6))"
        " and not exists (select 1 from suppressions s where s.channel = 'email' and s.lifted_at is null"
        "  and s.canonical = substr(guests.key, 6) and (s.until is null or s.until > ?)) order by id",
        (session_id, iso(now)),
    )
    return [GuestMail(row["name"], row["email"], row["canonical"]) for row in rows]


def settle(conn: sqlite3.Connection, one: Guest, person: int | None, now: datetime) -> None:
    """A doubtful guest is this person, or nobody we know. The key stays, so that the list again says the same."""
    conn.execute(
        "update guests set state = ?, participant_id = ?, settled_at = ?, name = case when ? then '' else name end,"
        " email = case when ? then '' else email end where id = ?",
        ("person" if person else "guest", person, iso(now), person is not None, person is not None, one.id),
    )
    conn.execute("delete from guest_candidates where guest_id = ?", (one.id,))


def doubtful(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Guests whom a person must look at, oldest first, each with its candidates, the likeliest first."""
    rows = conn.execute(
        "select g.id, g.session_id, s.title as session, g.name, g.at from guests g"
        " join sessions s on s.id = g.session_id where g.state = 'doubtful' order by g.at, g.id"
    ).fetchall()
    return [dict(row) | {"candidates": list(_candidates(conn, row["id"]))} for row in rows]


def _candidates(conn: sqlite3.Connection, guest_id: int) -> Iterable[dict[str, Any]]:
    rows = conn.execute(
        "select c.participant_id, p.name, c.confidence, c.reason from guest_candidates c join participants p"
        " on p.id = c.participant_id where c.guest_id = ? order by c.confidence desc, c.participant_id",
        (guest_id,),
    )
    return (dict(row) for row in rows)


def counts(conn: sqlite3.Connection, session_id: int) -> dict[str, int]:
    """`people` that are known, `guests`, and how many of those are `doubtful`."""
    (people,) = conn.execute("select count(*) from attendances where session_id = ?", (session_id,)).fetchone()
    guests, unsure = conn.execute(
        "select count(*), coalesce(sum(state = 'doubtful'), 0) from guests where session_id = ? and state <> 'person'",
        (session_id,),
    ).fetchone()
    return {"people": people, "guests": guests, "doubtful": unsure}
