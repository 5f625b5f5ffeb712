"""Delivery when processes, clocks and people get in its way: nothing twice, nothing lost, the rest goes on.

Over a real SMTP server on loopback. Faults of the server lie in tests/channels, of the store in
test_deliver_store_faults.py, kills at random instants in tests/season/test_crash.py.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.memory import MemoryChannel
from domain.deliveries import Outcome, Phase, Receipt
from domain.times import iso
from steps import owners, persons, sessions, setup
from steps.app import App
from steps.delivery import CLAIM_PAGE, LEASE, Delivery
from steps.plan import plan
from store import claims, database, marks, outbox, payloads
from tests.season.crash_nursery import Plan
from tests.season.crash_runs import nursery
from tests.season.crash_world import START, frozen, message, record
from tests.servers.smtp_faults import Fault, SmtpFaults
from tests.steps.deliver_post import Post, everyone

HALF_HOUR = timedelta(minutes=31)  # longer than a lease


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with SmtpFaults() as server:
        post = Post(tmp_path, server)
        yield post
        post.app.close()


# Several processes


def test_four_processes_deliver_each_message_once(post: Post) -> None:
    numbers = range(1, 401)
    record(post.app, numbers)
    nursery(post.world, Plan(together=4, hours=0.0))
    assert post.stored == everyone(*numbers)
    assert set(post.states().values()) == {"sent"}


def test_process_that_slept_past_its_lease_before_the_mark_finishes_nothing(post: Post) -> None:
    post.record(1, 4)

    def sleep() -> None:
        assert post.delivery_by_another(HALF_HOUR).sent == 2
        post.put_clock(HALF_HOUR)

    report = post.deliver(mark=sleep)
    assert post.stored == everyone(1, 4)
    assert post.states() == {1: "sent", 4: "sent"}
    assert report.sent == 0


def test_process_that_slept_past_its_lease_after_the_dot_still_says_what_arrived(post: Post) -> None:
    post.record(1)
    seen = {}

    def sleep() -> None:
        assert post.delivery_by_another(HALF_HOUR).unsure == 1
        seen.update(post.states())
        post.put_clock(HALF_HOUR)

    report = post.deliver(settle=sleep)
    assert seen == {1: "unsure"}
    assert (report.sent, report.unsure) == (1, 0)
    assert post.states() == {1: "sent"}
    assert post.stored == everyone(1)


def test_calendar_mail_of_a_process_that_slept_after_the_dot_is_repeated_once(post: Post) -> None:
    post.record(4)

    def sleep() -> None:
        assert post.delivery_by_another(HALF_HOUR).sent == 1
        post.put_clock(HALF_HOUR)

    post.deliver(settle=sleep)
    assert post.states() == {4: "sent"}
    assert post.stored == {"p4@there.test": 2}


@pytest.mark.parametrize("number", [1, 4])
@pytest.mark.parametrize("memory", [True, False])
def test_message_claimed_again_by_the_process_that_still_has_it_leaves_once(
    post: Post, number: int, memory: bool
) -> None:
    post.record(number)

    def sleep() -> None:
        assert post.delivery_by_another(HALF_HOUR, limit=0).recovered == 1  # queued again, and not taken
        post.put_clock(HALF_HOUR)

    channel = MemoryChannel() if memory else None
    report = post.deliver(channel, pull=sleep)
    assert report.sent == 1
    assert post.states() == {number: "sent"}
    assert len(channel.stored if channel else post.server.stored) == 1


def test_claims_of_a_dead_process_are_free_at_once(post: Post) -> None:
    post.record(1, 2)
    now = post.app.now()
    with database.write(post.app.conn) as conn:
        claims.claim(conn, "email", "gone", now, now + LEASE, 10)
    assert post.deliver().recovered == 2
    assert post.stored == everyone(1, 2)


def test_beginner_is_never_taken_for_dead_while_others_sweep(tmp_path: Path) -> None:
    over = threading.Event()

    def sweep() -> None:
        while not over.is_set():
            owners.sweep(tmp_path, lambda _: True)

    sweepers = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in sweepers:
        thread.start()
    taken = []
    for _ in range(2000):
        with owners.owner(tmp_path) as name:
            taken += owners.dead(tmp_path, [name])
    over.set()
    for thread in sweepers:
        thread.join()
    assert taken == []


def test_lock_file_of_a_living_process_stays(tmp_path: Path) -> None:
    with owners.owner(tmp_path) as name:
        (tmp_path / "gone.lock").touch()
        owners.sweep(tmp_path, lambda _: True)
        assert [path.name for path in tmp_path.iterdir()] == [f"{name}.lock"]
        assert owners.dead(tmp_path, [name, "gone"]) == ["gone"]
    assert list(tmp_path.iterdir()) == []


def test_answer_is_in_its_row_soon_whoever_else_is_slow(post: Post) -> None:
    """One message's answer hangs; the others' are written meanwhile, and not only at the end."""
    post.server.by_recipient["p2@there.test"] = Fault.HANG_STORED
    post.server.hang = 30.0
    post.record(1, 2, 3)
    begin = time.monotonic()
    post.app.clock = lambda: START + timedelta(seconds=time.monotonic() - begin)
    found: dict[int, str] = {}

    def watch() -> None:
        while "sent" not in found.values() and time.monotonic() < begin + 20:
            time.sleep(0.05)
            found.update(post.states())
        post.server.stopping.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    post.deliver()
    watcher.join()
    assert (found[2], found[1]) == ("claimed", "sent")


# The clock


@pytest.mark.parametrize("moment", ["mark", "settle"])
@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(minutes=20)])
def test_clock_that_jumps_within_the_lease_changes_nothing(post: Post, moment: str, ahead: timedelta) -> None:
    post.record(1, 4)
    report = post.deliver_when(moment, lambda: post.put_clock(ahead))
    assert report.sent == 2
    post.put_clock(timedelta(0))
    assert post.deliver().sent == 0
    assert post.stored == everyone(1, 4)


def test_clock_that_jumps_past_the_lease_before_the_mark_sends_later(post: Post) -> None:
    post.record(1, 4)
    assert post.deliver(mark=lambda: post.put_clock(HALF_HOUR)).sent == 0
    assert post.stored == {}
    assert post.deliver().sent == 2
    assert post.stored == everyone(1, 4)


@pytest.mark.parametrize("number", [1, 4])
def test_clock_that_jumps_past_the_lease_after_the_dot_changes_nothing(post: Post, number: int) -> None:
    post.record(number)
    assert post.deliver(settle=lambda: post.put_clock(HALF_HOUR)).sent == 1
    assert post.deliver().sent == 0
    assert post.stored == everyone(number)


def test_clock_put_back_delays_and_loses_nothing(post: Post) -> None:
    post.record(1)
    post.put_clock(timedelta(days=-1))
    assert post.deliver().sent == 0
    post.put_clock(timedelta(0))
    assert post.deliver().sent == 1


# The world changes between the claim and the dot


def cancel(app: App) -> None:
    sessions.cancel(app, "clinic", "the host is ill", "a coordinator")


def change(app: App) -> None:
    sessions.change(app, "clinic", {"venue": "another room"}, "a coordinator")


def suppress(app: App) -> None:
    persons.suppress(app, "4", "*", "a coordinator")


def erase(app: App) -> None:
    persons.erase(app, "4", "a coordinator")


@pytest.mark.parametrize("action", [cancel, change, suppress, erase])
@pytest.mark.parametrize("moment", ["claimed", "queued"])
def test_no_longer_wanted_before_the_dot(post: Post, action: Callable[[App], None], moment: str) -> None:
    post.record(4, 5)

    def act() -> None:
        with post.another() as app:
            action(app)

    if moment == "queued":
        act()
    report = post.deliver(mark=act if moment == "claimed" else lambda: None)
    assert post.stored == everyone(5)
    assert post.states() == {4: "cancelled", 5: "sent"}
    assert (report.sent, report.unsure) == (1, 0)
    post.deliver()
    assert post.stored == everyone(5)


@pytest.mark.parametrize("itself", [True, False], ids=["by the process itself", "by another"])
@pytest.mark.parametrize("more", [0, 1], ids=["of the newest page", "of the page before"])
def test_message_taken_back_after_its_claim_is_not_marked(post: Post, itself: bool, more: int) -> None:
    post.record(*range(1, CLAIM_PAGE + 3))
    with owners.owner(marks.folder_of(post.app.conn)) as name:
        delivery = Delivery(post.app, "email", name, None, Counter())
        parcels = delivery.parcels()
        ids = [next(parcels).id for _ in range(CLAIM_PAGE)]
        assert sorted(delivery.at_risk(ids[:2])) == ids[:2]
        with nullcontext(post.app) if itself else post.another() as app:
            suppress(app)
        ids += [next(parcels).id for _ in range(more)]  # which claims the next page
        assert ids[3] == 4
        assert sorted(delivery.at_risk(ids[2:])) == [i for i in ids[2:] if i != 4]
        delivery.give_back()
    assert post.states()[4] == "cancelled"


@pytest.mark.parametrize("action", [cancel, change, suppress, erase])
def test_what_may_be_out_is_not_taken_back(post: Post, action: Callable[[App], None]) -> None:
    """The answer has come and is in no row yet: whoever takes back must look into the marks."""
    post.record(4, 5)

    def act() -> None:
        with post.another() as app:
            action(app)

    assert post.deliver(settle=act).sent == 2
    assert post.states() == {4: "sent", 5: "sent"}


def test_backup_knows_what_was_at_risk(post: Post, tmp_path: Path) -> None:
    post.record(1)

    def copy() -> None:
        with post.another() as app:
            setup.backup(app, tmp_path / "copy.db")

    post.deliver(settle=copy)
    with closing(database.connect(tmp_path / "copy.db", read_only=True)) as conn:
        rows = conn.execute("select participant_id, state from outbox").fetchall()
    assert dict(rows) == {1: "at_risk"}


def test_answers_of_a_process_that_died_before_it_wrote_them_down_are_found(post: Post, tmp_path: Path) -> None:
    post.record(1, 2, 3)
    now = post.app.now()
    folder = marks.folder_of(post.app.conn)
    folder.mkdir()
    with database.write(post.app.conn) as conn:
        claims.claim(conn, "email", "gone", now, now + LEASE, 10)
    file = marks.Marks(folder, "gone")
    file.mark([1, 2], now + LEASE)
    refused = Receipt(Outcome.REFUSED_MESSAGE, Phase.DOT, 550, "no")
    file.answered([(1, Receipt(Outcome.SENT, Phase.DOT, 250, "ok"), now), (2, refused, now)])
    file.mark([3], now + LEASE)
    file.close()
    report = post.deliver()
    assert (report.recovered, report.unsure, report.sent) == (3, 1, 0)
    assert post.states() == {1: "sent", 2: "failed", 3: "unsure"}
    assert list(folder.iterdir()) == []


def test_unsubscribed_between_claim_and_dot_of_a_topic_only(post: Post) -> None:
    post.record(4, 5)
    with post.another() as other:
        report = post.deliver(mark=lambda: persons.suppress(other, "5", "sessions", "a coordinator"))
    assert report.sent == 2  # the welcome is of another topic
    assert post.stored == everyone(4, 5)


def test_past_expiry_between_claim_and_dot(post: Post) -> None:
    post.record(1, 2)
    with database.write(post.app.conn) as conn:
        conn.execute("update outbox set expires_at = ? where participant_id = 1", (iso(START + timedelta(minutes=5)),))
    report = post.deliver(mark=lambda: post.put_clock(timedelta(minutes=10)))
    assert report.sent == 1
    post.deliver()
    assert post.states() == {1: "expired", 2: "sent"}
    assert post.stored == everyone(2)


@pytest.mark.parametrize(
    "fact",
    [
        "update participants set registered_at = null where id = 1",
        "update contact_points set health = 'hard' where participant_id = 1",
        "insert into suppressions (channel, canonical, topic, reason, since)"
        " values ('email', 'p1@there.test', 'programme', 'unsubscribed', '2026-03-02T08:00:00Z')",
    ],
)
def test_facts_changed_since_recording_are_seen_before_sending(post: Post, fact: str) -> None:
    post.record(1, 2)
    post.app.conn.execute(fact)
    report = post.deliver()
    assert (report.sent, report.dropped) == (1, 1)
    assert post.states() == {1: "cancelled", 2: "sent"}
    assert post.stored == everyone(2)


# What leaves, and what cannot


def test_words_changed_after_recording_leave_as_they_were_recorded(post: Post) -> None:
    with database.write(post.app.conn) as conn:
        record(post.app, [1])
        conn.execute("delete from payloads")
        conn.execute("delete from outbox")
    assert plan(post.app).send == 1
    (one,) = post.app.conn.execute("select outbox_id from payloads").fetchone()
    data = payloads.read(post.app.conn, one)
    post.app.programme = replace(post.app.programme, name="Another programme", languages=("fr",))
    post.app.conn.execute("update participants set name = 'Renamed', languages = '[\"fr\"]'")
    assert plan(post.app).send == 0
    post.deliver()
    assert [one.data for one in post.server.stored] == [data]


def test_poison_stops_nobody_else(post: Post) -> None:
    post.record(1, 2, 3, 5, 6, 7)
    conn = post.app.conn
    conn.execute("update payloads set data = x'00' where outbox_id = 1")
    conn.execute("delete from payloads where outbox_id = 2")
    conn.execute("update outbox set recipient = 'p3@there.test, evil@there.test' where id = 3")
    conn.execute("update participants set languages = '[' where id = 5")
    lone = replace(message(8, False, post.app.now()), data=frozen(8).replace(b"\r\n", b"\n"), participant_id=6,
                   contact_point_id=6, key="welcome/6#2")  # fmt: skip
    with database.write(conn):
        assert outbox.record(conn, lone, post.app.now())
    report = post.deliver()
    assert (report.sent, report.unsure, report.trouble) == (2, 0, "")
    found = dict(conn.execute("select id, state from outbox").fetchall())
    assert found == {1: "failed", 2: "failed", 3: "failed", 4: "failed", 5: "sent", 6: "sent", 7: "failed"}
    assert post.stored == everyone(6, 7)
    post.deliver()
    assert post.stored == everyone(6, 7)
