"""The outbox: recording messages, and finding them. What a message says is decided above.

Their frozen bytes are in `store/payloads.py`. How they are leased, marked and settled while they leave is in
`store/claims.py`; what else moves them, a person's hand say, in `store/outbox_moves.py`.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from domain.messages import Message, State
from domain.payloads import Filled
from domain.times import iso, parse_iso
from store import payloads

_STATES = {state.value: state for state in State}

_NEVER_LEFT = "outbox.state = 'cancelled' and outbox.repeats = 0"
_ANEW = "attempts = 0, note = '', " + ", ".join(
    f"{name} = excluded.{name}"
    for name in (
        "contact_point_id", "touchpoint", "purpose", "topic", "invitation_id", "state", "because", "language",
        "priority", "not_before", "expires_at", "sender", "recipient", "created_at", "attempt", "identity", "cap",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to record; `data` is frozen from here on."""

    key: str
    participant_id: int | None
    contact_point_id: int | None
    channel: str
    touchpoint: str
    purpose: str
    topic: str
    session_id: int | None
    invitation_id: int | None
    sequence: int | None
    state: State
    because: str
    language: str
    priority: int
    not_before: datetime
    expires_at: datetime | None
    message_id: str
    sender: str
    recipient: str
    repeatable: bool
    data: bytes | Filled
    attempt: int = 1  # rung of its ladder
    identity: str = "programme"  # sender of programme.toml
    cap: str = "none"


# Of a row, in the order of Message's fields.
COLUMNS = ", ".join(field.name for field in fields(Message))


def from_row(row: Iterable[Any]) -> Message:
    """Of a query for COLUMNS. By place and not by name: a delivery reads very many."""
    (
        one, key, participant_id, channel, purpose, topic, session_id, sequence, state, because, language, priority,
        not_before, expires_at, message_id, attempts, repeatable, repeats, created_at, sent_at, *rest,
    ) = row  # fmt: skip
    return Message(
        one, key, participant_id, channel, purpose, topic, session_id, sequence, _STATES[state], because, language,
        priority, parse_iso(not_before), parse_iso(expires_at) if expires_at else None, message_id, attempts,
        bool(repeatable), repeats, parse_iso(created_at), parse_iso(sent_at) if sent_at else None, *rest,
    )  # fmt: skip


def record(conn: sqlite3.Connection, message: NewMessage, now: datetime) -> bool:
    """Put a message into the outbox; False when its key is there already.

    A message that was taken back before it left (suppressed, say, and then allowed again) is written anew.
    """
    row = conn.execute(
        "insert into outbox (key, participant_id, contact_point_id, channel, touchpoint, purpose, topic, session_id,"
        " invitation_id, sequence, state, because, language, priority, not_before, expires_at, message_id, sender,"
        " recipient, repeatable, created_at, attempt, identity, cap)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        f" on conflict (key) do update set {_ANEW} where {_NEVER_LEFT} returning id",
        (
            message.key,
            message.participant_id,
            message.contact_point_id,
            message.channel,
            message.touchpoint,
            message.purpose,
            message.topic,
            message.session_id,
            message.invitation_id,
            message.sequence,
            message.state.value,
            message.because,
            message.language,
            message.priority,
            iso(message.not_before),
            iso(message.expires_at) if message.expires_at else None,
            message.message_id,
            message.sender,
            message.recipient,
            int(message.repeatable),
            iso(now),
            message.attempt,
            message.identity,
            message.cap,
        ),
    ).fetchone()
    if row is None:
        return False
    payloads.put(conn, row["id"], message.data, now)
    return True


def get(conn: sqlite3.Connection, message_id: int) -> Message | None:
    row = conn.execute(f"select {COLUMNS} from outbox where id = ?", (message_id,)).fetchone()
    return from_row(row) if row else None


