"""Rows of the outbox: one a key, one owner a claim, and fences that hold."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.messages import Settlement, State
from store import claims, database, outbox, outbox_moves, payloads
from store.outbox import NewMessage
from tests.programme import NOON, Place

LATER = NOON + timedelta(minutes=30)
WELCOME = NewMessage(
    key="welcome/1", participant_id=1, contact_point_id=1, channel="email", touchpoint="welcome", purpose="welcome",
    topic="programme", session_id=None, invitation_id=None, sequence=None, state=State.QUEUED, because="registered",
    language="en", priority=5, not_before=NOON, expires_at=None, message_id="<one@example.org>",
    sender="l@example.org", recipient="p1@example.org", repeatable=False, data=b"Subject: one\r\n\r\n",
)  # fmt: skip


@pytest.fixture
def conn(tmp_path: object) -> sqlite3.Connection:
    place = Place(tmp_path)
    place.person()
    return place.app.conn


def record(conn: sqlite3.Connection, n: int = 1, **fields: object) -> int:
    message = replace(WELCOME, key=f"welcome/{n}", message_id=f"<{n}@example.org>", **fields)
    assert outbox.record(conn, message, NOON)
    return int(conn.execute("select id from outbox where key = ?", (message.key,)).fetchone()[0])


def state(conn: sqlite3.Connection, message_id: int) -> str:
    return str(conn.execute("select state from outbox where id = ?", (message_id,)).fetchone()[0])


def claim(conn: sqlite3.Connection, owner: str = "me", most: int = 10) -> list[int]:
    return [m.id for m in claims.claim(conn, "email", owner, NOON, LATER, most)]


@pytest.mark.parametrize("there", [s for s in State if s not in (State.CANCELLED, State.CLAIMED, State.AT_RISK)])
def test_record_same_key_again_changes_nothing(conn: sqlite3.Connection, there: State) -> None:
    one = record(conn, state=there)
    assert not outbox.record(conn, replace(WELCOME, data=b"other"), NOON)
    assert (state(conn, one), payloads.read(conn, one)) == (there.value, WELCOME.data)


def test_record_taken_back_before_it_left_is_written_anew(conn: sqlite3.Connection) -> None:
    one = record(conn)
    outbox_moves.recall(conn, "suppressed", participant_id=1)
    again = replace(WELCOME, message_id="<1@example.org>", data=b"new", recipient="new@example.org")
    assert outbox.record(conn, again, LATER)
    message = outbox.get(conn, one)
    assert message is not None
    assert (message.state, message.note, message.recipient) == (State.QUEUED, "", "new@example.org")
    assert payloads.read(conn, one) == b"new"


def test_record_taken_back_while_a_repeat_was_due_stays_so(conn: sqlite3.Connection) -> None:
    """It may have arrived the first time."""
    one = record(conn)
    conn.execute("update outbox set repeats = 1")
    outbox_moves.recall(conn, "suppressed", participant_id=1)
    assert not outbox.record(conn, replace(WELCOME, message_id="<1@example.org>"), LATER)
    assert state(conn, one) == "cancelled"


def test_claim_urgent_and_oldest_first_each_once(conn: sqlite3.Connection) -> None:
    late = record(conn, 1, not_before=NOON + timedelta(seconds=1))
    low, high, older = record(conn, 2, priority=6), record(conn, 3, priority=1), record(
        conn, 4, not_before=NOON - timedelta(hours=1)
    )
    assert (claim(conn, most=2), claim(conn, "other"), claim(conn)) == ([high, older], [low], [])
    assert state(conn, late) == "queued"


def test_claim_reads_its_page_and_no_more_of_what_is_queued(conn: sqlite3.Connection) -> None:
    for n in range(1, 200):
        record(conn, n)
    seen: list[str] = []
    conn.set_trace_callback(seen.append)
    assert len(claim(conn, most=5)) == 5
    conn.set_trace_callback(None)
    plans = [str(row["detail"]) for query in seen if query.startswith(("select", "update"))
             for row in conn.execute(f"explain query plan {query}")]  # fmt: skip
    assert [step for step in plans if step.startswith("SCAN") or "TEMP B-TREE" in step] == []


@pytest.mark.parametrize("resting", [s for s in State if s not in (State.QUEUED, State.CLAIMED, State.AT_RISK)])
def test_claim_takes_queued_only(conn: sqlite3.Connection, resting: State) -> None:
    record(conn, state=resting)
    assert claim(conn) == []


def test_leased_only_the_owners_own_and_useful(conn: sqlite3.Connection) -> None:
    mine, theirs, useless, recalled = (record(conn, n) for n in range(1, 5))
    claim(conn)
    conn.execute("update outbox set claim = 'other' where id = ?", (theirs,))
    conn.execute("update outbox set expires_at = ? where id = ?", (NOON.isoformat(timespec="seconds"), useless))
    conn.execute("update outbox set state = 'cancelled', claim = null, lease_until = null where id = ?", (recalled,))
    ids = [mine, theirs, useless, recalled]
    assert claims.leased(conn, ids, "me", NOON) == {mine}


def test_leased_no_longer_when_the_lease_is_over(conn: sqlite3.Connection) -> None:
    one = record(conn)
    claim(conn)
    assert claims.leased(conn, [one], "me", LATER) == set()


def test_settle_by_a_stranger_changes_nothing(conn: sqlite3.Connection) -> None:
    one = record(conn)
    claim(conn)
    assert not claims.settle(conn, one, "other", Settlement(State.SENT), NOON)
    assert claims.settle(conn, one, "me", Settlement(State.SENT), NOON)
    assert not claims.settle(conn, one, "me", Settlement(State.FAILED), NOON)
    message = outbox.get(conn, one)
    assert message is not None and (message.state, message.attempts, message.sent_at) == (State.SENT, 1, NOON)


@pytest.mark.parametrize(
    ("before", "repeatable", "repeats", "after"),
    [
        ("claimed", 0, 0, "queued"), ("claimed", 1, 0, "queued"), ("at_risk", 0, 0, "unsure"),
        ("at_risk", 1, 0, "queued"), ("at_risk", 1, 1, "unsure"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dead", [True, False])
def test_recover_what_a_dead_owner_left(
    conn: sqlite3.Connection, before: str, repeatable: int, repeats: int, after: str, dead: bool
) -> None:
    one = record(conn)
    claim(conn)
    conn.execute("update outbox set state = ?, repeatable = ?, repeats = ?", (before, repeatable, repeats))
    assert sum(claims.recover(conn, NOON, []).values()) == 0  # alive
    counts = claims.recover(conn, NOON if dead else LATER, ["me"] if dead else [])
    assert (sum(counts.values()), state(conn, one)) == (1, after)
    message = outbox.get(conn, one)
    assert message is not None and message.repeats == repeats + (before == "at_risk" and after == "queued")


def test_recall_leaves_what_may_be_out(conn: sqlite3.Connection) -> None:
    ids = {}
    for n, resting in enumerate(State):
        ids[resting] = record(conn, n, state=State.QUEUED)
        claimed = resting in (State.CLAIMED, State.AT_RISK)
        conn.execute("update outbox set state = ?, claim = ?, lease_until = ? where id = ?",
                     (resting.value, "me" if claimed else None, "z" if claimed else None, ids[resting]))  # fmt: skip
    assert outbox_moves.recall(conn, "why", participant_id=1) == 4
    found = {resting for resting, one in ids.items() if state(conn, one) == "cancelled"}
    assert found == {State.DRAFT, State.QUEUED, State.HELD, State.CLAIMED, State.CANCELLED}


def test_recall_one_topic_of_one_person(conn: sqlite3.Connection) -> None:
    one, other = record(conn, 1), record(conn, 2, topic="sessions")
    assert outbox_moves.recall(conn, "why", participant_id=1, topic="sessions") == 1
    assert (state(conn, one), state(conn, other)) == ("queued", "cancelled")


def test_payload_damaged_is_none(conn: sqlite3.Connection) -> None:
    one = record(conn)
    conn.execute("update payloads set data = x'00'")
    assert payloads.read(conn, one) is None


def test_by_reference_needs_exactly_one(conn: sqlite3.Connection) -> None:
    record(conn, 1)
    conn.execute("update outbox set message_id = '<abcdefghijklmnop@example.org>'")
    found = outbox.by_reference(conn, "abcdefghijkl")
    assert found is not None and found.key == "welcome/1"
    assert outbox.by_reference(conn, "abcdefghijkm") is None
    record(conn, 2)
    conn.execute("update outbox set message_id = '<abcdefghijklzzzz@example.org>' where key = 'welcome/2'")
    assert outbox.by_reference(conn, "abcdefghijkl") is None


def test_claims_always_have_an_owner_and_a_lease(conn: sqlite3.Connection) -> None:
    one = record(conn)
    for change in ("state = 'claimed'", "claim = 'me', lease_until = 'z'", "state = 'gone'"):
        with pytest.raises(sqlite3.IntegrityError), database.write(conn):
            conn.execute(f"update outbox set {change} where id = ?", (one,))
