"""People and the ways to reach them: reading them as domain values.

Writing lies in `store/registrations.py` (what a registration says). What may be sent to whom
is decided by the domain.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from domain.participants import ContactPoint, Health, Participant, Role, canonical_address
from domain.times import iso, parse_iso


def load(conn: sqlite3.Connection, ids: Sequence[int], now: datetime) -> dict[int, Participant]:
    """Those of `ids` that exist, erased ones too, by id. Suppressions are those in force at `now`.

    A suppression of any of a person's addresses counts: the wish is the person's, not the mailbox's. Roles
    are those held; wishes for one are not. Six queries whatever the number; callers page.
    """
    among = json.dumps(list(ids))
    emails, chats = _points(conn, among, "email", now), _points(conn, among, "telegram", now)
    consents: dict[int, dict[str, bool]] = defaultdict(dict)
    agreed = "select * from consents where participant_id in (select value from json_each(?))"
    for row in conn.execute(agreed, (among,)):
        consents[row["participant_id"]][row["topic"]] = bool(row["granted"])
    roles: dict[int, set[Role]] = defaultdict(set)
    held = "select * from participant_roles where participant_id in (select value from json_each(?))"
    for row in conn.execute(held + " and state = 'held'", (among,)):
        roles[row["participant_id"]].add(Role(row["role"]))
    suppressed = _suppressed(conn, among, now)
    people = "select * from participants where id in (select value from json_each(?))"
    return {
        row["id"]: Participant(
            id=row["id"],
            name=row["name"],
            country=row["country"],
            region=row["region"],
            zone=row["zone"],
            languages=tuple(json.loads(row["languages"])),
            erased=row["erased_at"] is not None,
            roles=frozenset(roles[row["id"]]),
            email=emails.get(row["id"]),
            telegram=chats.get(row["id"]),
            preferred_hour=row["preferred_hour"],
            consents=consents[row["id"]],
            suppressed=frozenset(suppressed[row["id"]]),
        )
        for row in conn.execute(people, (among,))
    }


def _points(conn: sqlite3.Connection, among: str, channel: str, now: datetime) -> dict[int, ContactPoint]:
    """The contact point that counts of each person; one that wants nothing on its channel counts as blocked."""
    rows = conn.execute(
        "select c.*, exists (select 1 from suppressions s where s.channel = c.channel and s.canonical = c.canonical"
        " and s.topic = '*' and s.lifted_at is null and (s.until is null or s.until > ?)) as unwanted"
        " from contact_points c where participant_id in (select value from json_each(?))"
        # "+": by the person's index; that of the channel leads to everybody. The one that counts comes last.
        " and +channel = ? order by is_primary, id desc",
        (iso(now), among, channel),
    )
    return {
        row["participant_id"]: ContactPoint(
            id=row["id"],
            participant_id=row["participant_id"],
            channel=row["channel"],
            address=row["address"],
            canonical=row["canonical"],
            health=Health.BLOCKED if row["unwanted"] and channel != "email" else Health(row["health"]),
            primary=bool(row["is_primary"]),
            last_sign_at=parse_iso(row["last_sign_at"]) if row["last_sign_at"] else None,
            away_until=parse_iso(row["away_until"]) if row["away_until"] else None,
        )
        for row in rows
    }


def _suppressed(conn: sqlite3.Connection, among: str, now: datetime) -> dict[int, set[str]]:
    rows = conn.execute(
        "select c.participant_id, s.topic from contact_points c"
        " join suppressions s on s.channel = c.channel and s.canonical = c.canonical and s.lifted_at is null"
        " where +c.channel = 'email' and c.participant_id in (select value from json_each(?))"
        " and (s.until is null or s.until > ?)",
        (among, iso(now)),
    )
    topics: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        topics[row["participant_id"]].add(row["topic"])
    return topics


def find(conn: sqlite3.Connection, ref: str) -> list[int]:
    """Ids of the people meant by `ref`: an id, an e-mail address in any spelling, or a wiki user name."""
    ref = ref.strip()
    if "@" in ref:
        query = "select distinct participant_id from contact_points where channel = 'email' and canonical = ?"
        return [row[0] for row in conn.execute(query, (canonical_address(ref),))]
    if ref.isascii() and ref.isdigit() and len(ref) < 19:
        found = [row[0] for row in conn.execute("select id from participants where id = ?", (int(ref),))]
        if found:
            return found
    wanted = ref.rpartition(":")[2].replace("_", " ").strip().casefold()
    if not wanted:
        return []
    users = conn.execute("select id, wiki_user from participants where wiki_user <> '' order by id")
    return [row["id"] for row in users if row["wiki_user"].replace("_", " ").casefold() == wanted]


def wiki_users(conn: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Wiki user names of those of `ids` that gave one."""
    query = "select id, wiki_user from participants where wiki_user <> '' and id in (select value from json_each(?))"
    return dict(conn.execute(query, (json.dumps(list(ids)),)).fetchall())


def hold_role(conn: sqlite3.Connection, person: int, role: Role) -> bool:
    """Somebody holds a role from now on, wished for or not. Whether that is new."""
    done = conn.execute(
        "insert into participant_roles (participant_id, role, state) values (?, ?, 'held')"
        " on conflict (participant_id, role) do update set state = 'held' where state <> 'held'",
        (person, role.value),
    )
    return done.rowcount == 1


def end_role(conn: sqlite3.Connection, person: int, role: Role) -> bool:
    """Nor do they wish for it. Whether they had it."""
    done = conn.execute(
        "delete from participant_roles where participant_id = ? and role = ? and state = 'held'", (person, role.value)
    )
    return done.rowcount == 1
