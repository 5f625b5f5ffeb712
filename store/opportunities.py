"""Learning opportunities elsewhere: added, described in several languages, withdrawn."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from domain.newsletter import Opportunity, Words
from domain.times import iso


def put(conn: sqlite3.Connection, one: Opportunity, who: str, now: datetime) -> tuple[int, bool]:
    """Store an opportunity; its address says which it is, and said again it changes. Its id, and whether it is new.

    Texts in languages that `one` does not name stay.
    """
    known = conn.execute("select id from opportunities where url = ?", (one.url,)).fetchone()
    (number,) = conn.execute(
        "insert into opportunities (url, title, organiser, until, languages, added_at, added_by)"
        " values (?, ?, ?, ?, ?, ?, ?) on conflict (url) do update set title = excluded.title,"
        " organiser = excluded.organiser, until = excluded.until, languages = excluded.languages, withdrawn_at = null"
        " returning id",
        (one.url, one.title, one.organiser, one.until.isoformat() if one.until else None, json.dumps(one.languages),
         iso(now), who),
    ).fetchone()  # fmt: skip
    conn.executemany(
        "insert into opportunity_texts (opportunity_id, language, title, body) values (?, ?, ?, ?)"
        " on conflict do update set title = excluded.title, body = excluded.body",
        [(number, code, words.title, words.body) for code, words in one.words.items()],
    )
    return int(number), known is None


def withdraw(conn: sqlite3.Connection, number: int, now: datetime) -> bool:
    done = conn.execute(
        "update opportunities set withdrawn_at = ? where id = ? and withdrawn_at is null", (iso(now), number)
    )
    return done.rowcount == 1


def open_since(conn: sqlite3.Connection, since: datetime, until: datetime, today: date) -> list[Opportunity]:
    """Those added after `since`, up to `until`, that one can still take; those that end first come first."""
    return _read(
        conn,
        "withdrawn_at is null and added_at > ? and added_at <= ? and (until is null or until >= ?)",
        (iso(since), iso(until), today.isoformat()),
    )


def listing(conn: sqlite3.Connection, today: date) -> list[Opportunity]:
    """All that one can still take."""
    return _read(conn, "withdrawn_at is null and (until is null or until >= ?)", (today.isoformat(),))


def _read(conn: sqlite3.Connection, where: str, values: Sequence[object]) -> list[Opportunity]:
    rows = conn.execute(
        f"select * from opportunities where {where} order by coalesce(until, '9999'), id", tuple(values)
    ).fetchall()
    texts: dict[int, dict[str, Words]] = defaultdict(dict)
    wanted = json.dumps([row["id"] for row in rows])
    for row in conn.execute(
        "select * from opportunity_texts where opportunity_id in (select value from json_each(?)) order by language",
        (wanted,),
    ):
        texts[row["opportunity_id"]][row["language"]] = Words(row["title"], row["body"])
    return [_from_row(row, texts[row["id"]]) for row in rows]


def _from_row(row: sqlite3.Row, words: Mapping[str, Words]) -> Opportunity:
    return Opportunity(
        id=row["id"],
        title=row["title"],
        organiser=row["organiser"],
        url=row["url"],
        until=date.fromisoformat(row["until"]) if row["until"] else None,
        languages=tuple(json.loads(row["languages"])),
        words=words,
    )


def of_url(conn: sqlite3.Connection, url: str) -> Opportunity | None:
    found = _read(conn, "url = ? and withdrawn_at is null", (url,))
    return found[0] if found else None
