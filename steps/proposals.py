"""Proposals of clinics: started by anybody, answered question by question, and given to a coordinator when complete.

A mail or chat answers the question that is open; what is no answer goes to a person. Confirming one makes a session
and its checklist, which is the form "Confirm a session".
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import Problem, UserError
from domain.proposals import FIELDS, Proposal, checked
from domain.quotes import above_quote
from domain.reply_phrases import Answer
from steps import persons
from steps.app import App
from store import database, journal, participants, proposals

AGAIN = timedelta(days=180)  # nobody is asked for a proposal more often


def start(app: App, person_ref: str, fields: Mapping[str, str], who: str) -> Proposal:
    """Somebody proposes a clinic; the questions that `fields` leaves open are put to them. UserError lists problems."""
    person, now = persons.find(app, person_ref), app.now()
    values: dict[str, str] = {}
    problems = []
    for name in FIELDS:
        if fields.get(name, "").strip():
            try:
                values[name] = checked(name, fields[name])
            except ValueError as error:
                problems.append(Problem(str(error), name))
    if problems:
        raise UserError(*problems)
    with database.write(app.conn) as conn:
        if proposals.asking(conn, person) is not None:
            raise UserError(Problem("has a proposal with an open question", f"person {person}", "See: proposal list"))
        proposal = proposals.start(conn, person, "coordinator", now)
        for name in FIELDS:
            if name in values:
                proposal = proposals.answer(conn, proposal, name, values[name], now)
        journal.note(conn, now, who, "started", f"proposal/{proposal.id}")
    return proposal


def begin(conn: sqlite3.Connection, person: int, source: str, now: datetime) -> Proposal:
    """This person's proposal with a question open, or a new one, inside the caller's transaction."""
    return proposals.asking(conn, person) or proposals.start(conn, person, source, now)


def withdraw(conn: sqlite3.Connection, person: int, now: datetime) -> bool:
    """This person takes back what they have begun to propose. Whether there was anything."""
    proposal = proposals.asking(conn, person)
    return proposal is not None and proposals.settle(conn, proposal.id, "withdrawn", now)


def take(
    conn: sqlite3.Connection, proposal_id: int, person: int, said: Answer | None, text: str, now: datetime
) -> bool:
    """A mail's or chat's answer to the question that is open, inside the caller's transaction. False: for a person.

    A plain "no" takes the proposal back; a plain "yes" is no answer to any of the three questions.
    """
    proposal = proposals.get(conn, proposal_id)
    if proposal is None or proposal.participant_id != person or proposal.waits_for is None:
        return False
    if proposal.state != "asking" or said in (Answer.YES, Answer.MAYBE):
        return False
    if said is Answer.NO:
        return proposals.settle(conn, proposal.id, "withdrawn", now)
    try:
        answer = checked(proposal.waits_for, above_quote(text))
    except ValueError:
        return False
    proposals.answer(conn, proposal, proposal.waits_for, answer, now)
    return True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal, whose it is, and for how many days it has waited."""

    proposal: Proposal
    name: str
    days: int


def listing(app: App, *, waiting: bool = True) -> list[Waiting]:
    found, now = proposals.listing(app.conn, waiting=waiting), app.now()
    people = participants.load(app.conn, sorted({one.participant_id for one in found}), now)
    return [Waiting(one, people[one.participant_id].name, (now - one.created_at).days) for one in found]


def decline(app: App, proposal_id: int, who: str) -> None:
    """A coordinator says no to one; why is for them to write. UserError when it does not wait."""
    now = app.now()
    with database.write(app.conn) as conn:
        if not proposals.settle(conn, proposal_id, "declined", now):
            raise UserError(Problem("does not wait", f"proposal {proposal_id}", "See: letsconnect proposal list"))
        journal.note(conn, now, who, "declined", f"proposal/{proposal_id}")


def ask_ambassadors(app: App, most: int, who: str, *, dry_run: bool = False) -> int:
    """Put the first question to so many ambassadors at most, who were not asked for half a year. How many."""
    now = app.now()
    with database.write(app.conn) as conn:
        found = proposals.ambassadors(conn, now - AGAIN, most)
        if dry_run:
            return len(found)
        for person in found:
            if (stale := proposals.asking(conn, person)) is not None:
                proposals.settle(conn, stale.id, "withdrawn", now)  # never answered: a new ask takes its place
            proposals.start(conn, person, "ambassador", now)
        if found:
            journal.note(conn, now, who, "asked ambassadors for proposals", "", f"{len(found)} people")
    return len(found)
