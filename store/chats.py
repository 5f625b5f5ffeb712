"""Telegram chats: whose they are, one-time links, and what becomes of them.

One private chat belongs to one person and a person has one chat: a contact point whose address is the chat's number.
What is said in them is decided in `steps/`.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.messages import RECALLABLE
from domain.participants import Health
from domain.times import iso, parse_iso
from store import marks

_RECALLABLE = ", ".join(f"'{state.value}'" for state in RECALLABLE)


@dataclass(frozen=True, slots=True)
class Chat:
    """`id` is the contact point's."""

    id: int
    participant_id: int
    chat_id: int
    health: Health
    stopped: bool  # asked for no more messages here


@dataclass(frozen=True, slots=True)
class Asked:
    """`used`: links that this person used. `chat_id` was asked at `asked_at` whether it is theirs."""

    used: int = 0
    chat_id: int | None = None
    asked_at: datetime | None = None


_CHAT = (
    "select c.*, exists (select 1 from suppressions s where s.channel = c.channel and s.canonical = c.canonical"
    " and s.topic = '*' and s.lifted_at is null) as stopped from contact_points c where c.channel = 'telegram'"
)


def _from_row(row: sqlite3.Row) -> Chat:
    return Chat(row["id"], row["participant_id"], int(row["address"]), Health(row["health"]), bool(row["stopped"]))


def by_chat(conn: sqlite3.Connection, chat_id: int) -> Chat | None:
    row = conn.execute(f"{_CHAT} and c.canonical = ?", (str(chat_id),)).fetchone()
    return _from_row(row) if row else None


def of_participant(conn: sqlite3.Connection, participant_id: int) -> Chat | None:
    row = conn.execute(f"{_CHAT} and c.participant_id = ? order by c.id desc", (participant_id,)).fetchone()
    return _from_row(row) if row else None


def asked(conn: sqlite3.Connection, participant_id: int) -> Asked:
    row = conn.execute("select * from telegram_links where participant_id = ?", (participant_id,)).fetchone()
    if row is None:
        return Asked()
    return Asked(row["used"], row["chat_id"], parse_iso(row["asked_at"]) if row["asked_at"] else None)


def ask(conn: sqlite3.Connection, participant_id: int, chat_id: int | None, now: datetime) -> None:
    """Note which chat is being asked; None: no chat is any more."""
    conn.execute(
        "insert into telegram_links (participant_id, chat_id, asked_at) values (?, ?, ?)"
        " on conflict (participant_id) do update set chat_id = excluded.chat_id, asked_at = excluded.asked_at",
        (participant_id, chat_id, iso(now)),
    )


def link(conn: sqlite3.Connection, participant_id: int, chat_id: int, now: datetime) -> int:
    """Give the chat to this person, from whoever had it; their former chat is theirs no more. The contact point."""
    others = "channel = 'telegram' and (canonical = ? or participant_id = ?)"
    for row in conn.execute(f"select id from contact_points where {others}", (str(chat_id), participant_id)).fetchall():
        unlink(conn, row["id"], "the chat was linked anew")
    conn.execute(
        "update suppressions set lifted_at = ? where channel = 'telegram' and canonical = ? and lifted_at is null",
        (iso(now), str(chat_id)),
    )
    (made,) = conn.execute(
        "insert into contact_points (participant_id, channel, address, canonical, last_sign_at, created_at)"
        " values (?, 'telegram', ?, ?, ?, ?) returning id",
        (participant_id, str(chat_id), str(chat_id), iso(now), iso(now)),
    ).fetchone()
    conn.execute(
        "insert into consents (participant_id, topic, granted, source, at) values (?, 'telegram', 1, 'telegram', ?)"
        " on conflict (participant_id, topic) do update set granted = 1, source = 'telegram', at = excluded.at",
        (participant_id, iso(now)),
    )
    conn.execute(
        "update telegram_links set used = used + 1, chat_id = null, asked_at = null where participant_id = ?",
        (participant_id,),
    )
    return int(made)


