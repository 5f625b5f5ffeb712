"""Makes sharers' checklists when a session has sharers, and keeps them in step with it. Called by `sessions.py`
whenever one is added or changed; what is done with checklists is in `checklists.py`."""

import sqlite3
from datetime import datetime

from domain.sessions import Session, SessionState
from steps.app import App
from store import checklists


def arrange(app: App, conn: sqlite3.Connection, session: Session, now: datetime) -> None:
    """Bring a session's checklist to what its kind and its sharers say now, inside the caller's transaction."""
    duties = app.programme.duties.get(session.kind, ())
    if session.state is SessionState.CANCELLED or not (duties or checklists.items_of(conn, [session.id])):
        return
    checklists.know_sharers(conn, session.id)
    known = conn.execute(
        "select 1 from sharers where session_id = ? and participant_id is not null", (session.id,)
    ).fetchone()
    if known or checklists.sharers_of(conn, [session.id]):
        checklists.arrange(conn, session.id, duties, now)


def moved(conn: sqlite3.Connection, session: Session) -> None:
    """The session has another date: what must be done anew is open again. The dates follow by themselves."""
    checklists.reopen(conn, session.id)
