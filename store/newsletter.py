"""Issues: their state, what coordinators wrote for them, their approval and the list it is bound to.

What an issue says is put together above (`steps/newsletter_content.py`); its messages are in the outbox.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.newsletter import OPEN, Block, IssueKind, IssueState, Words
from domain.times import iso, parse_iso

_OPEN = ", ".join(f"'{state.value}'" for state in OPEN)
PAGE = 500


@dataclass(frozen=True, slots=True)
class Issue:
    """`content` is JSON ("" before the approval); the hashes are what its approval was given for."""

    id: int
    kind: IssueKind
    state: IssueState
    since: datetime
    until: datetime
    created_at: datetime
    approved_at: datetime | None
    content: str
    content_hash: str
    wording_hash: str
    readers: int
    sent_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Reader:
    """One line of an approved list."""

    participant_id: int
    language: str


def _from_row(row: sqlite3.Row) -> Issue:
    return Issue(
        id=row["id"],
        kind=IssueKind(row["kind"]),
        state=IssueState(row["state"]),
        since=parse_iso(row["since"]),
        until=parse_iso(row["until"]),
        created_at=parse_iso(row["created_at"]),
        approved_at=parse_iso(row["approved_at"]) if row["approved_at"] else None,
        content=row["content"],
        content_hash=row["content_hash"],
        wording_hash=row["wording_hash"],
        readers=row["readers"],
        sent_at=parse_iso(row["sent_at"]) if row["sent_at"] else None,
        note=row["note"],
    )


# -- issues -------------------------------------------------------------------------------------------------


def add(
    conn: sqlite3.Connection, kind: IssueKind, state: IssueState, since: datetime, now: datetime, note: str = ""
) -> Issue:
    """A new issue. sqlite3.IntegrityError while another of its kind is open."""
    row = conn.execute(
        "insert into issues (kind, state, since, until, created_at, note) values (?, ?, ?, ?, ?, ?) returning *",
        (kind.value, state.value, iso(since), iso(now), iso(now), note),
    ).fetchone()
    conn.execute(
        "update issues set settled_at = ? where kind = ? and state = 'skipped' and id <> ? and settled_at is null",
        (iso(now), kind.value, row["id"]),
    )
    return _from_row(row)


def get(conn: sqlite3.Connection, issue_id: int) -> Issue | None:
    row = conn.execute("select * from issues where id = ?", (issue_id,)).fetchone()
    return _from_row(row) if row else None


def opened(conn: sqlite3.Connection, kind: IssueKind) -> Issue | None:
    """The issue of that kind that is not done with."""
    row = conn.execute(f"select * from issues where kind = ? and state in ({_OPEN})", (kind.value,)).fetchone()
    return _from_row(row) if row else None


def newest(conn: sqlite3.Connection, kind: IssueKind) -> Issue | None:
    """The last that was made, whatever became of it."""
    row = conn.execute("select * from issues where kind = ? order by id desc limit 1", (kind.value,)).fetchone()
    return _from_row(row) if row else None


def told_until(conn: sqlite3.Connection, kind: IssueKind) -> datetime | None:
    """Up to when readers of that kind know what happened; None before the first issue."""
    row = conn.execute(
        "select max(until) from issues where kind = ? and state in ('approved', 'sending', 'sent')", (kind.value,)
    ).fetchone()
    return parse_iso(row[0]) if row[0] else None


def listing(conn: sqlite3.Connection, states: Sequence[IssueState] = tuple(IssueState)) -> list[Issue]:
    """Newest first."""
    rows = conn.execute(
        "select * from issues where state in (select value from json_each(?)) order by id desc",
        (json.dumps([state.value for state in states]),),
    )
    return [_from_row(row) for row in rows]


def is_any(conn: sqlite3.Connection, states: Sequence[IssueState], kinds: Sequence[IssueKind]) -> bool:
    """Whether there is an issue of these states and kinds."""
    query = (
        "select exists (select 1 from issues where state in (select value from json_each(?))"
        " and kind in (select value from json_each(?)))"
    )
    return bool(conn.execute(query, (json.dumps(states), json.dumps(kinds))).fetchone()[0])


def approve(
    conn: sqlite3.Connection, issue: Issue, content: str, hashes: tuple[str, str], readers: int, who: str, now: datetime
) -> None:
    """Keep what was approved: content as JSON, and the hashes of content and wording."""
    conn.execute(
        "update issues set state = 'approved', until = ?, approved_at = ?, approved_by = ?, content = ?,"
        " content_hash = ?, wording_hash = ?, readers = ?, note = '' where id = ?",
        (iso(now), iso(now), who, content, *hashes, readers, issue.id),
    )


def move(
    conn: sqlite3.Connection, issue_id: int, sources: Sequence[IssueState], target: IssueState, now: datetime, note: str
) -> bool:
    """False when the issue is in none of `sources`."""
    done = conn.execute(
        "update issues set state = ?, note = ?, sent_at = case when ? = 'sent' then ? else sent_at end"
        " where id = ? and state in (select value from json_each(?))",
        (target.value, note, target.value, iso(now), issue_id, json.dumps([state.value for state in sources])),
    )
    return done.rowcount == 1


def forget_approval(conn: sqlite3.Connection, issue_id: int) -> None:
    """It has to be asked for again; who is on the list and has the issue stays there."""
    conn.execute(
        "update issues set approved_at = null, approved_by = '', content = '', content_hash = '', wording_hash = ''"
        " where id = ?",
        (issue_id,),
    )
    forget_readers(conn, issue_id)


def skipped(conn: sqlite3.Connection) -> list[Issue]:
    """Issues that were skipped, of which no person knows yet. Oldest first."""
    rows = conn.execute("select * from issues where state = 'skipped' and settled_at is null order by id")
    return [_from_row(row) for row in rows]


def settle(conn: sqlite3.Connection, issue_id: int, now: datetime) -> bool:
    """A person knows that it was skipped."""
    done = conn.execute(
        "update issues set settled_at = ? where id = ? and state = 'skipped' and settled_at is null",
        (iso(now), issue_id),
    )
    return done.rowcount == 1


# -- what coordinators wrote ----------------------------------------------------------------------------------


def write_block(
    conn: sqlite3.Connection, issue_id: int, section: str, name: str, language: str, words: Words, now: datetime
) -> None:
    """Put one language of a block in place of what was there; an empty body takes it away."""
    if not words.body.strip():
        conn.execute(
            "delete from issue_blocks where issue_id = ? and section = ? and name = ? and language = ?",
            (issue_id, section, name, language),
        )
        return
    conn.execute(
        "insert into issue_blocks (issue_id, section, name, language, title, body, changed_at)"
        " values (?, ?, ?, ?, ?, ?, ?) on conflict do update set title = excluded.title, body = excluded.body,"
        " changed_at = excluded.changed_at",
        (issue_id, section, name, language, words.title, words.body, iso(now)),
    )


def blocks(conn: sqlite3.Connection, issue_id: int) -> tuple[Block, ...]:
    """By section and name."""
    found: dict[tuple[str, str], dict[str, Words]] = defaultdict(dict)
    rows = conn.execute("select * from issue_blocks where issue_id = ? order by section, name, language", (issue_id,))
    for row in rows:
        found[row["section"], row["name"]][row["language"]] = Words(row["title"], row["body"])
    return tuple(Block(section, name, words) for (section, name), words in found.items())  # type: ignore[arg-type]  # the schema checks it


# -- the approved list ----------------------------------------------------------------------------------------


def forget_readers(conn: sqlite3.Connection, issue_id: int) -> None:
    """An earlier list; who has the issue already keeps their line."""
    conn.execute("delete from issue_readers where issue_id = ? and recorded_at is null", (issue_id,))


def put_reader(conn: sqlite3.Connection, issue_id: int, one: Reader) -> None:
    conn.execute(
        "insert into issue_readers (issue_id, participant_id, language) values (?, ?, ?)"
        " on conflict (issue_id, participant_id) do nothing",
        (issue_id, one.participant_id, one.language),
    )


def waiting_readers(conn: sqlite3.Connection, issue_id: int, most: int = PAGE) -> list[Reader]:
    """The next of the list that are neither in the outbox nor left out."""
    rows = conn.execute(
        "select participant_id, language from issue_readers where issue_id = ? and recorded_at is null"
        " order by participant_id limit ?",
        (issue_id, most),
    )
    return [Reader(row["participant_id"], row["language"]) for row in rows]


def recorded(conn: sqlite3.Connection, issue_id: int, done: Iterable[tuple[int, str]], now: datetime) -> None:
    """These are in the outbox, or left out for the reason given ("" for none)."""
    conn.executemany(
        "update issue_readers set recorded_at = ?, left_out = ? where issue_id = ? and participant_id = ?",
        ((iso(now), why, issue_id, person) for person, why in done),
    )


def reader_ids(conn: sqlite3.Connection, issue_id: int) -> Iterator[int]:
    """The approved list, by id."""
    query = "select participant_id from issue_readers where issue_id = ? order by participant_id"
    for (person,) in conn.execute(query, (issue_id,)):
        yield int(person)


def registered(
    conn: sqlite3.Connection, people: Sequence[int], sessions: Sequence[int]
) -> dict[int, frozenset[int]]:
    """Of these sessions, those that each of these people registered for or accepted; who did for none is left out."""
    found: dict[int, set[int]] = defaultdict(set)
    among = (json.dumps(list(people)), json.dumps(list(sessions)))
    both = "participant_id in (select value from json_each(?)) and session_id in (select value from json_each(?))"
    rows = conn.execute(
        f"select participant_id, session_id from registrations where state = 'registered' and {both}"
        " union select participant_id, session_id from invitations"
        f" where partstat = 'ACCEPTED' and wanted = 1 and {both}",
        (*among, *among),
    )
    for row in rows:
        found[row["participant_id"]].add(row["session_id"])
    return {person: frozenset(ids) for person, ids in found.items()}


def left_out_because(conn: sqlite3.Connection, issue_id: int, participant_id: int) -> str | None:
    """Why this person, who is on the list, got nothing; "" when they did, or will. None: they are not on it."""
    row = conn.execute(
        "select left_out from issue_readers where issue_id = ? and participant_id = ?", (issue_id, participant_id)
    ).fetchone()
    return str(row[0]) if row else None