def unlink(conn: sqlite3.Connection, contact_point_id: int, note: str) -> None:
    """Forget a chat and take back what has not left for it: it may be somebody else's now."""
    marks.carry_over(conn)
    conn.execute(
        "update outbox set state = 'cancelled', claim = null, lease_until = null, note = ?"
        f" where contact_point_id = ? and channel = 'telegram' and state in ({_RECALLABLE})",
        (note, contact_point_id),
    )
    conn.execute("update outbox set contact_point_id = null where contact_point_id = ?", (contact_point_id,))
    conn.execute("update delivery_events set contact_point_id = null where contact_point_id = ?", (contact_point_id,))
    conn.execute("delete from contact_points where id = ?", (contact_point_id,))


def set_health(conn: sqlite3.Connection, chat_id: int, health: Health) -> None:
    conn.execute(
        "update contact_points set health = ? where channel = 'telegram' and canonical = ?",
        (health.value, str(chat_id)),
    )


def sign_of_life(conn: sqlite3.Connection, chat_id: int, now: datetime) -> None:
    """Its owner wrote or pressed: the chat works."""
    conn.execute(
        "update contact_points set health = 'ok', last_sign_at = ? where channel = 'telegram' and canonical = ?",
        (iso(now), str(chat_id)),
    )


def recall(conn: sqlite3.Connection, participant_id: int, note: str) -> int:
    """Take back what has not left for this person's chat, but for answers to what they did there. How many."""
    marks.carry_over(conn)
    done = conn.execute(
        "update outbox set state = 'cancelled', claim = null, lease_until = null, note = ?"
        f" where participant_id = ? and channel = 'telegram' and topic <> 'chat' and state in ({_RECALLABLE})",
        (note, participant_id),
    )
    return done.rowcount


def migrated(conn: sqlite3.Connection, old: int, new: int) -> int:
    """A group has a new id: what has not left goes there. How many messages; its contact point follows, if any."""
    conn.execute(
        "update or ignore contact_points set address = ?, canonical = ? where channel = 'telegram' and canonical = ?",
        (str(new), str(new), str(old)),
    )
    done = conn.execute(
        "update outbox set recipient = ? where channel = 'telegram' and recipient = ?"
        " and state in ('draft', 'queued', 'held', 'claimed')",
        (str(new), str(old)),
    )
    return done.rowcount


def arrived(conn: sqlite3.Connection, participant_id: int, button: str) -> int | None:
    """The message to this person's chat that a press of this button proves; None where several may have brought it,
    an answer in the chat among them: then nobody can know which one was pressed."""
    rows = conn.execute(
        "select o.id from outbox o join payloads p on p.outbox_id = o.id"
        " where o.participant_id = ? and o.channel = 'telegram' and instr(p.data, ?)"
        " and (o.state in ('claimed', 'at_risk', 'sent', 'unsure') or o.repeats > 0) limit 2",
        (participant_id, f'"{button}"'),
    ).fetchall()
    return rows[0]["id"] if len(rows) == 1 else None


def sessions_of(conn: sqlite3.Connection, participant_id: int, now: datetime) -> list[tuple[int, int | None]]:
    """(session, invitation or None) of what is ahead for this person, soonest first."""
    rows = conn.execute(
        "select s.id, i.id as invitation, s.starts_at, s.minutes from sessions s"
        " left join invitations i on i.session_id = s.id and i.participant_id = :person"
        " left join registrations r on r.session_id = s.id and r.participant_id = :person and r.state = 'registered'"
        " where s.state = 'confirmed' and (r.id is not null or i.wanted = 1) and coalesce(i.wanted, 1) = 1"
        " and unixepoch(s.starts_at) + 60 * s.minutes > unixepoch(:now) order by s.starts_at, s.id",
        {"person": participant_id, "now": iso(now)},
    )
    return [(row["id"], row["invitation"]) for row in rows]


def prefer_language(conn: sqlite3.Connection, participant_id: int, languages: str, now: datetime) -> None:
    """`languages`: JSON, in order of preference."""
    conn.execute(
        "update participants set languages = ?, updated_at = ? where id = ?", (languages, iso(now), participant_id)
    )
