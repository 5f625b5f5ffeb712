"""The C programs of Debian's postfix package that deliveries are measured with: `smtp-sink` takes, `smtp-source` sends.

Both on loopback only. Neither needs a Postfix that is set up or runs.
"""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Problem, UserError
from flows.tether import tethered

HOST = "127.0.0.1"
SESSIONS = 16
START_SECONDS = 10.0


_POSTFIX = 'On Debian and Ubuntu: apt install postfix (choose "No configuration"; it need not run)'


def program(name: str, remedy: str = _POSTFIX) -> str:
    """Its path; /usr/sbin too, which is not on everybody's path. UserError when it is not there."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin")))
    if found is None:
        raise UserError(Problem("is not installed", name, remedy))
    return found


@contextmanager
def sink() -> Iterator[int]:
    """A server that takes every mail and forgets it. Its port. From the main thread only (see `flows/tether.py`)."""
    path = program("smtp-sink")
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        tethered([*as_nobody(path, "-u", "nobody"), f"{HOST}:{port}", "1000"]),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _wait(process, port)
        yield port
    finally:
        process.kill()
        process.communicate()


def as_nobody(path: str, *otherwise: str) -> list[str]:
    """A program that refuses to stay root. To change its user by itself would cut the tether, which the kernel drops
    then; setpriv (util-linux) ties it anew after the change. Without setpriv it gets the options `otherwise`."""
    if os.geteuid() != 0:
        return [path]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return [path, *otherwise]
    group = str(pwd.getpwnam("nobody").pw_gid)
    return [setpriv, "--reuid", "nobody", "--regid", group, "--clear-groups", "--pdeathsig", "KILL", path]


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    overdue = time.monotonic() + START_SECONDS
    while time.monotonic() < overdue and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    process.kill()
    said = process.communicate()[1].decode("utf-8", "replace").strip().splitlines()
    raise UserError(Problem(f"did not start: {said[-1] if said else 'no word why'}", "smtp-sink", "Try it by hand"))


def source(port: int, messages: int, size: int, *, to_one: bool = True) -> float:
    """Seconds that smtp-source needs for so many copies of one message of `size` bytes, over 16 sessions.

    `to_one`: all to one person. A Postfix remembers the last recipient that it looked up, so that its own manual has
    them told apart where it is measured (smtp-source(1), -N).
    """
    argv = [
        program("smtp-source"), "-d", "-s", str(min(SESSIONS, messages)), "-l", str(size), "-m", str(messages),
        *([] if to_one else ["-N"]), "-f", "programme@example.org", "-t", "person@example.org", f"{HOST}:{port}",
    ]  # fmt: skip
    begin = time.perf_counter()
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    seconds = time.perf_counter() - begin
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UserError(Problem(f"failed: {said[-1] if said else 'no word why'}", "smtp-source", "Try it by hand"))
    return seconds
