"""Everything known about people, as the planner asks for it: their facts about the programme, about each session and
about each subject (`store/subjects.py`), all from one moment of the database."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.cadences import NO_CAP
from domain.facts import Facts, Heard
from domain.foresight import Case
from domain.invitations import Invitation, Rsvp
from domain.sessions import Invites, Session, SessionState
from domain.subjects import About, of_key
from domain.times import parse_iso
from store import invitations, participants, sessions, subjects
from store.followups import Concern

MAY_BE_OUT = ("at_risk", "sent", "unsure")


@dataclass(frozen=True, slots=True)
class Person:
    """One person's case and the version of the facts that it was made of."""

    id: int
    version: int
    case: Case


def gather(
    conn: sqlite3.Connection, ids: Sequence[int], now: datetime, longest_after_end: timedelta
) -> list[Person]:
    """The cases of these people, all from one moment of the database."""
    reading = not conn.in_transaction
    if reading:
        conn.execute("begin")
    try:
        return _Gathering(conn, ids, now, longest_after_end).people()
    finally:
        if reading:
            conn.execute("commit")


class _Gathering:
    """One page's rows, a query a table whatever the number of people."""

    def __init__(self, conn: sqlite3.Connection, ids: Sequence[int], now: datetime, after_end: timedelta) -> None:
        self.conn, self.now, self.among = conn, now, json.dumps(list(ids))
        self.persons = participants.load(conn, ids, now)
        self.sessions = {s.id: s for s in sessions.listing(conn, ending_after=now - after_end)}
        self.open = any(s.invites is Invites.EVERYBODY and s.ends_at > now for s in self.sessions.values())
        self.rows = self._by_person(
            "select id, registered_at, facts_version from participants where id in (select value from json_each(?))",
            "id",
        )
        self.registrations = self._by_person(
            "select * from registrations where session_id is not null and state = 'registered'"
            " and participant_id in (select value from json_each(?))"
        )
        self.invited = self._by_person(
            "select * from invitations where participant_id in (select value from json_each(?))"
        )
        self.outbox = self._by_person(
            "select participant_id, key, state, purpose, session_id, sequence, sent_at, created_at, cap, repeats"
            " from outbox where participant_id in (select value from json_each(?))"
        )
        self.rsvps = self._by_person(
            "select r.*, i.session_id, i.participant_id from rsvps r join invitations i on i.id = r.invitation_id"
            " where r.source = 'mail_text' and r.partstat = i.partstat and r.stamp = i.answered_at"
            " and i.participant_id in (select value from json_each(?))"
        )
        self.came = self._moments(
            # the day of the session, whenever somebody wrote down who was there
            "select a.participant_id, min(min(a.at, s.starts_at)) from attendances a"
            " join sessions s on s.id = a.session_id"
            " where a.participant_id in (select value from json_each(?)) group by 1"
            " union all select i.participant_id, min(s.starts_at) from invitations i"
            " join sessions s on s.id = i.session_id where i.partstat = 'ACCEPTED' and s.state = 'confirmed'"
            " and not exists (select 1 from attendances a where a.session_id = s.id)"
            " and i.participant_id in (select value from json_each(?)) group by 1"
        )
        self.seen = self._moments(
            "select participant_id, max(last_sign_at) from contact_points where last_sign_at is not null"
            " and participant_id in (select value from json_each(?)) group by 1"
            # an answer may come from an address that is nobody's
            " union all select i.participant_id, max(r.stamp) from rsvps r join invitations i on i.id = r.invitation_id"
            " where r.source <> 'coordinator' and i.participant_id in (select value from json_each(?)) group by 1"
            " union all select a.participant_id, max(min(a.at, s.starts_at)) from attendances a"
            " join sessions s on s.id = a.session_id"
            " where a.participant_id in (select value from json_each(?)) group by 1"
        )
        self.skilled = self._ids(
            "select participant_id from participant_skills where participant_id in (select value from json_each(?))"
        )
        self.concerns = subjects.open_ones(conn, ids, now)
        self.tasks = self._by_person(
            "select participant_id, key from desk_tasks where participant_id in (select value from json_each(?))"
        )

    def _by_person(self, query: str, column: str = "participant_id") -> dict[int, list[sqlite3.Row]]:
        found: dict[int, list[sqlite3.Row]] = defaultdict(list)
        for row in self.conn.execute(query, (self.among,)):
            found[row[column]].append(row)
        return found

    def _ids(self, query: str) -> set[int]:
        return {row[0] for row in self.conn.execute(query, (self.among,))}

    def _moments(self, query: str) -> dict[int, list[datetime]]:
        found: dict[int, list[datetime]] = defaultdict(list)
        for person, moment in self.conn.execute(query, (self.among,) * query.count("?")):
            found[person].append(parse_iso(moment))
        return found

    def people(self) -> list[Person]:
        return [self._person(i) for i in self.persons]

    def _person(self, i: int) -> Person:
        person, row = self.persons[i], self.rows[i][0]
        base = Facts(
            person=person,
            registered_at=parse_iso(row["registered_at"]) if row["registered_at"] else None,
            last_seen=max(self.seen.get(i, ()), default=None),
            came_at=min(self.came.get(i, ()), default=None),
            has_skills=i in self.skilled,
        )
        found = [base, *self._about_sessions(i, base), *self._to_confirm(i, base)]
        found += [_concerning(base, concern) for concern in self.concerns.get(i, [])]
        sent = {
            r["key"]: parse_iso(r["sent_at"] or r["created_at"])
            for r in self.outbox.get(i, ())
            if r["cap"] != NO_CAP and r["state"] not in ("cancelled", "expired", "failed")
        }
        # What was taken back before it left may be called for again.
        stands = [r for r in self.outbox.get(i, ()) if r["state"] != "cancelled" or r["repeats"] > 0]
        known = frozenset(r["key"] for r in [*stands, *self.tasks.get(i, ())])
        return Person(i, row["facts_version"], Case(tuple(found), known, sent))

    def _about_sessions(self, i: int, base: Facts) -> Iterator[Facts]:
        registered = {r["session_id"]: r for r in self.registrations.get(i, ())}
        invited = {r["session_id"]: r for r in self.invited.get(i, ())}
        if not (registered or invited or self.open):
            return
        for session in self.sessions.values():
            registration, entry = registered.get(session.id), invited.get(session.id)
            concerns = registration is not None or entry is not None
            general = session.invites is Invites.EVERYBODY and base.registered_at is not None
            if concerns or (general and session.ends_at > self.now):
                invitation = invitations.from_row(entry) if entry else None
                yield self._about(base, session, registration, invitation, entry)

    def _about(
        self,
        base: Facts,
        session: Session,
        registration: sqlite3.Row | None,
        invitation: Invitation | None,
        entry: sqlite3.Row | None,
    ) -> Facts:
        mine = [r for r in self.outbox.get(base.person.id, ()) if r["session_id"] == session.id and _may_be_out(r)]
        requests = [r for r in mine if r["purpose"] in ("invitation", "update")]
        heard = Heard(_highest(requests), _highest([r for r in mine if r["purpose"] == "cancellation"]))
        bump, left = invitation.bump if invitation else 0, -1 if heard.cancel is None else heard.cancel
        asked = [r for r in requests if r["sequence"] - bump >= session.time_sequence and r["sequence"] > left]
        asked_at = min((parse_iso(r["sent_at"] or r["created_at"]) for r in asked), default=None)
        first = min((parse_iso(r["created_at"]) for r in (registration, entry) if r is not None), default=None)
        if first is not None:
            # who was taken off and came back is concerned from the new request on
            back = asked_at if heard.cancel is not None else None
            first = max(moment for moment in (first, session.moved_at, back) if moment is not None)
        return replace(
            base,
            session=session,
            registered=registration is not None,
            invitation=invitation,
            heard=heard,
            asked_at=asked_at,
            involved_since=first,
        )

    def _to_confirm(self, i: int, base: Facts) -> Iterator[Facts]:
        for row in self.rsvps.get(i, ()):
            session = self.sessions.get(row["session_id"])
            if session is not None and session.ends_at > self.now and session.state is SessionState.CONFIRMED:
                entry = next(e for e in self.invited.get(i, ()) if e["session_id"] == session.id)
                facts = self._about(base, session, None, invitations.from_row(entry), entry)
                yield replace(facts, rsvp=invitations.rsvp_from_row(row))


