"""Runs one bench in a child process, in a new folder on the disk of the state folder, and removes the folder."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config.settings import PREFIX
from domain.errors import Problem, UserError
from flows import environment
from flows.tether import tethered

PATIENCE = 5.0  # seconds for the child to end what it started


def run(name: str, base: Path, options: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, Any]:
    """The figures of bench `name` (see `child.py`). From the main thread (see `flows/tether.py`).

    UserError when `base` cannot be written, for what the bench lacks, and when it ends without figures.
    """
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with TemporaryDirectory(prefix="letsconnect-bench-", dir=existing(base), ignore_cleanup_errors=True) as folder:
            return _child(name, Path(folder), options, environment.without(environ, PREFIX))
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        raise UserError(Problem(what, base.name, "Name a folder that you may write to with --folder")) from error
    finally:
        signal.signal(signal.SIGTERM, before)


def existing(path: Path) -> Path:
    """`path`, or the nearest folder above that is there: the same disk, and nothing is left behind."""
    path = path.absolute()
    return next(one for one in (path, *path.parents) if one.is_dir())


def _child(name: str, folder: Path, options: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, Any]:
    argv = [sys.executable, "-P", "-m", "bench.child", name, str(folder)]
    # A session of its own: Ctrl-C is for us, and the child goes with us.
    process = subprocess.Popen(
        tethered(argv), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=dict(environ),
        start_new_session=True,
    )  # fmt: skip
    try:
        out, _ = process.communicate(json.dumps(options).encode())
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    try:
        found: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
    except (ValueError, IndexError):
        raise UserError(Problem("ended without figures", f"bench {name}", "The lines above say why")) from None
    if "problems" in found:
        raise UserError(*(Problem(*problem) for problem in found["problems"]))
    return found
