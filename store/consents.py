"""What a person agreed to, one thing at a time. Forms write many at once in `store/registrations.py`."""

import sqlite3
from datetime import datetime

from domain.participants import ConsentTopic
from domain.times import iso


def put(
    conn: sqlite3.Connection, participant_id: int, topic: ConsentTopic, granted: bool, source: str, now: datetime
) -> None:
    """The newest word on `topic`, and where it was said."""
    conn.execute(
        "insert into consents (participant_id, topic, granted, source, at) values (?, ?, ?, ?, ?)"
        " on conflict (participant_id, topic) do update set granted = excluded.granted, source = excluded.source,"
        " at = excluded.at",
        (participant_id, topic.value, int(granted), source, iso(now)),
    )
