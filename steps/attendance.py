"""Who took part in a session, entered by hand; and who a doubtful guest of a meeting tool's list is.

Reading such lists is `steps/import_attendance.py`'s. Who came once is no longer asked why they never did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import Problem, UserError
from domain.sessions import Session, SessionState
from steps import persons, sessions
from steps.app import App
from store import attendance, database, journal

MOST_GUESTS = 10_000


def attended(app: App, session_ref: str, people: Sequence[str], who: str, guests: int | None = None) -> int:
    """Enter people (id, address or wiki user name) as having taken part, and how many came whose names nobody noted.

    How many people were new. All or none; UserError names everybody who is not known. `guests` None leaves those.
    """
    session, now = begun(app, session_ref), app.now()
    ids: list[int] = []
    problems: list[Problem] = []
    for ref in people:
        try:
            ids.append(persons.find(app, ref))
        except UserError as error:
            problems += error.problems
    if guests is not None and not 0 <= guests <= MOST_GUESTS:
        problems.append(Problem(f"is not a number from 0 to {MOST_GUESTS}", "guests"))
    if problems:
        raise UserError(*problems)
    with database.write(app.conn) as conn:
        new = sum(attendance.attend(conn, session.id, person, "hand", now) for person in ids)
        before = attendance.unnamed(conn, session.id, guests, now) if guests is not None else None
        said = f"{new} people" + (f", guests {before} -> {guests}" if before is not None else "")
        journal.note(conn, now, who, "entered attendance", f"session/{session.id}", said)
    return new


@dataclass(frozen=True, slots=True)
class Present:
    """Who is entered for a session: people that are known, guests, and how many of those are doubtful."""

    people: int
    guests: int
    doubtful: int


def present(app: App, session_ref: str) -> Present:
    return Present(**attendance.counts(app.conn, sessions.find(app, session_ref).id))


def begun(app: App, session_ref: str) -> Session:
    """The session, if somebody can have been there. UserError while it has not begun, or when it was cancelled."""
    session = sessions.find(app, session_ref)
    if session.starts_at > app.now():
        raise UserError(Problem("the session has not begun yet", f"session {session.id}", "Enter it afterwards"))
    if session.state is SessionState.CANCELLED:
        raise UserError(Problem("the session was cancelled", f"session {session.id}", "Name another session"))
    return session


def doubtful(app: App) -> list[dict[str, Any]]:
    """Guests who may be somebody we know: id, session_id, session, name, at, candidates."""
    return attendance.doubtful(app.conn)


def settle(app: App, guest_id: int, person_ref: str | None, who: str) -> None:
    """A doubtful guest is this person, or (None) nobody we know. UserError when it is not on the list."""
    now = app.now()
    person = persons.find(app, person_ref) if person_ref is not None else None
    with database.write(app.conn) as conn:
        one = attendance.guest(conn, guest_id)
        if one is None or one.state != "doubtful":
            raise UserError(Problem("is not on the list", f"guest {guest_id}", "See: letsconnect attendance doubtful"))
        attendance.settle(conn, one, person, now)
        if person is not None:
            attendance.attend(conn, one.session_id, person, "settled", now, one.minutes)
        detail = f"person/{person}" if person is not None else "nobody we know"
        journal.note(conn, now, who, "settled a doubtful guest", f"guest/{guest_id}", detail)
