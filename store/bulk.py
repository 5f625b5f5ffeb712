"""Many rows into one table by few statements: a statement costs more than a row, most of all where triggers stand."""

import sqlite3
from collections.abc import Sequence
from itertools import chain

_MOST_VALUES = 900  # in one statement; older SQLite takes 999


def insert(conn: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert all `rows`, in their order, inside the caller's transaction."""
    head = f"insert into {table} ({', '.join(columns)}) values "
    one = f"({', '.join('?' * len(columns))})"
    size = _MOST_VALUES // len(columns)
    whole = len(rows) - len(rows) % size
    if whole:
        many = head + ", ".join([one] * size)  # of one length, so that it is prepared once
        for begin in range(0, whole, size):
            conn.execute(many, list(chain.from_iterable(rows[begin : begin + size])))
    if whole < len(rows):
        conn.executemany(head + one, rows[whole:])
