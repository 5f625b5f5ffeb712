"""Several processes that deliver at once; they share the database and nothing else. Each is a `main` of this module."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from domain.errors import ConfigError, Problem, UserError
from domain.times import parse_iso
from flows.tether import tethered
from steps.app import open_app
from steps.deliver import DeliverReport, added, deliver


def deliver_together(processes: int, limit: int | None, now: datetime | None) -> DeliverReport:
    """One report of all. Each opens its part of the connections, at its part of the pace. From the main thread (see
    `flows/tether.py`). UserError when one of them could not; what the others sent is recorded."""
    shares = [None] * processes if limit is None else _shares(limit, processes)
    children = [_start(processes, share, now) for share in shares]
    total, problems = DeliverReport(), list[Problem]()
    try:
        for child in children:
            out, _ = child.communicate()
            try:
                found = json.loads(out)
            except ValueError:
                problems.append(Problem("ended without a report", "a delivering process", "The lines above say why"))
                continue
            problems += (Problem(*one) for one in found.pop("problems", ()))
            total = added(total, DeliverReport(**found))
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if problems:
        raise UserError(*dict.fromkeys(problems))
    return total


def _start(among: int, limit: int | None, now: datetime | None) -> "subprocess.Popen[str]":
    options = json.dumps({"among": among, "limit": limit, "now": now.isoformat() if now else None})
    argv = [sys.executable, "-P", "-m", "commands.together", options]
    return subprocess.Popen(tethered(argv), stdout=subprocess.PIPE, text=True)


def _shares(whole: int, parts: int) -> list[int | None]:
    return [whole // parts + (n < whole % parts) for n in range(min(whole, parts))]


def main(argv: Sequence[str]) -> int:
    """One of them: its part as JSON in, its report or its problems as JSON out."""
    options = json.loads(argv[0])
    try:
        app = open_app(parse_iso(options["now"]) if options["now"] else None)
        try:
            found = asdict(deliver(app, limit=options["limit"], among=options["among"]))
        finally:
            app.close()
    except (UserError, ConfigError) as error:
        found = {"problems": [(p.what, p.where, p.remedy) for p in error.problems]}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
