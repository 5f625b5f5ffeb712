"""Runs of imports, the rows they refused, and the consents an import would withdraw.

What a good row changes is `store/registrations.py`'s.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from domain.imports import Registration, RowProblem, fold
from domain.times import iso
from store.returning import flips

_DONE = re.compile(r"^\d{8}T\d{6}Z-")


def origin(source: str) -> str:
    """The name a file had before it was moved aside and its rejected rows were written beside it.

    `20261122T024500Z-form.csv.rejected.csv` -> `form.csv`: a corrected file settles what the first one left.
    """
    while source != (bare := _DONE.sub("", source).removesuffix(".rejected.csv")):
        source = bare
    return source


def seen_before(conn: sqlite3.Connection, kind: str, sha256: str) -> bool:
    """Whether this very content was imported to its end once."""
    query = "select 1 from import_runs where kind = ? and sha256 = ? and finished_at is not null limit 1"
    return conn.execute(query, (kind, sha256)).fetchone() is not None


def begin(conn: sqlite3.Connection, kind: str, source: str, sha256: str, now: datetime) -> int:
    cursor = conn.execute(
        "insert into import_runs (kind, source, sha256, started_at) values (?, ?, ?, ?)",
        (kind, source, sha256, iso(now)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def count(conn: sqlite3.Connection, run_id: int, counts: dict[str, int]) -> None:
    """Set the counts so far: `accepted`, `merged`, `unchanged`, `rejected`, `erased`."""
    conn.execute(
        "update import_runs set accepted = :accepted, merged = :merged, unchanged = :unchanged,"
        " rejected = :rejected, erased = :erased where id = :id",
        counts | {"id": run_id},
    )


def finish(conn: sqlite3.Connection, run_id: int, now: datetime) -> None:
    conn.execute("update import_runs set finished_at = ? where id = ?", (iso(now), run_id))


def waiting(conn: sqlite3.Connection, kind: str, source: str) -> dict[bytes, list[int]]:
    """Ids of the unsettled rejections of earlier readings of the same file, by `fingerprint`."""
    rows = conn.execute(
        "select j.id, j.line, j.field, j.reason, j.raw, r.source from import_rejections j"
        " join import_runs r on r.id = j.run_id where j.settled_at is null and r.kind = ?",
        (kind,),
    )
    found: dict[bytes, list[int]] = {}
    for row in rows:
        if origin(row["source"]) == origin(source):
            key = fingerprint(row["line"], row["field"], row["reason"], row["raw"])
            found.setdefault(key, []).append(row["id"])
    return found


def fingerprint(line: int, field: str, reason: str, raw: str) -> bytes:
    return hashlib.blake2b(json.dumps([line, field, reason, raw]).encode(), digest_size=16).digest()


def reject(
    conn: sqlite3.Connection,
    run_id: int,
    problems: Sequence[RowProblem],
    raw: str,
    earlier: dict[bytes, list[int]],
) -> None:
    """Keep what is wrong with one row, and the row (JSON). What waited already since an earlier reading stays one."""
    for problem in problems:
        key = fingerprint(problem.line, problem.field, problem.what, raw)
        if known := earlier.get(key):
            conn.execute("update import_rejections set run_id = ? where id = ?", (run_id, known.pop()))
            continue
        conn.execute(
            "insert into import_rejections (run_id, line, field, reason, raw) values (?, ?, ?, ?, ?)",
            (run_id, problem.line, problem.field, problem.what, raw),
        )


def settle(conn: sqlite3.Connection, ids: Iterable[int], now: datetime) -> int:
    """These rejections need nobody any more. How many were open; their rows are forgotten."""
    done = conn.execute(
        "update import_rejections set settled_at = ?, raw = '{}' where settled_at is null"
        " and id in (select value from json_each(?))",
        (iso(now), json.dumps(list(ids))),
    )
    return done.rowcount


def open_rejections(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """What waits for correction, without the rows themselves: id, run_id, source, line, field, reason, at."""
    rows = conn.execute(
        "select j.id, j.run_id, r.source, j.line, j.field, j.reason, r.started_at as at from import_rejections j"
        " join import_runs r on r.id = j.run_id where j.settled_at is null order by j.id"
    )
    return [dict(row) for row in rows]


def rejected_rows(conn: sqlite3.Connection, run_id: int) -> Iterable[tuple[int, str, list[str]]]:
    """(line, reasons, cells) of each row that a run refused, in the file's order."""
    rows = conn.execute(
        "select line, group_concat(field || ': ' || reason, '; ') as reasons, raw from import_rejections"
        " where run_id = ? and settled_at is null group by line, raw order by line",
        (run_id,),
    )
    for row in rows:
        yield row["line"], row["reasons"], json.loads(row["raw"])["cells"]


def rejected_header(conn: sqlite3.Connection, run_id: int) -> list[str]:
    """The header under which a run's refused rows stood."""
    query = "select raw from import_rejections where run_id = ? and settled_at is null limit 1"
    row = conn.execute(query, (run_id,)).fetchone()
    return list(json.loads(row["raw"])["header"]) if row else []


def session_refs(conn: sqlite3.Connection, now: datetime) -> tuple[dict[str, int], dict[str, int | None]]:
    """Ids and codes of the sessions -> id, and folded titles -> id.

    A title that several sessions have means the one that is still to come; None when there is more or less than one.
    """
    refs: dict[str, int] = {}
    titles: dict[str, list[tuple[bool, int]]] = {}
    for row in conn.execute("select id, code, title, starts_at, state from sessions order by id"):
        refs[str(row["id"])] = refs[row["code"]] = row["id"]
        ahead = row["state"] == "confirmed" and row["starts_at"] > iso(now)
        titles.setdefault(fold(row["title"]), []).append((ahead, row["id"]))
    meant: dict[str, int | None] = {}
    for title, found in titles.items():
        candidates = [pair for pair in found if pair[0] or len(found) == 1]
        meant[title] = candidates[0][1] if len(candidates) == 1 else None
    return refs, meant


def granted(conn: sqlite3.Connection) -> int:
    """How many consents stand at yes."""
    found: int = conn.execute("select count(*) from consents where granted = 1").fetchone()[0]
    return found


def have_agreed(conn: sqlite3.Connection, addresses: Iterable[str]) -> set[str]:
    """Those of these canonical addresses whose people agreed to something."""
    query = (
        "select canonical from contact_points p"
        " where channel = 'email' and canonical in (select value from json_each(?))"
        " and exists (select 1 from consents c where c.participant_id = p.participant_id and c.granted = 1)"
    )
    return {row[0] for row in conn.execute(query, (json.dumps(list(addresses), ensure_ascii=False),))}


def withdrawals(
    conn: sqlite3.Connection, registration: Registration, seen: bool, so_far: dict[tuple[int, str], str]
) -> None:
    """Add to `so_far` the consents that this registration turns from yes to no; take out what it turns back."""
    if not registration.consents:
        return
    rows = conn.execute(
        "select c.participant_id, c.topic, c.granted, c.at, c.source from contact_points p"
        " join consents c on c.participant_id = p.participant_id where p.channel = 'email' and p.canonical = ?",
        (registration.email.canonical,),
    )
    at = iso(registration.submitted_at) if registration.submitted_at else ""
    for row in rows:
        key = (row["participant_id"], row["topic"])
        answer = registration.consents.get(row["topic"])
        if answer is True and (not at or at > so_far.get(key, at)):
            so_far.pop(key, None)
        elif answer is False and row["granted"] and flips(row["at"], row["source"], at, seen):
            so_far[key] = at
