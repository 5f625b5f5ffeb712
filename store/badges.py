"""Badges that were issued, and the sessions from which they are earned."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from domain.badges import Badge, Earned, Taken
from domain.times import iso, parse_iso


def taken(conn: sqlite3.Connection, now: datetime) -> Iterator[tuple[int, list[Taken]]]:
    """Everybody who was in a session that took place and is over, with those sessions."""
    rows = conn.execute(
        "select a.participant_id as person, s.id, s.kind, 0 as led, s.starts_at, s.minutes from attendances a"
        " join sessions s on s.id = a.session_id join participants p on p.id = a.participant_id"
        " where s.state = 'confirmed' and s.starts_at <= :now and p.erased_at is null"
        " union all select x.participant_id, s.id, s.kind, 1, s.starts_at, s.minutes from sharers x"
        " join sessions s on s.id = x.session_id join participants p on p.id = x.participant_id"
        " where s.state = 'confirmed' and s.starts_at <= :now and p.erased_at is null"
        " union all select x.participant_id, s.id, s.kind, 1, s.starts_at, s.minutes from checklists x"
        " join sessions s on s.id = x.session_id join participants p on p.id = x.participant_id"
        " where x.ended_at is null and s.state = 'confirmed' and s.starts_at <= :now and p.erased_at is null"
        " order by 1",
        {"now": iso(now)},
    )
    for person, group in groupby(rows, key=lambda row: int(row["person"])):
        sessions = [Taken(row["id"], row["kind"], bool(row["led"]), _end(row)) for row in group]
        yield person, [one for one in sessions if one.ended_at <= now]


def _end(row: sqlite3.Row) -> datetime:
    return parse_iso(row["starts_at"]) + timedelta(minutes=row["minutes"])


def issued(conn: sqlite3.Connection) -> set[tuple[str, int]]:
    """(badge, person) of all that were ever issued."""
    return {(row["badge"], row["participant_id"]) for row in conn.execute("select badge, participant_id from badges")}


def issue(conn: sqlite3.Connection, person: int, earned: Earned, now: datetime) -> bool:
    """Whether it is new: a person gets a badge once."""
    done = conn.execute(
        "insert into badges (badge, participant_id, sessions, earned_at, issued_at) values (?, ?, ?, ?, ?)"
        " on conflict (badge, participant_id) do nothing",
        (earned.badge, person, json.dumps(earned.sessions), iso(earned.at), iso(now)),
    )
    return done.rowcount == 1


def get(conn: sqlite3.Connection, badge_id: int) -> Badge | None:
    row = conn.execute("select * from badges where id = ?", (badge_id,)).fetchone()
    return _from_row(row) if row else None


def listing(conn: sqlite3.Connection, person: int | None = None) -> list[Badge]:
    """Of one person, or of all, as they were issued."""
    rows = conn.execute("select * from badges where ? is null or participant_id = ? order by id", (person, person))
    return [_from_row(row) for row in rows]


def exported(conn: sqlite3.Connection, ids: Collection[int], now: datetime) -> None:
    conn.execute(
        "update badges set exported_at = ? where exported_at is null and id in (select value from json_each(?))",
        (iso(now), json.dumps(list(ids))),
    )


def revoke(conn: sqlite3.Connection, badge_id: int, now: datetime) -> bool:
    """Whether it stood until now."""
    done = conn.execute("update badges set revoked_at = ? where id = ? and revoked_at is null", (iso(now), badge_id))
    return done.rowcount == 1


def _from_row(row: sqlite3.Row) -> Badge:
    return Badge(
        id=row["id"],
        badge=row["badge"],
        participant_id=row["participant_id"],
        sessions=tuple(json.loads(row["sessions"])),
        earned_at=parse_iso(row["earned_at"]),
        issued_at=parse_iso(row["issued_at"]),
        exported_at=parse_iso(row["exported_at"]) if row["exported_at"] else None,
        revoked_at=parse_iso(row["revoked_at"]) if row["revoked_at"] else None,
    )
