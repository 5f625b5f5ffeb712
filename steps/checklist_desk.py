"""What waits on the desk about sharers' checklists: one row a session, with everything at hand, and one settle for it.

What comes to the desk is the planner's (`checklist_coordinator` in cadences.toml, and whoever asks for help); however
many items that are, a coordinator reads and settles them together. Single items are ticked in `checklists.py`.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.checklists import Settling
from domain.errors import Problem, UserError
from domain.sessions import Session
from domain.times import parse_iso
from steps import checklists, persons, sessions
from steps.app import App
from steps.checklists import Checklist, Line
from store import checklists as store
from store import database, desk_tasks, journal, participants
from store import sessions as session_store
from store.checklists import Sharer

SHARER_GONE = "the sharer cannot come"  # what the mail gives as the reason (_reason.j2)


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a sharer was written to about the session's checklist over one channel, and when last."""

    participant_id: int
    name: str
    channel: str
    times: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A session that waits on the desk. `since`: its oldest task; `lines`: what waits, by date; `later`: what is open
    beside it and will be asked about; `helps`: how many of the lines somebody asked for help with."""

    session: Session
    since: datetime
    coordinator: str
    sharers: tuple[Sharer, ...]
    lines: tuple[Line, ...]
    later: tuple[Line, ...]
    helps: int
    asked: tuple[Asked, ...]


def waiting(app: App) -> list[Waiting]:
    """Sessions of which something waits, the longest waiting first."""
    conn = app.conn
    rows = desk_tasks.sessions_waiting(conn)
    there = session_store.among(conn, [session_id for session_id, _, _ in rows])
    found = [_row(app, there[session_id], since, name) for session_id, since, name in rows]
    return [one for one in found if one.lines]


def _row(app: App, session: Session, since: datetime, coordinator: str) -> Waiting:
    found = checklists.of_session(app, app.conn, session)
    return Waiting(
        session=session,
        since=since,
        coordinator=coordinator,
        sharers=found.sharers,
        lines=found.waiting,
        later=tuple(line for line in found.left if not line.on_desk),
        helps=sum(line.item.state.value == "help" for line in found.waiting),
        asked=tuple(_asked(app.conn, found)),
    )


def _asked(conn: sqlite3.Connection, found: Checklist) -> list[Asked]:
    names = {one.participant_id: one.name for one in found.sharers}
    rows = conn.execute(
        "select participant_id, channel, count(*) as times, max(sent_at) as last from outbox where session_id = ?"
        " and purpose in ('prep_pack', 'checklist_ask') and state = 'sent' group by 1, 2 order by 1, 2",
        (found.session.id,),
    )
    return [
        Asked(row["participant_id"], names[row["participant_id"]], row["channel"], row["times"], parse_iso(row["last"]))
        for row in rows
        if row["participant_id"] in names
    ]


def settle(app: App, session_ref: str, choice: Settling, who: str, to: str = "") -> Checklist:
    """Decide about all of it at once; whatever waited leaves the desk.

    `to`: who takes it over (id, address or user name); "" is the co-sharer. UserError when nothing waits (to have been
    seen to), nothing is open, or nobody is there to take it over.
    """
    now = app.now()
    with database.write(app.conn) as conn:
        session = sessions.find(app, session_ref)
        found = checklists.of_session(app, conn, session)
        _check(found, choice, to)
        match choice:
            case Settling.SEEN_TO:
                store.see_to(conn, [line.item.id for line in found.waiting], now)
            case Settling.TAKE_OVER:
                store.see_to(conn, [line.item.id for line in found.left], now)
            case Settling.HAND_OVER:
                _hand_over(app, found, to, who)
                store.renew(conn, session.id, now)
            case Settling.MORE_TIME:
                store.renew(conn, session.id, now)
            case Settling.CALL_OFF:
                sessions.cancel(app, str(session.id), SHARER_GONE, who)
        desk_tasks.settle_items(conn, session.id, now)
        journal.note(conn, now, who, f"settled: {choice}", f"session/{session.id}", f"{len(found.waiting)} items")
        return checklists.of_session(app, conn, sessions.find(app, str(session.id)))


def _check(found: Checklist, choice: Settling, to: str) -> None:
    where = f"session {found.session.id}"
    if to and choice is not Settling.HAND_OVER:
        raise UserError(Problem("is for hand-over only", "to", "Leave it out"))
    if choice is Settling.SEEN_TO and not found.waiting:
        raise UserError(Problem("nothing of it waits on the desk", where, "See: letsconnect desk list"))
    if not found.left:
        raise UserError(Problem("nothing of its checklist is open", where, "See: letsconnect checklist show"))


def _hand_over(app: App, found: Checklist, to: str, who: str) -> None:
    """The first sharer leads no more; whoever takes over comes first."""
    here = [one.participant_id for one in found.sharers]
    if not to and len(here) < 2:
        where = f"session {found.session.id}"
        raise UserError(Problem("has no other sharer whom we know", where, "Say who takes it over: --to PERSON"))
    new = persons.find(app, to) if to else here[1]
    if here and new == here[0]:
        raise UserError(Problem("leads the session already", "to", "Name somebody else"))
    people = [new, *(one for one in here[1:] if one != new)]
    known = participants.load(app.conn, people, app.now())
    names = [known[one].name.replace(";", " ") for one in people]
    session = sessions.change(app, str(found.session.id), {"sharers": ";".join([*names, *found.unknown])}, who)
    for one, name in zip(people, session.sharers, strict=False):
        checklists.share(app, str(session.id), name, str(one), who)
