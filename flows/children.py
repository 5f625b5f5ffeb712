"""Child processes that are kept alive: started again when they end, after a pause that doubles, and ended with us.

Leaves what the children are to `flows/supervisor.py`. Their output goes to a log file of their own.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.tether import tethered

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds
STEADY = 60.0  # seconds of running after which a child counts as well again
LOG_BYTES = 5_000_000


@dataclass(frozen=True)
class Child:
    """A process to keep alive. `argv[0]` is a path; `name` names its log file."""

    name: str
    argv: Sequence[str]


def rotate(log: Path) -> None:
    """Move a log that has grown large aside, over its predecessor."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(log.suffix + ".1"))


class Kept:
    """One child and its history. Not thread-safe; `start` from the main thread (see `tether`)."""

    def __init__(self, child: Child, environ: Mapping[str, str], folder: Path, log: Path) -> None:
        self.child, self.environ, self.folder, self.log = child, environ, folder, log
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = FIRST_PAUSE
        self.since = 0.0
        self.again_at: float | None = None

    def start(self, clock: float) -> None:
        rotate(self.log)
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as output:
            self.process = subprocess.Popen(
                tethered(self.child.argv),
                env=dict(self.environ),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which ends the rest in order
            )
        self.since, self.again_at = clock, None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look(self, clock: float) -> None:
        """Start it again when it has ended and its pause is over. `clock` is monotonic seconds."""
        if self.running:
            if clock - self.since > STEADY:
                self.pause = FIRST_PAUSE
            return
        if self.again_at is None:
            self.again_at, self.pause = clock + self.pause, min(self.pause * 2, LONGEST_PAUSE)
        if clock >= self.again_at:
            self.start(clock)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.running:
            self.process.send_signal(signal.SIGTERM)

    def stop(self, grace: float) -> None:
        """Ask, wait `grace` seconds, then kill, with whatever it started in its session."""
        if self.process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(grace)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(5)
