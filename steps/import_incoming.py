"""The incoming folder: every new file in it is imported and moved aside, with a report beside it.

`done/` gets the files that were read, `failed/` those that could not be; rows that were refused lie beside as CSV,
to be corrected and dropped in again. A crash between importing and moving is harmless: the import finds nothing new.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from channels.tables import write_csv
from domain.errors import Problem, UserError
from domain.imports import ImportReport
from steps.app import App
from steps.import_columns import WRONG
from steps.import_run import import_registrations
from store import imports

SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl")
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".swp", "~")
_FRESH_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.5


def import_incoming(app: App, *, dry_run: bool = False) -> list[ImportReport]:
    """Import what lies in the incoming folder, by name; a report for each file.

    Files that are still being written are left for the next time. Empty when another process is at it. A dry run
    moves nothing. A file that cannot be imported does not keep the others.
    """
    folder = app.settings.incoming
    if not folder.is_dir():
        return []
    with _alone(folder) as alone:
        if not alone:
            return []
        return [_one(app, path, dry_run) for path in _settled(folder, app.now())]


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def _settled(folder: Path, now: datetime) -> list[Path]:
    """The files nobody is writing: not touched lately, or of the same size when looked at again."""
    paths = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".") and (p.is_symlink() or not p.is_dir())]
    paths = [p for p in paths if not p.name.casefold().endswith(_UNFINISHED)]
    before = {path: _state(path) for path in paths}
    latest = now.timestamp() - _FRESH_SECONDS
    fresh = {path for path, state in before.items() if state and state[1] / 1e9 > latest}
    if fresh:
        time.sleep(_LOOK_AGAIN_SECONDS)
    return [path for path in paths if before[path] and (path not in fresh or _state(path) == before[path])]


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except FileNotFoundError:  # taken away meanwhile
        return None
    return status.st_size, status.st_mtime_ns


def _one(app: App, path: Path, dry_run: bool) -> ImportReport:
    before = _state(path)
    try:
        _refuse(path)
        report = import_registrations(app, path, dry_run=dry_run)
        place = "done"
    except UserError as error:
        report = ImportReport(None, path.name, problems=error.problems)
        place = "failed"
    if not dry_run and before is not None and _state(path) == before:  # else it grew: read it again next time
        _put_aside(app, path, place, report)
    return report


def _refuse(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        raise UserError(Problem("is a link or no plain file", path.name, "Put a copy of the file into the folder"))
    if path.suffix.casefold() not in SUFFIXES:
        what = f"is not a kind of file that is read ({path.suffix or 'no ending'})"
        raise UserError(Problem(what, path.name, f"Save it as one of {', '.join(SUFFIXES)}"))


def _put_aside(app: App, path: Path, place: str, report: ImportReport) -> None:
    folder = path.parent / place
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = app.now().strftime("%Y%m%dT%H%M%SZ")
    target, number = folder / f"{stamp}-{path.name}", 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{stamp}-{number}-{path.name}"
    _write(target.with_name(f"{target.name}.report.txt"), _words(report))
    _write(target.with_name(f"{target.name}.report.json"), json.dumps(asdict(report), ensure_ascii=False, indent=2))
    if report.run_id is not None and report.rejected:
        _rejected_rows(app, report.run_id, target)
    path.rename(target)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text + "\n", encoding="utf-8")


def _rejected_rows(app: App, run_id: int, target: Path) -> None:
    """The refused rows under the file's own header, with what is wrong with each in a last column."""
    header = imports.rejected_header(app.conn, run_id)
    rows = (
        [*cells[: len(header)], *[""] * (len(header) - len(cells)), f"line {line}: {reasons}"]
        for line, reasons, cells in imports.rejected_rows(app.conn, run_id)
    )
    path = target.with_name(f"{target.name}.rejected.csv")
    path.unlink(missing_ok=True)
    write_csv(path, [*header, WRONG], rows)


def _words(report: ImportReport) -> str:
    lines = [f"{report.source}: {report.counted()}"]
    if report.run_id is None:
        lines = [f"{report.source}: nothing was imported"]
    for title, items in (("To correct", report.problems), ("To know", report.warnings)):
        if items:
            lines += ["", f"{title}:", *(f"- {item}" for item in items)]
    return "\n".join(lines)
