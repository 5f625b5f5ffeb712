"""What a person's calendar feed shows, and the number of the address that leads to it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.invitations import Invitation
from domain.sessions import Session
from domain.times import iso
from store import invitations, sessions

FIRST = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A session that concerns somebody; `invitation` is None before the invitation was written."""

    session: Session
    invitation: Invitation | None


def number(conn: sqlite3.Connection, person: int) -> int:
    row = conn.execute("select number from feed_links where participant_id = ?", (person,)).fetchone()
    return int(row[0]) if row else FIRST


def renew(conn: sqlite3.Connection, person: int) -> None:
    """The address in force is void from now on."""
    conn.execute(
        "insert into feed_links (participant_id, number) values (?, ?)"
        " on conflict (participant_id) do update set number = number + 1",
        (person, FIRST + 1),
    )


def entries(conn: sqlite3.Connection, person: int, since: datetime) -> list[Entry]:
    """Sessions that began after `since` for which this person is registered or was invited, by start.

    Who withdrew, or was taken off, has none; who declined has an entry that says so.
    """
    rows = conn.execute(
        "select s.id from sessions s where s.starts_at > ? and ("
        " exists (select 1 from registrations r where r.session_id = s.id and r.participant_id = ?"
        "         and r.state = 'registered')"
        " or exists (select 1 from invitations i where i.session_id = s.id and i.participant_id = ? and i.wanted = 1))"
        " order by s.starts_at, s.id",
        (iso(since), person, person),
    ).fetchall()
    found = []
    for row in rows:
        session = sessions.get(conn, row["id"])
        assert session is not None
        found.append(Entry(session, invitations.of_session(conn, session.id, [person]).get(person)))
    return [one for one in found if one.invitation is None or one.invitation.wanted]
