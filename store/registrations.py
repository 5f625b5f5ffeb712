"""Registrations into the store: who each is decided here, by address and name.

What is written of somebody new is `newcomers.py`'s, what changes of somebody known `returning.py`'s. The same file
twice changes nothing, and in whatever order files come the newest word stands.
"""

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from domain.imports import Mail, Profile, Registration
from domain.participants import folded_name
from domain.times import iso
from store.newcomers import Newcomers
from store.returning import Circumstances, Outcome, Returning

_MOST_NAMESAKES = 5
_SAME_NAME = "same name and country, other address"
_SHARED = "one's second e-mail address is the other's"


def record(
    conn: sqlite3.Connection, registration: Registration, *, now: datetime, run_id: int | None, seen: bool = False
) -> Outcome:
    """Bring one registration in, as `record_page` does."""
    return record_page(conn, [registration], now=now, run_id=run_id, seen=seen)[0]


def record_page(
    conn: sqlite3.Connection,
    page: Sequence[Registration],
    *,
    now: datetime,
    run_id: int | None,
    seen: bool = False,
) -> list[Outcome]:
    """Bring registrations in, in their order, inside the caller's transaction. `now` is the run's start for all of
    them. `seen`: this very file was imported before."""
    work = _Page(conn, page, now, run_id, seen)
    outcomes = [work.take(registration) for registration in page]
    work.newcomers.write()
    return outcomes


class _Page:
    """Who has the addresses and names of a page is looked up once; people who are new wait to be written together."""

    def __init__(
        self, conn: sqlite3.Connection, page: Sequence[Registration], now: datetime, run_id: int | None, seen: bool
    ) -> None:
        self.conn, self.now, self.run_id, self.seen = conn, now, run_id, seen
        self.newcomers = Newcomers(conn, now, run_id)
        mails = {mail.canonical for one in page for mail in _mails(one)}
        mails |= {mail.canonical for one in page for _, mail in one.members}
        query = (
            "select canonical, participant_id from contact_points"
            " where channel = 'email' and canonical in (select value from json_each(?))"
        )
        self.owners: dict[str, int] = dict(map(tuple, conn.execute(query, (_json(mails),))))
        query = (
            "select value from json_each(?)"
            " where exists (select 1 from participants where name_folded = value and erased_at is null)"
        )
        names = {folded_name(name) for one in page for name in (one.profile.name, *(n for n, _ in one.members))}
        self.names = {row[0] for row in conn.execute(query, (_json(names),))}

    def take(self, registration: Registration, gaps_only: bool = False) -> Outcome:
        """`gaps_only`: see `Circumstances`."""
        person = self._who(registration)
        outcome = self._newcomer(registration) if person is None else self._known(person, registration, gaps_only)
        for name, mail in registration.members:
            if mail.canonical != registration.email.canonical:
                done = self.take(_member(registration, name, mail), gaps_only=True)
                outcome.changed |= done.new or done.changed
                outcome.notes += [("members", what) for _, what in done.notes]
        return outcome

    def _who(self, registration: Registration) -> int | None:
        """The owner of the first address; else of the second, when the name is the same; else somebody new."""
        first, second = self._owner(registration.email), self._owner(registration.second)
        if first is not None or second is None:
            return first
        self._written(second)
        query = "select 1 from participants where id = ? and name_folded = ?"
        same = self.conn.execute(query, (second, folded_name(registration.profile.name))).fetchone()
        return second if same else None

    def _owner(self, mail: Mail | None) -> int | None:
        return self.owners.get(mail.canonical) if mail else None

    def _written(self, person: int) -> None:
        """Somebody who is new in this very page comes again."""
        if person in self.newcomers:
            self.newcomers.write()

    def _newcomer(self, registration: Registration) -> Outcome:
        second = self._owner(registration.second)
        person = self.newcomers.add(registration, free := self._free(registration))
        self.owners |= {mail.canonical: person for mail in free}
        outcome = Outcome(person, new=True, changed=True)
        folded = folded_name(registration.profile.name)
        if folded in self.names:
            self.newcomers.write()
            for other in _namesakes(self.conn, person, folded, registration.profile.country):
                self._suspect(outcome, other, _SAME_NAME, "name")
        self.names.add(folded)
        if second is not None:
            self._suspect(outcome, second, _SHARED, "second_email")
        return outcome

    def _known(self, person: int, registration: Registration, gaps_only: bool) -> Outcome:
        outcome, second = Outcome(person), self._owner(registration.second)
        if second is not None and second != person:
            self._suspect(outcome, second, _SHARED, "second_email")
        self._written(person)
        self.names.add(folded_name(registration.profile.name))  # it may be theirs from now on
        around = Circumstances(self.now, self.run_id, self.seen, gaps_only)
        Returning(self.conn, outcome, registration, around).record(free := self._free(registration))
        self.owners |= {mail.canonical: person for mail in free}
        return outcome

    def _free(self, registration: Registration) -> list[Mail]:
        """Those of the addresses that nobody has."""
        return [mail for mail in _mails(registration) if mail.canonical not in self.owners]

    def _suspect(self, outcome: Outcome, other: int, reason: str, code: str) -> None:
        """Two people who may be one are put on the coordinators' list, once."""
        self._written(outcome.participant_id)
        self._written(other)
        pair = sorted((outcome.participant_id, other))
        self.conn.execute(
            "insert into possible_duplicates (a, b, reason, found_at) values (?, ?, ?, ?) on conflict do nothing",
            (*pair, reason, iso(self.now)),
        )
        query = "select settled_at from possible_duplicates where a = ? and b = ?"
        if self.conn.execute(query, pair).fetchone()[0] is None:
            outcome.notes.append((code, f"may be person {other} again: {reason}"))


def _mails(registration: Registration) -> list[Mail]:
    return [mail for mail in (registration.email, registration.second) if mail is not None]


def _json(texts: Collection[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def _member(group: Registration, name: str, mail: Mail) -> Registration:
    """A member of a group, as far as its contact can speak for them: no consents."""
    of = group.profile
    profile = Profile(name, of.country, of.region, of.zone, of.languages, affiliate=of.affiliate)
    return Registration(
        profile,
        mail,
        submitted_at=group.submitted_at,
        sessions=group.sessions,
        as_group=True,
        group_name=group.group_name,
    )


def _namesakes(conn: sqlite3.Connection, person: int, folded: str, country: str) -> list[int]:
    rows = conn.execute(
        "select id from participants where name_folded = ? and id <> ? and erased_at is null"
        " and (country = ? or country = '' or ? = '') order by id limit ?",
        (folded, person, country, country, _MOST_NAMESAKES),
    )
    return [row["id"] for row in rows]
