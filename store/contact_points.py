"""Addresses and chats: their health, and what the far side said about them."""

import re
import sqlite3
from datetime import datetime

from domain.deliveries import Phase, Receipt
from domain.times import iso

# RFC 3463 section 3.2: X.1.1 to X.1.3, X.1.6, X.1.10 say that the address itself is bad.
_BAD_ADDRESS = re.compile(r"\b5\.1\.(1|2|3|6|10)\b")
_ANY_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
_BAD_ADDRESS_CODES = (550, 551, 553)  # RFC 5321 section 4.2.3, where no enhanced status is given


def speaks_of_address(code: int | None, text: str) -> bool:
    """Whether a refusal says that the address itself will never do (and not a policy or a full mailbox)."""
    if _ANY_STATUS.search(text):
        return _BAD_ADDRESS.search(text) is not None
    return code in _BAD_ADDRESS_CODES


def status_speaks_of_address(status: str, diagnostic: str) -> bool:
    """The same of a bounce. X.0.0 says nothing (RFC 3463 section 3.1): then the far side's own words decide."""
    if status and not status.endswith(".0.0"):
        return speaks_of_address(None, status)
    code = re.search(r"\b5\d\d\b", diagnostic)
    return speaks_of_address(int(code[0]) if code else None, diagnostic)


def refused(conn: sqlite3.Connection, message_id: int, receipt: Receipt, now: datetime) -> None:
    """A 5xx to RCPT: the same as a bounce, only sooner. A Bot API's refusal: the chat is blocked or gone."""
    row = conn.execute("select contact_point_id from outbox where id = ?", (message_id,)).fetchone()
    hard = speaks_of_address(receipt.code, receipt.text)
    event(conn, "bounced", now, outbox_id=message_id, contact_point_id=row["contact_point_id"],
          detail=f"{receipt.code} at {receipt.phase}", hard=hard)  # fmt: skip
    if receipt.phase is Phase.API:
        conn.execute(
            "update contact_points set health = ? where id = ?",
            ("blocked" if receipt.code == 403 else "hard", row["contact_point_id"]),
        )


def event(
    conn: sqlite3.Connection,
    kind: str,
    now: datetime,
    *,
    outbox_id: int | None = None,
    contact_point_id: int | None = None,
    inbox_id: int | None = None,
    detail: str = "",
    hard: bool | None = None,
) -> None:
    """Record a delivery event. `hard`: True marks the address as refusing, False as doubtful, None leaves it."""
    conn.execute(
        "insert into delivery_events (kind, outbox_id, contact_point_id, inbox_id, detail, at)"
        " values (?, ?, ?, ?, ?, ?)",
        (kind, outbox_id, contact_point_id, inbox_id, detail, iso(now)),
    )
    if hard is not None and contact_point_id is not None:
        conn.execute(
            "update contact_points set health = ? where id = ? and health in ('ok', 'soft')",
            ("hard" if hard else "soft", contact_point_id),
        )


def sign_of_life(conn: sqlite3.Connection, participant_id: int, address: str | None, now: datetime) -> None:
    """Something came from this person: the address it came from works."""
    conn.execute(
        "update contact_points set last_sign_at = ?, health = 'ok' where participant_id = ? and channel = 'email'"
        " and (canonical = ? or (? is null and is_primary = 1))",
        (iso(now), participant_id, address, address),
    )


def suppress(
    conn: sqlite3.Connection, participant_id: int, topic: str, reason: str, now: datetime, channel: str = "email"
) -> int:
    """No more messages about `topic` ("*": any) over `channel` to this person. How many addresses are newly so."""
    rows = conn.execute(
        "insert into suppressions (channel, canonical, topic, reason, since)"
        " select channel, canonical, ?, ?, ? from contact_points where participant_id = ? and channel = ?"
        " on conflict do nothing returning id",
        (topic, reason, iso(now), participant_id, channel),
    ).fetchall()
    return len(rows)


def lift(
    conn: sqlite3.Connection, participant_id: int, topic: str, now: datetime, channel: str | None = None
) -> int:
    """Undo a suppression, over one channel or all. How many addresses it was on."""
    done = conn.execute(
        "update suppressions set lifted_at = ? where lifted_at is null and topic = ? and (channel, canonical) in"
        " (select channel, canonical from contact_points where participant_id = ? and (? is null or channel = ?))",
        (iso(now), topic, participant_id, channel, channel),
    )
    return done.rowcount
