"""Confirms a session: adds it, says who shares it, and settles the proposal that it came from, all or nothing."""

from collections.abc import Mapping, Sequence

from domain.errors import Problem, UserError
from domain.sessions import Session
from steps import checklists, sessions
from steps.app import App
from steps.persons import NUMBERS
from store import database, journal, participants, proposals


def confirm(
    app: App, fields: Mapping[str, str], sharers: Sequence[int], proposal_id: int | None, who: str
) -> Session:
    """`fields` as `sessions.add` has them; a proposal gives title and purpose where they are not there. `sharers`:
    participants, the first one first; whoever proposed it where there are none. UserError lists every problem."""
    now, conn = app.now(), app.conn
    proposal = proposals.get(conn, proposal_id) if proposal_id is not None else None
    if proposal_id is not None and proposal is None:
        raise UserError(Problem("there is no such proposal", f"proposal {proposal_id}", "See: proposal list"))
    given = {name: text for name, text in fields.items() if text}
    people = list(dict.fromkeys(sharers))
    if proposal is not None:
        given = {"title": proposal.title, "purpose": proposal.purpose, "led_by": "community"} | given
        people = people or [proposal.participant_id]
    known = participants.load(conn, people, now)
    unknown = [str(one) for one in people if one not in known or known[one].erased]
    given["sharers"] = ";".join(known[one].name.replace(";", " ") for one in people if str(one) not in unknown)
    with database.write(conn):
        problems = [Problem(f"nobody has the number {', '.join(unknown)}", "sharers", NUMBERS)] if unknown else []
        try:
            session = sessions.add(app, given, who)
        except UserError as error:
            problems += error.problems
        if problems:
            raise UserError(*problems)
        for one, name in zip(people, session.sharers, strict=True):
            checklists.share(app, str(session.id), name, str(one), who)
        if proposal is not None and proposals.settle(conn, proposal.id, "confirmed", now):
            conn.execute("update proposals set session_id = ? where id = ?", (session.id, proposal.id))
            journal.note(conn, now, who, "confirmed", f"proposal/{proposal.id}", f"session/{session.id}")
    return session
