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
    """`environ`: settings besides the folder. `begin`: the monotonic second at which it is noon; without it, now.
    `app` is for one thread."""

    def __init__(
        self, folder: Path, environ: Mapping[str, str] | None = None, begin: float | None = None
    ) -> None:
        self.folder = folder
        self.begin = begin = time.monotonic() if begin is None else begin

        def clock() -> datetime:
            return NOON + timedelta(seconds=time.monotonic() - begin)

        own = {
            "LETSCONNECT_HOME": str(folder),
            "LETSCONNECT_SECRET": "of-a-bench-and-nothing-else",
            "LETSCONNECT_MAILBOX": MAILBOX,
            "LETSCONNECT_PAGES_URL": "https://pages.example.org",
            **(environ or {}),
        }
        self.rules = rules = replace(programme.load(settings.ROOT / "config"), mass_plan=10**9, import_bytes=10**12)
        self.clock = clock
        self.app = App(settings.load(own, folder / "no settings file"), rules, clock)
        setup.init(self.app)

    def another(self) -> App:
        """For another thread."""
        return App(self.app.settings, self.rules, self.clock)

    def people(self, count: int) -> None:
        """So many people with ids from 1, five languages, known for a year and registered for nothing yet."""
        at = iso(NOON - timedelta(days=365))
        among = ", ".join(f"({n}, '{json.dumps([language])}')" for n, language in enumerate(LANGUAGES))
        numbered = "with recursive n (i) as (select 1 union all select i + 1 from n where i < ?1)"
        with database.write(self.app.conn) as conn:
            conn.execute(
                f"{numbered} insert into participants (id, name, zone, languages, created_at, updated_at)"
                " select i, 'Person ' || i, 'Africa/Lagos', v.column2, ?2, ?2 from n"
                f" join (values {among}) v on v.column1 = i % {len(LANGUAGES)} where ?1 > 0 order by i",
                (count, at),
            )
            conn.execute(
                "insert into contact_points (participant_id, channel, address, canonical, created_at)"
                " select id, 'email', 'p' || id || '@example.org', 'p' || id || '@example.org', ?1 from participants"
                " where id <= ?2 order by id",
                (at, count),
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
