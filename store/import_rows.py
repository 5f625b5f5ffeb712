"""Rows of forms that went in without a word: who they were of, until something else of that person goes in.

What a row's digest is made of is `steps/import_rows.py`'s.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping


def known(conn: sqlite3.Connection, digests: Collection[str], run_id: int | None = None) -> dict[str, int]:
    """Digest -> person, of those of these rows that would change nothing but what somebody changed elsewhere since:
    rows of earlier runs than `run_id`."""
    query = (
        "select digest, participant_id from import_rows"
        " where digest in (select value from json_each(?1)) and (?2 is null or run_id < ?2)"
    )
    return dict(map(tuple, conn.execute(query, (json.dumps(list(digests)), run_id))))


def renew(conn: sqlite3.Connection, run_id: int, people: Collection[int], went_in: Mapping[str, int]) -> None:
    """A run brought in rows of `people`: what earlier runs brought of them may be news again. `went_in`: digest ->
    person, of this run's rows."""
    conn.execute(
        "delete from import_rows where run_id < ? and participant_id in (select value from json_each(?))",
        (run_id, json.dumps(list(people))),
    )
    conn.executemany(
        "insert or replace into import_rows (digest, participant_id, run_id) values (?, ?, ?)",
        [(digest, person, run_id) for digest, person in sorted(went_in.items())],
    )
