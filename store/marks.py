"""At-risk marks, and answers that are not in the database yet, in a file of one delivering process beside it.

A mark must be on disk before a message's final step, and a commit of SQLite for every few messages costs more than all
else. So a mark is a line appended here and synced (`fdatasync`), many in one; answers are lines too, and reach the
rows by the hundred. Whoever dies in between leaves the file, and what it says is written into the rows before anything
of that owner's is claimed again (`steps/recovery.py`).

The fence: marks are appended, and claimed rows taken back, only under the database's write lock. Whoever moves a row
out of `claimed` without being its owner calls `carry_over` first, in the same transaction.
"""

import json
import os
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from domain.deliveries import Outcome, Phase, Receipt
from domain.errors import Problem, UserError
from domain.times import iso, parse_iso

Answer = tuple[int, Receipt, datetime]  # message, what the far side said, when
LONGEST = 1 << 20  # octets after which a file is begun anew: a delivery may be of a million messages


def folder_of(conn: sqlite3.Connection) -> Path:
    """Where owners of this database keep their locks and marks."""
    path = Path(conn.execute("select file from pragma_database_list where name = 'main'").fetchone()[0])
    return path.with_name(path.name + ".claims")


class Marks:
    """One owner's file, made when it is opened. UserError when it cannot be written: then nothing is marked."""

    def __init__(self, folder: Path, owner: str) -> None:
        self.path = _path(folder, owner)
        self.standing: dict[int, datetime] = {}  # marked, and the answer is not known; until when they are its owner's
        self._length = 0
        with _told(self.path):
            self._file = os.open(self.path, _OWN, 0o600)
            _sync_folder(folder)

    def mark(self, ids: Collection[int], until: datetime) -> None:
        """These are at risk, and their owner's until then. On disk when this returns. Under the write lock only."""
        self._append(f"?{iso(until)} {' '.join(map(str, ids))}")
        self.standing.update(dict.fromkeys(ids, until))
        with _told(self.path):
            os.fdatasync(self._file)

    def answered(self, answers: Sequence[Answer]) -> None:
        """Survives the process; a power cut only once a later mark is on disk. Lost with it, the message is unsure."""
        self._append("!" + json.dumps([_plain(one) for one in answers], separators=(",", ":")))
        for one, _, _ in answers:
            self.standing.pop(one, None)

    def settled(self) -> None:
        """All answers so far are in the database."""
        self._append(".")
        if self._length > LONGEST:
            self._begin_anew()

    def close(self) -> None:
        os.close(self._file)

    def _begin_anew(self) -> None:
        """Keep what stands and no more. Whoever reads meanwhile finds the old file or the new, which say the same."""
        fresh = self.path.with_suffix(".fresh")
        with _told(self.path):
            fresh.unlink(missing_ok=True)
            file = os.open(fresh, _OWN, 0o600)
            try:
                for one, until in self.standing.items():
                    _write(file, f"?{iso(until)} {one}")
                os.fsync(file)
                fresh.rename(self.path)
            except OSError:
                os.close(file)
                raise
            os.close(self._file)
            self._file, self._length = file, 0
            _sync_folder(self.path.parent)

    def _append(self, line: str) -> None:
        with _told(self.path):
            self._length += _write(self._file, line)


_OWN = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL


def _write(file: int, line: str) -> int:
    """Octets written: a sum, the line, and an end before it too, for the line before may have been cut off."""
    data = line.encode("ascii")
    whole = b"\n%08x%s\n" % (zlib.crc32(data), data)
    if os.write(file, whole) != len(whole):
        raise OSError(0, "no room for all of it")
    return len(whole)


@dataclass
class Found:
    """What an owner's file says: marks whose answer is unknown, with the end of their lease, and answers to settle."""

    marks: dict[int, datetime] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)


def read(folder: Path, owner: str) -> Found:
    """Nothing where there is no file. A line that is not whole was never relied on."""
    found = Found()
    for line in _lines(_path(folder, owner)):
        kind, text = line[:1], line[1:]
        if kind == "?":
            until, _, ids = text.partition(" ")
            for one in map(int, ids.split()):
                found.marks[one] = parse_iso(until)
                found.answers.pop(one, None)
        elif kind == "!":
            for plain in json.loads(text):
                answer = _answer(plain)
                found.marks.pop(answer[0], None)
                found.answers[answer[0]] = answer
        elif kind == ".":
            found.answers.clear()
    return found


def everybody(conn: sqlite3.Connection) -> list[str]:
    """Owners, dead or alive, that have a file."""
    return [path.stem for path in folder_of(conn).glob("*.marks")]


def carry_over(conn: sqlite3.Connection, owners: Collection[str] | None = None) -> None:
    """Inside a write transaction: rows that their owner has marked become at_risk. Of everybody, or of `owners`.

    What its owner knows the answer to counts as at risk too, until that owner, or who takes over from it, says so.
    """
    folder = folder_of(conn)
    for owner in owners if owners is not None else everybody(conn):
        found = read(folder, owner)
        leases = [(iso(until), one, owner) for one, until in found.marks.items()]
        leases += [(iso(at), one, owner) for one, _, at in found.answers.values()]
        conn.executemany(
            "update outbox set state = 'at_risk', lease_until = max(lease_until, ?)"
            " where id = ? and state = 'claimed' and claim = ?",
            leases,
        )


def forget(folder: Path, owner: str) -> None:
    """Everything in it is in the database, or was never of use."""
    path = _path(folder, owner)
    path.with_suffix(".fresh").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _path(folder: Path, owner: str) -> Path:
    return folder / f"{owner}.marks"


def _lines(path: Path) -> Iterator[str]:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for line in file:
            sum_, data = line[:8], line[8:].rstrip(b"\n")
            if line.endswith(b"\n") and sum_ == b"%08x" % zlib.crc32(data) and data:
                yield data.decode("ascii")


def _plain(answer: Answer) -> list[object]:
    one, receipt, at = answer
    wait = receipt.retry_after.total_seconds() if receipt.retry_after is not None else None
    # JSON writes members of a StrEnum as the text that they are
    return [one, receipt.outcome, receipt.phase, receipt.code, receipt.text, wait, iso(at)]


def _answer(plain: list[object]) -> Answer:
    one, outcome, phase, code, text, wait, at = plain
    after = timedelta(seconds=float(str(wait))) if wait is not None else None
    known = int(str(code)) if code is not None else None
    receipt = Receipt(Outcome(str(outcome)), Phase(str(phase)), known, str(text), after)
    return int(str(one)), receipt, parse_iso(str(at))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """An error of the disk in words."""
    try:
        yield
    except OSError as error:
        remedy = "Free some room on the disk; nothing that was recorded is lost"
        what = f"the marks of this delivery cannot be written ({error.strerror})"
        raise UserError(Problem(what, path.parent.name, remedy)) from error


def _sync_folder(folder: Path) -> None:
    """The file's name must survive a power cut as its lines do."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
