"""What a registration changes of somebody who is known: person, addresses, consents, wishes, skills, sessions, answers.

A newer submission wins per field that says something; an older one, and one that was recorded before, only fills
gaps. What somebody changed elsewhere since the last import is not taken back by an import that knows nothing newer.
Who it is has been decided by `registrations.py`.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.imports import Choice, Mail, Profile, Registration, merge
from domain.support import Ask, means_wanted
from domain.times import iso
from store import support
from store.invitations import want_again
from store.newcomers import LISTS, SOURCE, TEXTS, said

_UPDATE = f"update participants set {', '.join(f'{n} = ?' for n in (*TEXTS, *LISTS, 'name_folded'))} where id = ?"


@dataclass(slots=True)
class Outcome:
    """What became of a registration. `notes` are for the coordinator: (field, what), nothing of the person."""

    participant_id: int
    new: bool = False
    changed: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`now` is the run's start for all its rows. `seen`: this very file was imported before. `gaps_only`: somebody else
    speaks for this person (a group's contact), which never overrides what they said themselves."""

    now: datetime
    run_id: int | None
    seen: bool
    gaps_only: bool


def flips(stored_at: str, source: str, at: str, seen: bool) -> bool:
    """Whether an answer given at `at` ("" when unknown) stands against the stored one: the newest does.

    An answer of unknown time, or of the same time, only stands against what an import said.
    """
    if at and at != stored_at:
        return at > stored_at
    return source == SOURCE and not seen


@dataclass(frozen=True, slots=True)
class _Stored:
    profile: Profile
    registration_id: int | None
    submitted_at: str
    as_group: bool
    group_name: str
    touched: bool  # by something else since the import that last wrote


