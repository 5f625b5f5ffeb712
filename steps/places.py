"""A place in a session: taken, waited for, given up, and passed on to whoever waits longest.

A place is taken by whoever is registered and did not decline, so a decline frees one. An import or a coordinator may
register more people than there are places: that is their decision. Whoever registers by themselves waits.
"""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from domain.errors import Problem, UserError
from domain.sessions import Invites, Session, SessionState
from steps.app import App
from store import database, invitations, journal, outbox_moves, places, sessions


@dataclass(frozen=True, slots=True)
class Seat:
    """`registered`, or `place` in the waiting list from 1; neither: 0."""

    registered: bool
    place: int = 0


def seat(app: App, session_id: int, person: int) -> Seat:
    """How this person stands with that session."""
    return _seat(app.conn, session_id, person)


def is_open(app: App, session: Session) -> bool:
    """Whether people can still register for it."""
    return session.state is SessionState.CONFIRMED and session.starts_at > app.now()


def offers(app: App, session: Session) -> Literal["", "place", "line"]:
    """What somebody new gets who registers for it; "" where there is nothing to register for."""
    if not is_open(app, session) or session.invites is Invites.EVERYBODY:
        return ""
    return "place" if is_free(app, session) else "line"


def way_back(app: App, session: Session, person: int) -> Literal["", "place", "line"]:
    """What somebody gets who has no place in it and would like one after all; "" for who has one or waits, and where
    nobody can register any more."""
    if not is_open(app, session) or seat(app, session.id, person) != Seat(False):
        return ""
    return "place" if is_free(app, session) else "line"


def is_free(app: App, session: Session) -> bool:
    """Whether somebody new gets a place and need not wait."""
    return _free(app.conn, session) > len(places.line(app.conn, session.id))


def take(app: App, session_id: int, person: int, who: str) -> Seat:
    """Register somebody by their own wish; when the session is full they wait. Twice is once.

    UserError when the session is over, has begun, was cancelled, or does not exist.
    """
    now = app.now()
    with database.write(app.conn) as conn:
        session = _open_session(conn, session_id, app)
        if places.registered(conn, session_id, person):
            return Seat(True)
        if is_free(app, session):
            places.register(conn, session_id, person, now)
            places.end_waiting(conn, session_id, person, "place", now)
            journal.note(conn, now, who, "registered", f"session/{session_id}", f"participant/{person}")
        else:
            places.wait(conn, session_id, person, now)
        return _seat(conn, session_id, person)


def leave(app: App, session_id: int, person: int, who: str) -> bool:
    """Give up a place, or a place in the line. Whether there was one. What is queued for them is taken back."""
    now = app.now()
    with database.write(app.conn) as conn:
        if places.end_waiting(conn, session_id, person, "left", now):
            return True
        if not places.registered(conn, session_id, person):
            return False
        invitations.withdraw(conn, session_id, person)
        outbox_moves.recall(conn, "withdrawn", session_id=session_id, participant_id=person)
        journal.note(conn, now, who, "withdrew", f"session/{session_id}", f"participant/{person}")
        return True


def pass_on(app: App) -> int:
    """Give free places to those who wait longest; the planner then invites them. How many got one."""
    now, given = app.now(), 0
    for session_id in places.lines(app.conn, now):
        with database.write(app.conn) as conn:
            session = sessions.get(conn, session_id)
            assert session is not None
            for person in places.line(conn, session_id)[: max(0, _free(conn, session))]:
                places.register(conn, session_id, person, now)
                places.end_waiting(conn, session_id, person, "place", now)
                journal.note(conn, now, "waiting list", "got a place", f"session/{session_id}", f"participant/{person}")
                given += 1
    return given


def _open_session(conn: sqlite3.Connection, session_id: int, app: App) -> Session:
    session = sessions.get(conn, session_id)
    if session is None:
        raise UserError(Problem("there is no such session", "session", "See the list of sessions"))
    if session.state is SessionState.CANCELLED:
        raise UserError(Problem("was cancelled", "session", "See the list of sessions"))
    if session.starts_at <= app.now():
        raise UserError(Problem("has begun already", "session", "See the list of sessions"))
    return session


def _free(conn: sqlite3.Connection, session: Session) -> int:
    """Places left; a great many where there is no limit."""
    return 1_000_000 if session.capacity is None else session.capacity - places.taken(conn, session.id)


def _seat(conn: sqlite3.Connection, session_id: int, person: int) -> Seat:
    if places.registered(conn, session_id, person):
        return Seat(True)
    line = places.line(conn, session_id)
    return Seat(False, line.index(person) + 1 if person in line else 0)
