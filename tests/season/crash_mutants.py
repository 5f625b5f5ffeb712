"""Deliverers that are wrong in the ways outboxes usually are. The crash test must tell each from the real one.

Called in the child process, before it delivers; they change that process only. A missing fence shows only when a
sleeper wakes in a narrow window, so chance may miss it: tests/steps/test_deliver_faults.py puts it there on purpose.
"""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from domain.deliveries import Parcel, Receipt
from domain.messages import Message, settle
from domain.times import iso
from steps import deliver
from store import claims, database, marks

Desk: Any = deliver.Delivery


def mark_after_sending() -> None:
    """Nothing is written before the dot; a crash before the answer is written sends the message again."""

    def grant_all(desk: Any, ids: Sequence[int]) -> Collection[int]:
        return ids

    Desk.at_risk = grant_all


def mark_before_sending() -> None:
    """A message is sent when it is handed to the channel; a crash after that loses it."""
    checked = Desk._checked

    def marked(desk: Any, message: Message, *rest: Any) -> Parcel | None:
        parcel: Parcel | None = checked(desk, message, *rest)
        if parcel is not None:
            with database.write(desk.app.conn) as conn:
                conn.execute(
                    "update outbox set state = 'sent', claim = null, lease_until = null where id = ?", (message.id,)
                )
        return parcel

    def corrected(desk: Any, answers: Sequence[tuple[int, Receipt]]) -> None:
        now = desk.app.now()
        with database.write(desk.app.conn) as conn:
            for message_id, receipt in answers:
                verdict = settle(receipt, desk.messages.pop(message_id).attempts, now)
                conn.execute(
                    "update outbox set state = ?, not_before = coalesce(?, not_before) where id = ?",
                    (verdict.state.value, iso(verdict.not_before) if verdict.not_before else None, message_id),
                )

    mark_after_sending()
    Desk._checked, Desk.settle = marked, corrected


def unsure_is_queued() -> None:
    """What was at risk when its sender died is taken for unsent."""
    recover = claims.recover

    def hopeful(conn: sqlite3.Connection, now: datetime, dead: Collection[str]) -> dict[str, int]:
        marks = ",".join("?" * len(dead))
        conn.execute(
            "update outbox set state = 'queued', claim = null, lease_until = null"
            f" where state = 'at_risk' and (lease_until <= ? or claim in ({marks}))",
            (iso(now), *dead),
        )
        return recover(conn, now, dead)

    claims.recover = hopeful


def marks_are_not_read() -> None:
    """Who takes over looks at the rows alone, which say of a message at risk that it is claimed."""
    marks.carry_over = lambda *_: None


VARIANTS: dict[str, Callable[[], None]] = {
    "real": lambda: None,
    "mark after sending": mark_after_sending,
    "mark before sending": mark_before_sending,
    "unsure is queued": unsure_is_queued,
    "marks are not read": marks_are_not_read,
}