class Returning:
    """One registration of one person who is there, inside the caller's transaction."""

    def __init__(
        self, conn: sqlite3.Connection, outcome: Outcome, registration: Registration, around: Circumstances
    ) -> None:
        self.conn, self.outcome, self.registration, self.around = conn, outcome, registration, around
        self.person, self.now = outcome.participant_id, iso(around.now)
        self.at = iso(registration.submitted_at) if registration.submitted_at else ""
        self.stored = self._stored()
        self.newer = not around.gaps_only and self._is_newer()

    def record(self, free: Sequence[Mail]) -> None:
        """`free`: those of the registration's addresses that nobody had, and that become this person's."""
        said = self.registration
        self._profile()
        self._addresses(free)
        home = self._home()
        self._consents()
        self._roles()
        self._skills("learn", said.learn)
        self._skills("share", said.share)
        for session in said.sessions:
            self._session(session)
        self._answers(home)
        if self.newer:
            self._means()
        if self.outcome.changed:
            self.conn.execute("update participants set updated_at = ? where id = ?", (self.now, self.person))
            self.conn.execute("update registrations set import_run_id = ? where id = ?", (self.around.run_id, home))

    def _stored(self) -> _Stored:
        row = self.conn.execute(
            "select p.*, r.id as rid, r.submitted_at, r.as_group, r.group_name, u.started_at from participants p"
            " left join registrations r on r.participant_id = p.id and r.session_id is null"
            " left join import_runs u on u.id = r.import_run_id where p.id = ?",
            (self.person,),
        ).fetchone()
        values: dict[str, Any] = {name: row[name] for name in TEXTS}
        profile = Profile(**values | {name: tuple(json.loads(row[name])) for name in LISTS})
        touched = row["started_at"] is not None and row["updated_at"] > row["started_at"]
        return _Stored(
            profile, row["rid"], row["submitted_at"] or "", bool(row["as_group"]), row["group_name"] or "", touched
        )

    def _is_newer(self) -> bool:
        at, stored = self.at, self.stored
        if at and stored.submitted_at and at != stored.submitted_at:
            return at > stored.submitted_at
        if at and not stored.submitted_at and stored.registration_id is not None:
            return True
        return not self.around.seen and not stored.touched

    def _profile(self) -> None:
        merged = merge(self.stored.profile, self.registration.profile, self.newer)
        if merged != self.stored.profile:
            self.conn.execute(_UPDATE, (*said(merged), self.person))
            self.outcome.changed = True
        done = self.conn.execute(
            "update participants set registered_at = ? where id = ? and registered_at is null", (self.now, self.person)
        )
        self.outcome.changed |= done.rowcount > 0

    def _addresses(self, free: Sequence[Mail]) -> None:
        """The first address of the newest submission is the primary one."""
        for mail in free:
            self.conn.execute(
                "insert into contact_points (participant_id, channel, address, canonical, is_primary, created_at)"
                " values (?, 'email', ?, ?, 0, ?)",
                (self.person, mail.address, mail.canonical, self.now),
            )
            self.outcome.changed = True
        if not self.newer:
            return
        first = self.registration.email.canonical
        moved = self.conn.execute(
            "update contact_points set is_primary = (canonical = ?) where participant_id = ? and channel = 'email'"
            " and is_primary <> (canonical = ?)",
            (first, self.person, first),
        )
        self.outcome.changed |= moved.rowcount > 0

    def _home(self) -> int:
        """The id of the registration for the programme."""
        stored, said = self.stored, self.registration
        if stored.registration_id is None:
            self.outcome.changed = True
            cursor = self.conn.execute(
                "insert into registrations (participant_id, as_group, group_name, submitted_at, import_run_id,"
                " created_at) values (?, ?, ?, ?, ?, ?)",
                (self.person, said.as_group, said.group_name, self.at or None, self.around.run_id, self.now),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid
        as_group = stored.as_group or said.as_group
        name = said.group_name if said.group_name and (self.newer or not stored.group_name) else stored.group_name
        latest = max(self.at, stored.submitted_at) if self.newer else stored.submitted_at
        if (as_group, name, latest) != (stored.as_group, stored.group_name, stored.submitted_at):
            self.outcome.changed = True
            self.conn.execute(
                "update registrations set as_group = ?, group_name = ?, submitted_at = ? where id = ?",
                (as_group, name, latest or None, stored.registration_id),
            )
        return stored.registration_id

    def _consents(self) -> None:
        if not self.registration.consents:
            return
        rows = self.conn.execute("select * from consents where participant_id = ?", (self.person,))
        known = {row["topic"]: row for row in rows}
        for topic, granted in self.registration.consents.items():
            row = known.get(topic)
            if row is not None:
                same = bool(row["granted"]) == granted
                if not (
                    self.at > row["at"] if same else flips(row["at"], row["source"], self.at, self.around.seen)
                ):
                    continue
            self.conn.execute(
                "insert into consents (participant_id, topic, granted, source, at) values (?, ?, ?, ?, ?)"
                " on conflict do update set granted = excluded.granted, source = excluded.source, at = excluded.at",
                (self.person, topic, granted, SOURCE, self.at or self.now),
            )
            self.outcome.changed = True

    def _roles(self) -> None:
        """Roles wished for; one that is held stays held."""
        roles = self.registration.roles
        if not roles:
            return
        query = "select role, state from participant_roles where participant_id = ?"
        stored = dict(map(tuple, self.conn.execute(query, (self.person,))))
        wished = {role for role, state in stored.items() if state == "wished"}
        wanted = {role for role in roles if stored.get(role) != "held"}
        if wanted == wished or (wished and not self.newer):
            return
        self.outcome.changed = True
        self.conn.execute(
            "delete from participant_roles where participant_id = ? and state = 'wished'", (self.person,)
        )
        self.conn.executemany(
            "insert into participant_roles (participant_id, role, state) values (?, ?, 'wished')",
            [(self.person, role) for role in sorted(wanted)],
        )

    def _skills(self, direction: str, skills: Sequence[Choice]) -> None:
        if not skills:
            return
        query = "select skill, level, example from participant_skills where participant_id = ? and direction = ?"
        stored = {Choice(*row) for row in self.conn.execute(query, (self.person, direction))}
        if stored == set(skills) or (stored and not self.newer):
            return
        self.outcome.changed = True
        self.conn.execute(
            "delete from participant_skills where participant_id = ? and direction = ?", (self.person, direction)
        )
        self.conn.executemany(
            "insert into participant_skills (participant_id, skill, direction, level, example) values (?, ?, ?, ?, ?)",
            [(self.person, s.code, direction, s.level, s.example) for s in skills],
        )

    def _session(self, session: int) -> None:
        """Registered for a session; who withdrew is registered again by a newer submission only."""
        at, said, run = self.at, self.registration, self.around.run_id
        row = self.conn.execute(
            "select * from registrations where session_id = ? and participant_id = ?", (session, self.person)
        ).fetchone()
        if row is None:
            self.conn.execute(
                "insert into registrations (participant_id, session_id, as_group, group_name, submitted_at,"
                " import_run_id, created_at) values (?, ?, ?, ?, ?, ?, ?)",
                (self.person, session, said.as_group, said.group_name, at or None, run, self.now),
            )
        elif row["state"] == "registered":
            if at > (row["submitted_at"] or ""):
                self.conn.execute("update registrations set submitted_at = ? where id = ?", (at, row["id"]))
            return
        elif at > (row["submitted_at"] or row["created_at"]):
            self.conn.execute(
                "update registrations set state = 'registered', submitted_at = ?, import_run_id = ? where id = ?",
                (at, run, row["id"]),
            )
        else:
            what = f"withdrew from session {session}; this submission is not newer"
            self.outcome.notes.append(("sessions", what))
            return
        want_again(self.conn, session, self.person)
        self.outcome.changed = True

    def _answers(self, home: int) -> None:
        answers = self.registration.answers
        if not answers:
            return
        query = "select question, value from answers where registration_id = ?"
        stored = dict(map(tuple, self.conn.execute(query, (home,))))
        told = [
            (home, question, value)
            for question, value in answers.items()
            if question not in stored or (self.newer and stored[question] != value)
        ]
        if told:
            self.outcome.changed = True
            self.conn.executemany(
                "insert into answers (registration_id, question, value) values (?, ?, ?)"
                " on conflict do update set value = excluded.value",
                told,
            )

    def _means(self) -> None:
        """Who says what they need to take part has asked for it, once."""
        text = self.registration.profile.support_needed
        if text and means_wanted(text) and not support.ever_asked(self.conn, self.person, Ask.MEANS):
            support.ask(self.conn, self.person, Ask.MEANS, "form", self.around.now, text=text)
