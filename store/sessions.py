"""Sessions, their sharers and their history of changes. Every change raises SEQUENCE (RFC 5545 section 3.8.7.4)."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.sessions import Invites, LedBy, Session, SessionState
from domain.times import iso, parse_iso
from domain.translations import Translation
from store import translations

_TIME_FIELDS = frozenset({"starts_at", "minutes"})
# No calendar shows them: no new SEQUENCE.
_UNSEEN_FIELDS = frozenset({"code", "kind", "capacity", "invites", "zone", "led_by", "skills"})


def from_row(
    row: sqlite3.Row, sharers: Sequence[str] = (), skills: Sequence[str] = (), worded: Sequence[Translation] = ()
) -> Session:
    return Session(
        id=row["id"],
        code=row["code"],
        kind=row["kind"],
        title=row["title"],
        purpose=row["purpose"],
        audience=row["audience"],
        preparation=row["preparation"],
        languages=tuple(json.loads(row["languages"])),
        interpretation=tuple(json.loads(row["interpretation"])),
        venue=row["venue"],
        starts_at=parse_iso(row["starts_at"]),
        minutes=row["minutes"],
        zone=row["zone"],
        capacity=row["capacity"],
        invites=Invites(row["invites"]),
        state=SessionState(row["state"]),
        sequence=row["sequence"],
        time_sequence=row["time_sequence"],
        changed_at=parse_iso(row["changed_at"]),
        cancel_reason=row["cancel_reason"],
        sharers=tuple(sharers),
        moved_at=parse_iso(row["moved_at"]) if row["moved_at"] else None,
        led_by=LedBy(row["led_by"]),
        skills=tuple(skills),
        translations=tuple(worded),
    )


def _columns(session: Session) -> dict[str, object]:
    return {
        "code": session.code,
        "kind": session.kind,
        "title": session.title,
        "purpose": session.purpose,
        "audience": session.audience,
        "preparation": session.preparation,
        "languages": json.dumps(session.languages),
        "interpretation": json.dumps(session.interpretation),
        "venue": session.venue,
        "starts_at": iso(session.starts_at),
        "minutes": session.minutes,
        "zone": session.zone,
        "capacity": session.capacity,
        "invites": session.invites.value,
        "state": session.state.value,
        "cancel_reason": session.cancel_reason,
        "sequence": session.sequence,
        "time_sequence": session.time_sequence,
        "changed_at": iso(session.changed_at),
        "moved_at": iso(session.moved_at) if session.moved_at else None,
        "led_by": session.led_by.value,
    }


def insert(conn: sqlite3.Connection, session: Session, now: datetime) -> Session:
    """Store a new session (its `id` is ignored). sqlite3.IntegrityError when its code is taken."""
    columns = _columns(session) | {"created_at": iso(now)}
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = conn.execute(f"insert into sessions ({names}) values ({marks})", tuple(columns.values()))
    assert cursor.lastrowid is not None
    _set_lists(conn, cursor.lastrowid, session)
    return replace(session, id=cursor.lastrowid)


def change(conn: sqlite3.Connection, old: Session, new: Session, now: datetime) -> Session:
    """Store `new` over `old` and keep what changed, field by field, for the update's words.

    SEQUENCE rises when anything changed that people's calendars show.
    """
    before, after = (
        _columns(one) | {"sharers": "; ".join(one.sharers), "skills": ", ".join(one.skills)} for one in (old, new)
    )
    skipped = {"sequence", "time_sequence", "changed_at", "moved_at"}
    changed = [name for name in before if name not in skipped and before[name] != after[name]]
    seen = not _UNSEEN_FIELDS.issuperset(changed)
    sequence = old.sequence + 1 if seen else old.sequence
    moved = sequence if _TIME_FIELDS.intersection(changed) else old.time_sequence
    new = replace(new, sequence=sequence, time_sequence=moved, changed_at=now if seen else old.changed_at, id=old.id)
    new = replace(new, moved_at=now if moved != old.time_sequence else old.moved_at)
    columns = _columns(new)
    pairs = ", ".join(f"{name} = ?" for name in columns)
    conn.execute(f"update sessions set {pairs} where id = ?", (*columns.values(), old.id))
    _set_lists(conn, old.id, new)
    conn.executemany(
        "insert into session_changes (session_id, sequence, field, old, new) values (?, ?, ?, ?, ?)",
        [(old.id, sequence, name, str(before[name] or ""), str(after[name] or "")) for name in changed if seen],
    )
    return new


def changes_since(conn: sqlite3.Connection, session_id: int, sequence: int) -> Mapping[str, tuple[str, str]]:
    """Field -> (as it was at `sequence`, as it is now); fields that changed back are left out."""
    rows = conn.execute(
        "select field, old, new from session_changes where session_id = ? and sequence > ? order by sequence",
        (session_id, sequence),
    )
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        first = found[row["field"]][0] if row["field"] in found else row["old"]
        found[row["field"]] = (first, row["new"])
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def get(conn: sqlite3.Connection, session_id: int) -> Session | None:
    row = conn.execute("select * from sessions where id = ?", (session_id,)).fetchone()
    return _with_lists(conn, [row])[0] if row else None


def among(conn: sqlite3.Connection, session_ids: Collection[int]) -> dict[int, Session]:
    """Those of these sessions that there are, by id."""
    query = "select * from sessions where id in (select value from json_each(?))"
    rows = conn.execute(query, (json.dumps(list(session_ids)),)).fetchall()
    return {session.id: session for session in _with_lists(conn, rows)}


def find(conn: sqlite3.Connection, ref: str) -> list[Session]:
    """Sessions whose id or code is `ref`, else whose title is, without regard to case."""
    rows = conn.execute("select * from sessions where code = ? or cast(id as text) = ?", (ref, ref)).fetchall()
    if not rows:
        wanted = " ".join(ref.casefold().split())
        every = conn.execute("select * from sessions").fetchall()
        rows = [row for row in every if " ".join(row["title"].casefold().split()) == wanted]
    return _with_lists(conn, rows)


def listing(conn: sqlite3.Connection, ending_after: datetime | None = None) -> list[Session]:
    """All sessions, or those that end after a moment, by start."""
    sessions = _with_lists(conn, conn.execute("select * from sessions order by starts_at, id").fetchall())
    return [s for s in sessions if ending_after is None or s.ends_at > ending_after]


def _with_lists(conn: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[Session]:
    """With names of sharers, codes of skills and translations: three queries whatever the number of sessions."""
    ids = [row["id"] for row in rows]
    among = json.dumps(ids)
    sharers: dict[int, list[str]] = defaultdict(list)
    skills: dict[int, list[str]] = defaultdict(list)
    where = "where session_id in (select value from json_each(?)) order by"
    for session, name in conn.execute(f"select session_id, name from sharers {where} position", (among,)):
        sharers[session].append(name)
    for session, code in conn.execute(f"select session_id, skill from session_skills {where} skill", (among,)):
        skills[session].append(code)
    worded = translations.among(conn, ids)
    return [from_row(row, sharers[row["id"]], skills[row["id"]], worded.get(row["id"], ())) for row in rows]


def _set_lists(conn: sqlite3.Connection, session_id: int, session: Session) -> None:
    conn.execute("delete from session_skills where session_id = ?", (session_id,))
    conn.executemany("insert into session_skills values (?, ?)", [(session_id, code) for code in session.skills])
    linked = "select name, participant_id from sharers where session_id = ? and participant_id is not null"
    people = dict(conn.execute(linked, (session_id,)).fetchall())
    conn.execute("delete from sharers where session_id = ?", (session_id,))
    conn.executemany(
        "insert into sharers (session_id, position, name, participant_id) values (?, ?, ?, ?)",
        [(session_id, position, name, people.get(name)) for position, name in enumerate(session.sharers)],
    )


def came(conn: sqlite3.Connection, session_id: int, participant_id: int) -> bool:
    """Whether somebody is on the list of attendance; where there is none yet, whether they had said yes."""
    row = conn.execute(
        "select exists (select 1 from attendances where session_id = :s and participant_id = :p)"
        " or (not exists (select 1 from attendances where session_id = :s) and exists (select 1 from invitations"
        " where session_id = :s and participant_id = :p and partstat = 'ACCEPTED'))",
        {"s": session_id, "p": participant_id},
    ).fetchone()
    return bool(row[0])


def attendance(conn: sqlite3.Connection, session_id: int) -> int:
    """How many took part, guests among them."""
    return int(conn.execute("select count(*) from attended where session_id = ?", (session_id,)).fetchone()[0])
