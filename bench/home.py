"""A programme of its own in a given folder: the shipped rules, a clock that starts at noon, invented people.

Takes nothing from the installation's settings. People are written straight into the store, in one transaction:
taking them in is what `imports.py` measures.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import programme, settings
from domain.sessions import Session
from domain.times import iso
from steps import sessions, setup
from steps.app import App
from store import database

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # outside everybody's quiet hours
LANGUAGES = ("en", "es", "fr", "pt", "ar")
MAILBOX = "letsconnect@example.org"
WHO = "bench"


class Home:
    """`environ`: settings besides the folder. `app` is for one thread."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        begin = time.monotonic()

        def clock() -> datetime:
            return NOON + timedelta(seconds=time.monotonic() - begin)

        own = {
            "LETSCONNECT_HOME": str(folder),
            "LETSCONNECT_SECRET": "of-a-bench-and-nothing-else",
            "LETSCONNECT_MAILBOX": MAILBOX,
            "LETSCONNECT_PAGES_URL": "https://pages.example.org",
            **(environ or {}),
        }
        rules = replace(programme.load(settings.ROOT / "config"), mass_plan=10**9, import_bytes=10**12)
        self.app = App(settings.load(own, folder / "no settings file"), rules, clock)
        setup.init(self.app)

    def people(self, count: int) -> None:
        """So many people with ids from 1, five languages, known for a year and registered for nothing yet."""
        at = iso(NOON - timedelta(days=365))
        conn = self.app.conn
        with database.write(conn):
            conn.executemany(
                "insert into participants (id, name, zone, languages, created_at, updated_at)"
                " values (?, ?, 'Africa/Lagos', ?, ?, ?)",
                ((i, f"Person {i}", json.dumps([LANGUAGES[i % 5]]), at, at) for i in range(1, count + 1)),
            )
            conn.executemany(
                "insert into contact_points (participant_id, channel, address, canonical, created_at)"
                " values (?1, 'email', ?2, ?2, ?3)",
                ((i, f"p{i}@example.org", at) for i in range(1, count + 1)),
            )

    def join(self, first: int, last: int) -> None:
        """These people register for the programme now: each gets a welcome."""
        with database.write(self.app.conn) as conn:
            conn.execute(
                "update participants set registered_at = ? where id between ? and ?", (iso(NOON), first, last)
            )

    def register(self, session: Session, first: int, last: int) -> None:
        """These people register for a session: each gets an invitation with a calendar part."""
        with database.write(self.app.conn) as conn:
            conn.executemany(
                "insert into registrations (participant_id, session_id, created_at) values (?, ?, ?)",
                ((i, session.id, iso(NOON)) for i in range(first, last + 1)),
            )

    def clinic(self, title: str = "Proposal writing for funding") -> Session:
        """A session in twenty days, for whoever registers."""
        fields = {
            "kind": "clinic", "title": title, "start": f"{NOON + timedelta(days=20):%Y-%m-%dT%H:%M}", "zone": "UTC",
            "invites": "registered", "venue": "https://meet.example.org/proposals", "sharers": "Ngozi Eze",
            "purpose": "Write a proposal that a committee understands, from a real one that was funded.",
            "audience": "Everybody who wants to apply for a grant, also for the first time.",
            "preparation": "Bring one idea of your group, in three sentences.",
        }  # fmt: skip
        return sessions.add(self.app, fields, WHO)

    def close(self) -> None:
        self.app.close()
