"""Surveys put to people and their answers: on the way (drafts), and as they are counted (responses).

Of an anonymous response nothing is kept that leads back to its request: `finish` moves the answers and removes what
they came from, in one transaction. Which questions there are is `domain/surveys.py`'s.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.surveys import SKIPPED, Guests, Request, coarse
from domain.times import iso, parse_iso


def from_row(row: sqlite3.Row) -> Request:
    return Request(
        id=row["id"],
        survey=row["survey"],
        version=row["version"],
        session_id=row["session_id"],
        participant_id=row["participant_id"],
        opened_at=parse_iso(row["opened_at"]),
        closes_at=parse_iso(row["closes_at"]),
        answered_at=parse_iso(row["answered_at"]) if row["answered_at"] else None,
        complete=bool(row["complete"]),
        closed_at=parse_iso(row["closed_at"]) if row["closed_at"] else None,
        in_chat=row["in_chat"],
        in_chat_at=parse_iso(row["in_chat_at"]) if row["in_chat_at"] else None,
    )


def get(conn: sqlite3.Connection, request_id: int) -> Request | None:
    row = conn.execute("select * from survey_requests where id = ?", (request_id,)).fetchone()
    return from_row(row) if row else None


def of_session(conn: sqlite3.Connection, survey: str, session_id: int) -> dict[int, Request]:
    """Participant -> the request of the newest version."""
    rows = conn.execute(
        "select * from survey_requests where survey = ? and session_id = ? order by version", (survey, session_id)
    )
    return {row["participant_id"]: from_row(row) for row in rows}


def open_for(conn: sqlite3.Connection, participant_id: int, now: datetime) -> list[Request]:
    """What waits for answers of this person, what closes first first."""
    rows = conn.execute(
        "select * from survey_requests where participant_id = ? and closed_at is null and closes_at > ?"
        " order by closes_at, id",
        (participant_id, iso(now)),
    )
    return [from_row(row) for row in rows]


def sessions_ended(conn: sqlite3.Connection, since: datetime, now: datetime) -> list[int]:
    """Sessions that ended between the two moments, by id."""
    rows = conn.execute(
        "select id from sessions where state = 'confirmed' and starts_at <= :now"
        " and unixepoch(starts_at) + 60 * minutes between unixepoch(:since) and unixepoch(:now) order by id",
        {"since": iso(since), "now": iso(now)},
    )
    return [row["id"] for row in rows]


def guests(conn: sqlite3.Connection, session_id: int) -> Guests:
    """Without those whose data was erased."""

    def people(query: str) -> frozenset[int]:
        alive = "select id from participants where erased_at is null"
        found = conn.execute(f"select participant_id from {query} and participant_id in ({alive})", (session_id,))
        return frozenset(row[0] for row in found)

    return Guests(
        attended=people("attendances where session_id = ?"),
        accepted=people("invitations where session_id = ? and wanted = 1 and partstat = 'ACCEPTED'"),
        sharers=people("sharers where session_id = ? and participant_id is not null"),
    )


def open_request(
    conn: sqlite3.Connection, survey: str, version: int, session_id: int | None, person: int, now: datetime,
    closes_at: datetime,
) -> bool:  # fmt: skip
    """Whether it was new."""
    done = conn.execute(
        "insert into survey_requests (survey, version, session_id, participant_id, opened_at, closes_at)"
        " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
        (survey, version, session_id, person, iso(now), iso(closes_at)),
    )
    return done.rowcount > 0


def raise_version(conn: sqlite3.Connection, request_id: int, version: int) -> None:
    """A request that nobody has answered is put in the newer version."""
    conn.execute("update survey_requests set version = ? where id = ?", (version, request_id))


def answered_before(conn: sqlite3.Connection, request: Request) -> int:
    """The newest earlier version in which this person answered about the same; 0 when none."""
    (version,) = conn.execute(
        "select max(version) from survey_requests where survey = ? and coalesce(session_id, 0) = ?"
        " and participant_id = ? and version < ? and answered_at is not null",
        (request.survey, request.session_id or 0, request.participant_id, request.version),
    ).fetchone()
    return int(version or 0)


# -- answers on the way ---------------------------------------------------------------------------------


def drafts(conn: sqlite3.Connection, request_id: int) -> dict[str, str]:
    """Question -> value; SKIPPED for one that was passed over."""
    rows = conn.execute("select question, value from survey_drafts where request_id = ?", (request_id,))
    return {row["question"]: row["value"] for row in rows}


def put(
    conn: sqlite3.Connection, request_id: int, given: Mapping[str, str], source: str, now: datetime,
    inbox_id: int | None = None,
) -> bool:  # fmt: skip
    """Keep answers; the newest to a question counts. Whether anything changed."""
    changed = 0
    for question, value in given.items():
        changed += conn.execute(
            "insert into survey_drafts (request_id, question, value, source, inbox_id, at) values (?, ?, ?, ?, ?, ?)"
            " on conflict (request_id, question) do update set value = excluded.value, source = excluded.source,"
            " inbox_id = excluded.inbox_id, at = excluded.at where value <> excluded.value",
            (request_id, question, value, source, inbox_id, iso(now)),
        ).rowcount
    if given:
        conn.execute(
            "update survey_requests set answered_at = ? where id = ? and answered_at is null", (iso(now), request_id)
        )
    return changed > 0


def drop(conn: sqlite3.Connection, request_id: int, questions: Iterable[str]) -> None:
    conn.executemany(
        "delete from survey_drafts where request_id = ? and question = ?", [(request_id, code) for code in questions]
    )


def put_in_chat(conn: sqlite3.Connection, request_id: int, question: str, now: datetime) -> None:
    """Note which question the person's chat shows last."""
    conn.execute(
        "update survey_requests set in_chat = ?, in_chat_at = ? where id = ?", (question, iso(now), request_id)
    )


