"""What the planner asks: who may need something now, and everything known about them, in pages.

A candidate is a person for whom a touch's key is not in the outbox yet, or was taken back before it left; whether
the touch may go is decided above.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.invitations import Rsvp
from domain.planning import Facts, Heard
from domain.sessions import Invites, Session, SessionState
from domain.times import iso, parse_iso
from store import invitations, participants, sessions

PAGE = 200
# What was taken back before it left may be called for again.
_STANDS = " and (o.state <> 'cancelled' or o.repeats > 0)"


def plannable_sessions(conn: sqlite3.Connection, now: datetime) -> list[Session]:
    """Sessions that are not over."""
    return sessions.listing(conn, ending_after=now)


def welcome_pages(conn: sqlite3.Connection, now: datetime, person: int | None = None) -> Iterator[list[Facts]]:
    """Registered people who have no welcome in the outbox."""
    query = (
        "select id, registered_at from participants p where id > ? and (? is null or id = ?)"
        " and registered_at is not null and erased_at is null"
        f" and not exists (select 1 from outbox o where key = 'welcome/' || p.id{_STANDS}) order by id limit ?"
    )
    after = 0
    while rows := conn.execute(query, (after, person, person, PAGE)).fetchall():
        after = rows[-1]["id"]
        people = participants.load(conn, [row["id"] for row in rows], now)
        yield [Facts(person=people[r["id"]], registered_at=parse_iso(r["registered_at"])) for r in rows]


def session_pages(
    conn: sqlite3.Connection, session: Session, now: datetime, person: int | None = None
) -> Iterator[list[Facts]]:
    """People to whom `session` may still have something to say."""
    if session.state is SessionState.CANCELLED:
        query = _ENTRIES
    elif session.invites is Invites.EVERYBODY:
        query = _EVERYBODY
    else:
        query = _REGISTERED
    values = {"session": session.id, "sequence": session.sequence, "person": person, "page": PAGE, "after": 0}
    while rows := conn.execute(query, values).fetchall():
        ids = [row["id"] for row in rows]
        values["after"] = ids[-1]
        yield of_session(conn, session, ids, now)


_NOT_YET = """ and not exists (select 1 from outbox o where o.key =
  case when coalesce(i.wanted, 1) = 1 and :cancelled = 0 then 'invite/' else 'cancel/' end
  || :session || '/' || (:sequence + coalesce(i.bump, 0)) || '/' || p.id"""
_NOT_YET += f"""{_STANDS})
 order by p.id limit :page"""
_PERSON = " p.id > :after and (:person is null or p.id = :person)"
_REGISTERED = (
    "select p.id from participants p"
    " left join invitations i on i.session_id = :session and i.participant_id = p.id"
    " left join registrations r on r.session_id = :session and r.participant_id = p.id and r.state = 'registered'"
    f" where {_PERSON} and p.erased_at is null and (r.id is not null or i.id is not null)"
    + _NOT_YET.replace(":cancelled", "0")
)
_EVERYBODY = (
    "select p.id from participants p"
    " left join invitations i on i.session_id = :session and i.participant_id = p.id"
    f" where {_PERSON} and p.erased_at is null and (p.registered_at is not null or i.id is not null)"
    + _NOT_YET.replace(":cancelled", "0")
)
_ENTRIES = (
    "select p.id from participants p join invitations i on i.session_id = :session and i.participant_id = p.id"
    f" where {_PERSON}" + _NOT_YET.replace(":cancelled", "1")
)


def rsvp_pages(conn: sqlite3.Connection, now: datetime, person: int | None = None) -> Iterator[list[Facts]]:
    """Answers by mail text that count now and were not confirmed yet."""
    query = (
        "select r.*, i.session_id, i.participant_id from rsvps r join invitations i on i.id = r.invitation_id"
        " where r.id > ? and (? is null or i.participant_id = ?) and r.source = 'mail_text'"
        " and r.partstat = i.partstat and r.stamp = i.answered_at"
        f" and not exists (select 1 from outbox o where key = 'rsvp/' || r.id{_STANDS}) order by r.id limit ?"
    )
    after = 0
    while rows := conn.execute(query, (after, person, person, PAGE)).fetchall():
        after = rows[-1]["id"]
        found = []
        for row in rows:
            session = sessions.get(conn, row["session_id"])
            assert session is not None
            if session.ends_at > now and session.state is SessionState.CONFIRMED:
                rsvp = invitations.rsvp_from_row(row)
                found += of_session(conn, session, [row["participant_id"]], now, rsvp)
        if found:
            yield found


def of_session(
    conn: sqlite3.Connection, session: Session, ids: Sequence[int], now: datetime, rsvp: Rsvp | None = None
) -> list[Facts]:
    """Everything about these people and this session."""
    marks = ",".join("?" * len(ids))
    people = participants.load(conn, ids, now)
    invited = invitations.of_session(conn, session.id, ids)
    registered = {
        row["participant_id"]
        for row in conn.execute(
            "select participant_id from registrations where session_id = ? and state = 'registered'"
            f" and participant_id in ({marks})",
            (session.id, *ids),
        )
    }
    heard = {
        row["participant_id"]: Heard(row["request"], row["cancel"])
        for row in conn.execute(
            "select participant_id,"
            " max(case when purpose in ('invitation', 'update') then sequence end) as request,"
            " max(case when purpose = 'cancellation' then sequence end) as cancel"
            f" from outbox where participant_id in ({marks}) and session_id = ?"
            " and (state in ('at_risk', 'sent', 'unsure') or repeats > 0) group by participant_id",
            (*ids, session.id),
        )
    }
    return [
        Facts(
            person=people[i],
            session=session,
            registered=i in registered,
            invitation=invited.get(i),
            heard=heard.get(i, Heard()),
            rsvp=rsvp,
        )
        for i in ids
        if i in people
    ]


def of_message(conn: sqlite3.Connection, key: str, person: int, session_id: int | None, now: datetime) -> Facts | None:
    """The facts behind one recorded message, as they are now; None when its person or session is gone."""
    people = participants.load(conn, [person], now)
    if person not in people:
        return None
    if session_id is None:
        row = conn.execute("select registered_at from participants where id = ?", (person,)).fetchone()
        return Facts(people[person], registered_at=parse_iso(row["registered_at"]) if row["registered_at"] else None)
    session = sessions.get(conn, session_id)
    if session is None:
        return None
    rsvp = None
    if key.startswith("rsvp/"):
        rsvp_id = key.partition("#")[0].removeprefix("rsvp/")
        row = conn.execute("select * from rsvps where id = ?", (rsvp_id,)).fetchone()
        rsvp = invitations.rsvp_from_row(row) if row else None
    return of_session(conn, session, [person], now, rsvp)[0]


def record_decision(
    conn: sqlite3.Connection,
    key: str,
    person: int,
    session_id: int | None,
    touchpoint: str,
    verdict: str,
    because: str,
    until: datetime | None,
    now: datetime,
) -> None:
    """Keep the newest Hold or Skip of a touch; writing the same again changes nothing."""
    conn.execute(
        "insert into decisions (key, participant_id, session_id, touchpoint, verdict, because, until, decided_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do update set verdict = excluded.verdict,"
        " because = excluded.because, until = excluded.until, decided_at = excluded.decided_at"
        " where verdict <> excluded.verdict or because <> excluded.because or until is not excluded.until",
        (key, person, session_id, touchpoint, verdict, because, iso(until) if until else None, iso(now)),
    )


def forget_decision(conn: sqlite3.Connection, key: str) -> None:
    """The touch was sent after all."""
    conn.execute("delete from decisions where key = ?", (key,))
