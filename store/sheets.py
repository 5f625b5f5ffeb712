"""Answers to the questions of a checklist's items. What went into the session itself is not kept here twice."""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from domain.times import iso


def of_item(conn: sqlite3.Connection, item_id: int) -> dict[str, str]:
    """Question's code -> answer, of the questions that are answered."""
    rows = conn.execute("select question, answer from sheet_answers where item_id = ? order by rowid", (item_id,))
    return {row["question"]: row["answer"] for row in rows}


def put(
    conn: sqlite3.Connection, item_id: int, question: str, answer: str, person: int | None, source: str, now: datetime
) -> None:
    """An answer, in place of an earlier one."""
    conn.execute(
        "insert into sheet_answers (item_id, question, answer, answered_by, source, answered_at)"
        " values (?, ?, ?, ?, ?, ?) on conflict (item_id, question) do update set answer = excluded.answer,"
        " answered_by = excluded.answered_by, source = excluded.source, answered_at = excluded.answered_at",
        (item_id, question, answer, person, source, iso(now)),
    )


def drop(conn: sqlite3.Connection, item_id: int, questions: Collection[str]) -> None:
    """These have gone where they belong."""
    conn.executemany(
        "delete from sheet_answers where item_id = ? and question = ?", [(item_id, code) for code in questions]
    )


def written(conn: sqlite3.Connection, session_id: int, code: str) -> tuple[int, dict[str, str]] | None:
    """The number and answers of a session's item that is done; None while it is not, or has none."""
    row = conn.execute(
        "select id from checklist_items where session_id = ? and code = ? and state = 'done'", (session_id, code)
    ).fetchone()
    answers = of_item(conn, row["id"]) if row is not None else {}
    return (row["id"], answers) if any(answers.values()) else None
