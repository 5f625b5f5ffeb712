"""A process that forks deliverers and ends them at random instants. `python -m tests.season.crash_nursery JSON`.

Everything is imported once, and no database is open here, so that a child is cheap and clean. It prints a summary as
JSON when it is done, and ends every child when its standard input closes or it fails.
"""

import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

from steps import deliver, delivery
from tests.season.crash_mutants import VARIANTS
from tests.season.crash_world import World

SOONEST, LATEST = 0.005, 0.150  # seconds from a child's start to its end, where nobody else is at work
STILL_OPEN = "select count(*) from outbox where state in ('queued', 'claimed', 'at_risk')"


@dataclass(frozen=True)
class Plan:
    """`kills` SIGKILLs, half of them to one deliverer alone, half to `together` at once. With none, work until idle."""

    variant: str = "real"
    kills: int = 0
    together: int = 2
    stops: int = 0  # SIGSTOPs until the lease is over, while at least one other delivers
    hours: float = 5.0  # by which the clock is put forward between two deliveries of the work until idle
    seed: int = 0


@dataclass
class Summary:
    kills: int = 0
    stops: int = 0
    errors: list[str] = field(default_factory=list)


class Child:
    """One deliverer, and the signals it will get once it has begun."""

    def __init__(self, work: Callable[[], None], fate: list[tuple[float, int]]) -> None:
        self.fate = fate  # (seconds after the one before, signal)
        self.due = float("inf")
        self.pipe, begun = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            _live(work, begun)
        os.close(begun)

    def begin(self) -> None:
        self.due = time.monotonic() + self.fate[0][0] if self.fate else float("inf")

    def strike(self) -> int:
        """Send the signal that is due."""
        _, number = self.fate.pop(0)
        os.kill(self.pid, number)
        self.begin()
        return number

    def bury(self) -> int:
        os.close(self.pipe)
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def _live(work: Callable[[], None], begun: int) -> NoReturn:
    code = 1
    try:
        os.write(begun, b"b")
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def deliver_for_ever(world: World) -> None:
    app = world.app()
    while True:
        deliver.deliver(app)
        time.sleep(0.002)


def deliver_until_idle(world: World, hours: float) -> None:
    """With a clock that is put forward, so that pauses and waits for a retry are soon over."""
    ahead = timedelta(0)
    for _ in range(100):
        app = world.app(ahead)
        deliver.deliver(app)
        (left,) = app.conn.execute(STILL_OPEN).fetchone()
        app.close()
        if not left:
            return
        ahead += timedelta(hours=hours)
        time.sleep(0.02)


class Nursery:
    def __init__(self, world: World, plan: Plan, slowness: float = 1.0) -> None:
        self.world, self.plan = world, plan
        self.latest = LATEST * slowness
        self.dice = random.Random(plan.seed)
        self.children: list[Child] = []
        self.summary = Summary()

    def run(self) -> Summary:
        VARIANTS[self.plan.variant]()
        try:
            if self.plan.kills:
                while not self._enough() and not self.summary.errors:
                    self._fill()
                    self._turn()
            else:
                self.children = [Child(self._work, []) for _ in range(self.plan.together)]
                while self.children:
                    self._turn()
        finally:
            for child in self.children:
                os.kill(child.pid, signal.SIGKILL)
                child.bury()
        return self.summary

    def _enough(self) -> bool:
        asleep = any(len(child.fate) > 1 for child in self.children)
        return self.summary.kills >= self.plan.kills and self.summary.stops >= self.plan.stops and not asleep

    def _work(self) -> None:
        deliver_until_idle(self.world, self.plan.hours)

    def _fill(self) -> None:
        """As many deliverers as the phase wants."""
        wanted = 1 if self.summary.kills < self.plan.kills // 2 else self.plan.together
        while len(self.children) < wanted:
            self.children.append(Child(lambda: deliver_for_ever(self.world), self._fate(wanted)))

    def _fate(self, company: int) -> list[tuple[float, int]]:
        kill = (self.dice.uniform(SOONEST, self.latest), signal.SIGKILL)
        asleep = sum(len(child.fate) > 1 for child in self.children)
        if asleep + 1 >= company or self.summary.stops >= self.plan.stops:
            return [kill]
        self.summary.stops += 1
        over = delivery.LEASE.total_seconds() / self.world.speed * 1.3
        return [
            (self.dice.uniform(SOONEST, self.latest), signal.SIGSTOP),
            (over, signal.SIGCONT),
            (self.dice.uniform(0.05, 0.3), signal.SIGKILL),
        ]

    def _turn(self) -> None:
        """Wait for a child's word or for the next signal that is due, and act on it."""
        soonest = min(child.due for child in self.children)
        wait = min(max(0.0, soonest - time.monotonic()), 1.0)
        heard, _, _ = select.select([sys.stdin, *(child.pipe for child in self.children)], [], [], wait)
        if sys.stdin in heard:
            raise SystemExit("nobody waits for this any more")
        for child in list(self.children):
            if child.due <= time.monotonic():
                if child.strike() == signal.SIGKILL:
                    self.summary.kills += 1
                    self._gone(child)
            elif child.pipe in heard:
                if os.read(child.pipe, 1):
                    child.begin()
                else:
                    self._gone(child)

    def _gone(self, child: Child) -> None:
        self.children.remove(child)
        code = child.bury()
        if code not in (0, -signal.SIGKILL):
            self.summary.errors.append(f"a deliverer ended with {code}")


def main(text: str) -> None:
    given: dict[str, Any] = json.loads(text)
    wall, cpu = time.monotonic(), time.process_time()
    World(**given["world"]).app()  # reads the programme once for all children
    # Where a process gets a part of a core, it is killed later, or it would never get to a message.
    slowness = max(1.0, (time.monotonic() - wall) / max(time.process_time() - cpu, 0.001))
    summary = Nursery(World(**given["world"]), Plan(**given["plan"]), min(slowness, 4.0)).run()
    print(json.dumps(asdict(summary)))


if __name__ == "__main__":
    main(sys.argv[1])