# -- answers as they are counted ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Response:
    """`answers`: question -> value, without what was passed over. `free`: the questions answered in own words."""

    id: str
    survey: str
    version: int
    session_id: int | None
    asked: Sequence[str]
    answers: Mapping[str, str]
    free: frozenset[str]
    complete: bool
    answered_on: date
    request_id: int | None = None
    participant_id: int | None = None
    source: str = ""
    import_run_id: int | None = None
    row_key: str | None = None


def record(conn: sqlite3.Connection, response: Response) -> bool:
    """Whether it was new (a row of a file is taken in once)."""
    made = conn.execute(
        "insert into responses (id, survey, version, session_id, request_id, participant_id, source, asked, complete,"
        " answered_on, import_run_id, row_key) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        (
            response.id, response.survey, response.version, response.session_id, response.request_id,
            response.participant_id, response.source, json.dumps(list(response.asked)), int(response.complete),
            response.answered_on.isoformat(), response.import_run_id, response.row_key,
        ),
    )  # fmt: skip
    if made.rowcount:
        conn.executemany(
            "insert into response_answers (response_id, question, value, free) values (?, ?, ?, ?)",
            [(response.id, code, value, int(code in response.free)) for code, value in response.answers.items()],
        )
    return made.rowcount > 0


def finish(
    conn: sqlite3.Connection, request: Request, response_id: str, asked: Sequence[str], free: frozenset[str], *,
    anonymous: bool, complete: bool, now: datetime,
) -> None:  # fmt: skip
    """The answers on the way become a response. Of an anonymous one, the mails and updates that brought them are
    emptied too, but for a mail that still waits for a person."""
    rows = conn.execute("select * from survey_drafts where request_id = ?", (request.id,)).fetchall()
    sources = {row["source"] for row in rows}
    given = {row["question"]: row["value"] for row in rows if row["value"] != SKIPPED}
    record(
        conn,
        Response(
            id=response_id, survey=request.survey, version=request.version, session_id=request.session_id,
            asked=asked, answers=given, free=free, complete=complete,
            answered_on=coarse(now) if anonymous else now.date(),
            request_id=None if anonymous else request.id,
            participant_id=None if anonymous else request.participant_id,
            source="" if anonymous else next(iter(sources)) if len(sources) == 1 else "mixed",
        ),
    )  # fmt: skip
    if anonymous:
        conn.execute("pragma secure_delete = on")  # nor does the file keep what is deleted
        brought = {row["inbox_id"] for row in rows if row["inbox_id"] is not None}
        conn.executemany(
            "update inbox set raw = x'' where id = ? and state <> 'for_person'", [(one,) for one in brought]
        )
    conn.execute("delete from survey_drafts where request_id = ?", (request.id,))
    conn.execute("update survey_requests set complete = ? where id = ?", (int(complete), request.id))
    close(conn, request.id, now)


