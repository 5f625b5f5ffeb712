"""Messages that are moved without leaving: taken back, held, released, settled by a person, or sent again.

How they are recorded and found is in `store/outbox.py`, how they leave in `store/claims.py`. Who may do what is decided
above.
"""

import sqlite3
from collections.abc import Collection
from datetime import datetime

from domain.messages import RECALLABLE, Message, State
from domain.times import iso
from store import marks
from store.outbox import NewMessage, record

_RECALLABLE = ", ".join(f"'{state.value}'" for state in RECALLABLE)


def recall(conn: sqlite3.Connection, note: str, *, session_id: int | None = None, participant_id: int | None = None,
           topic: str | None = None) -> int:  # fmt: skip
    """Cancel what has not left for a session, a person, or both (a claimed one too: the fence stops it). How many."""
    assert session_id is not None or participant_id is not None
    named = {"session_id": session_id, "participant_id": participant_id, "topic": topic}
    given = {name: value for name, value in named.items() if value is not None}
    # "+": by the person's few messages, and not by all that wait for the session.
    plus = "+" if participant_id is not None else ""
    where = f"{plus}state in ({_RECALLABLE})" + "".join(f" and {name} = ?" for name in given)
    found = {row[0] for row in conn.execute(f"select state from outbox where {where}", (*given.values(),))}
    if not found:
        return 0
    if State.CLAIMED.value in found:
        marks.carry_over(conn)
    done = conn.execute(
        f"update outbox set state = 'cancelled', claim = null, lease_until = null, note = ? where {where}",
        (note, *given.values()),
    )
    return done.rowcount


def recall_keys(conn: sqlite3.Connection, beginning: str, note: str) -> int:
    """Likewise what has not left of all messages whose key begins so. How many."""
    done = conn.execute(
        "update outbox set state = 'cancelled', claim = null, lease_until = null, note = ?"
        f" where state in ({_RECALLABLE}) and key >= ? and key < ?",
        (note, beginning, f"{beginning}\x7f"),
    )
    return done.rowcount


def move(
    conn: sqlite3.Connection, message_id: int, sources: Collection[State], target: State, note: str, now: datetime
) -> bool:
    """A person's move of one message between resting states; False when it is in none of `sources`."""
    places = ",".join("?" * len(sources))
    changed = conn.execute(
        "update outbox set state = ?, note = ?,"
        " sent_at = case when ? = 'sent' then coalesce(sent_at, ?) else sent_at end"
        f" where id = ? and state in ({places})",
        (target.value, note, target.value, iso(now), message_id, *[s.value for s in sources]),
    )
    return changed.rowcount == 1


def hold_everything(conn: sqlite3.Connection, note: str) -> int:
    """After a restore: whatever could leave is held; what was at risk is unsure. How many."""
    marks.carry_over(conn)
    held = conn.execute(
        "update outbox set state = 'held', claim = null, lease_until = null, note = ?"
        " where state in ('queued', 'claimed')",
        (note,),
    ).rowcount
    unsure = conn.execute(
        "update outbox set state = 'unsure', claim = null, lease_until = null, note = ? where state = 'at_risk'",
        (note,),
    ).rowcount
    return held + unsure


def copy_for_resend(conn: sqlite3.Connection, message: Message, key: str, message_id: str, because: str, now: datetime,
                    data: bytes) -> bool:  # fmt: skip
    """A fresh row with the same words under a new key and Message-ID; the old one stays as it is."""
    row = conn.execute("select * from outbox where id = ?", (message.id,)).fetchone()
    return record(
        conn,
        NewMessage(
            key=key,
            participant_id=message.participant_id,
            contact_point_id=row["contact_point_id"],
            channel=message.channel,
            touchpoint=message.touchpoint,
            purpose=message.purpose,
            topic=message.topic,
            session_id=message.session_id,
            invitation_id=row["invitation_id"],
            sequence=message.sequence,
            state=State.QUEUED,
            because=because,
            language=message.language,
            priority=message.priority,
            not_before=now,
            expires_at=message.expires_at,
            message_id=message_id,
            sender=message.sender,
            recipient=message.recipient,
            repeatable=message.repeatable,
            data=data,
        ),
        now,
    )
