"""The small world of the crash test: settings, a fast clock that all processes share, people and their messages.

Killing lies in `crash_nursery.py`, wrong deliverers in `crash_mutants.py`, judging in `crash_oracle.py`.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import programme
from config.settings import load
from domain.messages import State
from domain.payloads import Filled, Skeleton
from domain.sessions import Invites, Session, SessionState
from domain.times import iso
from steps.app import App
from store import database, outbox, sessions

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
# Seconds of the world in a second of ours: a lease of 30 minutes takes 1.5 s, the first retry 0.1 s.
SPEED = 1200.0
SENDER = "letsconnect@crash.test"
SESSION = Session(
    id=0, code="clinic", kind="clinic", title="A clinic", purpose="", audience="", preparation="", languages=("en",),
    interpretation=(), venue="", starts_at=START + timedelta(days=60), minutes=60, zone="UTC", capacity=None,
    invites=Invites.REGISTERED, state=SessionState.CONFIRMED, sequence=0, time_sequence=0, changed_at=START,
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """What every process of one run must agree on. `zero`: the system-wide monotonic second at which it is START."""

    home: str
    port: int
    zero: float
    speed: float = SPEED

    def app(self, ahead: timedelta = timedelta(0)) -> App:
        """A fresh App whose clock runs `speed` times as fast as ours, `ahead` of the others'."""
        home = Path(self.home)
        given = {
            "LETSCONNECT_HOME": self.home,
            "LETSCONNECT_SMTP_URL": f"smtp://127.0.0.1:{self.port}?tls=none",
            "LETSCONNECT_MAILBOX": SENDER,
            "LETSCONNECT_SECRET": "s" * 32,
        }
        settings = load(given, home / "none.toml")

        def clock() -> datetime:
            return START + ahead + timedelta(seconds=(time.monotonic() - self.zero) * self.speed)

        return App(settings, programme.load(settings.programme), clock)


def new_world(home: Path, port: int, speed: float = SPEED) -> World:
    """A world with an empty outbox and one session."""
    world = World(str(home), port, time.monotonic(), speed)
    database.migrate(home / "letsconnect.db", home / "backups" / "none.db")
    with closing(world.app()) as app, database.write(app.conn) as conn:
        sessions.insert(conn, SESSION, START)
    return world


def frozen(number: int) -> bytes:
    """The bytes of message `number`: with a line of one dot, which must not end it."""
    return f"Message-ID: <{number}@crash.test>\r\nSubject: no {number}\r\n\r\n.\r\nHello {number}.\r\n".encode()


def payload(number: int) -> bytes | Filled:
    """The same bytes as they are kept: every other letter as its number, in what they share."""
    if number % 2 == 0:
        return frozen(number)
    shared, slots, end = b"", [], 0
    for piece in frozen(0).split(b"0")[:-1]:
        shared += piece
        slots.append((len(shared), 0))
        end += len(piece) + 1
    return Filled(Skeleton(shared + frozen(0)[end:], slots), (str(number).encode(),))


def record(app: App, numbers: Sequence[int], repeatable_every: int = 4) -> None:
    """One person and one message a number: a welcome, or every so often an invitation to the session."""
    now = app.now()
    with database.write(app.conn) as conn:
        for n in numbers:
            invited = n % repeatable_every == 0
            conn.execute(
                "insert into participants (id, name, languages, registered_at, created_at, updated_at)"
                " values (?, 'A', '[\"en\"]', ?, ?, ?)",
                (n, iso(START), iso(START), iso(START)),
            )
            conn.execute(
                "insert into contact_points (id, participant_id, channel, address, canonical, created_at)"
                " values (?, ?, 'email', ?, ?, ?)",
                (n, n, f"p{n}@there.test", f"p{n}@there.test", iso(START)),
            )
            if invited:
                conn.execute(
                    "insert into registrations (participant_id, session_id, created_at) values (?, 1, ?)",
                    (n, iso(START)),
                )
                conn.execute(
                    "insert into invitations (id, session_id, participant_id, uid, origin, created_at)"
                    " values (?, 1, ?, ?, 'registration', ?)",
                    (n, n, f"u{n}@crash.test", iso(START)),
                )
            assert outbox.record(conn, message(n, invited, now), now)


def message(number: int, invited: bool, now: datetime) -> outbox.NewMessage:
    return outbox.NewMessage(
        key=f"invite/1/0/{number}" if invited else f"welcome/{number}",
        participant_id=number,
        contact_point_id=number,
        channel="email",
        touchpoint="invitation" if invited else "welcome",
        purpose="invitation" if invited else "welcome",
        topic="sessions" if invited else "programme",
        session_id=1 if invited else None,
        invitation_id=number if invited else None,
        sequence=0 if invited else None,
        state=State.QUEUED,
        because="the test wants it",
        language="en",
        priority=5,
        not_before=now,
        expires_at=START + timedelta(days=30),
        message_id=f"<{number}@crash.test>",
        sender=SENDER,
        recipient=f"p{number}@there.test",
        repeatable=invited,
        data=payload(number),
    )
