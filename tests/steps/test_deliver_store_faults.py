"""Delivery when the database is locked, full, or an old one, and when the disk is.

Before the dot nothing leaves and nothing is lost. After it the answer is in the file of marks, wherever the rows are;
where that cannot be written either, a welcome is unsure and a calendar message repeated once.
"""

import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.errors import UserError
from domain.times import iso
from steps import outbox as hand
from steps import setup
from store import database
from tests.season.crash_world import START
from tests.servers.smtp_faults import SmtpFaults
from tests.steps.deliver_post import Post, everyone


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with SmtpFaults() as server:
        post = Post(tmp_path, server)
        yield post
        post.app.close()


class Lock:
    """Another program's write transaction."""

    def __init__(self, post: Post) -> None:
        self.conn = sqlite3.connect(post.app.settings.db, isolation_level=None, check_same_thread=False)

    def take(self) -> None:
        self.conn.execute("begin immediate")

    def let_go(self) -> None:
        self.conn.execute("rollback")

    def take_for(self, seconds: float) -> None:
        self.take()
        threading.Timer(seconds, self.let_go).start()


@pytest.mark.parametrize("moment", ["start", "mark", "settle"])
def test_locked_database_is_waited_for(post: Post, moment: str) -> None:
    post.record(1, 2, 4)
    lock = Lock(post)
    if moment == "start":
        lock.take_for(0.4)
        report = post.deliver()
    else:
        report = post.deliver_when(moment, lambda: lock.take_for(0.4))
    assert (report.sent, report.unsure, report.trouble) == (3, 0, "")
    assert post.stored == everyone(1, 2, 4)


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process can be written: neither marks nor SQLite's journal, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def fill_up(conn: sqlite3.Connection) -> None:
    """Let the file grow no more, and use up what is free in the tables that a settlement writes to."""
    with database.write(conn):
        conn.execute("update outbox set state = 'cancelled' where participant_id = 99")
    (other,) = conn.execute("select id from outbox where participant_id = 99").fetchone()
    (pages,) = conn.execute("pragma page_count").fetchone()
    conn.execute(f"pragma max_page_count = {pages}")
    for size in (2000, 200, 1):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            while True:
                conn.execute(
                    "insert into deliveries (outbox_id, attempt, outcome, phase, text, at)"
                    " values (?, 1, 'sent', 'dot', ?, ?)",
                    (other, "x" * size, iso(START)),
                )


def test_disk_full_before_the_dot_sends_nothing_and_loses_nothing(post: Post) -> None:
    post.record(1, 4)
    room = no_room()
    with pytest.raises((sqlite3.OperationalError, UserError)):
        try:
            post.deliver(mark=room.__enter__)
        finally:
            room.__exit__(None, None, None)
    assert post.stored == {}
    assert post.deliver().sent == 2
    assert post.stored == everyone(1, 4)


AFTER_THE_DOT = pytest.mark.parametrize(
    ("number", "state", "times"),
    [
        pytest.param(1, "unsure", 1, id="a welcome waits for a person"),
        pytest.param(4, "sent", 2, id="an invitation is sent again once"),
    ],
)


def deliver_with_no_room_for_the_answer(post: Post) -> None:
    room = no_room()
    with pytest.raises((sqlite3.OperationalError, UserError)):
        try:
            post.deliver(settle=room.__enter__)
        finally:
            room.__exit__(None, None, None)


@AFTER_THE_DOT
def test_disk_full_after_the_dot(post: Post, number: int, state: str, times: int) -> None:
    post.record(number)
    deliver_with_no_room_for_the_answer(post)
    assert post.states() == {number: "claimed"}  # that it is at risk, the file of marks says
    assert post.stored == everyone(number)
    post.deliver()
    post.deliver()
    assert post.states() == {number: state}
    assert post.stored == {f"p{number}@there.test": times}


def test_calendar_mail_is_repeated_once_only(post: Post) -> None:
    post.record(4)
    for _ in range(2):
        deliver_with_no_room_for_the_answer(post)
    post.deliver()
    post.deliver()
    assert post.states() == {4: "unsure"}
    assert post.stored == {"p4@there.test": 2}


def test_no_room_for_the_answer_in_the_database_is_made_up_for_later(post: Post) -> None:
    post.record(99)
    post.record(1)
    fill_up(post.app.conn)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        post.deliver()
    post.app.conn.execute("pragma max_page_count = 1000000")
    report = post.deliver()
    assert (report.sent, report.recovered) == (0, 1)
    assert post.states() == {99: "cancelled", 1: "sent"}
    assert attempts(post, 1) == [(1, "sent")]
    assert post.stored == everyone(1)


def test_database_locked_for_too_long_before_the_dot_sends_nothing(post: Post) -> None:
    post.record(1, 4)
    lock = Lock(post)
    post.app.conn.execute("pragma busy_timeout = 50")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        post.deliver(mark=lock.take)
    lock.let_go()
    assert post.stored == {}
    assert post.deliver().sent == 2
    assert post.stored == everyone(1, 4)


@pytest.mark.parametrize("number", [1, 4])
def test_database_locked_for_too_long_after_the_dot_is_made_up_for_later(post: Post, number: int) -> None:
    post.record(number)
    lock = Lock(post)
    post.app.conn.execute("pragma busy_timeout = 50")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        post.deliver(settle=lock.take)
    lock.let_go()
    assert post.states() == {number: "claimed"}
    post.deliver()
    assert post.states() == {number: "sent"}
    assert attempts(post, number) == [(1, "sent")]
    assert post.stored == everyone(number)


def attempts(post: Post, person: int) -> list[tuple[int, str]]:
    rows = post.app.conn.execute(
        "select d.attempt, d.outcome from deliveries d join outbox o on o.id = d.outbox_id"
        " where o.participant_id = ? order by d.id",
        (person,),
    )
    return [tuple(row) for row in rows]


def test_restored_backup_sends_nothing_until_released(post: Post, tmp_path: Path) -> None:
    post.record(1, 2, 4)
    setup.backup(post.app, tmp_path / "old.db")
    post.deliver()
    assert setup.restore(post.app, tmp_path / "old.db") == 3
    post.record(5)  # recorded after the restore, from facts that may be old
    assert "restored" in post.deliver().trouble
    assert post.stored == everyone(1, 2, 4)
    assert hand.release(post.app, None, "a coordinator") == 3
    post.deliver()
    assert post.stored == {**dict.fromkeys(everyone(1, 2, 4), 2), "p5@there.test": 1}
