"""The supervisor as the tests start it, what it is given, and what is looked for in what it leaves."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.flows.api import Api

LOGIN = "coordinator:a-long-and-quiet-password"
SCRIPT = Path(__file__).with_name("upright.py")


def environ(home: Path, smtp_port: int) -> dict[str, str]:
    """An environment with nothing of this machine's programme or Prefect in it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LETSCONNECT_", "PREFECT_"))}
    return kept | {
        "HOME": str(home / "user"),
        "LETSCONNECT_HOME": str(home / "var"),
        "LETSCONNECT_API_AUTH": LOGIN,
        "LETSCONNECT_MAILBOX": "letsconnect@programme.example",
        "LETSCONNECT_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}?tls=none",
        # What would lead a run astray if it were inherited.
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
        "PREFECT_PROFILE": "somebody-elses",
    }


@dataclass
class Up:
    """A supervisor in a process of its own. `url` is known once it has said so."""

    environ: dict[str, str] = field(repr=False)
    folder: Path
    arguments: list[str] = field(default_factory=list)
    url: str = ""

    def start(self, seconds: float = 90) -> "Up":
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "0", *self.arguments],
            env=self.environ,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        watchdog = threading.Timer(seconds, self.kill)
        watchdog.start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        watchdog.cancel()
        if line[:1] != ["ready"]:
            self.kill()
            assert self.process.stderr is not None
            pytest.fail(f"the supervisor did not come up: {self.process.stderr.read()}")
        self.url = line[1]
        return self

    def api(self) -> Api:
        return Api(self.url, LOGIN)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def listens(self) -> bool:
        with contextlib.closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(10)


class Caught:
    """The mails a server on loopback took: aiosmtpd's handler."""

    def __init__(self) -> None:
        self.recipients: list[str] = []
        self.contents: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.recipients += envelope.rcpt_tos
        self.contents.append(envelope.content)
        return "250 taken"
