"""Sharers' checklists: who has one, and the items of a session. Dates are derived (`domain/checklists.py`)."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from domain.checklists import Item, ItemState, Owner, Way
from domain.times import parse_iso


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


def sharers_of(conn: sqlite3.Connection, session_ids: Collection[int]) -> dict[int, list[int]]:
    """Participants who share these sessions and have a checklist, the first sharer first."""
    found: dict[int, list[int]] = defaultdict(list)
    query = (
        "select session_id, participant_id from checklists where ended_at is null"
        " and session_id in (select value from json_each(?)) order by position, id"
    )
    for row in conn.execute(query, (json.dumps(list(session_ids)),)):
        found[row["session_id"]].append(row["participant_id"])
    return found
