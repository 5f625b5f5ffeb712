"""Processes that die between any two statements, without a process: what they leave behind is what a kill leaves.

After the fuse has burnt down nothing of that connection works any more, so no handler and no `finally` of the code
that runs can tidy up; and what was not committed is rolled back. Locks of files go with their handles, as the
kernel does it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from steps.app import App


class Killed(BaseException):
    """Nobody's to catch."""


class Mortal(sqlite3.Connection):
    """`fuse`: how many instants (one before and one after each statement) are left to live; None: for ever."""

    fuse: int | None = None
    lived = 0
    kills = 0

    def _burn(self) -> None:
        self.lived += 1
        if self.fuse is not None and self.lived >= self.fuse:
            raise Killed

    def execute(self, *given: Any) -> sqlite3.Cursor:
        self._burn()
        cursor = super().execute(*given)
        self._burn()
        return cursor

    def executemany(self, *given: Any) -> sqlite3.Cursor:
        self._burn()
        cursor = super().executemany(*given)
        self._burn()
        return cursor


def mortal(path: Path) -> Mortal:
    """As the store opens it, but for durability: these files need not outlive the machine."""
    conn = sqlite3.connect(path, isolation_level=None, factory=Mortal)
    conn.row_factory = sqlite3.Row
    conn.executescript(
        "pragma foreign_keys = on; pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -20000"
    )
    return conn


@contextmanager
def process(app: App, fuse: int) -> Iterator[None]:
    """A process that works on that app's connection until the fuse has burnt down. One that ends before lives on."""
    conn = app.conn
    assert isinstance(conn, Mortal)
    conn.lived, conn.fuse = 0, fuse
    try:
        yield
    except Killed:
        conn.kills += 1
    finally:
        conn.fuse = None
        if conn.in_transaction:
            sqlite3.Connection.rollback(conn)  # what the next to open the file would do
