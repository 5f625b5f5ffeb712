"""A small programme for tests: a private home, an App whose clock stands still, people, sessions and mails quickly.

`Place` owns the folder; `place.app` is one process's handle. Time moves only when a test moves it.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import icalendar

from channels.memory import MemoryChannel
from config import programme, settings
from config.programme import Programme
from domain.messages import Message
from domain.participants import canonical_address
from domain.sessions import Session
from domain.times import iso
from steps import sessions
from steps.app import App
from steps.deliver import DeliverReport, deliver
from steps.plan import PlanReport, plan
from store import database, inbox, invitations, outbox, outbox_moves, payloads

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
SECRET = "a-secret-of-the-tests-only"
NO_FILE = Path("no such settings file")


@lru_cache(maxsize=1)
def _fresh_database() -> Path:
    """Migrated once, copied for every test."""
    home = Path(mkdtemp(prefix="letsconnect-tests-"))
    path = home / "empty.db"
    database.migrate(path, home / "unused")
    return path


class Place:
    """One programme in one folder. `rules`: fields of Programme that differ, such as mass_plan=3."""

    def __init__(self, folder: Path, now: datetime = NOON, **rules: Any) -> None:
        self.home = folder / "var"
        self.home.mkdir(exist_ok=True, mode=0o700)
        self.time = now
        self.environ = {"LETSCONNECT_HOME": str(self.home), "LETSCONNECT_SECRET": SECRET}
        self.programme: Programme = replace(programme.load(settings.ROOT / "config"), **rules)
        self.channel = MemoryChannel()
        self.app = self.another()
        if not self.app.settings.db.exists():
            shutil.copy(_fresh_database(), self.app.settings.db)

    def another(self) -> App:
        """Another process's handle on the same programme, with the same clock."""
        return App(settings.load(self.environ, NO_FILE), self.programme, lambda: self.time)

    def later(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time

    # -- facts ---------------------------------------------------------------------------------------------

    def person(
        self,
        name: str = "Ada",
        email: str | None = "",
        zone: str = "UTC",
        language: str = "en",
        consents: Mapping[str, bool] | None = None,
        programme: bool = True,
    ) -> int:
        """Somebody registered for the programme (not so: `programme=False`). `email` None: without an address."""
        conn, at = self.app.conn, iso(self.time)
        (person,) = conn.execute(
            "insert into participants (name, zone, languages, registered_at, created_at, updated_at)"
            " values (?, ?, ?, ?, ?, ?) returning id",
            (name, zone, f'["{language}"]', at if programme else None, at, at),
        ).fetchone()
        if email is not None:
            address = email or f"p{person}@example.org"
            conn.execute(
                "insert into contact_points (participant_id, channel, address, canonical, created_at)"
                " values (?, 'email', ?, ?, ?)",
                (person, address, canonical_address(address), at),
            )
        for topic, granted in (consents or {}).items():
            conn.execute(
                "insert into consents (participant_id, topic, granted, source, at) values (?, ?, ?, 'form', ?)",
                (person, topic, int(granted), at),
            )
        return int(person)

    def session(self, title: str = "Proposal writing", start: str = "2026-12-03T14:00Z", **fields: str) -> Session:
        given = {"venue": "https://meet.example.org/x", **fields}
        return sessions.add(self.app, {"title": title, "start": start, **given}, "test")

    def change(self, session: Session, **fields: str) -> Session:
        return sessions.change(self.app, str(session.id), fields, "test")

    def cancel(self, session: Session, reason: str = "") -> Session:
        return sessions.cancel(self.app, str(session.id), reason, "test")

    def register(self, person: int, session: Session) -> None:
        with database.write(self.app.conn) as conn:
            conn.execute(
                "insert into registrations (participant_id, session_id, created_at) values (?, ?, ?)"
                " on conflict (session_id, participant_id) where session_id is not null"
                " do update set state = 'registered'",
                (person, session.id, iso(self.time)),
            )
            invitations.want_again(conn, session.id, person)

    def withdraw(self, person: int, session: Session) -> None:
        with database.write(self.app.conn) as conn:
            invitations.withdraw(conn, session.id, person)
            outbox_moves.recall(conn, "withdrawn", session_id=session.id, participant_id=person)

    def set_address(self, person: int, health: str) -> None:
        self.app.conn.execute("update contact_points set health = ? where participant_id = ?", (health, person))

    def welcomed(self) -> None:
        """Everybody there is has had the welcome, so that tests of sessions see sessions only."""
        self.app.conn.execute("update participants set registered_at = null")

    # -- steps ---------------------------------------------------------------------------------------------

    def plan(self, **options: Any) -> PlanReport:
        return plan(self.app, **options)

    def deliver(self, **options: Any) -> DeliverReport:
        return deliver(self.app, channel=self.channel, **options)

    def tick(self) -> list[str]:
        """Plan and deliver; the keys of what left just now, sorted."""
        before = len(self.channel.stored)
        self.plan()
        self.deliver()
        return sorted(self.message(parcel.id).key for parcel in self.channel.stored[before:])

    # -- looking -------------------------------------------------------------------------------------------

    def message(self, message_id: int) -> Message:
        found = outbox.get(self.app.conn, message_id)
        assert found is not None
        return found

    def outbox(self) -> dict[str, str]:
        """Key -> state of every message."""
        return dict(self.app.conn.execute("select key, state from outbox order by id").fetchall())

    def by_key(self, key: str) -> Message:
        (message_id,) = self.app.conn.execute("select id from outbox where key = ?", (key,)).fetchone()
        return self.message(message_id)

    def purposes(self) -> dict[str, str]:
        """Key -> purpose of every message."""
        return dict(self.app.conn.execute("select key, purpose from outbox order by id").fetchall())

    def letter(self, key: str) -> EmailMessage:
        data = payloads.read(self.app.conn, self.by_key(key).id)
        assert data is not None
        letter = BytesParser(policy=policy.default).parsebytes(data)
        assert isinstance(letter, EmailMessage)
        return letter

    def event(self, key: str) -> tuple[str, Any]:
        """METHOD and VEVENT of a message's calendar part."""
        parts = [part for part in self.letter(key).walk() if part.get_content_type() == "text/calendar"]
        (calendar,) = [icalendar.Calendar.from_ical(part.get_payload(decode=True)) for part in parts]
        (event,) = calendar.walk("VEVENT")
        return str(calendar["METHOD"]), event

    def partstat(self, person: int, session: Session) -> str:
        return invitations.of_session(self.app.conn, session.id, [person])[person].partstat.value

    # -- mail that comes in --------------------------------------------------------------------------------

    def file(self, *mails: bytes, received: datetime | None = None) -> None:
        """Raw mails lie in the mailbox's store, as after a fetch."""
        conn = self.app.conn
        (last,) = conn.execute("select coalesce(max(uid), 0) from inbox").fetchone()
        rows = [(last + n, received or self.time, raw) for n, raw in enumerate(mails, 1)]
        with database.write(conn):
            inbox.file(conn, "box", 1, rows, self.time)
