"""What the planner leaves behind of each page of people: what was held or skipped and why, and when to look again.

A statement a page where SQLite lets us, whatever the number of people. Whom to look at is `next_due.py`'s.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.times import iso


@dataclass(frozen=True, slots=True)
class Remembered:
    """The newest Hold (`until` a moment) or Skip (None) of a touch."""

    key: str
    participant_id: int
    session_id: int | None
    touchpoint: str
    because: str
    until: datetime | None


def versions(conn: sqlite3.Connection, people: Iterable[int]) -> dict[int, int]:
    """Of which state of their facts these people are now, by id."""
    query = "select id, facts_version from participants where id in (select value from json_each(?))"
    return {row["id"]: row["facts_version"] for row in conn.execute(query, (json.dumps(list(people)),))}


def look_again(conn: sqlite3.Connection, moments: Iterable[tuple[int, datetime | None]]) -> None:
    """When to look at each person next; None: not before a fact changes.

    Counts as a change: what another planner has decided meanwhile knows nothing of what this one recorded.
    """
    conn.executemany(
        "update participants set next_due = ?, facts_version = facts_version + 1 where id = ?",
        [(iso(moment) if moment else None, person) for person, moment in moments],
    )


def decided(conn: sqlite3.Connection, keys: Iterable[tuple[str, datetime]]) -> None:
    """Messages that were decided on the facts as they are now, and until when time alone cannot undo it."""
    conn.executemany(
        "update outbox set stands_until = ?, decided_on ="
        " (select facts_version from participants p where p.id = outbox.participant_id) where key = ?",
        [(iso(until), key) for key, until in keys],
    )


def standing(conn: sqlite3.Connection, messages: Iterable[int], now: datetime) -> set[int]:
    """Those of these messages whose facts are as when they were decided, and time has not undone it."""
    query = (
        "select o.id from outbox o join participants p on p.id = o.participant_id"
        " where o.id in (select value from json_each(?)) and o.decided_on = p.facts_version and o.stands_until > ?"
    )
    return {row[0] for row in conn.execute(query, (json.dumps(list(messages)), iso(now)))}


def forget_holds(conn: sqlite3.Connection, people: Iterable[int]) -> None:
    """What is held is said anew each time that somebody is looked at; what is not said again is moot."""
    conn.execute(
        "delete from decisions where verdict = 'hold' and participant_id in (select value from json_each(?))",
        (json.dumps(list(people)),),
    )


def forget(conn: sqlite3.Connection, keys: Iterable[str]) -> None:
    """These touches were sent after all."""
    conn.execute("delete from decisions where key in (select value from json_each(?))", (json.dumps(list(keys)),))


def remember(conn: sqlite3.Connection, found: Iterable[Remembered], now: datetime) -> None:
    """Writing the same again changes nothing."""
    conn.executemany(
        "insert into decisions (key, participant_id, session_id, touchpoint, verdict, because, until, decided_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do update set verdict = excluded.verdict,"
        " because = excluded.because, until = excluded.until, decided_at = excluded.decided_at"
        " where verdict <> excluded.verdict or because <> excluded.because or until is not excluded.until",
        [
            (
                one.key, one.participant_id, one.session_id, one.touchpoint, "hold" if one.until else "skip",
                one.because, iso(one.until) if one.until else None, iso(now),
            )
            for one in found
        ],
    )  # fmt: skip


def held_groups(conn: sqlite3.Connection, now: datetime) -> dict[tuple[str, int | None], set[str]]:
    """(touchpoint, session) -> keys of what is held for people whom nobody need look at now."""
    found: dict[tuple[str, int | None], set[str]] = defaultdict(set)
    query = (
        "select d.touchpoint, d.session_id, d.key from decisions d join participants p on p.id = d.participant_id"
        " where d.verdict = 'hold' and (p.next_due is null or p.next_due > ?)"
    )
    for row in conn.execute(query, (iso(now),)):
        found[row["touchpoint"], row["session_id"]].add(row["key"])
    return found