def by_message_ids(conn: sqlite3.Connection, message_ids: Iterable[str]) -> dict[str, Message]:
    """Message-ID -> the message that it names, of those that are ours."""
    rows = conn.execute(
        f"select {COLUMNS} from outbox where message_id in (select value from json_each(?))",
        (json.dumps(list(message_ids)),),
    )
    return {message.message_id: message for message in map(from_row, rows)}


def newest_sent(conn: sqlite3.Connection, participant_id: int, channel: str) -> Message | None:
    """The newest message that left for this person over a channel, answers to what they did there apart."""
    row = conn.execute(
        f"select {COLUMNS} from outbox where participant_id = ? and channel = ? and state = 'sent'"
        " and purpose <> 'chat_answer' order by sent_at desc, id desc limit 1",
        (participant_id, channel),
    ).fetchone()
    return from_row(row) if row else None


def by_reference(conn: sqlite3.Connection, reference: str) -> Message | None:
    """The message whose Message-ID begins with this reference (12 characters of its token)."""
    return by_references(conn, [reference]).get(reference)


def by_references(conn: sqlite3.Connection, references: Collection[str]) -> dict[str, Message]:
    """Reference -> its message, of those that begin the Message-ID of just one."""
    rows = conn.execute(
        "with given (reference) as (select value from json_each(?))"
        f" select {COLUMNS}, reference from given"
        " cross join outbox on message_id >= '<' || reference and message_id < '<' || reference || '~'",
        (json.dumps(list(references)),),
    )
    found: dict[str, Message | None] = {}
    for *columns, reference in rows:
        found[reference] = None if reference in found else from_row(columns)
    return {reference: message for reference, message in found.items() if message is not None}


def listing(
    conn: sqlite3.Connection, filters: Mapping[str, object], most: int = 1000, after: int = 0
) -> list[Message]:
    """Messages by id, where each filter (a column's name) has that value."""
    allowed = {"state", "channel", "purpose", "session_id", "participant_id"}
    assert set(filters) <= allowed
    where = "".join(f" and {name} = ?" for name in filters)
    query = f"select {COLUMNS} from outbox where id > ?{where} order by id limit ?"
    return [from_row(row) for row in conn.execute(query, (after, *filters.values(), most))]


# A refused message that a person should look at: not too late, and not sent again since. Needs :now.
REFUSED = (
    "state = 'failed' and purpose <> 'welcome' and (expires_at is null or expires_at > :now) and not exists (select 1"
    " from outbox c where c.id > outbox.id and c.key > substr(outbox.key, 1, instr(outbox.key || '#', '#') - 1) || '#'"
    " and c.key < substr(outbox.key, 1, instr(outbox.key || '#', '#') - 1) || '$')"
)


def for_person(conn: sqlite3.Connection, now: datetime, most: int) -> list[Message]:
    """Messages of which a person has to say what becomes: unsure ones, and those that were refused. By id."""
    query = f"select {COLUMNS} from outbox where state = 'unsure' or ({REFUSED}) order by id limit :most"
    return [from_row(row) for row in conn.execute(query, {"now": iso(now), "most": most})]


def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Messages by state; every state is there."""
    found = {row["state"]: row["n"] for row in conn.execute("select state, count(*) as n from outbox group by state")}
    return {state.value: found.get(state.value, 0) for state in State}


def drafted(conn: sqlite3.Connection) -> set[tuple[str, int | None]]:
    """(touchpoint, session) of every sending that waits for approval."""
    rows = conn.execute("select distinct touchpoint, session_id from outbox where state = 'draft'")
    return {(row["touchpoint"], row["session_id"]) for row in rows}


def due(conn: sqlite3.Connection, now: datetime, channel: str | None = None, most: int = -1) -> int:
    """How many messages could leave now, over one channel or any; no more are counted than `most`."""
    over = "" if channel is None else " and channel = ?"
    row = conn.execute(
        "select count(*) from ("
        f" select 1 from outbox where state = 'queued' and not_before <= ?{over} limit ?)",
        (iso(now), *([] if channel is None else [channel]), most),
    ).fetchone()
    return int(row[0])
