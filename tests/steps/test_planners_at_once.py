"""Eight planners at once, and a session that changes under them: one row a key, nothing stale leaves."""

import multiprocessing
from collections import Counter
from datetime import timedelta
from pathlib import Path

from domain.times import iso
from steps import sessions
from steps.plan import plan
from tests.programme import Place

PEOPLE, PLANNERS = 60, 8
forking = multiprocessing.get_context("fork")


def prepare(folder: Path) -> Place:
    place = Place(folder)
    for n in range(PEOPLE):
        place.person(zone=("UTC", "Asia/Kathmandu", "Pacific/Apia")[n % 3])
    session = place.session()
    place.session("Open", kind="orientation")
    for person in range(1, PEOPLE, 2):
        place.register(person, session)
    place.app.close()  # a connection must not cross a fork
    return place


def run(place: Place, jobs: list) -> None:
    """Each job in a process of its own, all started at the same moment."""
    gate = forking.Barrier(len(jobs))

    def child(job) -> None:
        app = place.another()
        gate.wait(30)
        job(app)
        app.close()

    processes = [forking.Process(target=child, args=(job,)) for job in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(jobs)


def assert_one_row_a_key(place: Place) -> None:
    conn = place.app.conn
    keys = Counter(row["key"] for row in conn.execute("select key from outbox"))
    assert set(keys.values()) == {1}
    (payloads,) = conn.execute("select count(*) from payloads p join outbox o on o.id = p.outbox_id").fetchone()
    assert payloads == len(keys)
    pairs = conn.execute("select count(*), count(distinct session_id || '/' || participant_id) from invitations")
    total, distinct = pairs.fetchone()
    assert total == distinct
    (orphans,) = conn.execute(
        "select count(*) from outbox where session_id is not null and invitation_id not in (select id from invitations)"
    ).fetchone()
    assert orphans == 0


def test_plan_eight_at_once_make_one_row_a_key(tmp_path: Path) -> None:
    place = prepare(tmp_path)
    run(place, [plan] * PLANNERS)
    assert_one_row_a_key(place)
    place.plan()
    alone_folder = tmp_path / "alone"
    alone_folder.mkdir()
    alone = prepare(alone_folder)
    alone.plan()
    assert place.outbox() == alone.outbox()
    # a welcome each, an invitation for every other one, a general one for all but those in Apia, where it is night
    assert len(place.outbox()) == PEOPLE + PEOPLE // 2 + PEOPLE * 2 // 3


def test_plan_eight_at_once_while_the_session_changes(tmp_path: Path) -> None:
    place = prepare(tmp_path)

    def move(app) -> None:
        for days in range(1, 6):
            sessions.change(app, "1", {"start": iso(place.time + timedelta(days=10 + days))}, "test")

    run(place, [*[plan] * PLANNERS, move])
    assert_one_row_a_key(place)
    place.plan()
    assert_one_row_a_key(place)
    rows = place.app.conn.execute("select sequence, state from outbox where session_id = 1").fetchall()
    live = [row["sequence"] for row in rows if row["state"] == "queued"]
    assert live == [5] * (PEOPLE // 2)  # what was planned before each move was taken back
    assert {row["state"] for row in rows if row["sequence"] != 5} <= {"cancelled"}
    (start,) = {str(place.event(f"invite/1/5/{person}")[1]["DTSTART"].dt) for person in range(1, PEOPLE, 2)}
    assert start == "2026-12-07 12:00:00+00:00"
