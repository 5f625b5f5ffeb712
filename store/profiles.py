"""A person's own page in the store: what they say of themselves, their skills, and whom they do not want to meet."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.imports import Choice
from domain.participants import folded_name
from domain.profiles import About
from domain.times import iso

AVOID = "dont_connect_with"  # the question of a registration that holds names nobody is shown


def about(conn: sqlite3.Connection, person: int) -> About:
    row = conn.execute("select * from participants where id = ?", (person,)).fetchone()
    return About(
        name=row["name"],
        country=row["country"],
        zone=row["zone"],
        languages=tuple(json.loads(row["languages"])),
        wiki_user=row["wiki_user"],
        preferred_hour=row["preferred_hour"],
    )


def put_about(conn: sqlite3.Connection, person: int, new: About, now: datetime) -> None:
    """An import that knows nothing newer does not take this back: `updated_at` tells it."""
    values: dict[str, Any] = {
        "name": new.name, "country": new.country, "zone": new.zone, "wiki_user": new.wiki_user,
        "languages": json.dumps(new.languages, ensure_ascii=False), "hour": new.preferred_hour,
        "folded": folded_name(new.name), "now": iso(now), "id": person,
    }  # fmt: skip
    conn.execute(
        "update participants set name = :name, country = :country, zone = :zone, wiki_user = :wiki_user,"
        " languages = :languages, preferred_hour = :hour, name_folded = :folded, updated_at = :now where id = :id",
        values,
    )


def skills(conn: sqlite3.Connection, person: int, direction: str) -> list[Choice]:
    query = "select skill, level, example from participant_skills where participant_id = ? and direction = ?"
    return [Choice(*row) for row in conn.execute(query + " order by skill", (person, direction))]


def put_skills(
    conn: sqlite3.Connection, person: int, direction: str, chosen: Sequence[Choice], now: datetime
) -> None:
    if skills(conn, person, direction) == sorted(chosen, key=lambda one: one.code):
        return
    conn.execute("delete from participant_skills where participant_id = ? and direction = ?", (person, direction))
    conn.executemany(
        "insert into participant_skills (participant_id, skill, direction, level, example) values (?, ?, ?, ?, ?)",
        [(person, one.code, direction, one.level, one.example) for one in chosen],
    )
    conn.execute("update participants set updated_at = ? where id = ?", (iso(now), person))


def avoided(conn: sqlite3.Connection, person: int) -> list[str] | None:
    """Names, one an entry; None for somebody who is not registered with the programme, so nothing can be kept."""
    row = conn.execute(
        "select r.id, a.value from registrations r left join answers a on a.registration_id = r.id and a.question = ?"
        " where r.participant_id = ? and r.session_id is null",
        (AVOID, person),
    ).fetchone()
    return (row["value"] or "").splitlines() if row else None


def put_avoided(conn: sqlite3.Connection, person: int, names: Sequence[str]) -> None:
    conn.execute(
        "insert into answers (registration_id, question, value) select id, ?, ? from registrations"
        " where participant_id = ? and session_id is null"
        " on conflict do update set value = excluded.value",
        (AVOID, "\n".join(names), person),
    )


def asked_for_link(conn: sqlite3.Connection, key_start: str) -> int:
    """How many mails with the link were recorded under keys that begin so."""
    query = "select count(*) from outbox where key >= ? and key < ?"
    return int(conn.execute(query, (key_start, key_start + "~")).fetchone()[0])
