"""Debian's wrk, an HTTP load generator in C, on loopback."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Problem, UserError

# wrk's own report is for people; its script gets the figures (microseconds).
SCRIPT = """\
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"us":%d,"bad":%d,"median_us":%d,"p99_us":%d}\\n', summary.requests,
    summary.duration, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50),
    latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """`seconds` of the wall, and milliseconds until half, and until 99 of 100 requests were answered wholly."""

    requests: int
    seconds: float
    median_ms: float
    p99_ms: float


def program() -> str:
    """Its path. UserError when it is not there."""
    found = shutil.which("wrk")
    if found is None:
        raise UserError(Problem("is not installed", "wrk", "On Debian and Ubuntu: apt install wrk"))
    return found


def load(url: str, headers: dict[str, str], seconds: int, connections: int, folder: Path) -> Load:
    """Ask for one page again and again. UserError when not every request was answered with 2xx or 3xx."""
    script = folder / "figures.lua"
    script.write_text(SCRIPT, "utf-8")
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    argv = [program(), "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "-s", str(script), *named, url]
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    try:
        found: dict[str, int] = json.loads(ended.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        said = ended.stderr.strip().splitlines()
        raise UserError(Problem(f"failed: {said[-1] if said else 'no word why'}", "wrk", "Try it by hand")) from None
    if found["bad"] or not found["requests"]:
        raise UserError(Problem(f"{found['bad']} requests failed", "the measured page", "Run it again"))
    return Load(
        found["requests"], found["us"] / 1e6, round(found["median_us"] / 1000, 1), round(found["p99_us"] / 1000, 1)
    )
