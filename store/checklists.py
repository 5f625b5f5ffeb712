"""Sharers' checklists: who has one, and the items of a session. Dates are derived (`domain/checklists.py`)."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.checklists import Duty, Item, ItemState, Owner, Way
from domain.participants import folded_name
from domain.times import iso, parse_iso

SEEN_TO = "settled"  # source of what a coordinator has seen to
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sharer:
    """One who shares a session and has a checklist of it; `id` names the checklist."""

    id: int
    session_id: int
    participant_id: int
    name: str
    created_at: datetime


def item_from_row(row: sqlite3.Row) -> Item:
    return Item(
        id=row["id"],
        session_id=row["session_id"],
        code=row["code"],
        owner=Owner(row["owner"]),
        after=bool(row["after"]),
        offset=timedelta(minutes=row["offset_minutes"]),
        way=Way(row["way"]),
        blocks=row["blocks"],
        again=bool(row["again"]),
        state=ItemState(row["state"]),
        answer=row["answer"],
        answered_at=parse_iso(row["answered_at"]) if row["answered_at"] else None,
        created_at=parse_iso(row["created_at"]),
    )


def items_of(conn: sqlite3.Connection, session_ids: Collection[int]) -> dict[int, list[Item]]:
    """The items of these sessions, in the order in which they were made."""
    found: dict[int, list[Item]] = defaultdict(list)
    query = "select * from checklist_items where session_id in (select value from json_each(?)) order by id"
    for row in conn.execute(query, (json.dumps(list(session_ids)),)):
        found[row["session_id"]].append(item_from_row(row))
    return found


def item(conn: sqlite3.Connection, item_id: int) -> Item | None:
    row = conn.execute("select * from checklist_items where id = ?", (item_id,)).fetchone()
    return item_from_row(row) if row else None


def sharers_of(conn: sqlite3.Connection, session_ids: Collection[int]) -> dict[int, list[int]]:
    """Participants who share these sessions and have a checklist, the first sharer first."""
    found: dict[int, list[int]] = defaultdict(list)
    for one in sharers(conn, session_ids):
        found[one.session_id].append(one.participant_id)
    return found


_SHARERS = (
    "select c.*, p.name from checklists c join participants p on p.id = c.participant_id where c.ended_at is null"
)


def sharers(conn: sqlite3.Connection, session_ids: Collection[int]) -> list[Sharer]:
    """Those who have a checklist of these sessions, the first sharer first."""
    among = "and c.session_id in (select value from json_each(?))"
    rows = conn.execute(f"{_SHARERS} {among} order by c.position, c.id", (json.dumps(list(session_ids)),))
    return [_sharer(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Renewal:
    """When what was open got new dates at last (None: never), and how often. `bump` is what the plan's occasion, and
    the SEQUENCE of its entries, is ahead of the session's."""

    at: datetime | None = None
    bump: int = 0


def renewals(conn: sqlite3.Connection, session_ids: Collection[int]) -> dict[int, Renewal]:
    """By session; nothing of those whose plan was never given new dates."""
    found: dict[int, Renewal] = defaultdict(Renewal)
    query = (
        "select session_id, max(renewed_at) as at, max(bump) as bump from checklists"
        " where session_id in (select value from json_each(?)) and bump > 0 group by session_id"
    )
    for row in conn.execute(query, (json.dumps(list(session_ids)),)):
        found[row["session_id"]] = Renewal(parse_iso(row["at"]), row["bump"])
    return found


def sharer(conn: sqlite3.Connection, checklist_id: int) -> Sharer | None:
    """The one whose checklist that is; None when they are a sharer no more."""
    row = conn.execute(f"{_SHARERS} and c.id = ?", (checklist_id,)).fetchone()
    return _sharer(row) if row else None


def _sharer(row: sqlite3.Row) -> Sharer:
    return Sharer(row["id"], row["session_id"], row["participant_id"], row["name"], parse_iso(row["created_at"]))


# -- making ---------------------------------------------------------------------------------------------------


def know_sharers(conn: sqlite3.Connection, session_id: int) -> None:
    """Link a sharer's name to the one participant of that name; where there are two, or none, nobody is guessed."""
    rows = conn.execute(
        "select position, name from sharers where session_id = ? and participant_id is null", (session_id,)
    ).fetchall()
    for row in rows:
        same = "select id from participants where name_folded = ? and name_folded <> '' and erased_at is null limit 2"
        people = conn.execute(same, (folded_name(row["name"]),)).fetchall()
        if len(people) == 1:
            conn.execute(
                "update sharers set participant_id = ? where session_id = ? and position = ?",
                (people[0]["id"], session_id, row["position"]),
            )


def link_sharer(conn: sqlite3.Connection, session_id: int, name: str, participant_id: int) -> bool:
    """A person said who that sharer is. False when the session names nobody so."""
    done = conn.execute(
        "update sharers set participant_id = ? where session_id = ? and name = ?", (participant_id, session_id, name)
    )
    return done.rowcount > 0


def unknown_sharers(conn: sqlite3.Connection, session_id: int) -> list[str]:
    """Names of sharers of whom nobody knows who they are."""
    query = "select name from sharers where session_id = ? and participant_id is null and name <> '' order by position"
    return [row["name"] for row in conn.execute(query, (session_id,))]


