"""What a registration changes: who it is, and person, addresses, consents, wishes, skills, sessions and answers.

A newer submission wins per field that says something; an older one, and one that was recorded before, only fills
gaps. So the same file twice changes nothing, and in whatever order files come the newest word stands. What somebody
changed elsewhere since the last import is not taken back by an import that knows nothing newer.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.imports import Choice, Mail, Profile, Registration, merge
from domain.participants import folded_name
from domain.support import Ask, means_wanted
from domain.times import iso
from store import support
from store.invitations import want_again

SOURCE = "import"
_TEXTS = ("name", "country", "region", "zone", "wiki_user", "affiliate", "tenure", "connectivity", "support_needed")
_LISTS = ("languages", "home_wikis")
_MOST_NAMESAKES = 5


@dataclass(slots=True)
class Outcome:
    """What became of a registration. `notes` are for the coordinator: (field, what), nothing of the person."""

    participant_id: int
    new: bool = False
    changed: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stored:
    profile: Profile
    registration_id: int | None
    submitted_at: str
    as_group: bool
    group_name: str
    touched: bool  # by something else since the import that last wrote


def record(
    conn: sqlite3.Connection,
    registration: Registration,
    *,
    now: datetime,
    run_id: int | None,
    seen: bool = False,
    gaps_only: bool = False,
) -> Outcome:
    """Bring one registration in, inside the caller's transaction. `now` is the run's start for all its rows.

    `seen`: this very file was imported before. `gaps_only`: somebody else speaks for this person (a group's
    contact), which never overrides what they said themselves.
    """
    at = iso(registration.submitted_at) if registration.submitted_at else ""
    outcome, owners = _person(conn, registration, now)
    person = outcome.participant_id
    if outcome.new:
        newer, stored = True, _Stored(registration.profile, None, "", False, "", False)
    else:
        stored = _stored(conn, person)
        newer = not gaps_only and _is_newer(at, stored, seen)
        _merge_profile(conn, outcome, stored, registration.profile, newer, now)
    _addresses(conn, outcome, registration, owners, newer, now)
    home = _programme_registration(conn, outcome, stored, registration, newer, at, run_id, now)
    _consents(conn, outcome, registration.consents, at, seen, now)
    _roles(conn, outcome, registration.roles, newer)
    _skills(conn, outcome, "learn", registration.learn, newer)
    _skills(conn, outcome, "share", registration.share, newer)
    for session in registration.sessions:
        _session(conn, outcome, session, registration, at, run_id, now)
    _answers(conn, outcome, home, registration.answers, newer)
    if newer:
        _means(conn, person, registration.profile.support_needed, now)
    if outcome.changed:
        conn.execute("update participants set updated_at = ? where id = ?", (iso(now), person))
        conn.execute("update registrations set import_run_id = ? where id = ?", (run_id, home))
    for name, mail in registration.members:
        if mail.canonical != registration.email.canonical:
            member = _member(registration, name, mail)
            done = record(conn, member, now=now, run_id=run_id, seen=seen, gaps_only=True)
            outcome.changed |= done.new or done.changed
            outcome.notes += [("members", what) for _, what in done.notes]
    return outcome


def _means(conn: sqlite3.Connection, person: int, said: str, now: datetime) -> None:
    """Who says what they need to take part has asked for it, once."""
    if said and means_wanted(said) and not support.ever_asked(conn, person, Ask.MEANS):
        support.ask(conn, person, Ask.MEANS, "form", now, text=said)


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


def _is_newer(at: str, stored: _Stored, seen: bool) -> bool:
    if at and stored.submitted_at and at != stored.submitted_at:
        return at > stored.submitted_at
    if at and not stored.submitted_at and stored.registration_id is not None:
        return True
    return not seen and not stored.touched


def _person(conn: sqlite3.Connection, registration: Registration, now: datetime) -> tuple[Outcome, dict[str, int]]:
    """Who it is: the owner of the first address; else of the second, when the name is the same; else somebody new."""
    mails = [m for m in (registration.email, registration.second) if m]
    owners = {}
    for mail in mails:
        query = "select participant_id from contact_points where channel = 'email' and canonical = ?"
        if row := conn.execute(query, (mail.canonical,)).fetchone():
            owners[mail.canonical] = row[0]
    first = owners.get(registration.email.canonical)
    second = owners.get(registration.second.canonical) if registration.second else None
    folded = folded_name(registration.profile.name)
    if first is None and second is not None:
        query = "select 1 from participants where id = ? and name_folded = ?"
        if conn.execute(query, (second, folded)).fetchone():
            first = second
    if first is not None:
        outcome = Outcome(first)
    else:
        outcome = Outcome(_insert(conn, registration.profile, now), new=True, changed=True)
        _namesakes(conn, outcome, folded, registration.profile.country, now)
    if second is not None and second != outcome.participant_id:
        _suspect(conn, outcome, second, "one's second e-mail address is the other's", "second_email", now)
    return outcome, owners


def _insert(conn: sqlite3.Connection, profile: Profile, now: datetime) -> int:
    values = _columns(profile) | {"registered_at": iso(now), "created_at": iso(now), "updated_at": iso(now)}
    cursor = conn.execute(_INSERT, values)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _columns(profile: Profile) -> dict[str, str]:
    values = {name: getattr(profile, name) for name in _TEXTS}
    values |= {name: json.dumps(getattr(profile, name), ensure_ascii=False) for name in _LISTS}
    return values | {"name_folded": folded_name(profile.name)}


_NAMES = (*_TEXTS, *_LISTS, "name_folded", "registered_at", "created_at", "updated_at")
_INSERT = f"insert into participants ({', '.join(_NAMES)}) values ({', '.join(':' + n for n in _NAMES)})"
_UPDATE = f"update participants set {', '.join(f'{n} = :{n}' for n in _NAMES[:-3])} where id = :id"


def _namesakes(conn: sqlite3.Connection, outcome: Outcome, folded: str, country: str, now: datetime) -> None:
    rows = conn.execute(
        "select id from participants where name_folded = ? and id <> ? and erased_at is null"
        " and (country = ? or country = '' or ? = '') order by id limit ?",
        (folded, outcome.participant_id, country, country, _MOST_NAMESAKES),
    )
    for row in rows.fetchall():
        _suspect(conn, outcome, row["id"], "same name and country, other address", "name", now)


def _suspect(conn: sqlite3.Connection, outcome: Outcome, other: int, reason: str, code: str, now: datetime) -> None:
    """Two people who may be one are put on the coordinators' list, once."""
    pair = sorted((outcome.participant_id, other))
    conn.execute(
        "insert into possible_duplicates (a, b, reason, found_at) values (?, ?, ?, ?) on conflict do nothing",
        (*pair, reason, iso(now)),
    )
    settled = conn.execute("select settled_at from possible_duplicates where a = ? and b = ?", pair).fetchone()[0]
    if settled is None:
        outcome.notes.append((code, f"may be person {other} again: {reason}"))


