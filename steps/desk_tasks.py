"""What a named coordinator is asked to do about one person: listed with everything at hand, and settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import Problem, UserError
from domain.times import parse_iso
from steps import why
from steps.app import App
from store import database, desk_tasks, journal, participants, sessions

CHECKLISTS = "See: desk list. What sharers left is settled by session: letsconnect checklist settle"


@dataclass(frozen=True, slots=True)
class Task:
    """`tried`: what this person got about the session so far, oldest first."""

    id: int
    since: datetime
    coordinator: str
    participant_id: int
    name: str
    address: str
    language: str
    session_id: int | None
    session: str
    because: str
    tried: tuple[str, ...]


def waiting(app: App) -> list[Task]:
    """Open tasks, oldest first, each with what a coordinator needs to ask in person."""
    return [_task(app, row) for row in desk_tasks.waiting(app.conn)]


def _task(app: App, row: dict[str, object]) -> Task:
    person_id = int(str(row["participant_id"]))
    person = participants.load(app.conn, [person_id], app.now())[person_id]
    session = sessions.get(app.conn, int(str(row["session_id"]))) if row["session_id"] is not None else None
    reasons = why.why(app, str(person_id), str(session.id) if session else None)
    return Task(
        id=int(str(row["id"])),
        since=parse_iso(str(row["created_at"])),
        coordinator=str(row["coordinator"]),
        participant_id=person_id,
        name=person.name,
        address=person.email.address if person.email else "",
        language=(person.languages or app.programme.languages)[0],
        session_id=session.id if session else None,
        session=session.title if session else "",
        because=str(row["because"]),
        tried=tuple(f"{r.at:%Y-%m-%d} {r.what} {r.verdict}" for r in reasons if r.message_id is not None),
    )


def settle(app: App, ids: Sequence[int], who: str) -> int:
    """A coordinator has seen to these. All or none; UserError names those that do not wait."""
    now = app.now()
    with database.write(app.conn) as conn:
        problems = [
            Problem("does not wait for anybody", f"task {one}", CHECKLISTS)
            for one in ids
            if not desk_tasks.settle(conn, one, now)
        ]
        if problems:
            raise UserError(*problems)
        for one in ids:
            journal.note(conn, now, who, "settled", f"task/{one}")
    return len(ids)
