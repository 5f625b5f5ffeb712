"""A meeting tool's list of who was there: taken by mail, then by name where it is sure; the rest are guests.

How sure a name is is decided by `domain/attendance.py`; whom a person must look at waits on the desk. The same list
again changes nothing, and neither does a second one of the same meeting for those who are in already.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from channels.tables import Table, open_table
from channels.tables_json import Row
from config import attendance as attendance_file
from config.attendance import Naming
from domain.attendance import Attendee, Candidate, Line, People, decide, is_ignored, parse_minutes, together
from domain.erased import is_over
from domain.errors import Problem, UserError
from domain.imports import Mail, RowProblem, clean_line, fold, row_problem
from domain.participants import canonical_address
from domain.sessions import Session
from domain.timestamps import DateOrder, parse_timestamp
from steps import erased
from steps.addresses import check_mail
from steps.app import App
from steps.attendance import begun
from store import attendance, database, imports, journal

KIND = "attendance"
FOLDER = "attendance"  # in the incoming folder
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """What a list came to, in people. `unchanged` were in already; `ignored` are accounts of the programme and no
    people; `doubtful` wait on the desk, and count as guests until somebody settles them. `erased`
    asked to be erased after the session, and are passed over."""

    run_id: int | None
    session_id: int
    source: str
    accepted: int = 0
    guests: int = 0
    doubtful: int = 0
    unchanged: int = 0
    ignored: int = 0
    erased: int = 0
    rejected: int = 0
    problems: tuple[Problem, ...] = ()


def import_attendance(
    app: App, path: Path, session_ref: str, who: str, *, dry_run: bool = False
) -> AttendanceReport:
    """Take in the list in `path` for a session that has begun.

    UserError when it is no table or has no column of names. A `dry_run` says what would happen.
    """
    session = begun(app, session_ref)
    naming = attendance_file.load(app.settings.programme)
    table = _table(app, path, naming)
    lines, problems, refused = _lines(table, naming)
    everybody = together(lines)
    people = [one for one in everybody if not _is_own(app, one, naming)]
    ignored = len(everybody) - len(people)
    work = _Work(app, session, app.now())
    if dry_run:
        with database.trying(app.conn, dry_run):
            return work.report(None, path.name, people, ignored, problems)
    with database.write(app.conn) as conn:
        run_id = imports.begin(conn, KIND, path.name, table.sha256, work.now)
        earlier = imports.waiting(conn, KIND, path.name)
        done = work.report(run_id, path.name, people, ignored, problems)
        for row, problem in refused:
            cells = work.without_erased(row.cells)
            raw = json.dumps({"header": table.header, "cells": cells}, ensure_ascii=False)
            imports.reject(conn, run_id, [problem], raw, earlier)
        imports.settle(conn, (i for ids in earlier.values() for i in ids), work.now)
        kept = {"accepted": done.accepted, "merged": done.guests + done.doubtful, "unchanged": done.unchanged}
        kept |= {"rejected": done.rejected, "erased": done.erased}
        imports.count(conn, run_id, kept)
        imports.finish(conn, run_id, work.now)
        said = f"{done.accepted} people, {done.guests} guests, {done.doubtful} doubtful"
        journal.note(conn, work.now, who, "imported attendance", f"session/{session.id}", said)
    return done


def _table(app: App, path: Path, naming: Naming) -> Table:
    def is_header(cells: Sequence[str]) -> bool:
        codes = {naming.column(cell) for cell in cells}
        return bool(codes & {"name", "given_name"}) and len(codes) > 1

    table = open_table(path, app.programme.import_bytes, lambda cell: bool(naming.column(cell)), is_header)
    if not {naming.column(cell) for cell in table.header} & {"name", "given_name", "email"}:
        remedy = "Export the list of participants; attendance.toml has the names of columns that are known"
        raise UserError(Problem("has no column of names or addresses", path.name, remedy))
    return table


def _lines(table: Table, naming: Naming) -> tuple[list[Line], list[RowProblem], list[tuple[Row, RowProblem]]]:
    """Everybody's stays, what is wrong with lines, and those lines."""
    lines, refused = [], []
    codes = [naming.column(cell) for cell in table.header]
    for row in _of_one_list(table, naming):
        if row.error:
            refused.append((row, row_problem(row.line, "", row.error)))
            continue
        cells = {code: cell.strip() for code, cell in zip(codes, row.cells, strict=False) if code and cell.strip()}
        name = clean_line(cells.get("name") or f"{cells.get('given_name', '')} {cells.get('family_name', '')}")
        mail = check_mail(cells.get("email", ""))
        mail = mail if isinstance(mail, Mail) else Mail("", "")  # a meeting tool's word, nobody's own
        if not name and not mail.address:
            refused.append((row, row_problem(row.line, "name", "says neither a name nor an address")))
            continue
        lines.append(
            Line(
                name=name[:LONGEST_NAME],
                address=mail.address,
                canonical=mail.canonical,
                joined=_moment(cells.get("joined", "")),
                left=_moment(cells.get("left", "")),
                minutes=parse_minutes(cells.get("duration", "")),
            )
        )
    return lines, [problem for _, problem in refused], refused