def _stored(conn: sqlite3.Connection, person: int) -> _Stored:
    row = conn.execute(
        "select p.*, r.id as rid, r.submitted_at, r.as_group, r.group_name, u.started_at from participants p"
        " left join registrations r on r.participant_id = p.id and r.session_id is null"
        " left join import_runs u on u.id = r.import_run_id where p.id = ?",
        (person,),
    ).fetchone()
    values: dict[str, Any] = {name: row[name] for name in _TEXTS}
    profile = Profile(**values | {name: tuple(json.loads(row[name])) for name in _LISTS})
    touched = row["started_at"] is not None and row["updated_at"] > row["started_at"]
    return _Stored(
        profile, row["rid"], row["submitted_at"] or "", bool(row["as_group"]), row["group_name"] or "", touched
    )


def _merge_profile(
    conn: sqlite3.Connection, outcome: Outcome, stored: _Stored, new: Profile, newer: bool, now: datetime
) -> None:
    merged = merge(stored.profile, new, newer)
    if merged != stored.profile:
        conn.execute(_UPDATE, _columns(merged) | {"id": outcome.participant_id})
        outcome.changed = True
    done = conn.execute(
        "update participants set registered_at = ? where id = ? and registered_at is null",
        (iso(now), outcome.participant_id),
    )
    outcome.changed |= done.rowcount > 0


def _addresses(
    conn: sqlite3.Connection,
    outcome: Outcome,
    registration: Registration,
    owners: Mapping[str, int],
    newer: bool,
    now: datetime,
) -> None:
    """Every address nobody has becomes this person's; the first of the newest submission is the primary one."""
    person = outcome.participant_id
    for mail in (registration.email, registration.second):
        if mail is not None and mail.canonical not in owners:
            primary = outcome.new and mail == registration.email
            conn.execute(
                "insert into contact_points (participant_id, channel, address, canonical, is_primary, created_at)"
                " values (?, 'email', ?, ?, ?, ?)",
                (person, mail.address, mail.canonical, primary, iso(now)),
            )
            outcome.changed = True
    if outcome.new or not newer:
        return
    moved = conn.execute(
        "update contact_points set is_primary = (canonical = ?) where participant_id = ? and channel = 'email'"
        " and is_primary <> (canonical = ?)",
        (registration.email.canonical, person, registration.email.canonical),
    )
    outcome.changed |= moved.rowcount > 0


