"""Sessions' words in other languages than their own. Which of them a reader gets is `domain/translations.py`'s."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime

from domain.times import iso
from domain.translations import FIELDS, Translation


def among(conn: sqlite3.Connection, session_ids: Collection[int]) -> Mapping[int, Sequence[Translation]]:
    """Of these sessions, by language; a session without any is left out."""
    found: dict[int, list[Translation]] = defaultdict(list)
    query = (
        f"select session_id, language, {', '.join(FIELDS)} from session_translations"
        " where session_id in (select value from json_each(?)) order by language"
    )
    for session_id, *words in conn.execute(query, (json.dumps(list(session_ids)),)):
        found[session_id].append(Translation(*words))
    return dict(found)


def put(conn: sqlite3.Connection, session_id: int, words: Translation, now: datetime) -> None:
    """Keep `words` in place of those in that language; without any, there are none any more."""
    conn.execute(
        "delete from session_translations where session_id = ? and lower(language) = lower(?)",
        (session_id, words.language),
    )
    if any(getattr(words, field) for field in FIELDS):
        conn.execute(
            "insert into session_translations values (?, ?, ?, ?, ?, ?, ?)", (session_id, *astuple(words), iso(now))
        )