def _concerning(base: Facts, concern: Concern) -> Facts:
    return replace(base, session=concern.session, subject=concern.subject)


def _may_be_out(row: sqlite3.Row) -> bool:
    return row["state"] in MAY_BE_OUT or row["repeats"] > 0


def _highest(rows: Sequence[sqlite3.Row]) -> int | None:
    return max((r["sequence"] for r in rows), default=None)


def of_message(
    conn: sqlite3.Connection, key: str, person: int, session_id: int | None, now: datetime, after_end: timedelta
) -> Facts | None:
    """The facts behind one recorded message, as they are now; None when its person or session is gone."""
    found = gather(conn, [person], now, after_end)
    return behind(conn, key, session_id, found[0].case) if found else None


def behind(conn: sqlite3.Connection, key: str, session_id: int | None, case: Case) -> Facts | None:
    """Of a person's case, the facts behind one recorded message; None when its session or subject is gone."""
    base = case.facts[0]
    if (named := of_key(key)) is not None:
        concern = subjects.one(conn, *named, base.person.id)
        return _concerning(base, concern) if concern is not None else None
    if session_id is None:
        return base
    if key.startswith("rsvp/"):
        rsvp_id = int(key.partition("#")[0].removeprefix("rsvp/"))
        return _of_rsvp(conn, rsvp_id, case.facts)
    known = next((f for f in _of_session(case.facts, session_id) if f.rsvp is None), None)
    if known is not None:
        return known
    session = sessions.get(conn, session_id)
    return replace(base, session=session) if session is not None else None


def _of_rsvp(conn: sqlite3.Connection, rsvp_id: int, cases: Sequence[Facts]) -> Facts | None:
    """The facts of one answer that was confirmed, whether or not it is still the one that counts."""
    row = conn.execute(
        "select r.*, i.session_id from rsvps r join invitations i on i.id = r.invitation_id where r.id = ?", (rsvp_id,)
    ).fetchone()
    if row is None:
        return None
    rsvp: Rsvp = invitations.rsvp_from_row(row)
    known = next(_of_session(cases, row["session_id"]), None)
    return replace(known, rsvp=rsvp) if known is not None else None


def _of_session(cases: Sequence[Facts], session_id: int) -> Iterator[Facts]:
    return (f for f in cases if f.about is About.SESSION and f.session is not None and f.session.id == session_id)
