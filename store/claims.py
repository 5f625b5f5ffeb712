"""Claims on the outbox: leased to an owner, settled; and what dead owners left behind.

A claim is a lease with a fence: its owner's name. Only the owner's name on the row lets a mark or a settlement
through, so a process that slept past its lease finds its messages gone and must not finish them. Marks are kept in
`store/marks.py`, recording and looking is in `store/outbox.py`; whether a message is still wanted is decided above.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from domain.deliveries import Receipt
from domain.messages import Claimed, Message, Settlement, State
from domain.times import iso, parse_iso


def claim(
    conn: sqlite3.Connection, channel: str, owner: str, now: datetime, lease_until: datetime, most: int
) -> list[Claimed]:
    """Lease up to `most` due messages to `owner`, urgent ones first. One owner gets each, whoever asks at once.

    A priority at a time, so that the index gives each page in order and nothing else that is queued is looked at.
    """
    found: list[Claimed] = []
    above = -(2**31)
    while len(found) < most:
        (priority,) = conn.execute(
            "select min(priority) from outbox where state = 'queued' and channel = ? and priority > ?", (channel, above)
        ).fetchone()
        if priority is None:
            break
        above = priority
        cursor = conn.cursor()
        cursor.row_factory = None
        rows = cursor.execute(
            "update outbox set state = 'claimed', claim = ?, lease_until = ? where id in ("
            " select id from outbox where state = 'queued' and channel = ? and priority = ? and not_before <= ?"
            f" order by not_before, id limit ?) returning not_before, {_CLAIMED}",
            (owner, iso(lease_until), channel, priority, iso(now), most - len(found)),
        ).fetchall()
        found += map(_claimed, sorted(rows))
    return found


_CLAIMED = ", ".join(Claimed._fields)


def _claimed(row: tuple[Any, ...]) -> Claimed:
    """By place and not by name: a delivery reads very many."""
    expires_at = row[9]
    return Claimed._make((*row[1:9], parse_iso(expires_at) if expires_at else None, *row[10:]))


def version(conn: sqlite3.Connection) -> tuple[int, int]:
    """The same as before when nobody has written to the database since, nor this connection. Inside a transaction."""
    return conn.execute("pragma data_version").fetchone()[0], conn.total_changes


def leased(conn: sqlite3.Connection, ids: Sequence[int], owner: str, now: datetime) -> set[int]:
    """Those of `ids` that are still claimed by this owner, leased, and of use: they may be marked."""
    rows = conn.execute(
        "select id from outbox where id in (select value from json_each(?))"
        " and state = 'claimed' and claim = ? and lease_until > ? and (expires_at is null or expires_at > ?)",
        (json.dumps(ids), owner, iso(now), iso(now)),
    )
    return {row[0] for row in rows}


def settle_sent(conn: sqlite3.Connection, owner: str, arrived: Iterable[tuple[int, datetime]]) -> set[int]:
    """Messages whose far side took responsibility, and when. Those that were still this owner's: they are sent.

    A statement for all of one second, which is what `sent_at` tells.
    """
    seconds: dict[str, list[int]] = defaultdict(list)
    for one, at in arrived:
        seconds[iso(at)].append(one)
    held: set[int] = set()
    for second, ids in seconds.items():
        rows = conn.execute(
            "update outbox set state = 'sent', claim = null, lease_until = null, note = '', attempts = attempts + 1,"
            " sent_at = ? where id in (select value from json_each(?)) and claim = ?"
            " and state in ('claimed', 'at_risk') returning id",
            (second, json.dumps(ids), owner),
        )
        held.update(row[0] for row in rows.fetchall())
    return held


def settle(
    conn: sqlite3.Connection, message_id: int, owner: str, settlement: Settlement, now: datetime, repeat: bool = False
) -> bool:
    """Write what became of a claimed message; False when the fence was against it."""
    changed = conn.execute(
        "update outbox set state = ?, claim = null, lease_until = null, note = ?, attempts = attempts + ?,"
        " repeats = repeats + ?, not_before = coalesce(?, not_before), sent_at = case when ? then ? else sent_at end"
        " where id = ? and claim = ? and state in ('claimed', 'at_risk')",
        (
            settlement.state.value,
            settlement.note,
            int(settlement.counts),
            int(repeat),
            iso(settlement.not_before) if settlement.not_before else None,
            settlement.state is State.SENT,
            iso(now),
            message_id,
            owner,
        ),
    )
    return changed.rowcount == 1


def prove_sent(conn: sqlite3.Connection, message_id: int, evidence: str, now: datetime) -> bool:
    """Evidence that an unsure message, or one waiting for its automatic repeat, did arrive."""
    changed = conn.execute(
        "update outbox set state = 'sent', note = ?, sent_at = coalesce(sent_at, ?) where id = ?"
        " and (state = 'unsure' or (state = 'queued' and repeats > 0))",
        (evidence, iso(now), message_id),
    )
    return changed.rowcount == 1


def unproven(
    conn: sqlite3.Connection, invited: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], list[tuple[int, int, int]]]:
    """(participant, session) -> (invitation, SEQUENCE, message) of what brought an entry of theirs and would be proven
    by an answer to it (see `prove_sent`)."""
    rows = conn.execute(
        "with given (person, session) as ("
        " select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(?))"
        " select person, session, invitation_id, sequence, id from given"
        " cross join outbox on participant_id = person and session_id = session"
        " where purpose in ('invitation', 'update') and (state = 'unsure' or (state = 'queued' and repeats > 0))",
        (json.dumps(list(invited)),),
    )
    found: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for person, session, *entry_and_message in rows:
        found.setdefault((person, session), []).append(tuple(entry_and_message))
    return found


def record_deliveries(
    conn: sqlite3.Connection, attempts: Iterable[tuple[int, int, Receipt, datetime]], held: bool
) -> None:
    """Message, number of the attempt, what came of it, when. Of what was not `held` any more, another may have
    written it: it is not doubled."""
    known = "select 1 from deliveries where outbox_id = ?1 and attempt = ?2 and text = ?6 and at = ?7"
    values = "values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    conn.executemany(
        "insert into deliveries (outbox_id, attempt, outcome, phase, code, text, at) "
        + (values if held else f"select * from ({values}) where not exists ({known})"),
        [
            (one, attempt, receipt.outcome.value, receipt.phase.value, receipt.code, receipt.text[:500], iso(at))
            for one, attempt, receipt, at in attempts
        ],
    )


def owners(conn: sqlite3.Connection) -> dict[str, datetime]:
    """Owner -> when the first of its leases ends."""
    rows = conn.execute(
        "select claim, min(lease_until) as until from outbox where state in ('claimed', 'at_risk') group by claim"
    )
    return {row["claim"]: parse_iso(row["until"]) for row in rows}


def held(conn: sqlite3.Connection, owner: str) -> bool:
    """Whether anything is claimed by this owner."""
    query = "select exists (select 1 from outbox where state in ('claimed', 'at_risk') and claim = ?)"
    return bool(conn.execute(query, (owner,)).fetchone()[0])


def recover(conn: sqlite3.Connection, now: datetime, dead: Collection[str]) -> dict[str, int]:
    """Settle what dead owners, and leases that ran out, left behind; after `marks.carry_over`.

    Claimed messages were certainly not finished: queued again. At-risk ones are unsure; a calendar message is sent
    again once (same UID, SEQUENCE and Message-ID), all else waits for a person or for evidence.
    """
    marks = ",".join("?" * len(dead))
    gone = f"(lease_until <= ? or claim in ({marks}))"
    values = (iso(now), *dead)
    free = "claim = null, lease_until = null"
    counts = {}
    for name, statement in {
        "queued": f"update outbox set state = 'queued', {free} where state = 'claimed' and {gone}",
        "repeated": f"update outbox set state = 'queued', {free}, repeats = 1,"
        " note = 'its fate is unknown; a calendar message is sent again once'"
        f" where state = 'at_risk' and repeatable = 1 and repeats = 0 and {gone}",
        "unsure": f"update outbox set state = 'unsure', {free},"
        " note = 'the sender stopped between the final dot and its answer'"
        f" where state = 'at_risk' and {gone}",
    }.items():
        counts[name] = conn.execute(statement, values).rowcount
    return counts


def release(conn: sqlite3.Connection, ids: Sequence[int], owner: str) -> None:
    """Give back claimed messages that were never tried."""
    conn.executemany(
        "update outbox set state = 'queued', claim = null, lease_until = null"
        " where id = ? and claim = ? and state = 'claimed'",
        [(i, owner) for i in ids],
    )


def make_way(conn: sqlite3.Connection, message: Claimed | Message) -> None:
    """Free the key of a message that certainly never arrived, so that it may be planned again, for another channel."""
    conn.execute(
        "update outbox set key = ?, message_id = message_id || '~' || id where id = ? and state = 'failed'",
        (f"{message.key}~{message.channel}{message.id}", message.id),
    )


def readdress(conn: sqlite3.Connection, message_id: int, chat_id: str) -> None:
    """A group became a supergroup: the message, and whoever has that chat, is reached under its new id."""
    conn.execute(
        "update contact_points set address = ?, canonical = ?"
        " where id = (select contact_point_id from outbox where id = ?)",
        (chat_id, chat_id, message_id),
    )
    conn.execute("update outbox set recipient = ? where id = ?", (chat_id, message_id))
