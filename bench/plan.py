"""What a tick costs when nothing is due, and when some people of many are due something.

A tick here is `steps/tick.py`'s, without a mailbox or a bot to read.
"""

from pathlib import Path
from statistics import median
from typing import Any

from bench import measure
from bench.home import Home
from steps.plan import plan
from steps.tick import tick

IDLE_TICKS = 5


def run(folder: Path, *, participants: int, due: int) -> dict[str, Any]:
    """`due` of the participants register for the programme and get their welcome planned; nothing is sent."""
    due = min(due, participants)
    before = measure.load()
    home = Home(folder, {"LETSCONNECT_SMTP_URL": "smtp://127.0.0.1:9?tls=none"})  # never asked: nothing is due there
    home.people(participants)
    measure.forget_peak()
    with measure.spent() as first:
        plan(home.app)
    idle = []
    for _ in range(IDLE_TICKS):
        with measure.spent() as one:
            tick(home.app)
        idle.append(one)
    home.join(1, due)
    with measure.spent() as busy:
        report = plan(home.app)
    most = measure.peak_mb()
    home.close()
    return {
        "participants": participants,
        "due": due,
        "planned": report.send,
        "first_look_cpu_s": round(first.cpu, 3),
        "idle_tick_cpu_ms": round(median(one.cpu for one in idle) * 1e3, 2),
        "idle_tick_ms": round(median(one.wall for one in idle) * 1e3, 2),
        "due_cpu_s": round(busy.cpu, 3),
        "due_s": round(busy.wall, 3),
        "planned_rate": round(report.send / busy.wall),
        "cpu_us_per_message": round(busy.cpu / report.send * 1e6) if report.send else None,
        "max_rss_mb": most,
        "load": {"before": before, "after": measure.load()},
    }