def arrange(conn: sqlite3.Connection, session_id: int, duties: Sequence[Duty], now: datetime) -> None:
    """A checklist for each sharer who is known, and the items that the duties say. What is there already stays, with
    its answer; open items follow changed duties, and go with duties that are gone."""
    conn.execute(
        "insert into checklists (session_id, participant_id, position, created_at)"
        " select session_id, participant_id, min(position), ? from sharers"
        " where session_id = ? and participant_id is not null group by participant_id"
        " on conflict (session_id, participant_id) do update set position = excluded.position, ended_at = null,"
        " bump = bump + 2 * (ended_at is not null),"  # past the CANCEL of their entry: they get a plan anew
        " renewed_at = case when ended_at is null then renewed_at else excluded.created_at end"
        " where position <> excluded.position or ended_at is not null",
        (iso(now), session_id),
    )
    conn.execute(
        "update checklists set ended_at = ? where session_id = ? and ended_at is null and participant_id not in"
        " (select participant_id from sharers where session_id = ? and participant_id is not null)",
        (iso(now), session_id, session_id),
    )
    for duty in duties:
        values = (duty.owner, duty.after, duty.offset // MINUTE, duty.way, duty.blocks, duty.again)
        conn.execute(
            'insert into checklist_items (session_id, code, owner, "after", offset_minutes, way, blocks, again,'
            " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (session_id, code) do update set"
            ' owner = excluded.owner, "after" = excluded."after", offset_minutes = excluded.offset_minutes,'
            " way = excluded.way, blocks = excluded.blocks, again = excluded.again where state = 'open' and"
            ' (owner, "after", offset_minutes, way, blocks, again) <> (excluded.owner, excluded."after",'
            " excluded.offset_minutes, excluded.way, excluded.blocks, excluded.again)",
            (session_id, duty.code, *values, iso(now)),
        )
    conn.execute(
        "delete from checklist_items where session_id = ? and state = 'open'"
        " and code not in (select value from json_each(?))",
        (session_id, json.dumps([duty.code for duty in duties])),
    )


def reopen(conn: sqlite3.Connection, session_id: int) -> None:
    """The session has moved: what has to be done anew is open again, but for what a coordinator took over."""
    conn.execute(
        "update checklist_items set state = 'open', answer = '', answered_at = null, answered_by = null, source = ''"
        " where session_id = ? and again = 1 and state in ('done', 'not_needed') and source <> ?",
        (session_id, SEEN_TO),
    )


def renew(conn: sqlite3.Connection, session_id: int, now: datetime) -> None:
    """What is open counts from now on, help that was asked for too: it is asked about anew."""
    conn.execute(
        "update checklist_items set state = 'open', answer = '', answered_at = null, answered_by = null, source = ''"
        " where session_id = ? and state = 'help'",
        (session_id,),
    )
    conn.execute(
        "update checklists set renewed_at = ?, bump = (select max(bump) + 1 from checklists where session_id = ?)"
        " where session_id = ?",
        (iso(now), session_id, session_id),
    )


def see_to(conn: sqlite3.Connection, item_ids: Collection[int], now: datetime) -> None:
    """A coordinator has seen to these, or will: they are done, and a session that moves does not open them again."""
    conn.execute(
        "update checklist_items set state = 'done', answer = '', answered_by = null, source = ?, answered_at = ?"
        " where id in (select value from json_each(?))",
        (SEEN_TO, iso(now), json.dumps(list(item_ids))),
    )


def answer(
    conn: sqlite3.Connection, item_id: int, state: ItemState, said: str, person: int | None, source: str, now: datetime
) -> None:
    conn.execute(
        "update checklist_items set state = ?, answer = ?, answered_by = ?, source = ?, answered_at = ? where id = ?",
        (state.value, said, person, source, None if state is ItemState.OPEN else iso(now), item_id),
    )


def answered_since_asked(conn: sqlite3.Connection, person: int) -> set[int]:
    """Items that this person answered by mail since the last letter about preparing left for them."""
    query = (
        "select id from checklist_items where answered_by = :person and source = 'mail' and answered_at >="
        " (select max(sent_at) from outbox where participant_id = :person and channel = 'email' and state = 'sent'"
        " and purpose in ('prep_pack', 'checklist_ask', 'checklist_noted'))"
    )
    return {row["id"] for row in conn.execute(query, {"person": person})}


def with_items(conn: sqlite3.Connection) -> list[int]:
    """Sessions that have a checklist."""
    return [row[0] for row in conn.execute("select distinct session_id from checklist_items order by session_id")]


def raised(conn: sqlite3.Connection, session_ids: Collection[int]) -> dict[int, list[int]]:
    """Session -> items of it that wait on the desk."""
    found: dict[int, list[int]] = defaultdict(list)
    query = (
        "select i.session_id, i.id from desk_tasks t join checklist_items i on t.subject = 'item-' || i.id"
        " where t.settled_at is null and i.session_id in (select value from json_each(?)) order by i.id"
    )
    for row in conn.execute(query, (json.dumps(list(session_ids)),)):
        if row["id"] not in found[row["session_id"]]:
            found[row["session_id"]].append(row["id"])
    return found
