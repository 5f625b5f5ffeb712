"""What people are told once when something of theirs is ready: materials, thanks, a badge, a request, a proposal.

The rows are made by triggers (`migrations/m011_resources.py`), in the transaction that makes the thing ready. When a
letter goes is data in cadences.toml; here they become subjects of the people whom they concern.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.sessions import Session
from domain.subjects import About, Subject
from domain.times import iso, parse_iso
from store import sessions

KINDS = frozenset({About.MATERIALS, About.THANKS, About.BADGE, About.REQUEST, About.PROPOSED})
OF_USE = timedelta(days=60)  # what is older calls for nothing any more

_QUERY = (
    "select f.*, b.revoked_at, s.state as request_state, p.state as proposal_state from followups f"
    " left join badges b on f.kind = 'badge' and b.id = f.ref"
    " left join support_requests s on f.kind = 'request' and s.id = f.ref"
    " left join proposals p on f.kind = 'proposed' and p.id = f.ref"
)


@dataclass(frozen=True, slots=True)
class Concern:
    """A subject as it concerns one person, with its session where it has one."""

    person: int
    subject: Subject
    session: Session | None


def open_ones(conn: sqlite3.Connection, people: str, now: datetime) -> Iterator[Concern]:
    """Of these people (ids as JSON): two queries whatever their number."""
    among = "where f.participant_id in (select value from json_each(?)) and f.since > ? order by f.id"
    rows = conn.execute(f"{_QUERY} {among}", (people, iso(now - OF_USE))).fetchall()
    there = sessions.among(conn, {row["session_id"] for row in rows} - {None}) if rows else {}
    for row in rows:
        concern = _concern(row, there.get(row["session_id"]))
        if not concern.subject.closed:
            yield concern


def one(conn: sqlite3.Connection, about: About, ident: int, person: int) -> Concern | None:
    """Open or closed; None when there is no such thing of theirs."""
    where = "where f.id = ? and f.kind = ? and f.participant_id = ?"
    row = conn.execute(f"{_QUERY} {where}", (ident, about.value, person)).fetchone()
    if row is None:
        return None
    return _concern(row, sessions.get(conn, row["session_id"]) if row["session_id"] is not None else None)


def ref_of(conn: sqlite3.Connection, followup_id: int) -> int:
    """The badge, request or proposal that it is about."""
    return int(conn.execute("select ref from followups where id = ?", (followup_id,)).fetchone()[0])


def _concern(row: sqlite3.Row, session: Session | None) -> Concern:
    since = parse_iso(row["since"])
    if session is not None and row["kind"] != About.REQUEST:
        since = max(since, session.ends_at)  # slides may be there before the session is
    subject = Subject(About(row["kind"]), row["id"], since, _closed(row))
    return Concern(row["participant_id"], subject, session)


def _closed(row: sqlite3.Row) -> str:
    if row["revoked_at"]:
        return "the badge was taken back"
    if row["request_state"] not in (None, "open"):
        return "the request was answered"
    return "the proposal was answered" if row["proposal_state"] not in (None, "complete") else ""
