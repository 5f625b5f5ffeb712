"""Marks of the addresses and chats of people who asked to be erased, and when they did.

How a mark is made is `steps/erased.py`'s; no address comes here. A mark is kept as long as the database is: the row
that it is held against may stand in a published sheet for ever.
"""

import json
import sqlite3
from collections.abc import Collection
from datetime import datetime

from domain.times import iso, parse_iso


def keep(conn: sqlite3.Connection, marks: Collection[str], now: datetime) -> None:
    """Who is erased a second time is so from then on."""
    conn.executemany(
        "insert into erasures (mark, at) values (?, ?) on conflict (mark) do update set at = excluded.at",
        [(mark, iso(now)) for mark in sorted(marks)],
    )


def is_any(conn: sqlite3.Connection) -> bool:
    return conn.execute("select 1 from erasures limit 1").fetchone() is not None


def among(conn: sqlite3.Connection, marks: Collection[str]) -> dict[str, datetime]:
    """Those of `marks` that are kept, each with the moment of the erasure."""
    query = "select mark, at from erasures where mark in (select value from json_each(?))"
    return {row["mark"]: parse_iso(row["at"]) for row in conn.execute(query, (json.dumps(list(marks)),))}
