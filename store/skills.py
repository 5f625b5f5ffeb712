"""The skills taxonomy in the store, so that people's choices refer to it. What it says is skills.toml's."""

import sqlite3
from collections.abc import Iterable
from typing import Protocol


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