def _of_one_list(table: Table, naming: Naming) -> Iterator[Row]:
    """Up to where another list begins: Teams writes every coming and going below."""
    for row in table.rows():
        filled = [cell for cell in row.cells if cell.strip()]
        if len(filled) > 1 and all(naming.column(cell) for cell in filled[:2]):
            return
        if len(filled) == 1 and filled[0].strip()[:1].isdecimal() and ". " in filled[0]:
            return
        yield row


def _moment(text: str) -> datetime | None:
    """For lengths only, so that the zone does not matter."""
    orders = (DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST)
    return next((at for order in orders if text and (at := parse_timestamp(text, order, UTC))), None)


def _is_own(app: App, one: Attendee, naming: Naming) -> bool:
    """An account of the programme, or a note taker."""
    addresses = [app.mailbox, *(sender.address for sender in app.programme.senders.values() if sender.address)]
    if one.canonical in map(canonical_address, addresses):
        return True
    names = [app.programme.name, *(sender.name for sender in app.programme.senders.values())]
    return is_ignored(one.name, naming.ignored | {fold(name) for name in names})


@dataclass(slots=True)
class _Work:
    app: App
    session: Session
    now: datetime

    @property
    def session_id(self) -> int:
        return self.session.id

    def without_erased(self, cells: Sequence[str]) -> tuple[str, ...]:
        """A line that is kept for correction, without whoever asked to be erased after the session."""
        when = erased.since(self.app, erased.named_in(cells)) if erased.are_any(self.app) else {}
        return erased.blanked(when, cells, self.session.starts_at)

    def report(
        self, run_id: int | None, source: str, people: Sequence[Attendee], ignored: int, problems: Sequence[Problem]
    ) -> AttendanceReport:
        counts = {"accepted": 0, "guests": 0, "doubtful": 0, "unchanged": 0, "erased": 0}
        when = erased.since(self.app, [one.canonical for one in people]) if erased.are_any(self.app) else {}
        known = People(attendance.known(self.app.conn, self.session_id))
        for one in people:
            # Lists tell times in no zone; that of the session will do, as everybody in it was there then.
            over = is_over(when, [one.canonical], self.session.starts_at)
            counts["erased" if over else self._take(one, known)] += 1
        return AttendanceReport(
            run_id, self.session_id, source, **counts, ignored=ignored, rejected=len(problems), problems=tuple(problems)
        )

    def _take(self, one: Attendee, known: People) -> str:
        conn = self.app.conn
        before = attendance.guest_of(conn, self.session_id, one.key)
        if before is not None and before.state != "guest":  # waits, or is somebody
            return "unchanged"
        person = attendance.owner(conn, one.canonical) if one.canonical else None
        candidates: tuple[Candidate, ...] = ()
        if person is None and one.name and not (before and before.settled):
            match = decide(one, known, strange_mail=bool(one.canonical))
            person, candidates = match.person.participant_id if match.person else None, match.candidates
        if before is not None and person is None:
            return "unchanged"
        if person is not None:
            if before is not None:  # registered since: no guest any more
                attendance.settle(conn, before, person, self.now)
            return "accepted" if self._attend(person, one) else "unchanged"
        attendance.add_guest(conn, self.session_id, one, candidates, "file", self.now)
        return "doubtful" if candidates else "guests"

    def _attend(self, person: int, one: Attendee) -> bool:
        return attendance.attend(self.app.conn, self.session_id, person, "file", self.now, one.minutes)


def import_lists(app: App, session_ref: str, who: str, *, dry_run: bool = False) -> list[AttendanceReport]:
    """Every list that lies in `attendance` of the incoming folder, all of this session, by name; a report for each.

    They move to `done` or, where they could not be read, to `failed` beside it. A dry run moves nothing.
    """
    folder = app.settings.incoming / FOLDER
    paths = sorted(p for p in folder.glob("*") if p.is_file() and not p.is_symlink() and not p.name.startswith("."))
    return [_one_of(app, path, session_ref, who, dry_run) for path in paths]


def _one_of(app: App, path: Path, session_ref: str, who: str, dry_run: bool) -> AttendanceReport:
    session = begun(app, session_ref)
    try:
        report, place = import_attendance(app, path, session_ref, who, dry_run=dry_run), "done"
    except UserError as error:
        report, place = AttendanceReport(None, session.id, path.name, problems=error.problems), "failed"
    if not dry_run:
        target = app.settings.incoming / place
        target.mkdir(mode=0o700, exist_ok=True)
        path.rename(target / f"{app.now():%Y%m%dT%H%M%SZ}-{session.id}-{path.name}")
    return report
