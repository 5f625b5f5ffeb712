"""Addresses and chats: their health, absences, and what the far side said about them.

How failures add up to a health is decided in `domain/reachability.py`; here they are kept and counted again. A chat
that was blocked, or never linked, is no matter of failures: nothing here changes that but its own refusal.
"""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from domain.deliveries import Phase, Receipt
from domain.messages import Message
from domain.reachability import Failure, Permanence, permanence, score
from domain.times import iso, parse_iso
from store import outbox


def refused(conn: sqlite3.Connection, message_id: int, receipt: Receipt, now: datetime) -> None:
    """A 5xx to RCPT: the same as a bounce, only sooner. A Bot API's refusal: the chat is blocked or gone."""
    row = conn.execute("select contact_point_id from outbox where id = ?", (message_id,)).fetchone()
    lasting = permanence(receipt.text, code=receipt.code)
    event(conn, "bounced", now, outbox_id=message_id, contact_point_id=row["contact_point_id"],
          detail=f"{receipt.code} at {receipt.phase}", lasting=lasting)  # fmt: skip
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
    lasting: Permanence | None = None,
) -> None:
    """Record what happened at `now`. `lasting`: what it says of the address, which may change its health."""
    conn.execute(
        "insert into delivery_events (kind, outbox_id, contact_point_id, inbox_id, detail, permanence, at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (kind, outbox_id, contact_point_id, inbox_id, detail, lasting.value if lasting else "", iso(now)),
    )
    if lasting is not None and contact_point_id is not None:
        _count_again(conn, contact_point_id, now)


def _count_again(conn: sqlite3.Connection, contact_point_id: int, now: datetime) -> bool:
    """Set an address's health from its failures since its last sign of life. A hard one stays hard. Whether changed."""
    row = conn.execute(
        "select health, coalesce(last_sign_at, '') as alive, coalesce(revived_at, '') as revived from contact_points"
        " where id = ?",
        (contact_point_id,),
    ).fetchone()
    if row is None or row["health"] not in ("ok", "soft"):
        return False
    failures = conn.execute(
        "select at, permanence from delivery_events where contact_point_id = ? and permanence <> '' and at >= ?"
        " and at > ?",
        (contact_point_id, row["alive"], row["revived"]),
    )
    health = score([Failure(parse_iso(f["at"]), Permanence(f["permanence"])) for f in failures], now)
    if health == row["health"]:
        return False
    conn.execute("update contact_points set health = ? where id = ?", (health.value, contact_point_id))
    return True


def recover(conn: sqlite3.Connection, now: datetime) -> int:
    """Doubtful addresses whose failures have all grown old are well again. How many; nothing is written for none."""
    doubtful = conn.execute("select id from contact_points where health = 'soft'").fetchall()
    return sum(_count_again(conn, row["id"], now) for row in doubtful)


def sign_of_life(conn: sqlite3.Connection, participant_id: int, address: str | None, now: datetime) -> None:
    """At `now` something came that this person typed or pressed: the address it came from works, its owner is there.

    Only what failed after that moment counts from here on.
    """
    rows = conn.execute(
        "update contact_points set last_sign_at = max(coalesce(last_sign_at, ''), ?), health = 'ok', away_until = null"
        " where participant_id = ? and channel = 'email' and (canonical = ? or (? is null and is_primary = 1))"
        " returning id, (select max(at) from delivery_events e where e.contact_point_id = contact_points.id"
        " and e.permanence <> '' and e.at > contact_points.last_sign_at) as failed_later",
        (iso(now), participant_id, address, address),
    ).fetchall()
    if not rows and address is not None:  # another mailbox of theirs: it shows the person, not that ours reach them
        conn.execute(
            "update contact_points set last_sign_at = max(coalesce(last_sign_at, ''), ?)"
            " where participant_id = ? and channel = 'email' and is_primary = 1",
            (iso(now), participant_id),
        )
    for row in rows:
        if row["failed_later"] is not None:
            _count_again(conn, row["id"], parse_iso(row["failed_later"]))


def revive(conn: sqlite3.Connection, participant_id: int, now: datetime) -> int:
    """A coordinator knows better: addresses and chats that failed are tried again. How many those are."""
    done = conn.execute(
        "update contact_points set health = 'ok', revived_at = ? where participant_id = ?"
        " and health in ('soft', 'hard', 'blocked')",
        (iso(now), participant_id),
    )
    return done.rowcount


def away(conn: sqlite3.Connection, contact_point_id: int, until: datetime) -> None:
    """Its owner is away until then, as a notice says; the newest notice counts."""
    conn.execute("update contact_points set away_until = ? where id = ?", (iso(until), contact_point_id))


def refuses(conn: sqlite3.Connection, contact_point_id: int) -> bool:
    """Whether nothing more is to be sent there."""
    row = conn.execute("select health from contact_points where id = ?", (contact_point_id,)).fetchone()
    return row is not None and row["health"] in ("hard", "blocked")


def reached_lately(conn: sqlite3.Connection, canonicals: Collection[str], since: datetime) -> Message | None:
    """The newest mail that left since then for the one known address among these; None when several are known."""
    marks = ",".join("?" * len(canonicals))
    known = conn.execute(
        f"select id, participant_id from contact_points where channel = 'email' and canonical in ({marks})",
        tuple(canonicals),
    ).fetchall()
    if len(known) != 1:
        return None
    row = conn.execute(
        f"select {outbox.COLUMNS} from outbox where participant_id = ? and contact_point_id = ?"
        " and state = 'sent' and sent_at >= ?"
        " order by sent_at desc, id desc limit 1",
        (known[0]["participant_id"], known[0]["id"], iso(since)),
    ).fetchone()
    return outbox.from_row(row) if row else None


def history(conn: sqlite3.Connection, participant_id: int, most: int = 20) -> list[dict[str, object]]:
    """What happened at this person's addresses and chats, newest first."""
    rows = conn.execute(
        "select e.at, c.channel, e.kind, e.permanence, e.detail, e.outbox_id from delivery_events e"
        " join contact_points c on c.id = e.contact_point_id where c.participant_id = ? order by e.at desc, e.id desc"
        " limit ?",
        (participant_id, most),
    )
    return [dict(row) for row in rows]


def of_person(conn: sqlite3.Connection, participant_id: int) -> list[dict[str, object]]:
    """The ledger: every address and chat with its health and last sign of life."""
    rows = conn.execute(
        "select id, channel, address, health, is_primary, last_sign_at, away_until, revived_at from contact_points"
        " where participant_id = ? order by channel, is_primary desc, id",
        (participant_id,),
    )
    return [dict(row) for row in rows]


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
