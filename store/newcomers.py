"""People nobody knows yet, out of registrations: gathered, and written together, some statements a page.

Who is new is decided by `registrations.py`.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from domain.imports import Mail, Profile, Registration
from domain.participants import folded_name
from domain.support import Ask, means_wanted
from domain.times import iso
from store import bulk, support

SOURCE = "import"  # of consents
TEXTS = ("name", "country", "region", "zone", "wiki_user", "affiliate", "tenure", "connectivity", "support_needed")
LISTS = ("languages", "home_wikis")
_REGISTRATION = (
    "participant_id", "session_id", "as_group", "group_name", "submitted_at", "import_run_id", "created_at"
)  # fmt: skip
_COLUMNS = {
    "participants": ("id", *TEXTS, *LISTS, "name_folded", "registered_at", "created_at", "updated_at"),
    "contact_points": ("participant_id", "channel", "address", "canonical", "is_primary", "created_at"),
    "registrations": _REGISTRATION,
    "consents": ("participant_id", "topic", "granted", "source", "at"),
    "participant_roles": ("participant_id", "role", "state"),
    "participant_skills": ("participant_id", "skill", "direction", "level", "example"),
}  # what refers to another comes after it


def said(profile: Profile) -> list[str]:
    """The values of TEXTS, LISTS and name_folded, as the table has them."""
    texts = [getattr(profile, name) for name in TEXTS]
    lists = [json.dumps(getattr(profile, name), ensure_ascii=False) for name in LISTS]
    return [*texts, *lists, folded_name(profile.name)]


class Newcomers:
    """`now` is the run's start. What is added is in the store after `write`, inside the caller's transaction."""

    def __init__(self, conn: sqlite3.Connection, now: datetime, run_id: int | None) -> None:
        self.conn, self.now, self.at, self.run_id = conn, now, iso(now), run_id
        self._rows: dict[str, list[Sequence[object]]] = {table: [] for table in _COLUMNS}
        self._means: list[tuple[int, str]] = []
        self._answers: list[tuple[int, str, str]] = []
        self._first = self._next = 0  # ids; looked up when somebody is added

    def __contains__(self, person: int) -> bool:
        """Whether somebody waits to be written."""
        return bool(self._first) and person >= self._first

    def add(self, registration: Registration, mails: Sequence[Mail]) -> int:
        """Somebody new, to whom these addresses belong. Their id, from now on."""
        if not self._first:  # as SQLite would number them: we hold the write lock
            (highest,) = self.conn.execute("select max(id) from participants").fetchone()
            self._first = self._next = (highest or 0) + 1
        person, profile, rows = self._next, registration.profile, self._rows
        self._next += 1
        stamp = iso(registration.submitted_at) if registration.submitted_at else None
        rows["participants"].append((person, *said(profile), self.at, self.at, self.at))
        rows["contact_points"] += [
            (person, "email", mail.address, mail.canonical, mail == registration.email, self.at) for mail in mails
        ]
        rows["registrations"] += [
            (person, session, registration.as_group, registration.group_name, stamp, self.run_id, self.at)
            for session in (None, *registration.sessions)
        ]
        rows["consents"] += [
            (person, topic, granted, SOURCE, stamp or self.at) for topic, granted in registration.consents.items()
        ]
        rows["participant_roles"] += [(person, role, "wished") for role in registration.roles]
        for direction, skills in (("learn", registration.learn), ("share", registration.share)):
            rows["participant_skills"] += [(person, s.code, direction, s.level, s.example) for s in skills]
        self._answers += [(person, question, value) for question, value in registration.answers.items()]
        if profile.support_needed and means_wanted(profile.support_needed):
            self._means.append((person, profile.support_needed))
        return person

    def write(self) -> None:
        if not self._first:
            return
        for table, rows in self._rows.items():
            bulk.insert(self.conn, table, _COLUMNS[table], rows)
            rows.clear()
        query = "select participant_id, id from registrations where session_id is null and participant_id >= ?"
        homes = dict(map(tuple, self.conn.execute(query, (self._first,))))
        answers = [(homes[person], question, value) for person, question, value in self._answers]
        bulk.insert(self.conn, "answers", ("registration_id", "question", "value"), answers)
        for person, text in self._means:
            support.ask(self.conn, person, Ask.MEANS, "form", self.now, text=text)
        self._answers.clear()
        self._means.clear()
        self._first = 0
