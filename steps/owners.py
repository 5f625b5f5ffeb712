"""Who holds claims: each delivering process has a name and a lock file that the kernel frees when it dies.

So a killed process's claims are free at once; the lease is only for one that hangs.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from steps.app import new_owner
from store import marks


@contextmanager
def owner(folder: Path) -> Iterator[str]:
    """A fresh owner's name, alive while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    name = new_owner()
    path = folder / f"{name}.lock"
    handle = _locked(path)
    try:
        yield name
        path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _locked(path: Path) -> int:
    """Make and lock the file. Between the two, another's `sweep` may take it for a dead owner's: then once more."""
    while True:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_at(path, handle):
            return handle
        os.close(handle)


def dead(folder: Path, names: Iterable[str]) -> list[str]:
    """Those of `names` whose process is certainly gone: its lock can be had, or its file was taken away at its end."""
    found = []
    for name in names:
        try:
            handle = _try_lock(folder / f"{name}.lock")
        except FileNotFoundError:
            found.append(name)
            continue
        if handle is not None:
            os.close(handle)
            found.append(name)
    return found


def sweep(folder: Path, done: Callable[[str], bool]) -> None:
    """Remove the files that dead owners left, of those with whom everything is `done`."""
    for path in folder.glob("*.lock"):
        with suppress(FileNotFoundError):
            handle = _try_lock(path)
            if handle is None:
                continue
            try:
                # under the lock: neither a sweeper nor a beginner can put another there
                if _is_at(path, handle) and done(path.stem):
                    marks.forget(folder, path.stem)
                    path.unlink()
            finally:
                os.close(handle)
    for path in folder.glob("*.marks"):
        if not path.with_suffix(".lock").exists() and done(path.stem):
            path.unlink(missing_ok=True)


def _try_lock(path: Path) -> int | None:
    """An open handle with the lock, or None when somebody has it. FileNotFoundError."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        raise
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
