"""Sharers' checklists: looked at, and answered by whatever door.

Dates are derived (`domain/checklists.py`), asking is the planner's, making is in `arranging.py`. Reading an answer out
of a mail, an update or a form is left to the steps that call `answer`.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.checklists import Answered, Dated, Duty, Item, ItemState, Way, owner_of, plan, since
from domain.errors import Problem, UserError
from domain.resources import ResourceKind, checked_url
from domain.sessions import Session, SessionState
from steps import persons, resources, sessions, sheets
from steps.app import App
from steps.arranging import arrange
from store import checklists, database, desk_tasks, journal
from store import sessions as session_store
from store.checklists import Sharer

LONGEST_TEXT = 5000
HELP = "help"  # of keys on the desk: somebody asked for it


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a session's checklist: its duty (None: no longer in checklists.toml), date and owner (a participant;
    None while no sharer is known). `on_desk`: it waits for a coordinator."""

    dated: Dated
    duty: Duty | None
    owner: int | None
    on_desk: bool

    @property
    def item(self) -> Item:  # fmt: skip
        return self.dated.item

    @property
    def title(self) -> str:
        return self.duty.title if self.duty else self.item.code

    @property
    def settled(self) -> bool:
        return self.item.state in (ItemState.DONE, ItemState.NOT_NEEDED)


@dataclass(frozen=True, slots=True)
class Checklist:
    """A session's checklist, by date. `unknown`: names of sharers of whom nobody knows who they are."""

    session: Session
    sharers: tuple[Sharer, ...]
    unknown: tuple[str, ...]
    lines: tuple[Line, ...]
    over: bool = False

    @property
    def left(self) -> tuple[Line, ...]:
        """What is open; once the session is over, there is nothing to be prepared for it any more."""
        return tuple(line for line in self.lines if not line.settled and (line.item.after or not self.over))

    @property
    def waiting(self) -> tuple[Line, ...]:
        """What waits on the desk."""
        return tuple(line for line in self.left if line.on_desk)

    def overdue(self, now: datetime) -> tuple[Line, ...]:
        return tuple(line for line in self.left if line.dated.due <= now)


def of_session(app: App, conn: sqlite3.Connection, session: Session) -> Checklist:
    items = checklists.items_of(conn, [session.id])[session.id]
    sharers = checklists.sharers(conn, [session.id])
    duties = {duty.code: duty for duty in app.programme.duties.get(session.kind, ())}
    on_desk = checklists.raised(conn, [session.id])[session.id]
    made_at = min((item.created_at for item in items), default=session.changed_at)
    people = [one.participant_id for one in sharers]
    renewed = checklists.renewals(conn, [session.id])[session.id]
    over = session.ends_at <= app.now()
    lines = tuple(
        Line(dated, duties.get(dated.item.code), owner_of(dated.item.owner, people), dated.item.id in on_desk)
        for dated in plan(items, session.starts_at, session.ends_at, since(made_at, session, renewed.at))
    )
    return Checklist(session, tuple(sharers), tuple(checklists.unknown_sharers(conn, session.id)), lines, over)


def show(app: App, session_ref: str) -> Checklist:
    """UserError when there is no such session, or it has no checklist."""
    found = of_session(app, app.conn, sessions.find(app, session_ref))
    if not found.lines and not found.unknown:
        remedy = "Name its sharers (session change --sharers); kinds that have one are in checklists.toml"
        raise UserError(Problem("the session has no checklist", f"session {found.session.id}", remedy))
    return found


def listing(app: App, everything: bool = False) -> list[Checklist]:
    """Checklists of sessions that are not cancelled, by start; without `everything`, those with something left."""
    conn = app.conn
    among = session_store.among(conn, checklists.with_items(conn))
    stand = [one for one in among.values() if one.state is SessionState.CONFIRMED]
    found = [of_session(app, conn, one) for one in sorted(stand, key=lambda one: (one.starts_at, one.id))]
    return found if everything else [one for one in found if one.left]


def arrange_all(app: App) -> int:
    """Every session that is not over: people who registered meanwhile are known now, and so is a changed
    checklists.toml. How many sessions have a checklist."""
    now = app.now()
    with database.write(app.conn) as conn:
        coming = [s for s in session_store.listing(conn, ending_after=now) if s.state is SessionState.CONFIRMED]
        for session in coming:
            arrange(app, conn, session, now)
        return len(checklists.items_of(conn, [session.id for session in coming]))


