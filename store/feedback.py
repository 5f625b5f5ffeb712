"""The feedback log: what people said outside surveys, with where and what they agreed to."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from domain.feedback import Consent, Source
from domain.times import iso


@dataclass(frozen=True, slots=True)
class Feedback:
    """`participant_id` None: nobody we know, or somebody who would rather not be named."""

    id: int
    source: Source
    consent: Consent
    text: str
    participant_id: int | None
    session_id: int | None
    said_on: date
    entered_by: str


def add(
    conn: sqlite3.Connection, source: Source, consent: Consent, text: str, said_on: date, entered_by: str,
    now: datetime, *, participant_id: int | None = None, session_id: int | None = None, inbox_id: int | None = None,
) -> int | None:  # fmt: skip
    """Its id; None when that mail is in the log already."""
    row = conn.execute(
        "insert into feedback (source, consent, text, participant_id, session_id, inbox_id, said_on, entered_by,"
        " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (inbox_id) do nothing returning id",
        (
            source.value, consent.value, text, participant_id, session_id, inbox_id, said_on.isoformat(), entered_by,
            iso(now),
        ),
    ).fetchone()  # fmt: skip
    return int(row[0]) if row else None


def listing(conn: sqlite3.Connection, since: date, until: date, consents: tuple[Consent, ...] = ()) -> list[Feedback]:
    """Between the two days, both included, oldest first; `consents`: only with one of these."""
    rows = conn.execute("select * from feedback where said_on between ? and ? order by said_on, id", (
        since.isoformat(), until.isoformat()))  # fmt: skip
    found = [
        Feedback(
            row["id"], Source(row["source"]), Consent(row["consent"]), row["text"], row["participant_id"],
            row["session_id"], date.fromisoformat(row["said_on"]), row["entered_by"],
        )
        for row in rows
    ]  # fmt: skip
    return [one for one in found if not consents or one.consent in consents]
