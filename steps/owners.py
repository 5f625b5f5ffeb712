"""Who holds claims: each delivering process has a name and a lock file that the kernel frees when it dies.

So a killed process's claims are free at once; the lease is only for one that hangs.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from steps.app import new_owner


@contextmanager
def owner(folder: Path) -> Iterator[str]:
    """A fresh owner's name, alive while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    name = new_owner()
    path = folder / f"{name}.lock"
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield name
        path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def dead(folder: Path, names: Iterable[str]) -> list[str]:
    """Those of `names` whose process is certainly gone: its lock can be had, or its file was taken away at its end."""
    return [name for name in names if _is_dead(folder / f"{name}.lock")]


def _is_dead(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def sweep(folder: Path) -> None:
    """Remove the lock files that dead owners left."""
    for path in folder.glob("*.lock"):
        if _is_dead(path):
            path.unlink(missing_ok=True)
