"""Raw mail and updates, filed before they are read: a crash loses nothing. And how far each mailbox was read."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.times import iso, parse_iso

MOST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Filed:
    id: int
    received_at: datetime
    raw: bytes
    truncated: bool = False  # only the header fields were fetched
    first_read_at: datetime | None = None  # when its mailbox was read for the first time


def position(conn: sqlite3.Connection, mailbox: str) -> tuple[int, int] | None:
    """(UIDVALIDITY, highest UID filed), RFC 3501 section 2.3.1.1."""
    row = conn.execute("select uidvalidity, uid from mailbox_positions where mailbox = ?", (mailbox,)).fetchone()
    return (row["uidvalidity"], row["uid"]) if row else None


def file(
    conn: sqlite3.Connection,
    mailbox: str,
    uidvalidity: int,
    mails: Sequence[tuple[int, datetime, bytes]],
    now: datetime,
    channel: str = "email",
    truncated: Collection[int] = (),
) -> int:
    """Keep raw mails as (UID, received, bytes) and move the position past them. How many were new.

    Telegram: the UID is the update's id. `truncated`: UIDs of mails of which there are only header fields.
    """
    done = conn.executemany(
        "insert into inbox (channel, mailbox, uidvalidity, uid, received_at, filed_at, raw, truncated)"
        " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        [
            (channel, mailbox, uidvalidity, uid, iso(received), iso(now), raw, int(uid in truncated))
            for uid, received, raw in mails
        ],
    )
    if mails:
        conn.execute(
            "insert into mailbox_positions (mailbox, uidvalidity, uid, first_read_at) values (?, ?, ?, ?)"
            " on conflict (mailbox) do update set"
            " uid = max(excluded.uid, case when uidvalidity = excluded.uidvalidity then uid else 0 end),"
            " uidvalidity = excluded.uidvalidity",
            (mailbox, uidvalidity, max(uid for uid, _, _ in mails), iso(now)),
        )
    return max(done.rowcount, 0)


def unread(conn: sqlite3.Connection, most: int, channel: str = "email", most_bytes: int = MOST_BYTES) -> list[Filed]:
    """Filed and not read yet, oldest first; not more at once than memory should hold, and at least one."""
    found: list[Filed] = []
    size = 0
    rows = conn.execute(
        "select i.id, i.received_at, i.raw, i.truncated, p.first_read_at from inbox i"
        " left join mailbox_positions p on p.mailbox = i.mailbox"
        " where i.state = 'filed' and i.channel = ? order by i.id limit ?",
        (channel, most),
    )
    for row in rows:
        size += len(row["raw"])
        if found and size > most_bytes:
            break
        received = parse_iso(row["received_at"])
        first_read = parse_iso(row["first_read_at"]) if row["first_read_at"] else None
        found.append(Filed(row["id"], received, bytes(row["raw"]), bool(row["truncated"]), first_read))
    return found


def still_filed(conn: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Those of `ids` that nobody has read meanwhile."""
    query = "select id from inbox where state = 'filed' and id in (select value from json_each(?))"
    return {row["id"] for row in conn.execute(query, (json.dumps(list(ids)),))}


@dataclass(frozen=True, slots=True)
class Settled:
    """What one mail or update came to. `message_id`: the mail's own, so that a copy of it is known."""

    id: int
    state: str
    kind: str
    reason: str = ""
    message_id: str = ""
    participant_id: int | None = None


def settle(conn: sqlite3.Connection, done: Iterable[Settled]) -> None:
    conn.executemany(
        "update inbox set state = ?, kind = ?, reason = ?, message_id = ?, participant_id = ? where id = ?",
        [(one.state, one.kind, one.reason, one.message_id, one.participant_id, one.id) for one in done],
    )


def read_before(conn: sqlite3.Connection, message_ids: Iterable[str]) -> dict[str, int]:
    """Message-ID -> a mail that has it and was read already: servers and rules make copies."""
    rows = conn.execute(
        # "<> ''" lets SQLite use the index, which has only those
        "select message_id, id from inbox where message_id in (select value from json_each(?)) and message_id <> ''"
        " and state <> 'filed'",
        (json.dumps(list(message_ids)),),
    )
    return dict(rows.fetchall())


def open_items(conn: sqlite3.Connection) -> list[dict[str, object]]:
    """What waits for a person, oldest first."""
    rows = conn.execute(
        "select id, received_at, state, kind, reason, participant_id from inbox"
        " where state in ('for_person', 'quarantined') order by id"
    )
    return [dict(row) for row in rows]
