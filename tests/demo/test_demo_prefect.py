"""The demo with Prefect: one real run through its API, an artifact to look at, nothing of a person in its database."""

import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from demo.bot_api import BotApi

CODE = "import os, sys; from demo.run import run\nsys.exit(run(os.environ, once=True, prefect=True, port=0))"

pytestmark = pytest.mark.prefect


def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "empty").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LETSCONNECT_", "PREFECT_"))}
    return {**kept, "HOME": str(tmp_path / "empty"), "LETSCONNECT_HOME": str(tmp_path / "state")}


def living(mark: str) -> list[str]:
    """Command lines of processes that work on `mark`; what has just been told to end gets two seconds."""
    deadline = time.monotonic() + 2
    while True:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark.encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # it ended, or is somebody else's
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def test_demo_once_with_prefect_leaves_a_run_and_its_artifact(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environ(tmp_path), cwd=tmp_path, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert (done.stderr, done.returncode) == ("", 0)
    for expected in ("Prefect ran 'Plan and deliver': Completed", "Prefect ran 'Newsletter': Completed"):
        assert expected in done.stdout
    assert re.search(r"to approve    (http://127\.0\.0\.1:\d+)/artifacts/key/newsletter", done.stdout)
    home = tmp_path / "state" / "demo"
    with closing(sqlite3.connect(home / "prefect" / "prefect.db")) as prefect:
        (completed,) = prefect.execute(
            "select count(*) from flow_run r join flow f on f.id = r.flow_id"
            " where f.name = 'Plan and deliver' and r.state_type = 'COMPLETED'"
        ).fetchone()
        (artifacts,) = prefect.execute("select count(*) from artifact where key = 'plan-and-deliver'").fetchone()
        (preview,) = prefect.execute("select data from artifact where key = 'newsletter'").fetchone()
        everything = "\n".join(prefect.iterdump())
    assert (completed > 0, artifacts > 0) == (True, True)
    code = re.search(r"newsletter approve newsletter (\w+)", done.stdout)
    assert code is not None and code[1] in preview
    assert re.findall(r"[\w.+-]+@[\w.-]*example\.(?:org|net|com)", everything) == []
    logs = {path.name: path.read_text("utf-8", "replace") for path in (home / "logs").iterdir()}
    assert [name for name, text in {"prefect.db": everything, **logs}.items() if BotApi.token in text] == []
    assert (logs["poller.log"], logs["listener.log"]) == ("", "")
    assert living(str(tmp_path / "state")) == []
