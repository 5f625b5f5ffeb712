"""The skills taxonomy in the store, so that people's choices refer to it, and who chose what.

What it says is skills.toml's.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from domain.gaps import Skill as Demand
from domain.times import iso


class Skill(Protocol):
    """One entry of the taxonomy."""

    @property
    def code(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def version(self) -> int: ...


def sync(conn: sqlite3.Connection, skills: Iterable[Skill]) -> None:
    """Add and update; what is no longer in the taxonomy stays, because people chose it once."""
    conn.executemany(
        "insert into skills (code, category, title, version) values (?, ?, ?, ?) on conflict do update set"
        " category = excluded.category, title = excluded.title, version = excluded.version"
        " where (category, title, version) <> (excluded.category, excluded.title, excluded.version)",
        [(s.code, s.category, s.title, s.version) for s in skills],
    )


def demand(conn: sqlite3.Connection, now: datetime) -> list[Demand]:
    """Every skill of the taxonomy that people or sessions name, with how many do."""
    rows = conn.execute(
        "select k.code,"
        " (select count(*) from participant_skills p join participants q on q.id = p.participant_id"
        "  where p.skill = k.code and p.direction = 'learn' and q.erased_at is null) as learn,"
        " (select count(*) from participant_skills p join participants q on q.id = p.participant_id"
        "  where p.skill = k.code and p.direction = 'share' and q.erased_at is null) as share,"
        " (select count(*) from session_skills x join sessions s on s.id = x.session_id"
        "  where x.skill = k.code and s.state = 'confirmed' and s.starts_at <= :now) as given,"
        " (select count(*) from session_skills x join sessions s on s.id = x.session_id"
        "  where x.skill = k.code and s.state = 'confirmed' and s.starts_at > :now) as coming"
        " from skills k order by k.code",
        {"now": iso(now)},
    )
    return [Demand(*row) for row in rows]


def learners(conn: sqlite3.Connection) -> int:
    """How many people said what they want to learn."""
    query = (
        "select count(distinct s.participant_id) from participant_skills s join participants p"
        " on p.id = s.participant_id where s.direction = 'learn' and p.erased_at is null"
    )
    return int(conn.execute(query).fetchone()[0])


def wished(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """What these people want to learn: codes by person; those who said nothing are left out."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = conn.execute(
        "select participant_id, skill from participant_skills where direction = 'learn'"
        " and participant_id in (select value from json_each(?))",
        (json.dumps(list(ids)),),
    )
    for row in rows:
        found[row["participant_id"]].add(row["skill"])
    return {person: frozenset(codes) for person, codes in found.items()}
