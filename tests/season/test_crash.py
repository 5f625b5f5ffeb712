"""The promise of the outbox: no message leaves twice, none is lost, and those whose fate nobody knows are listed.

The real `deliver` in processes that are killed at random instants, against a server that misbehaves at random; and
the same with deliverers that are wrong, of which the oracle must find every one.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.season import crash_oracle
from tests.season.crash_nursery import Plan
from tests.season.crash_world import World, new_world, record
from tests.servers.smtp_faults import AT_RANDOM_CONNECTION, AT_RANDOM_MESSAGE, Fault, SmtpFaults, at_random

ROOT = Path(__file__).parents[2]
READY = 300  # messages that are kept waiting, so that no deliverer is ever idle
NO_ANSWER = {fault for fault in AT_RANDOM_MESSAGE if fault.startswith(("garbage", "hang", "reset"))}

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]


@dataclass
class Run:
    findings: dict[str, list[str]]
    recorded: int
    states: Counter[str]
    repeated: int
    kills: int
    stops: int
    injected: Counter[Fault]


class Faults:
    """Faults at random until told to stop, counted."""

    def __init__(self, seed: int, rate: float, kinds: tuple[Fault, ...]) -> None:
        self.dice, self.counts, self.stopped = at_random(seed, rate, kinds), Counter[Fault](), False

    def __iter__(self) -> Iterator[Fault | None]:
        while True:
            fault = None if self.stopped else next(self.dice)
            if fault is not None:
                self.counts[fault] += 1
            yield fault


def nursery(world: World, plan: Plan, meanwhile: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Run a plan in a process group of its own, which does not outlive the call."""
    arguments = json.dumps({"world": asdict(world), "plan": asdict(plan)})
    command = [sys.executable, "-m", "tests.season.crash_nursery", arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0
    ) as process:
        try:
            while process.poll() is None:
                meanwhile()
                time.sleep(0.02)
            assert process.returncode == 0 and process.stdout is not None
            summary: dict[str, Any] = json.load(process.stdout)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert summary["errors"] == []
    return summary


def crash(home: Path, plan: Plan, at_least: int, fault_rate: float) -> Run:
    """Deliver, kill and judge."""
    messages = Faults(plan.seed, fault_rate, AT_RANDOM_MESSAGE)
    connections = Faults(plan.seed + 1, fault_rate / 2, AT_RANDOM_CONNECTION)
    with SmtpFaults(connections=connections, messages=messages, hang=0.2) as server:
        world = new_world(home, server.port)
        with closing(world.app()) as app:
            recorded = 0

            def top_up() -> None:
                nonlocal recorded
                (ready,) = app.conn.execute("select count(*) from outbox where state = 'queued'").fetchone()
                if ready < READY:
                    record(app, range(recorded + 1, recorded + 1 + READY))
                    recorded += READY

            top_up()
            summary = nursery(world, plan, top_up)
            while recorded < at_least:
                record(app, range(recorded + 1, recorded + 1 + READY))
                recorded += READY
        messages.stopped = connections.stopped = True
        nursery(world, Plan(plan.variant, together=1))
        until = time.monotonic() + 5
        while server.open and time.monotonic() < until:
            time.sleep(0.02)
        assert server.open == 0
    database = home / "letsconnect.db"
    with closing(world.app()) as app:
        states = Counter(dict(app.conn.execute("select state, count(*) from outbox group by state").fetchall()))
        (repeated,) = app.conn.execute("select count(*) from outbox where repeats > 0").fetchone()
    found = crash_oracle.findings(database, server.stored, server.asked_for)
    injected = messages.counts + connections.counts
    return Run(found, recorded, states, repeated, summary["kills"], summary["stops"], injected)


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
    run = crash(home, Plan(kills=320, stops=6, seed=seed), 3000, 0.08)
    print(run.recorded, run.states, run.repeated, run.kills, run.stops, run.injected)
    assert run.findings == {}
    assert run.recorded >= 3000 and run.kills >= 300 and run.stops == 6
    # Every connection of a killed or stopped process may leave one message unknown, and so does a lost answer.
    lost_answers = sum(run.injected[fault] for fault in NO_ANSWER)
    assert run.states["unsure"] + run.repeated <= (run.kills + run.stops) * 8 + lost_answers
    # The instants that matter were hit.
    assert run.states["unsure"] > 20 and run.repeated > 5
    assert run.states["failed"] > 20 and run.states["sent"] > 2000


@pytest.mark.parametrize(
    ("variant", "stops", "rule"),
    [
        ("mark after sending", 0, crash_oracle.STORED_TWICE),
        ("mark before sending", 0, crash_oracle.SENT_NOT_STORED),
        ("unsure is queued", 0, crash_oracle.STORED_TWICE),
        ("no fence", 4, crash_oracle.STORED_TWICE),
    ],
)
def test_wrong_deliverers_are_found_out(home: Path, variant: str, stops: int, rule: str) -> None:
    run = crash(home, Plan(variant, kills=60, stops=stops), 600, 0.0)
    print(run.recorded, run.states, run.repeated, {k: len(v) for k, v in run.findings.items()})
    assert rule in run.findings
