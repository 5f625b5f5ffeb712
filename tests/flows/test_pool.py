"""Two workers of one programme on a real Prefect server with PostgreSQL: each run once, a killed one loses nothing."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.ports import free_port
from domain.times import iso
from flows import environment
from flows.tether import tethered
from steps import setup
from steps.app import App, open_app
from tests.flows.api import Api
from tests.flows.running import LOGIN, environ
from tests.servers.postgresql import postgresql
from tests.servers.smtp_faults import Fault, SmtpFaults

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]

PEOPLE = 12
POOL = "machines"
STUCK = "p7@people.example"
CLI = "import sys; from cli import main; sys.exit(main())"


def until(true: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/health", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def started(argv: list[str], env: dict[str, str], folder: Path, log: str) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / log).open("wb") as out:
        process = subprocess.Popen(tethered(argv), env=env, cwd=folder, stdout=out, stderr=out)
    try:
        yield process
    finally:
        for pid in [process.pid, *below(process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(20)


def below(pid: int) -> list[int]:
    """Its children, and theirs."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                child = int(path.parent.name)
                found += [child, *below(child)]
    return found


def unfinished(api: Api) -> list[str]:
    at_work = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}
    return [run["id"] for run in api.post("/flow_runs/filter", at_work)]


def completed(api: Api, name: str) -> dict[str, Any]:
    """A run to its end; again when it met another of the same name."""
    for _ in range(5):
        run = api.run(name, pool=POOL)
        if (state := api.wait(run)) != "CANCELLED":
            assert state == "COMPLETED"
            return dict(api.get(f"/flow_runs/{run}"))
        time.sleep(1)
    others = {one["id"]: one["state_type"] for one in api.post("/flow_runs/filter", {})}
    pytest.fail(f"{name} is always at work: {others}")


def programme(home: Path, env: dict[str, str]) -> App:
    """With people who wait for their welcome."""
    setup.init(open_app(environ=env))
    app = open_app(environ=env)
    now = iso(app.now())
    for number in range(1, PEOPLE + 1):
        app.conn.execute(
            "insert into participants (id, name, zone, languages, registered_at, created_at, updated_at)"
            " values (?, 'Ada', 'UTC', '[\"en\"]', ?, ?, ?)",
            (number, now, now, now),
        )
        address = f"p{number}@people.example"
        app.conn.execute(
            "insert into contact_points (participant_id, channel, address, canonical, created_at)"
            " values (?, 'email', ?, ?, ?)",
            (number, address, address, now),
        )
    return app


def test_two_workers_share_a_programme_and_one_dies(tmp_path: Path) -> None:
    (tmp_path / "user").mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(SmtpFaults(by_recipient={STUCK: Fault.HANG_STORED}))
        database = stack.enter_context(postgresql())
        env = environ(tmp_path, server.port) | {
            "LETSCONNECT_PREFECT_DATABASE": database, "LETSCONNECT_SMTP_CONNECTIONS": "1",
        }  # fmt: skip
        app = programme(tmp_path, env)
        stack.callback(app.close)
        url = f"http://127.0.0.1:{(port := free_port())}"
        full = environment.for_runs(env, app.settings, "127.0.0.1", port)
        argv = [sys.executable, "-P", "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        (tmp_path / "server").mkdir()
        stack.enter_context(started(argv, full, tmp_path / "server", "server.log"))
        until(lambda: healthy(url))
        work = [sys.executable, "-P", "-c", CLI, "worker", "--server", url, "--pool", POOL]
        workers = [stack.enter_context(started(work, env, tmp_path, f"worker-{n}")) for n in "ab"]
        until(lambda: all("ready" in (tmp_path / f"worker-{n}").read_text() for n in "ab"))
        with Api(url, LOGIN) as api:
            found = api.post("/deployments/filter")
            assert {one["work_pool_name"] for one in found} == {POOL}
            for one in found:  # no run but ours
                api.patch(f"/deployments/{one['id']}", {"paused": True})
            until(lambda: len(api.post(f"/work_pools/{POOL}/workers/filter")) == 2)

            runs = [api.run(name, pool=POOL) for name in ("Forecast", "Housekeeping")]
            assert [api.wait(run) for run in runs] == ["COMPLETED"] * 2
            assert [api.get(f"/flow_runs/{run}")["run_count"] for run in runs] == [1] * 2

            api.run("Plan and deliver", pool=POOL)  # if its schedule came first, that one is at work
            until(lambda: STUCK in {one.recipient for one in server.stored})
            (at_work,) = [one for one in workers if below(one.pid)]
            for pid in [at_work.pid, *below(at_work.pid)]:
                os.kill(pid, signal.SIGKILL)
            # What Prefect does by itself when heartbeats are missing for ninety seconds.
            dead = {"state": {"type": "CRASHED"}, "force": True}
            for run in unfinished(api):
                api.post(f"/flow_runs/{run}/set_state", dead)
            assert completed(api, "Plan and deliver")["run_count"] == 1
        states = Counter(row["state"] for row in app.conn.execute("select state from outbox"))
        assert states == {"sent": PEOPLE - 1, "unsure": 1}
        assert Counter(one.recipient for one in server.stored) == Counter(
            f"p{number}@people.example" for number in range(1, PEOPLE + 1)
        )
