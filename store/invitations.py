"""Invitations and the answers to them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.invitations import Invitation, PartStat, Rsvp, RsvpSource, resolve
from domain.times import iso, parse_iso


def from_row(row: sqlite3.Row) -> Invitation:
    return Invitation(
        id=row["id"],
        session_id=row["session_id"],
        participant_id=row["participant_id"],
        uid=row["uid"],
        origin=row["origin"],
        wanted=bool(row["wanted"]),
        bump=row["bump"],
        partstat=PartStat(row["partstat"]),
        answered_at=parse_iso(row["answered_at"]) if row["answered_at"] else None,
    )


def rsvp_from_row(row: sqlite3.Row) -> Rsvp:
    return Rsvp(
        id=row["id"],
        invitation_id=row["invitation_id"],
        partstat=PartStat(row["partstat"]),
        source=RsvpSource(row["source"]),
        sequence=row["sequence"],
        stamp=parse_iso(row["stamp"]),
        comment=row["comment"],
        proposed_start=parse_iso(row["proposed_start"]) if row["proposed_start"] else None,
        inbox_id=row["inbox_id"],
    )


def ensure(
    conn: sqlite3.Connection, session_id: int, participant_id: int, uid: str, origin: str, now: datetime
) -> int:
    """The id of this person's invitation, made when it is not there yet."""
    conn.execute(
        "insert into invitations (session_id, participant_id, uid, origin, created_at) values (?, ?, ?, ?, ?)"
        " on conflict (session_id, participant_id) do nothing",
        (session_id, participant_id, uid, origin, iso(now)),
    )
    row = conn.execute(
        "select id from invitations where session_id = ? and participant_id = ?", (session_id, participant_id)
    ).fetchone()
    return int(row["id"])


def of_session(conn: sqlite3.Connection, session_id: int, people: Sequence[int]) -> dict[int, Invitation]:
    """Participant id -> invitation, for one page of people."""
    marks = ",".join("?" * len(people))
    rows = conn.execute(
        f"select * from invitations where session_id = ? and participant_id in ({marks})",
        (session_id, *people),
    )
    return {row["participant_id"]: from_row(row) for row in rows}


def by_uids(conn: sqlite3.Connection, uids: Iterable[str]) -> dict[str, Invitation]:
    """UID -> invitation, of those that there are."""
    query = "select * from invitations where uid in (select value from json_each(?))"
    return {row["uid"]: from_row(row) for row in conn.execute(query, (json.dumps(list(uids)),))}


def by_pairs(conn: sqlite3.Connection, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Invitation]:
    """(participant, session) -> invitation, of those that there are."""
    rows = conn.execute(
        "with given (person, session) as ("
        " select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(?))"
        " select invitations.* from given"
        " cross join invitations on session_id = session and participant_id = person",
        (json.dumps(list(pairs)),),
    )
    return {(row["participant_id"], row["session_id"]): from_row(row) for row in rows}


def get(conn: sqlite3.Connection, invitation_id: int) -> Invitation | None:
    row = conn.execute("select * from invitations where id = ?", (invitation_id,)).fetchone()
    return from_row(row) if row else None


def record_rsvp(conn: sqlite3.Connection, rsvp: Rsvp, time_sequence: int, now: datetime) -> tuple[int | None, bool]:
    """Keep an answer and settle which one counts. (id or None when it was known already, whether it counts)."""
    row = conn.execute(
        "insert into rsvps (invitation_id, partstat, source, sequence, stamp, comment, proposed_start, inbox_id,"
        " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id",
        (
            rsvp.invitation_id,
            rsvp.partstat.value,
            rsvp.source.value,
            rsvp.sequence,
            iso(rsvp.stamp),
            rsvp.comment,
            iso(rsvp.proposed_start) if rsvp.proposed_start else None,
            rsvp.inbox_id,
            iso(now),
        ),
    ).fetchone()
    winner = settle(conn, rsvp.invitation_id, time_sequence)
    new_id = int(row["id"]) if row else None
    return new_id, new_id is not None and winner is not None and winner.id == new_id


def newest_rsvp(conn: sqlite3.Connection, invitation_id: int) -> Rsvp | None:
    """The answer that came last, whether or not it counts."""
    row = conn.execute(
        "select * from rsvps where invitation_id = ? order by stamp desc, id desc limit 1", (invitation_id,)
    ).fetchone()
    return rsvp_from_row(row) if row else None


def settle(conn: sqlite3.Connection, invitation_id: int, time_sequence: int) -> Rsvp | None:
    """Write PARTSTAT from all answers there are; the answer that counts, if any."""
    rows = conn.execute("select * from rsvps where invitation_id = ?", (invitation_id,))
    winner = resolve(map(rsvp_from_row, rows), time_sequence)
    conn.execute(
        "update invitations set partstat = ?, answered_at = ? where id = ?",
        (
            (winner.partstat if winner else PartStat.NEEDS_ACTION).value,
            iso(winner.stamp) if winner else None,
            invitation_id,
        ),
    )
    return winner


def settle_session(conn: sqlite3.Connection, session_id: int, time_sequence: int) -> None:
    """After a session moved: answers for the old time no longer count."""
    rows = conn.execute(
        "select id from invitations where session_id = ? and partstat <> 'NEEDS-ACTION'", (session_id,)
    ).fetchall()
    for row in rows:
        settle(conn, row["id"], time_sequence)


def withdraw(conn: sqlite3.Connection, session_id: int, participant_id: int) -> bool:
    """Take a person off: the registration is withdrawn and the entry will be cancelled with SEQUENCE + 1."""
    conn.execute(
        "update registrations set state = 'withdrawn' where session_id = ? and participant_id = ?",
        (session_id, participant_id),
    )
    changed = conn.execute(
        "update invitations set wanted = 0, bump = bump + 1 where session_id = ? and participant_id = ? and wanted = 1",
        (session_id, participant_id),
    )
    return changed.rowcount > 0


def want_again(conn: sqlite3.Connection, session_id: int, participant_id: int) -> None:
    """A person who was taken off registers again: a fresh REQUEST above the CANCEL's SEQUENCE.

    What they answered before they left no longer holds.
    """
    conn.execute(
        "update invitations set wanted = 1, bump = bump + 1, origin = 'registration', partstat = 'NEEDS-ACTION',"
        " answered_at = null"
        " where session_id = ? and participant_id = ? and wanted = 0",
        (session_id, participant_id),
    )
