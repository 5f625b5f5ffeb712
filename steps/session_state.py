"""Everything about one session on one page: attendance, survey, resources, checklist, what was asked, what is missing.

Closing it, which only a documented one may be, is `closing.py`'s. Counts and ids only, so that Prefect may show them.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.sessions import Session, SessionState
from steps import resources
from steps.app import App
from store import checklists, support
from store import resources as stored
from store import sessions as stored_sessions


@dataclass(frozen=True, slots=True)
class Standing:
    """`missing`: what keeps it from being closed, in words; () when it may be. `surveys`: put, and answered.
    `items`: of its checklist, done or not needed, and all. `asked`: kind of request -> how many."""

    session: Session
    registered: int
    invited: dict[str, int]
    attended: int
    surveys: tuple[int, int]
    resources: dict[str, int]
    items: tuple[int, int]
    asked: dict[str, int]
    materials_at: datetime | None
    closed_at: datetime | None
    waived: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def documented(self) -> bool:
        return not self.missing


def of(app: App, session: Session) -> Standing:
    """How a session stands now."""
    conn = app.conn

    def pair(query: str) -> tuple[int, int]:
        first, second = conn.execute(query, (session.id,)).fetchone()
        return int(first or 0), int(second or 0)

    def counts(query: str) -> dict[str, int]:
        return dict(conn.execute(query, (session.id,)).fetchall())

    record = stored.record_of(conn, session.id)
    items = checklists.items_of(conn, [session.id]).get(session.id, [])
    settled = sum(item.state.value in ("done", "not_needed") for item in items)
    return Standing(
        session=session,
        registered=pair("select count(*), 0 from registrations where session_id = ? and state = 'registered'")[0],
        invited=counts("select partstat, count(*) from invitations where session_id = ? and wanted = 1 group by 1"),
        attended=stored_sessions.attendance(conn, session.id),
        surveys=pair("select count(*), count(answered_at) from survey_requests where session_id = ?"),
        resources=counts("select kind, count(*) from resources where session_id = ? group by kind"),
        items=(settled, len(items)),
        asked=dict(support.of_session(conn, session.id)),
        materials_at=record.materials_at,
        closed_at=record.closed_at,
        waived=tuple(sorted(kind.value for kind in record.waived)),
        missing=tuple(_missing(app, session)),
    )


def _missing(app: App, session: Session) -> list[str]:
    if session.state is SessionState.CANCELLED:
        return ["it was cancelled"]
    found = [] if session.ends_at <= app.now() else ["it is not over yet"]
    if not stored_sessions.attendance(app.conn, session.id):
        found.append("the list of attendance")
    found += [f"resource: {kind.value.replace('_', ' ')}" for kind in resources.lacking(app, session)]
    items = checklists.items_of(app.conn, [session.id]).get(session.id, [])
    left = [item for item in items if item.after and item.state.value in ("open", "help")]
    found += [f"checklist: {item.code.replace('_', ' ')}" for item in left]
    return found


@dataclass(frozen=True, slots=True)
class Documented:
    """Of the sessions that are over, how many are closed; `waiting`: ids of the others, oldest first."""

    over: int
    closed: int
    waiting: tuple[int, ...]

    @property
    def percent(self) -> int | None:
        return round(100 * self.closed / self.over) if self.over else None


def documented(app: App) -> Documented:
    """Of the kinds of session that must leave something."""
    kinds = [code for code, kind in app.programme.kinds.items() if kind.needs]
    rows = app.conn.execute(
        "select s.id, r.closed_at from sessions s left join session_records r on r.session_id = s.id"
        " where s.state = 'confirmed' and s.kind in (select value from json_each(?))"
        " and strftime('%Y-%m-%dT%H:%M:%S+00:00', s.starts_at, '+' || s.minutes || ' minutes') <= ?"
        " order by s.starts_at, s.id",
        (json.dumps(kinds), app.now().isoformat(timespec="seconds")),
    ).fetchall()
    waiting = tuple(row["id"] for row in rows if row["closed_at"] is None)
    return Documented(len(rows), len(rows) - len(waiting), waiting)


def told(standing: Standing) -> dict[str, Any]:
    """A session's state as short lines: heading -> what stands there. Nothing of a person."""
    one = standing
    invited = ", ".join(f"{number} {partstat.lower()}" for partstat, number in sorted(one.invited.items()))
    surveys = f"{one.surveys[1]} of {one.surveys[0]} answered" if one.surveys[0] else "none was put"
    lines = {
        "registered": str(one.registered),
        "invitations": invited or "none",
        "took part": str(one.attended) if one.attended else "not entered yet",
        "surveys": surveys,
        "resources": _listed(one.resources) or "none",
        "there will never be": ", ".join(one.waived),
        "checklist": f"{one.items[0]} of {one.items[1]} done" if one.items[1] else "none",
        "asked afterwards": _listed(one.asked) or "nothing",
        "materials were in": f"{one.materials_at:%Y-%m-%d}" if one.materials_at else "not yet",
        "closed": f"{one.closed_at:%Y-%m-%d}" if one.closed_at else "no",
        "still missing": "; ".join(one.missing) or "nothing",
    }
    return {heading: text for heading, text in lines.items() if text}


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(counts.items()))
