"""People and the ways to reach them: reading them as domain values.

Writing lies in `store/registrations.py` (what a registration says). What may be sent to whom
is decided by the domain.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from domain.participants import ContactPoint, Health, Participant, Role, canonical_address
from domain.times import iso, parse_iso


def load(conn: sqlite3.Connection, ids: Sequence[int], now: datetime) -> dict[int, Participant]:
    """Those of `ids` that exist, erased ones too, by id. Suppressions are those in force at `now`.

    A suppression of any of a person's addresses counts: the wish is the person's, not the mailbox's. Roles
    are those held; wishes for one are not. Five queries whatever the number; callers page.
    """
    among = json.dumps(list(ids))
    points = _points(conn, among, now)
    consents: dict[int, dict[str, bool]] = defaultdict(dict)
    agreed = "select * from consents where participant_id in (select value from json_each(?))"
    for row in conn.execute(agreed, (among,)):
        consents[row["participant_id"]][row["topic"]] = bool(row["granted"])
    roles: dict[int, set[Role]] = defaultdict(set)
    held = "select * from participant_roles where participant_id in (select value from json_each(?))"
    for row in conn.execute(held + " and state = 'held'", (among,)):
        roles[row["participant_id"]].add(Role(row["role"]))
    suppressed = _suppressed(conn, among, now)
    people = (
        "select id, name, country, region, zone, languages, erased_at, preferred_hour from participants"
        " where id in (select value from json_each(?))"
    )
    return {
        one: Participant(
            id=one,
            name=name,
            country=country,
            region=region,
            zone=zone,
            languages=_languages(languages),
            erased=erased_at is not None,
            roles=frozenset(roles.get(one, ())),
            email=points.get((one, "email")),
            telegram=points.get((one, "telegram")),
            preferred_hour=preferred_hour,
            consents=consents[one],
            suppressed=frozenset(suppressed.get(one, ())),
        )
        for one, name, country, region, zone, languages, erased_at, preferred_hour in conn.execute(people, (among,))
    }


@lru_cache(maxsize=1024)  # few different lists, of very many people
def _languages(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


_HEALTH = {health.value: health for health in Health}


def _points(conn: sqlite3.Connection, among: str, now: datetime) -> dict[tuple[int, str], ContactPoint]:
    """The contact point that counts of each person and channel; a chat that wants nothing counts as blocked."""
    rows = conn.execute(
        "select id, participant_id, channel, address, canonical, health, is_primary, last_sign_at, away_until,"
        " channel <> 'email' and exists (select 1 from suppressions s where s.channel = c.channel"
        " and s.canonical = c.canonical and s.topic = '*' and s.lifted_at is null"
        " and (s.until is null or s.until > ?))"
        " from contact_points c where participant_id in (select value from json_each(?))"
        " order by is_primary, id desc",  # the one that counts comes last
        (iso(now), among),
    )
    return {
        (person, channel): ContactPoint(
            id=one,
            participant_id=person,
            channel=channel,
            address=address,
            canonical=canonical,
            health=Health.BLOCKED if blocked else _HEALTH[health],
            primary=bool(primary),
            last_sign_at=parse_iso(last_sign_at) if last_sign_at else None,
            away_until=parse_iso(away_until) if away_until else None,
        )
        for one, person, channel, address, canonical, health, primary, last_sign_at, away_until, blocked in rows
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


def directory(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Everybody who is not erased, by name: `id`, `name`, `name_folded`, `country`, `email` (the main one, or "")."""
    query = (
        "select p.id, p.name, p.name_folded, p.country, coalesce(c.address, '') as email from participants p"
        " left join contact_points c on c.participant_id = p.id and c.channel = 'email' and c.is_primary"
        " where p.erased_at is null order by p.name_folded, p.id, c.id desc"
    )
    return list({row["id"]: dict(row) for row in conn.execute(query)}.values())


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
