"""Importing registrations: look at the file, refuse what would withdraw too much, take in page by page, account.

Reading a row is `steps/import_rows.py`'s; where files come from is `steps/import_incoming.py`'s and
`steps/import_link.py`'s. Rows go in in pages, each a transaction of its own: sending goes on meanwhile, an import
that is killed leaves whole pages, and running it again finishes it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from channels.tables import Table, open_table
from channels.tables_json import Row
from config import mapping as mapping_file
from domain.errors import Problem, UserError
from domain.imports import ImportReport, Registration, fold, row_problem, withdraws_too_much
from steps.app import App
from steps.import_columns import columns
from steps.import_erased import without_erased
from steps.import_rows import RowReader
from store import database, import_rows, imports, journal, registrations, skills
from store.returning import Outcome

KIND = "registrations"
PAGE = 500
SHOWN = 1000  # problems and warnings in a report; all rejections are in the store
_COUNTS = ("accepted", "merged", "unchanged", "rejected", "erased")


def import_registrations(
    app: App,
    path: Path,
    *,
    session_ref: str | None = None,
    mapping: Path | None = None,
    dry_run: bool = False,
    allow_withdrawals: bool = False,
    source: str | None = None,
) -> ImportReport:
    """Take in a file of registrations: CSV, a Google Forms export, JSON.

    `session_ref` (id, code or title) registers everybody in it for that session; `mapping` is a TOML file over
    mapping.toml. `dry_run` says what would happen and changes nothing; it holds the store's write lock meanwhile.
    `source` is what the run is called, the file's name when left out. UserError when the file is no table, lacks a
    name or e-mail column, names an unknown session, or withdraws too many consents (then nothing was changed).
    ConfigError for a bad mapping file.
    """
    source, now = source or path.name, app.now()
    naming = mapping_file.load(app.settings.programme, app.programme.skills, mapping)
    table = open_table(path, app.programme.import_bytes, lambda header: bool(naming.field(header)))
    refs, titles = imports.session_refs(app.conn, now)
    everybody = _session(refs, titles, session_ref)
    reader = RowReader(
        columns(table, naming, source),
        naming,
        _by_text(refs, titles),
        ZoneInfo(naming.timestamp_zone or app.programme.zone),
    )
    account = _Account(source)
    account.warn(reader.prepare(table, now))
    if table.encoding == "cp1252":
        what = "is not UTF-8; it was read as Windows-1252, so look at names with accents"
        account.warn([row_problem(1, "", what, "Export it as UTF-8 to be sure")])
    seen = imports.seen_before(app.conn, KIND, table.sha256)
    work = _Work(app, reader, table, account, seen, everybody, now)
    if not allow_withdrawals and not seen:  # what was seen to its end has nothing left to withdraw
        work.guard()
    if dry_run:
        work.rehearse()
    else:
        work.do()
    return account.report()


def _session(refs: Mapping[str, int], titles: Mapping[str, int | None], ref: str | None) -> int | None:
    if ref is None:
        return None
    found = refs.get(ref.strip()) or titles.get(fold(ref)) or _by_text(refs, {}).get(fold(ref))
    if found:
        return int(found)
    what = "several sessions have this title" if fold(ref) in titles else "there is no such session"
    raise UserError(Problem(what, "session", "Give its id or code; see: letsconnect session list"))


def _by_text(refs: Mapping[str, int], titles: Mapping[str, int | None]) -> dict[str, str]:
    """What a form's cell may call a session. Titles win: a code is often made of the title of the first of several."""
    texts: dict[str, int | None] = {fold(ref): number for ref, number in refs.items()}
    return {text: str(number) for text, number in (texts | dict(titles)).items() if number is not None}


@dataclass(slots=True)
class _Account:
    """Counts rows, and keeps as many problems as a person would read."""

    source: str
    run_id: int | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    more: dict[str, int] = field(default_factory=lambda: {"problems": 0, "warnings": 0})

    def refuse(self, problems: Sequence[Problem]) -> None:
        self.counts["rejected"] += 1
        self._keep("problems", problems)

    def warn(self, warnings: Sequence[Problem]) -> None:
        self._keep("warnings", warnings)

    def _keep(self, name: str, items: Sequence[Problem]) -> None:
        kept: list[Problem] = getattr(self, name)
        room = max(0, SHOWN - len(kept))
        kept += items[:room]
        self.more[name] += len(items[room:])

    def report(self) -> ImportReport:
        def shown(name: str, kept: list[Problem]) -> tuple[Problem, ...]:
            rest = self.more[name]
            return (*kept, Problem(f"and {rest} more {name}")) if rest else tuple(kept)

        return ImportReport(
            self.run_id,
            self.source,
            **self.counts,
            problems=shown("problems", self.problems),
            warnings=shown("warnings", self.warnings),
        )


Page = list[tuple[Row, str]]  # rows, each with its digest


