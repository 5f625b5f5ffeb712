"""Resources of sessions, and what became of a session afterwards: when its materials were in, when it was closed."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.resources import Resource, ResourceKind
from domain.times import iso, parse_iso


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a session. `waived`: kinds of resources that there will never be."""

    waived: frozenset[ResourceKind] = frozenset()
    materials_at: datetime | None = None
    closed_at: datetime | None = None


def add(conn: sqlite3.Connection, resource: Resource) -> tuple[Resource, bool]:
    """Store a resource (its `id` is ignored); the same kind at the same address again changes what is said of it.

    A mere link is no second entry beside something of its own at that address, whichever came first. As it is stored,
    and whether it is new.
    """
    there = {one.kind: one for one in listing(conn, resource.session_id) if one.url == resource.url}
    if resource.kind is ResourceKind.LINK and there and resource.kind not in there:
        return next(iter(there.values())), False
    if ResourceKind.LINK in there and resource.kind not in there:
        conn.execute("update resources set kind = ? where id = ?", (resource.kind, there[ResourceKind.LINK].id))
    (row,) = conn.execute(
        "insert into resources (session_id, kind, title, url, language, bytes, added_at) values (?, ?, ?, ?, ?, ?, ?)"
        " on conflict (session_id, url, kind) do update set title = excluded.title, language = excluded.language,"
        " bytes = coalesce(excluded.bytes, bytes) returning *",
        (resource.session_id, resource.kind.value, resource.title, resource.url, resource.language, resource.bytes,
         iso(resource.added_at)),
    ).fetchall()  # fmt: skip
    return _from_row(row), resource.kind not in there and ResourceKind.LINK not in there


def remove(conn: sqlite3.Connection, resource_id: int) -> bool:
    return conn.execute("delete from resources where id = ?", (resource_id,)).rowcount == 1


def get(conn: sqlite3.Connection, resource_id: int) -> Resource | None:
    row = conn.execute("select * from resources where id = ?", (resource_id,)).fetchone()
    return _from_row(row) if row else None


def listing(conn: sqlite3.Connection, session_id: int | None = None) -> list[Resource]:
    """Of one session, or of all, by session, kind (as ResourceKind lists them) and age."""
    rows = conn.execute("select * from resources where ? is null or session_id = ?", (session_id, session_id))
    order = list(ResourceKind)
    return sorted(map(_from_row, rows), key=lambda r: (r.session_id, order.index(r.kind), r.id))


def _from_row(row: sqlite3.Row) -> Resource:
    return Resource(
        id=row["id"],
        session_id=row["session_id"],
        kind=ResourceKind(row["kind"]),
        title=row["title"],
        url=row["url"],
        language=row["language"],
        bytes=row["bytes"],
        added_at=parse_iso(row["added_at"]),
    )


def record_of(conn: sqlite3.Connection, session_id: int) -> Record:
    row = conn.execute("select * from session_records where session_id = ?", (session_id,)).fetchone()
    if row is None:
        return Record()
    return Record(
        frozenset(map(ResourceKind, json.loads(row["waived"]))),
        parse_iso(row["materials_at"]) if row["materials_at"] else None,
        parse_iso(row["closed_at"]) if row["closed_at"] else None,
    )


def materials_in(conn: sqlite3.Connection, session_id: int, now: datetime) -> bool:
    """The materials of a session are in. Whether that is news: the first time counts."""
    done = conn.execute(
        "insert into session_records (session_id, materials_at) values (?, ?) on conflict (session_id) do update"
        " set materials_at = excluded.materials_at where materials_at is null",
        (session_id, iso(now)),
    )
    return done.rowcount == 1


def waive(conn: sqlite3.Connection, session_id: int, kinds: Collection[ResourceKind]) -> None:
    """These kinds of resources there will never be; what was said before is replaced."""
    waived = json.dumps(sorted(kind.value for kind in kinds))
    conn.execute(
        "insert into session_records (session_id, waived) values (?, ?) on conflict (session_id) do update"
        " set waived = excluded.waived where waived <> excluded.waived",
        (session_id, waived),
    )


def close(conn: sqlite3.Connection, session_id: int, now: datetime) -> bool:
    """The session is closed. Whether that is news."""
    done = conn.execute(
        "insert into session_records (session_id, closed_at) values (?, ?) on conflict (session_id) do update"
        " set closed_at = excluded.closed_at where closed_at is null",
        (session_id, iso(now)),
    )
    return done.rowcount == 1
