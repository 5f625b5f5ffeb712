"""Proposals of clinics, as people make them question by question."""

import sqlite3
from datetime import datetime

from domain.proposals import Field, Proposal
from domain.times import iso, parse_iso


def start(conn: sqlite3.Connection, participant_id: int, source: str, now: datetime) -> Proposal:
    """A new one, with its first question put."""
    row = conn.execute(
        "insert into proposals (participant_id, source, asked_at, created_at) values (?, ?, ?, ?) returning *",
        (participant_id, source, iso(now), iso(now)),
    ).fetchone()
    return _from_row(row)


def get(conn: sqlite3.Connection, proposal_id: int) -> Proposal | None:
    row = conn.execute("select * from proposals where id = ?", (proposal_id,)).fetchone()
    return _from_row(row) if row else None


def asking(conn: sqlite3.Connection, participant_id: int) -> Proposal | None:
    """The newest one of this person with a question open."""
    query = "select * from proposals where participant_id = ? and state = 'asking' order by id desc limit 1"
    row = conn.execute(query, (participant_id,)).fetchone()
    return _from_row(row) if row else None


def of_person(conn: sqlite3.Connection, participant_id: int) -> list[Proposal]:
    """Everything that this person proposed, the newest last."""
    query = "select * from proposals where participant_id = ? order by id"
    return [_from_row(row) for row in conn.execute(query, (participant_id,))]


def put_on_page(conn: sqlite3.Connection, proposal_id: int) -> None:
    """A page shows the question that is open: nobody has to send it at once."""
    conn.execute("update proposals set on_page = 1 where id = ?", (proposal_id,))


def answer(conn: sqlite3.Connection, proposal: Proposal, name: Field, text: str, now: datetime) -> Proposal:
    """Keep one answer; with the last of three it is complete, else the next question is put."""
    change = f"update proposals set {name} = ?, asked_at = ?, in_chat = null, on_page = 0 where id = ?"
    conn.execute(change, (text, iso(now), proposal.id))
    found = get(conn, proposal.id)
    assert found is not None
    if found.waits_for is None:
        conn.execute(
            "update proposals set completed_at = ?, state = 'complete' where id = ? and state = 'asking'",
            (iso(now), proposal.id),
        )
        found = get(conn, proposal.id)
        assert found is not None
    return found


def put_in_chat(conn: sqlite3.Connection, proposal_id: int, inbox_id: int, now: datetime) -> None:
    """The chat says the open question, as an answer to that update."""
    conn.execute("update proposals set in_chat = ?, asked_at = ? where id = ?", (inbox_id, iso(now), proposal_id))


def told_in_chat(conn: sqlite3.Connection, proposal_id: int) -> None:
    """The chat says that it is complete: no letter has to."""
    conn.execute("delete from followups where kind = 'proposed' and ref = ?", (proposal_id,))


def settle(conn: sqlite3.Connection, proposal_id: int, state: str, now: datetime) -> bool:
    """`state`: declined or withdrawn. Whether it was open until now."""
    done = conn.execute(
        "update proposals set state = ?, settled_at = ? where id = ? and settled_at is null",
        (state, iso(now), proposal_id),
    )
    return done.rowcount == 1


def listing(conn: sqlite3.Connection, *, waiting: bool = True) -> list[Proposal]:
    """Those that nobody has settled, or all, the oldest first."""
    rows = conn.execute("select * from proposals where settled_at is null or not ? order by id", (int(waiting),))
    return [_from_row(row) for row in rows]


def ambassadors(conn: sqlite3.Connection, since: datetime, most: int) -> list[int]:
    """Ambassadors who were not asked for a proposal since then, made none, and have none that waits for a coordinator;
    who was never asked first."""
    rows = conn.execute(
        "select p.id, (select max(created_at) from proposals x where x.participant_id = p.id) as newest"
        " from participants p join participant_roles r on r.participant_id = p.id and r.role = 'ambassador'"
        " where p.erased_at is null and p.registered_at is not null and not exists"
        " (select 1 from proposals x where x.participant_id = p.id and (x.created_at > ? or x.state = 'complete'))"
        " order by newest is not null, newest, p.id limit ?",
        (iso(since), most),
    )
    return [row["id"] for row in rows]


def _from_row(row: sqlite3.Row) -> Proposal:
    return Proposal(
        id=row["id"],
        participant_id=row["participant_id"],
        title=row["title"],
        purpose=row["purpose"],
        wanted=row["wanted"],
        state=row["state"],
        source=row["source"],
        asked_at=parse_iso(row["asked_at"]),
        created_at=parse_iso(row["created_at"]),
        session_id=row["session_id"],
        in_chat=row["in_chat"],
    )
