"""Clocks and memory of this process, and how busy the machine was. Linux's /proc where there is one."""

import os
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from store import payloads

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")


@dataclass(slots=True)
class Spent:
    """Seconds: of the wall, and of this process's CPU (not its children's)."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Filled in when the block ends."""
    found = Spent()
    wall, cpu = time.perf_counter(), time.process_time()
    yield found
    found.wall, found.cpu = time.perf_counter() - wall, time.process_time() - cpu


def forget_peak() -> None:
    """From here on `peak_mb` is of what follows (proc(5), clear_refs 5). Elsewhere the peak stays the process's."""
    try:
        CLEAR_REFS.write_text("5")
    except OSError:
        return


def peak_mb() -> float:
    """The most resident memory since `forget_peak`, megabytes.

    VmHWM and not ru_maxrss where both are: Linux hands ru_maxrss on through exec, so a child starts with its parent's.
    """
    try:
        lines = STATUS.read_text("ascii", "replace").splitlines()
        return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024, 1)
    except (OSError, StopIteration, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return round(most / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def load() -> float:
    """Processes that ran or waited to, mean of the last minute."""
    return round(os.getloadavg()[0], 2)


def middle(rates: list[float]) -> int:
    """The median as a whole number a second."""
    return round(median(rates))


def letter_bytes(conn: sqlite3.Connection) -> int:
    """Mean size of the frozen letters, of five hundred from all over the outbox."""
    most = "select id, row_number() over (order by id) as n, count(*) over () as many from outbox"
    rows = conn.execute(f"select id from ({most}) where n % (many / 500 + 1) = 0")
    found = payloads.Reader(conn).read([row[0] for row in rows])
    return round(sum(len(data) for data, _ in found.values()) / len(found))
