"""Other ways to send, installed when asked for, each into an environment of its own that later runs use again.

A peer sends `messages` letters of about `size` bytes to a server on loopback and says how many seconds that took: what
compares with a delivery of recorded letters, and what compares with writing and recording them too.
"""

import os
import shutil
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.home import MAILBOX
from bench.smtp_tools import HOST, SESSIONS
from domain.errors import Problem, UserError

HERE = Path(__file__).parent
Took = tuple[float, float | None]  # seconds: of sending, and of the whole; None: it knows ready-made letters only
Send = Callable[[int, int, int], Took]  # port, messages, size

# The most a round asks of each: they are slow, and their rate does not depend on the number.
ENOUGH = {"smtplib": 10_000, "nodemailer": 3000, "django-post_office": 600}
NODEMAILER = "nodemailer@7"
POST_OFFICE = ("Django>=5.2,<5.3", "django-post_office>=3.9,<4")


def peer(name: str, cache: Path) -> Send:
    """Ready to send. UserError when what it needs cannot be had."""
    if name == "smtplib":
        return _smtplib
    if name == "nodemailer":
        return _nodemailer(cache / name)
    return _post_office(cache / name)


def _smtplib(port: int, messages: int, size: int) -> Took:
    """The naive way: one connection, one finished letter, nothing recorded."""
    line = b"x" * 70 + b"\r\n"
    letter = b"Subject: bench\r\n\r\n" + line * (size // len(line))
    begin = time.perf_counter()
    with smtplib.SMTP(HOST, port, local_hostname="localhost") as relay:
        for number in range(messages):
            relay.sendmail(MAILBOX, [f"p{number}@example.org"], letter)
    return time.perf_counter() - begin, None


def _nodemailer(folder: Path) -> Send:
    if not (folder / "node_modules" / "nodemailer").is_dir():
        npm = _program("npm", "Install Node.js with npm")
        _install(folder, [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", NODEMAILER])
    script = [_program("node", "Install Node.js"), str(HERE / "peer_nodemailer.js"), str(folder)]

    def send(port: int, messages: int, size: int) -> Took:
        (seconds,) = _seconds([*script, str(port), str(messages), str(SESSIONS), str(size)])
        return seconds, seconds  # it composes as it sends, and keeps nothing

    return send


def _post_office(folder: Path) -> Send:
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _install(folder, [sys.executable, "-m", "venv", str(folder)])
        _install(folder, [str(python), "-m", "pip", "install", "--quiet", *POST_OFFICE])
        (folder / "installed").touch()

    def send(port: int, messages: int, size: int) -> Took:
        with TemporaryDirectory(prefix="letsconnect-bench-", dir=folder.parent) as place:
            script = str(HERE / "peer_post_office.py")
            queueing, sending = _seconds([str(python), script, place, str(port), str(messages), str(size)])
        return sending, queueing + sending

    return send


def _program(name: str, remedy: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise UserError(Problem("is not installed", name, remedy))
    return found


def _install(folder: Path, argv: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(ended.stderr, file=sys.stderr)
        raise UserError(Problem("cannot be installed", folder.name, "The lines above say why"))


def _seconds(argv: list[str]) -> list[float]:
    """What a script prints last: one line of numbers. Nothing of this environment's Python reaches it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, env=plain, text=True, check=False)
    try:
        return [float(number) for number in ended.stdout.splitlines()[-1].split()]
    except (ValueError, IndexError):
        print(ended.stderr, file=sys.stderr)
        raise UserError(Problem("did not send", Path(argv[1]).name, "The lines above say why")) from None
