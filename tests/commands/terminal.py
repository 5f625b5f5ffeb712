"""Commands as a coordinator types them, in a forked child: a process of its own, but without importing everything anew.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cli
from tests.programme import NOON, Place

AT = NOON.isoformat()


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


def letsconnect(place: Place, *argv: str, first: Callable[[], object] = lambda: None) -> Ran:
    """Run one command in a forked child. `first` runs in the child before it."""
    place.app.close()
    files = [place.home.parent / name for name in ("out.txt", "err.txt")]
    child = os.fork()
    if child == 0:
        code = 70
        try:
            for number, path in enumerate(files, 1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
            sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))
            os.environ.clear()
            os.environ.update(place.environ)
            first()
            code = cli.main(list(argv))
        except SystemExit as stop:
            code = int(stop.code or 0)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    ran = Ran(os.waitstatus_to_exitcode(status), *(path.read_text("utf-8") for path in files))
    assert "Traceback" not in ran.out + ran.err
    assert not (place.home / "logs").exists(), (place.home / "logs" / "errors.log").read_text()
    return ran


def refused(ran: Ran) -> list[str]:
    """The complaints of a command that ended with exit code 1."""
    assert (ran.code, [line for line in ran.err.splitlines() if not line.startswith("letsconnect: ")]) == (1, [])
    return [line.removeprefix("letsconnect: ") for line in ran.err.splitlines()]
