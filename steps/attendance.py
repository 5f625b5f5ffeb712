"""Who took part in a session, entered by hand. Who came once is no longer asked why they never did."""

from collections.abc import Sequence

from domain.errors import Problem, UserError
from domain.times import iso
from steps import persons, sessions
from steps.app import App
from store import database, journal


def attended(app: App, session_ref: str, people: Sequence[str], who: str) -> int:
    """Enter people (id, address or wiki user name) as having taken part. How many were new. All or none."""
    session, now = sessions.find(app, session_ref), app.now()
    if session.starts_at > now:
        raise UserError(Problem("the session has not begun yet", f"session {session.id}", "Enter it afterwards"))
    ids = [persons.find(app, ref) for ref in people]
    with database.write(app.conn) as conn:
        new = sum(
            conn.execute(
                "insert into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)"
                " on conflict do nothing",
                (session.id, person, iso(now)),
            ).rowcount
            for person in ids
        )
        journal.note(conn, now, who, "entered attendance", f"session/{session.id}", f"{new} people")
    return new