def _programme_registration(
    conn: sqlite3.Connection,
    outcome: Outcome,
    stored: _Stored,
    registration: Registration,
    newer: bool,
    at: str,
    run_id: int | None,
    now: datetime,
) -> int:
    group = registration.group_name
    if stored.registration_id is None:
        outcome.changed = True
        cursor = conn.execute(
            "insert into registrations (participant_id, as_group, group_name, submitted_at, import_run_id,"
            " created_at) values (?, ?, ?, ?, ?, ?)",
            (outcome.participant_id, registration.as_group, group, at or None, run_id, iso(now)),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid
    as_group = stored.as_group or registration.as_group
    name = group if group and (newer or not stored.group_name) else stored.group_name
    latest = max(at, stored.submitted_at) if newer else stored.submitted_at
    if (as_group, name, latest) != (stored.as_group, stored.group_name, stored.submitted_at):
        outcome.changed = True
        conn.execute(
            "update registrations set as_group = ?, group_name = ?, submitted_at = ? where id = ?",
            (as_group, name, latest or None, stored.registration_id),
        )
    return stored.registration_id


def flips(stored_at: str, source: str, at: str, seen: bool) -> bool:
    """Whether an answer given at `at` ("" when unknown) stands against the stored one: the newest does.

    An answer of unknown time, or of the same time, only stands against what an import said.
    """
    if at and at != stored_at:
        return at > stored_at
    return source == SOURCE and not seen


def _consents(
    conn: sqlite3.Connection, outcome: Outcome, consents: Mapping[str, bool], at: str, seen: bool, now: datetime
) -> None:
    if not consents:
        return
    person, when = outcome.participant_id, at or iso(now)
    rows = [] if outcome.new else conn.execute("select * from consents where participant_id = ?", (person,)).fetchall()
    known = {row["topic"]: row for row in rows}
    for topic, granted in consents.items():
        row = known.get(topic)
        if row is not None:
            same = bool(row["granted"]) == granted
            if not (at > row["at"] if same else flips(row["at"], row["source"], at, seen)):
                continue
        conn.execute(
            "insert into consents (participant_id, topic, granted, source, at) values (?, ?, ?, ?, ?)"
            " on conflict do update set granted = excluded.granted, source = excluded.source, at = excluded.at",
            (person, topic, granted, SOURCE, when),
        )
        outcome.changed = True


def _roles(conn: sqlite3.Connection, outcome: Outcome, roles: Sequence[str], newer: bool) -> None:
    """Roles wished for; one that is held stays held."""
    if not roles:
        return
    person = outcome.participant_id
    rows = conn.execute("select role, state from participant_roles where participant_id = ?", (person,)).fetchall()
    held = {row["role"] for row in rows if row["state"] == "held"}
    wished = {row["role"] for row in rows if row["state"] == "wished"}
    wanted = set(roles) - held
    if wanted == wished or (wished and not newer):
        return
    outcome.changed = True
    conn.execute("delete from participant_roles where participant_id = ? and state = 'wished'", (person,))
    conn.executemany(
        "insert into participant_roles (participant_id, role, state) values (?, ?, 'wished')",
        [(person, role) for role in sorted(wanted)],
    )


def _skills(
    conn: sqlite3.Connection, outcome: Outcome, direction: str, skills: Sequence[Choice], newer: bool
) -> None:
    if not skills:
        return
    person = outcome.participant_id
    query = "select skill, level, example from participant_skills where participant_id = ? and direction = ?"
    stored = {Choice(*row) for row in conn.execute(query, (person, direction))}
    if stored == set(skills) or (stored and not newer):
        return
    outcome.changed = True
    conn.execute("delete from participant_skills where participant_id = ? and direction = ?", (person, direction))
    conn.executemany(
        "insert into participant_skills (participant_id, skill, direction, level, example) values (?, ?, ?, ?, ?)",
        [(person, s.code, direction, s.level, s.example) for s in skills],
    )


def _session(
    conn: sqlite3.Connection,
    outcome: Outcome,
    session: int,
    registration: Registration,
    at: str,
    run_id: int | None,
    now: datetime,
) -> None:
    """Registered for a session; who withdrew is registered again by a newer submission only."""
    person = outcome.participant_id
    row = conn.execute(
        "select * from registrations where session_id = ? and participant_id = ?", (session, person)
    ).fetchone()
    if row is None:
        conn.execute(
            "insert into registrations (participant_id, session_id, as_group, group_name, submitted_at,"
            " import_run_id, created_at) values (?, ?, ?, ?, ?, ?, ?)",
            (person, session, registration.as_group, registration.group_name, at or None, run_id, iso(now)),
        )
    elif row["state"] == "registered":
        if at > (row["submitted_at"] or ""):
            conn.execute("update registrations set submitted_at = ? where id = ?", (at, row["id"]))
        return
    elif at > (row["submitted_at"] or row["created_at"]):
        conn.execute(
            "update registrations set state = 'registered', submitted_at = ?, import_run_id = ? where id = ?",
            (at, run_id, row["id"]),
        )
    else:
        outcome.notes.append(("sessions", f"withdrew from session {session}; this submission is not newer"))
        return
    want_again(conn, session, person)
    outcome.changed = True


def _answers(
    conn: sqlite3.Connection, outcome: Outcome, registration_id: int, answers: Mapping[str, str], newer: bool
) -> None:
    if not answers:
        return
    query = "select question, value from answers where registration_id = ?"
    stored = dict(map(tuple, conn.execute(query, (registration_id,)))) if not outcome.new else {}
    told = [
        (registration_id, question, value)
        for question, value in answers.items()
        if question not in stored or (newer and stored[question] != value)
    ]
    if told:
        outcome.changed = True
        conn.executemany(
            "insert into answers (registration_id, question, value) values (?, ?, ?)"
            " on conflict do update set value = excluded.value",
            told,
        )
