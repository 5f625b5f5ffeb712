"""Importing resources from a file: CSV or JSON with the columns session, kind, url, title, language, size.

Good rows go in; bad ones are kept for correction with line, field and reason, as with registrations. The same file
twice changes nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from channels.tables import Table, open_table
from channels.tables_json import Row
from domain.errors import Problem, UserError
from domain.imports import ImportReport, RowProblem, fold, row_problem
from domain.sessions import Session
from steps import resources, sessions
from steps.app import App
from store import database, imports, journal

KIND = "resources"
COLUMNS = ("session", *resources.FIELDS)
NEEDED = ("session", "kind", "url")
ALSO = {"link": "url", "address": "url", "type": "kind", "bytes": "size", "name": "title", "clinic": "session"}


@dataclass(slots=True)
class _Account:
    accepted: int = 0
    merged: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("accepted", "merged", "unchanged", "rejected")}


def import_resources(app: App, path: Path, *, dry_run: bool = False) -> ImportReport:
    """Take in a file of resources, all good rows of it in one transaction. UserError when it is no such table."""
    now = app.now()
    names = {fold(name): name for name in COLUMNS} | {fold(name): code for name, code in ALSO.items()}
    table = open_table(path, app.programme.import_bytes, lambda cell: fold(cell) in names)
    places: dict[str, int] = {}
    for place, cell in enumerate(table.header):
        if fold(cell) in names:
            places.setdefault(names[fold(cell)], place)
    if lacks := [name for name in NEEDED if name not in places]:
        remedy = f"Name the columns: {', '.join(COLUMNS)}"
        raise UserError(*(Problem(f"has no column {name!r}", path.name, remedy) for name in lacks))
    account, run = _Account(), None
    app.conn.execute("begin immediate")
    try:
        run = imports.begin(app.conn, KIND, path.name, table.sha256, now)
        _take_in(app, table, places, account, run, path.name, now)
        imports.count(app.conn, run, account.counts)
        imports.finish(app.conn, run, now)
        detail = ", ".join(f"{number} {name}" for name, number in account.counts.items())
        journal.note(app.conn, now, "import", "imported resources", f"import_run/{run}", detail)
        app.conn.execute("rollback" if dry_run else "commit")
    except BaseException:
        if app.conn.in_transaction:
            app.conn.execute("rollback")
        raise
    return ImportReport(
        None if dry_run else run, path.name, account.accepted, account.merged, account.unchanged, account.rejected,
        tuple(account.problems),
    )  # fmt: skip


def _take_in(
    app: App, table: Table, places: Mapping[str, int], account: _Account, run: int, source: str, now: datetime
) -> None:
    earlier = imports.waiting(app.conn, KIND, source)
    for row in table.rows():
        problems = _one(app, row, places, account, now)
        if problems:
            account.rejected += 1
            account.problems += problems
            raw = json.dumps({"header": table.header, "cells": row.cells}, ensure_ascii=False)
            imports.reject(app.conn, run, problems, raw, earlier)
    imports.settle(app.conn, (one for ids in earlier.values() for one in ids), now)


def _one(
    app: App, row: Row, places: Mapping[str, int], account: _Account, now: datetime
) -> list[RowProblem]:
    """Take one row in, or say what is wrong with it."""
    if row.error:
        return [row_problem(row.line, "", row.error, "Mend the row")]
    fields = {name: row.cells[place] for name, place in places.items()}
    values, problems = resources.read(fields)
    session: Session | None = None
    try:
        session = sessions.find(app, fields["session"])
    except UserError as error:
        problems = [*(Problem(p.what, "session", p.remedy) for p in error.problems), *problems]
    if problems or session is None:
        return [row_problem(row.line, p.where, p.what, p.remedy) for p in problems]
    with database.write(app.conn):
        added = resources.put(app, session, values, now)
    if added.new:
        account.accepted += 1
    elif added.changed:
        account.merged += 1
    else:
        account.unchanged += 1
    return []
