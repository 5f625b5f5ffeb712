"""A programme with two channels that lives through time: for ladders, seasons and what sets people due.

`through` jumps from one moment at which something may happen to the next; ticks are on the hour.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from channels.memory_telegram import MemoryTelegram
from domain.invitations import PartStat, Rsvp, RsvpSource
from domain.sessions import Session
from domain.times import iso, parse_iso
from steps.deliver import deliver
from store import chats, contact_points, database, invitations
from tests.programme import NOON, Place

HOUR = timedelta(hours=1)
Left = tuple[str, str, str]  # when, key, channel


class TwoChannels(Place):
    def __init__(self, folder: Path, now: datetime = NOON, **rules: Any) -> None:
        super().__init__(folder, now, **rules)
        self.chat = MemoryTelegram()

    # -- facts ---------------------------------------------------------------------------------------------

    def link(self, person: int, seen: datetime | None = None) -> None:
        """A chat of this person's, with a sign of life then."""
        chats.link(self.app.conn, person, 9000 + person, seen or self.time)

    def answer(
        self, person: int, session: Session, partstat: str = "ACCEPTED", source: RsvpSource = RsvpSource.CALENDAR
    ) -> None:
        """An answer to the session as it is, from an address that is nobody's."""
        conn = self.app.conn
        invitation = invitations.of_session(conn, session.id, [person])[person]
        query = "select sequence, time_sequence from sessions where id = ?"
        sequence, time_sequence = conn.execute(query, (session.id,)).fetchone()
        with database.write(conn):
            rsvp = Rsvp(invitation.id, PartStat(partstat), source, sequence, self.time)
            invitations.record_rsvp(conn, rsvp, time_sequence, self.time)

    def writes(self, person: int) -> None:
        """Something by mail that nobody understands."""
        with database.write(self.app.conn) as conn:
            contact_points.sign_of_life(conn, person, None, self.time)

    def presses(self, person: int) -> None:
        chats.sign_of_life(self.app.conn, 9000 + person, self.time)

    def attended(self, person: int, session: Session) -> None:
        self.app.conn.execute(
            "insert or ignore into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)",
            (session.id, person, iso(self.time)),
        )

    def skilled(self, person: int) -> None:
        self.app.conn.execute("insert or ignore into skills values ('s', 'c', 'Skill', 1)")
        said = "insert or ignore into participant_skills (participant_id, skill, direction) values (?, 's', 'learn')"
        self.app.conn.execute(said, (person,))

    def moved_to(self, person: int, zone: str) -> None:
        self.app.conn.execute("update participants set zone = ? where id = ?", (zone, person))

    # -- time ----------------------------------------------------------------------------------------------

    def round(self) -> list[Left]:
        """Plan and deliver; what left or was put on the desk just now, by key."""
        mails, said = len(self.channel.stored), len(self.chat.stored)
        (tasks,) = self.app.conn.execute("select coalesce(max(id), 0) from desk_tasks").fetchone()
        self.plan()
        self.deliver()
        deliver(self.app, channel=self.chat)
        asked = self.app.conn.execute("select key from desk_tasks where id > ?", (tasks,))
        at = f"{self.time:%m-%d %H:%M}"
        found = [(at, self.message(p.id).key, "email") for p in self.channel.stored[mails:]]
        found += [(at, self.message(p.id).key, "telegram") for p in self.chat.stored[said:]]
        return sorted(found + [(at, row["key"], "desk") for row in asked])

    def next_moment(self) -> datetime | None:
        """The next full hour at which somebody is due or something may leave."""
        row = self.app.conn.execute(
            "select min(at) from (select min(next_due) as at from participants where next_due is not null"
            " union all select min(not_before) from outbox where state = 'queued')"
        ).fetchone()
        if row[0] is None:
            return None
        at = self.time if row[0] == "0" else max(parse_iso(row[0]), self.time)
        return at if at == (full := at.replace(minute=0, second=0)) else full + HOUR

    def through(self, **by: float) -> list[Left]:
        """Everything that leaves from now on until then, not counting that moment."""
        end, found = self.time + timedelta(**by), self.round()
        while (moment := self.next_moment()) is not None and moment < end:
            self.time = max(moment, self.time + HOUR) if moment <= self.time else moment
            if self.time >= end:
                break
            found += self.round()
        self.time = end
        return found
