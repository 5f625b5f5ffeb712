"""The promise of the outbox: no message leaves twice, none is lost, and those whose fate nobody knows are listed.

The real `deliver` in processes that are killed at random instants, against a server that misbehaves at random; and
the same with deliverers that are wrong, of which the oracle must find every one.
"""

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.season import crash_oracle
from tests.season.crash_nursery import Plan
from tests.season.crash_runs import crash
from tests.servers.smtp_faults import AT_RANDOM_MESSAGE

NO_ANSWER = {fault for fault in AT_RANDOM_MESSAGE if fault.startswith(("garbage", "hang", "reset"))}

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one. A kill leaves the same files there as on a disk (a power cut would not),
    and a process that need not wait for the disk gets through many more messages before it is killed."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="crash-") as folder:
        yield Path(folder)


def test_outbox_killed_at_random_instants(home: Path) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    run = crash(home, Plan(kills=320, together=3, stops=8, seed=seed), 3000, 0.08)
    print(run.recorded, run.states, run.repeated, run.kills, run.stops, run.injected)
    assert run.findings == {}
    assert run.recorded >= 3000 and run.kills >= 300 and run.stops >= 8
    # Every connection of a killed or stopped process may leave one message unknown, and so does a lost answer.
    lost_answers = sum(run.injected[fault] for fault in NO_ANSWER)
    assert run.states["unsure"] + run.repeated <= (run.kills + run.stops) * 8 + lost_answers
    # The instants that matter were hit.
    assert run.states["unsure"] > 20 and run.repeated > 5
    assert run.states["failed"] > 2 and run.states["sent"] > 2000


@pytest.mark.parametrize(
    ("variant", "rule"),
    [
        ("mark after sending", crash_oracle.STORED_TWICE),
        ("mark before sending", crash_oracle.SENT_NOT_STORED),
        ("unsure is queued", crash_oracle.STORED_TWICE),
        ("marks are not read", crash_oracle.STORED_TWICE),
    ],
)
def test_wrong_deliverers_are_found_out(home: Path, variant: str, rule: str) -> None:
    """A kill at the wrong instant shows it; on a busy machine there may be none in a run."""
    for attempt in range(6):
        folder = home / str(attempt)
        folder.mkdir()
        run = crash(folder, Plan(variant, kills=60, together=2, seed=attempt), 600, 0.0)
        print(run.recorded, run.states, run.repeated, {k: len(v) for k, v in run.findings.items()})
        if rule in run.findings:
            return
    pytest.fail("never found out")
