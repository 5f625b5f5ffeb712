"""Processes that deliver one bench's outbox together, each a `main` of this module: options and then one limit a line
on standard input, one report a line on standard output, all JSON.

They start and import before anything is measured, wait, and share nothing but the database.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import measure
from bench.home import Home
from domain.errors import Problem, UserError
from flows.tether import tethered
from steps.deliver import deliver

READY = "ready"


class Couriers:
    """All of them: `deliver` sends so many messages with all at once."""

    def __init__(self, processes: "list[subprocess.Popen[str]]") -> None:
        self.processes = processes

    def deliver(self, messages: int) -> list[dict[str, Any]]:
        """Each one's counts, CPU seconds and most memory so far. UserError when one of them had trouble."""
        among = len(self.processes)
        for number, process in enumerate(self.processes):
            assert process.stdin is not None
            process.stdin.write(f"{messages // among + (number < messages % among)}\n")
            process.stdin.flush()
        found = [_said(process) for process in self.processes]
        if troubles := [one["trouble"] for one in found if one["trouble"]]:
            raise UserError(Problem(troubles[0], "the measured delivery", "Run it again"))
        return found


@contextmanager
def couriers(folder: Path, environ: Mapping[str, str], begin: float, number: int) -> Iterator[Couriers]:
    """So many, ready, on the home in that folder whose clock began at `begin`. From the main thread only."""
    options = json.dumps({"folder": str(folder), "environ": dict(environ), "begin": begin, "among": number})
    argv = [sys.executable, "-P", "-m", "bench.courier"]
    processes = [
        subprocess.Popen(tethered(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(number)
    ]
    try:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(options + "\n")
            process.stdin.flush()
        for process in processes:
            assert _said(process) == READY
        yield Couriers(processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _said(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    try:
        return json.loads(process.stdout.readline())
    except ValueError:
        raise UserError(Problem("ended early", "a delivering process", "The lines above say why")) from None


def main() -> int:
    options = json.loads(sys.stdin.readline())
    home = Home(Path(options["folder"]), options["environ"], options["begin"])
    measure.forget_peak()
    print(json.dumps(READY), flush=True)
    for line in sys.stdin:
        limit = int(line)
        with measure.spent() as spent:
            report = deliver(home.app, limit=limit, among=options["among"]) if limit else None
        found = {
            "sent": report.sent if report else 0,
            "unsure": report.unsure if report else 0,
            "trouble": report.trouble if report else "",
            "cpu": spent.cpu,
            "rss": measure.peak_mb(),
        }
        print(json.dumps(found), flush=True)
    home.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