def share(app: App, session_ref: str, name: str, person_ref: str, who: str) -> Checklist:
    """Say which participant a sharer's name means. UserError when the session names nobody so."""
    now, session, person = app.now(), sessions.find(app, session_ref), persons.find(app, person_ref)
    with database.write(app.conn) as conn:
        if not checklists.link_sharer(conn, session.id, name, person):
            names = "; ".join(session.sharers) or "nobody yet"
            raise UserError(Problem("is no sharer of that session", "name", f"It names: {names}"))
        arrange(app, conn, session, now)
        journal.note(conn, now, who, "said who shares", f"session/{session.id}", f"person/{person}")
    return of_session(app, app.conn, session)


# -- answers --------------------------------------------------------------------------------------------------


def answer(
    app: App, conn: sqlite3.Connection, item_id: int, said: Answered, source: str, now: datetime,
    person: int | None = None,
) -> Item:  # fmt: skip
    """Keep an answer, inside the caller's transaction. UserError when it is not of the kind that was asked for.

    `person`: who answered; None for a coordinator. The same again changes nothing.
    """
    item = checklists.item(conn, item_id)
    session = session_store.get(conn, item.session_id) if item else None
    if item is None or session is None:
        raise UserError(Problem("there is no such item", f"item {item_id}", "See: letsconnect checklist list"))
    words = said.answer.strip()[:LONGEST_TEXT]
    sheet = sheets.of_item(app, conn, item.id)
    if said.state is ItemState.DONE:
        linked = words and item.way is Way.FILE
        if sheet is None or linked:
            words = checked(item.way, said.answer)
        else:
            words = sheets.finish(app, conn, sheet, words, source, now, person)
    if (item.state, item.answer) == (said.state, words):
        return item
    checklists.answer(conn, item.id, said.state, words, person, source, now)
    if said.state is ItemState.HELP and person is not None:
        _ask_for_help(app, conn, item, session, person, now)
    if said.state in (ItemState.DONE, ItemState.NOT_NEEDED) and sheet is not None:
        sheets.settle(app, conn, item, sheet.duty, session)
    duty = next((d for d in app.programme.duties.get(session.kind, ()) if d.code == item.code), None)
    if said.state is ItemState.DONE and duty is not None and duty.resource is not None and words:
        _keep_resource(app, session, duty.resource, words, now)
    changed = checklists.item(conn, item.id)
    assert changed is not None
    return changed


def checked(way: Way, text: str) -> str:
    """The answer as it is kept. UserError says what was asked for."""
    text = text.strip()
    if way is Way.TICK:
        return text[:LONGEST_TEXT]
    if way in (Way.LINK, Way.FILE):
        try:
            return checked_url(text)
        except ValueError:
            raise UserError(Problem("is not a web address", "answer", "Send the link, with https://")) from None
    if way is Way.NUMBER:
        if not (text.isdecimal() and len(text) < 7):
            raise UserError(Problem("is not a number", "answer", "Write a whole number"))
        return str(int(text))
    if not text:
        raise UserError(Problem("must not be empty", "answer", "Write a few words"))
    return text[:LONGEST_TEXT]


def _ask_for_help(
    app: App, conn: sqlite3.Connection, item: Item, session: Session, person: int, now: datetime
) -> None:
    key = f"{HELP}/item-{item.id}/{session.time_sequence}/{person}"
    name = app.programme.coordinators[0].name
    desk_tasks.add(conn, key, person, session.id, name, f"asks for help: {item.code}", now, f"item-{item.id}")


def _keep_resource(app: App, session: Session, kind: ResourceKind, link: str, now: datetime) -> None:
    values, problems = resources.read({"kind": kind.value, "url": link})
    if not problems:
        resources.put(app, session, values, now)


def tick(app: App, item_id: int, said: Answered, who: str) -> Line:
    """A coordinator enters what a sharer said elsewhere, or opens an item again."""
    now = app.now()
    with database.write(app.conn) as conn:
        item = answer(app, conn, item_id, said, "coordinator", now)
        journal.note(conn, now, who, f"{said.state.value.replace('_', ' ')}", f"item/{item_id}", item.code)
        session = session_store.get(conn, item.session_id)
    assert session is not None
    return next(line for line in of_session(app, app.conn, session).lines if line.item.id == item_id)