@dataclass(slots=True)
class _Work:
    app: App
    reader: RowReader
    table: Table
    account: _Account
    seen: bool
    everybody: int | None
    now: datetime
    earlier: dict[bytes, list[int]] = field(default_factory=dict)

    def guard(self) -> None:
        """UserError when too many consents would be withdrawn."""
        conn, asked = self.app.conn, self.reader.columns.fields
        granted = imports.granted(conn)
        if not granted or not any(code.startswith("consent") for code in asked):
            return
        withdrawn: dict[tuple[int, str], str] = {}
        for page in self.pages():
            known = import_rows.known(conn, [digest for _, digest in page])
            news = [(row, self.reader.address(row)) for row, digest in page if digest not in known]
            agreed = imports.have_agreed(conn, {address for _, address in news})
            for row, address in news:
                registration = self.reader.read(row).registration if address in agreed else None
                if registration is not None:
                    imports.withdrawals(conn, registration, self.seen, withdrawn)
        if withdraws_too_much(len(withdrawn), granted, self.app.programme.withdrawals):
            what = f"would withdraw {len(withdrawn)} of {granted} consents; nothing was changed"
            remedy = "Check the consent columns; if people really withdrew, run the import with --allow-withdrawals"
            raise UserError(Problem(what, self.account.source, remedy))

    def do(self) -> None:
        with database.write(self.app.conn) as conn:
            run_id = self.account.run_id = self._begin(conn)
        self.earlier = imports.waiting(self.app.conn, KIND, self.account.source)
        for page in self.pages():
            with database.write(self.app.conn) as conn:
                self.take_in(page, run_id)
                imports.count(conn, run_id, self.account.counts)
        with database.write(self.app.conn) as conn:
            imports.settle(conn, (i for ids in self.earlier.values() for i in ids), self.now)
            imports.finish(conn, run_id, self.app.now())
            detail = ", ".join(f"{number} {name}" for name, number in self.account.counts.items())
            journal.note(conn, self.app.now(), "import", "imported registrations", f"import_run/{run_id}", detail)

    def rehearse(self) -> None:
        """Everything as it would be done, in one transaction that is taken back."""
        conn = self.app.conn
        with database.trying(conn, dry_run=True):
            run_id = self._begin(conn)
            for page in self.pages():
                self.take_in(page, run_id)

    def _begin(self, conn: database.Connection) -> int:
        skills.sync(conn, self.app.programme.skills)
        return imports.begin(conn, KIND, self.account.source, self.table.sha256, self.now)

    def pages(self) -> Iterator[Page]:
        rows, digest = self.table.rows(), self.reader.digests(self.everybody)
        while page := [(row, digest(row)) for row in islice(rows, PAGE)]:
            yield page

    def take_in(self, page: Page, run_id: int) -> None:
        known = import_rows.known(self.app.conn, [digest for _, digest in page], run_id)
        news = [(row, digest) for row, digest in page if digest not in known]
        changed = self._record(news, run_id)
        # Of whom this page brings something else, a known row below it is news as well.
        first: dict[int, int] = {}
        for line, person in changed:
            first[person] = min(line, first.get(person, line))
        again = [
            (row, digest) for row, digest in page if digest in known and first.get(known[digest], row.line) < row.line
        ]
        self._record(again, run_id)
        self.account.counts["unchanged"] += len(page) - len(news) - len(again)

    def _record(self, page: Page, run_id: int) -> list[tuple[int, int]]:
        """Line and person of each row that was brought in."""
        read = without_erased(self.app, self.reader, [(row, digest, self.reader.read(row)) for row, digest in page])
        self.account.counts["erased"] += len(page) - len(read)
        good = [self._meant(one.registration) for _, _, one in read if one.registration is not None]
        outcomes = iter(registrations.record_page(self.app.conn, good, now=self.now, run_id=run_id, seen=self.seen))
        done: list[tuple[int, int]] = []
        silent: dict[str, int] = {}
        for row, digest, one in read:
            self.account.warn(one.warnings)
            if one.registration is None:
                self.account.refuse(one.problems)
                raw = json.dumps({"header": self.table.header, "cells": row.cells}, ensure_ascii=False)
                imports.reject(self.app.conn, run_id, one.problems, raw, self.earlier)
                continue
            outcome = next(outcomes)
            self._account_for(row, outcome)
            done.append((row.line, outcome.participant_id))
            if digest and not one.warnings and not outcome.notes:
                silent[digest] = outcome.participant_id
        import_rows.renew(self.app.conn, run_id, {person for _, person in done}, silent)
        return done

    def _account_for(self, row: Row, outcome: Outcome) -> None:
        self.account.counts["accepted" if outcome.new else "merged" if outcome.changed else "unchanged"] += 1
        self.account.warn([row_problem(row.line, code, what) for code, what in outcome.notes])

    def _meant(self, registration: Registration) -> Registration:
        if self.everybody is None or self.everybody in registration.sessions:
            return registration
        return replace(registration, sessions=(*registration.sessions, self.everybody))


def rejected(app: App, *, settle: Sequence[int] = (), who: str) -> list[dict[str, Any]]:
    """Rows that wait for correction, after marking those of the ids `settle` as seen to. UserError: unknown ids."""
    if settle:
        waiting = {row["id"] for row in imports.open_rejections(app.conn)}
        if unknown := sorted(set(settle) - waiting):
            raise UserError(*(Problem("is not on the list", f"rejected row {i}") for i in unknown))
        with database.write(app.conn) as conn:
            done = imports.settle(conn, settle, app.now())
            journal.note(conn, app.now(), who, "settled rejected rows", "", f"{done} problems")
    return imports.open_rejections(app.conn)