def answered_elsewhere(conn: sqlite3.Connection, request_id: int, now: datetime) -> None:
    """An existing form has the answers: nobody is asked again."""
    conn.execute(
        "update survey_requests set answered_at = coalesce(answered_at, ?), complete = 1 where id = ?",
        (iso(now), request_id),
    )
    close(conn, request_id, now)


def close(conn: sqlite3.Connection, request_id: int, now: datetime) -> None:
    conn.execute(
        "update survey_requests set closed_at = ? where id = ? and closed_at is null", (iso(now), request_id)
    )


def reopen(conn: sqlite3.Connection, request_id: int) -> None:
    conn.execute("update survey_requests set closed_at = null where id = ?", (request_id,))


def over(conn: sqlite3.Connection, now: datetime) -> list[Request]:
    """Not closed yet, though its time is over, or its session was cancelled."""
    rows = conn.execute(
        "select * from survey_requests r where closed_at is null and (closes_at <= ? or exists"
        " (select 1 from sessions s where s.id = r.session_id and s.state = 'cancelled')) order by id",
        (iso(now),),
    )
    return [from_row(row) for row in rows]


# -- looking --------------------------------------------------------------------------------------------


def counts(conn: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    """A row for each survey, version and session that was put to somebody: asked, answered, complete, open."""
    rows = conn.execute(
        "select r.survey, r.version, r.session_id, s.title as session, count(*) as asked,"
        " count(r.answered_at) as answered, sum(r.complete) as complete,"
        " sum(r.closed_at is null) as open, min(r.opened_at) as opened_at"
        " from survey_requests r left join sessions s on s.id = r.session_id"
        " group by r.survey, r.version, r.session_id order by min(r.opened_at), r.survey, r.session_id, r.version"
    )
    return (dict(row) for row in rows)


def answers(conn: sqlite3.Connection, survey: str, session_ids: Iterable[int] | None = None) -> list[Response]:
    """What was answered to a survey, in the order of the (random) ids; `session_ids`: only about these."""
    given: dict[str, list[sqlite3.Row]] = defaultdict(list)
    among = None if session_ids is None else json.dumps(list(session_ids))
    where = "r.survey = ? and (? is null or r.session_id in (select value from json_each(?)))"
    query = f"select a.* from response_answers a join responses r on r.id = a.response_id where {where}"
    for row in conn.execute(query, (survey, among, among)):
        given[row["response_id"]].append(row)
    return [
        Response(
            id=row["id"], survey=row["survey"], version=row["version"], session_id=row["session_id"],
            asked=json.loads(row["asked"]), answers={a["question"]: a["value"] for a in given[row["id"]]},
            free=frozenset(a["question"] for a in given[row["id"]] if a["free"]), complete=bool(row["complete"]),
            answered_on=date.fromisoformat(row["answered_on"]), request_id=row["request_id"],
            participant_id=row["participant_id"], source=row["source"], import_run_id=row["import_run_id"],
            row_key=row["row_key"],
        )
        for row in conn.execute(f"select r.* from responses r where {where} order by r.id", (survey, among, among))
    ]  # fmt: skip
