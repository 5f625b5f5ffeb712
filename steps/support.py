"""Requests for support: entered, listed with their age, and settled by a person. What a mail asks is read here too.

A need for means that a registration names becomes a request in `store/registrations.py`; the letters say honestly how
many were granted so far. Who is told of what is the planner's business.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import Problem, UserError
from domain.imports import clean
from domain.participants import Participant
from domain.support import Ask, Request, State, asked
from steps import persons, sessions
from steps.app import App
from store import database, journal, participants, support

OUTCOMES = tuple(state.value for state in State if state is not State.OPEN)
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request, who asked, and for how many days it has waited."""

    request: Request
    name: str
    address: str
    days: int


def ask(app: App, person_ref: str, what: str, who: str, session_ref: str | None = None, text: str = "") -> Request:
    """Enter what somebody asked elsewhere. UserError when a request like it waits already."""
    person, now = persons.find(app, person_ref), app.now()
    session = sessions.find(app, session_ref).id if session_ref is not None else None
    if what not in [one.value for one in Ask]:
        raise UserError(Problem(f"is none of {', '.join(Ask)}", "what"))
    with database.write(app.conn) as conn:
        made = support.ask(conn, person, Ask(what), "hand", now, session, clean(text)[:LONGEST])
        if made is None:
            raise UserError(Problem("waits already", f"{what} for person {person}", "See: letsconnect support list"))
        journal.note(conn, now, who, "entered a request", f"request/{made.id}", what)
    return made


def read_mail(
    conn: sqlite3.Connection, person: int, session_id: int | None, text: str, now: datetime
) -> tuple[Ask, ...]:
    """Open what a reply asks for, inside the caller's transaction; () when a person must read it."""
    wanted = asked(text)
    for what in wanted:
        support.ask(conn, person, what, "mail", now, session_id)
    return wanted


def listing(app: App, *, waiting: bool = True) -> list[Waiting]:
    """Those that wait, or all, the oldest first."""
    found, now = support.listing(app.conn, waiting=waiting), app.now()
    people = participants.load(app.conn, sorted({one.participant_id for one in found}), now)
    return [_shown(one, people[one.participant_id].name, _address(people[one.participant_id]), now) for one in found]


def _address(person: Participant) -> str:
    return person.email.address if person.email else ""


def _shown(one: Request, name: str, address: str, now: datetime) -> Waiting:
    return Waiting(one, name, address, ((one.settled_at or now) - one.asked_at).days)


def settle(app: App, ids: Sequence[int], outcome: str, who: str) -> int:
    """A person has answered these. All or none; UserError names those that do not wait."""
    if outcome not in OUTCOMES:
        raise UserError(Problem(f"is none of {', '.join(OUTCOMES)}", "outcome"))
    now = app.now()
    with database.write(app.conn) as conn:
        problems = [
            Problem("does not wait", f"request {one}", "See: letsconnect support list")
            for one in ids
            if not support.settle(conn, one, State(outcome), now)
        ]
        if problems:
            raise UserError(*problems)
        for one in ids:
            journal.note(conn, now, who, outcome, f"request/{one}")
    return len(ids)
