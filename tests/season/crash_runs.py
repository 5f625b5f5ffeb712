"""Runs of the nursery: the real `deliver` in processes, the server that misbehaves, and what came of both."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.season import crash_oracle
from tests.season.crash_nursery import Plan
from tests.season.crash_world import World, new_world, record
from tests.servers.smtp_faults import AT_RANDOM_CONNECTION, AT_RANDOM_MESSAGE, Fault, SmtpFaults, at_random

ROOT = Path(__file__).parents[2]
READY = 300  # messages that are kept waiting, so that no deliverer is ever idle


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
