"""What must be true after the crashes, read from the server's memory and from the outbox with SQL of its own.

Knows nothing of the code that delivers: a rule broken is a finding, and a finding names the rule and some rows.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from tests.servers.smtp_faults import Stored

STORED_TWICE = "stored more often than is allowed"
SENT_NOT_STORED = "sent, and not stored"
LEFT_OVER = "neither sent nor given up at the end"
LOST = "not stored, and nobody is told"
FAILED_STORED = "failed, and yet stored"
FAILED_UNREFUSED = "failed without a refusal by the server"
UNSURE_EARLY = "unsure before the message's body was asked for"
FOREIGN = "stored, and not in the outbox"
ALTERED = "stored with other bytes than were recorded"

_ROWS = (
    "select o.id, o.message_id, o.recipient, o.state, o.repeatable, o.repeats, c.health,"
    " exists (select 1 from deliveries d where d.outbox_id = o.id and d.outcome like 'refused%') as refused"
    " from outbox o join contact_points c on c.id = o.contact_point_id"
)

_PAYLOADS = (
    "select o.message_id, p.data, s.data as shared, s.layout from outbox o join payloads p on p.outbox_id = o.id"
    " left join skeletons s on s.id = p.skeleton_id"
)


def findings(database: Path, stored: Sequence[Stored], asked_for: Collection[str]) -> dict[str, list[str]]:
    """Broken rule -> Message-IDs. `asked_for`: recipients for whom the server has said 354."""
    conn = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    conn.row_factory = sqlite3.Row
    rows = conn.execute(_ROWS).fetchall()
    recorded = {row["message_id"]: _whole(row) for row in conn.execute(_PAYLOADS)}
    conn.close()
    times = Counter(one.message_id for one in stored)
    found: dict[str, list[str]] = {}
    for row in rows:
        for rule in _broken(row, times[row["message_id"]], row["recipient"] in asked_for):
            found.setdefault(rule, []).append(row["message_id"])
    for one in stored:
        if one.message_id not in recorded:
            found.setdefault(FOREIGN, []).append(one.message_id)
        elif one.data != recorded[one.message_id]:
            found.setdefault(ALTERED, []).append(one.message_id)
    return found


def _whole(row: sqlite3.Row) -> bytes:
    """A letter's bytes: its values put between what it shares with others."""
    if row["layout"] is None:
        return bytes(row["data"])
    values, shared = row["data"].split(b"\x1f"), row["shared"]
    for at, number in reversed(json.loads(row["layout"])["slots"]):
        shared = shared[:at] + values[number] + shared[at:]
    return bytes(shared)


def _broken(row: sqlite3.Row, times: int, asked_for: bool) -> list[str]:
    state, allowed = row["state"], 1 + row["repeats"]
    if row["repeats"] > row["repeatable"]:  # only calendar messages are repeated, and once
        allowed = 1
    rules = {
        STORED_TWICE: times > allowed,
        SENT_NOT_STORED: state == "sent" and times == 0,
        LEFT_OVER: state in ("draft", "queued", "held", "claimed", "at_risk"),
        # An address that was refused to a process which had slept past its lease ends the message too.
        LOST: state == "expired" or (state == "cancelled" and row["health"] != "hard"),
        # Of a repeat that was refused, the first may have arrived.
        FAILED_STORED: state in ("failed", "cancelled") and times > row["repeats"],
        FAILED_UNREFUSED: state == "failed" and not row["refused"],
        UNSURE_EARLY: state == "unsure" and not asked_for,
    }
    return [rule for rule, broken in rules.items() if broken]
