"""Surveys, proposals, checklists and their items, as subjects of the people whom they concern.

`open_ones` are what a planner needs; `one` finds the subject behind a recorded message whatever became of it.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from domain import checklists
from domain.checklists import Item, ItemState
from domain.sessions import Session, SessionState
from domain.subjects import About, Subject
from domain.times import parse_iso
from store import followups, sessions
from store.checklists import Renewal, items_of, renewals, sharers_of
from store.followups import Concern


def open_ones(conn: sqlite3.Connection, people: Sequence[int], now: datetime) -> dict[int, list[Concern]]:
    """What these people are asked about, by person. A query a table whatever the number of people."""
    among = (json.dumps(list(people)),)
    mine = "participant_id in (select value from json_each(?))"
    surveys = conn.execute(f"{_SURVEYS} where {mine} and answered_at is null and closed_at is null", among).fetchall()
    proposals = conn.execute(f"{_PROPOSALS} where {mine} and settled_at is null", among).fetchall()
    lists = conn.execute(f"{_LISTS} where {mine}", among).fetchall()
    wanted = {row["session_id"] for row in (*surveys, *lists)} - {None}
    among_sessions = sessions.among(conn, wanted)
    found: dict[int, list[Concern]] = defaultdict(list)
    for row in surveys:
        found[row["participant_id"]].append(_survey(row, among_sessions.get(row["session_id"])))
    for row in proposals:
        found[row["participant_id"]].append(_proposal(row))
    for concern in followups.open_ones(conn, among[0], now):
        found[concern.person].append(concern)
    items = items_of(conn, {row["session_id"] for row in lists})
    sharers, renewed = sharers_of(conn, items), renewals(conn, items)
    for row in lists:
        session = among_sessions[row["session_id"]]
        of_it = items.get(session.id, []), sharers[session.id], renewed[session.id]
        concerns = [_released(row, session, of_it[0], of_it[2])]
        if row["ended_at"] is None:
            concerns += [_sharing(row, session), *_preparing(row, session, *of_it)]
        found[row["participant_id"]] += [one for one in concerns if not one.subject.closed]
    return found


def one(conn: sqlite3.Connection, about: About, ident: int, person: int) -> Concern | None:
    """One subject as it concerns that person, open or closed; None when there is no such thing of theirs."""
    if about in (About.SURVEY, About.PROPOSAL):
        found = _SURVEYS if about is About.SURVEY else _PROPOSALS
        row = conn.execute(f"{found} where id = ? and participant_id = ?", (ident, person)).fetchone()
        if row is None:
            return None
        session = sessions.get(conn, row["session_id"]) if row["session_id"] is not None else None
        return _survey(row, session) if about is About.SURVEY else _proposal(row)
    if about in followups.KINDS:
        return followups.one(conn, about, ident, person)
    if about is About.SHARING:
        query = "select * from checklists where session_id = ? and participant_id = ?"
        row = conn.execute(query, (ident, person)).fetchone()
        session = sessions.get(conn, ident)
        return _sharing(row, session) if row is not None and session is not None else None
    item = "select session_id from checklist_items where id = ?"
    which = f"session_id = ({item})" if about is About.ITEM else "id = ?"
    row = conn.execute(f"{_LISTS} where {which} and participant_id = ?", (ident, person)).fetchone()
    if row is None:
        return None
    session = sessions.get(conn, row["session_id"])
    assert session is not None
    items = items_of(conn, [session.id])[session.id]
    sharers = sharers_of(conn, [session.id])[session.id]
    renewed = renewals(conn, [session.id])[session.id]
    if about is About.RELEASED:
        return _released(row, session, items, renewed)
    all_of_it = _preparing(row, session, items, sharers, renewed)
    return next((c for c in all_of_it if (c.subject.about, c.subject.id) == (about, ident)), None)


def _survey(row: sqlite3.Row, session: Session | None) -> Concern:
    closed = "answered the survey" if row["answered_at"] else "the survey is closed" if row["closed_at"] else ""
    since, until = parse_iso(row["opened_at"]), parse_iso(row["closes_at"])
    subject = Subject(About.SURVEY, row["id"], since, closed, until, asked_at=_put_at(row))
    return Concern(row["participant_id"], subject, session)


def _with_asked_at(table: str, purpose: str, tag: str) -> str:
    """All of a table, with when the first message that put what is open left, as far as anybody can know.

    `tag`: SQL for the part of a key that names the subject.
    """
    return (
        "select p.*, (select min(coalesce(o.sent_at, o.created_at)) from outbox o"
        f" where o.participant_id = p.participant_id and o.purpose = '{purpose}'"
        f" and (o.state in ('at_risk', 'sent', 'unsure') or o.repeats > 0) and instr(o.key, {tag})) as put_at"
        f" from {table} p"
    )


_SURVEYS = _with_asked_at("survey_requests", "survey", "'/survey-' || p.id || '/'")
_QUESTION = "'/proposal-' || p.id || '/' || ((p.title <> '') + (p.purpose <> '') + (p.wanted <> '')) || '/'"
_PROPOSALS = _with_asked_at("proposals", "proposal_ask", _QUESTION)
_PROPOSED = {
    "asking": "", "complete": "the proposal is complete", "confirmed": "the proposal became a session",
    "declined": "the proposal was declined", "withdrawn": "the proposal was withdrawn",
}  # fmt: skip


def _proposal(row: sqlite3.Row) -> Concern:
    answered = sum(row[name] != "" for name in ("title", "purpose", "wanted"))  # each question is asked anew
    since, put = parse_iso(row["asked_at"]), row["in_chat"] is not None or row["on_page"] == 1
    subject = Subject(
        About.PROPOSAL, row["id"], since, _PROPOSED[row["state"]], occasion=answered,
        begun=answered > 0, asked_at=_put_at(row) or (since if put else None), put=put,
    )  # fmt: skip
    return Concern(row["participant_id"], subject, None)


def _put_at(row: sqlite3.Row) -> datetime | None:
    return parse_iso(row["put_at"]) if row["put_at"] else None


def _sharing(row: sqlite3.Row, session: Session) -> Concern:
    """A session, for one who leads it."""
    left = "no longer a sharer of the session" if row["ended_at"] else ""
    start = session.starts_at
    subject = Subject(About.SHARING, session.id, start, left, until=start, occasion=session.time_sequence)
    return Concern(row["participant_id"], subject, session)


# With the key of the newest plan that left for this sharer, as far as anybody can know.
_LISTS = (
    "select c.*, (select o.key from outbox o where o.participant_id = c.participant_id and o.purpose = 'prep_pack'"
    " and o.state in ('at_risk', 'sent', 'unsure') and instr(o.key, '/checklist-' || c.id || '/')"
    " order by o.id desc limit 1) as plan from checklists c"
)


def _released(row: sqlite3.Row, session: Session, items: Sequence[Item], renewed: Renewal) -> Concern:
    """A checklist whose plan, and the entry with it, is of no use any more: the session is off, somebody else shares
    it, or coordinators took over what was open and the session moved since the plan left."""
    occasion, since, closed = session.time_sequence + renewed.bump, session.changed_at, ""
    settled = bool(items) and all(item.state in (ItemState.DONE, ItemState.NOT_NEEDED) for item in items)
    if row["plan"] is None:
        closed = "has no plan"
    elif session.state is SessionState.CONFIRMED and row["ended_at"]:
        since = parse_iso(row["ended_at"])
    elif session.state is SessionState.CONFIRMED and not (settled and int(row["plan"].split("/")[2]) < occasion):
        closed = "the plan stands"
    subject = Subject(About.RELEASED, row["id"], since, closed, session.starts_at, occasion)
    return Concern(row["participant_id"], subject, session)


def _preparing(
    row: sqlite3.Row, session: Session, items: Sequence[Item], sharers: Sequence[int], renewed: Renewal
) -> Iterator[Concern]:
    """A sharer's checklist as a whole, and each item."""
    person, made_at = row["participant_id"], parse_iso(row["created_at"])
    left = "no longer a sharer of the session" if row["ended_at"] else ""
    nothing = "" if any(item.state is ItemState.OPEN for item in items) else "everything is done"
    occasion, since = session.time_sequence + renewed.bump, checklists.since(made_at, session, renewed.at)
    whole = Subject(About.CHECKLIST, row["id"], since, left or nothing, session.starts_at, occasion)
    yield Concern(person, whole, session)
    since = checklists.since(min((item.created_at for item in items), default=made_at), session, renewed.at)
    for dated in checklists.plan(items, session.starts_at, session.ends_at, since):
        item = Subject(
            About.ITEM,
            dated.item.id,
            dated.due,
            closed=left or _DONE[dated.item.state],
            until=dated.until,
            occasion=occasion,
            pace=dated.pace,
            mine=person == checklists.owner_of(dated.item.owner, sharers),
        )
        yield Concern(person, item, session)


_DONE = {
    ItemState.OPEN: "", ItemState.DONE: "it is done", ItemState.NOT_NEEDED: "it is not needed",
    ItemState.HELP: "asked for help: a coordinator sees to it",
}  # fmt: skip
