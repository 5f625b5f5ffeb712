"""Importing a small table whose columns have names of ours: CSV or JSON, in one transaction.

Good rows go in; bad ones are kept for correction with line, field and reason, as with registrations. The same file
twice changes nothing. What a row means is said by who calls this (`import_resources.py`, `opportunities.py`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from channels.tables import Table, open_table
from channels.tables_json import Row
from domain.erased import is_over
from domain.errors import Problem, UserError
from domain.imports import ImportReport, RowProblem, fold, row_problem
from steps import erased
from steps.app import App
from store import database, imports, journal

Became = Literal["accepted", "merged", "unchanged"]
# Takes one row's cells by column in, inside the transaction. UserError: what is wrong with it, each with its field.
Take = Callable[[Mapping[str, str]], Became]


@dataclass(frozen=True, slots=True)
class Columns:
    """`known`: names of columns; `also`: other names for them; `needed`: those without which it is no such table."""

    known: Sequence[str]
    needed: Sequence[str]
    also: Mapping[str, str]
    # When a row was submitted, from its cells by column; without it, nobody knows.
    said_at: Callable[[Mapping[str, str]], datetime | None] = lambda _: None


_COUNTED = ("accepted", "merged", "unchanged", "rejected", "erased")


@dataclass(slots=True)
class _Account:
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    problems: list[Problem] = field(default_factory=list)


def import_table(app: App, path: Path, kind: str, columns: Columns, take: Take, *, dry_run: bool) -> ImportReport:
    """All good rows of a file. `kind`: what it is of, in the list of imports. UserError when it is no such table."""
    now = app.now()
    names = {fold(name): name for name in columns.known} | {fold(name): code for name, code in columns.also.items()}
    table = open_table(path, app.programme.import_bytes, lambda cell: fold(cell) in names)
    places: dict[str, int] = {}
    for place, cell in enumerate(table.header):
        if fold(cell) in names:
            places.setdefault(names[fold(cell)], place)
    if lacks := [name for name in columns.needed if name not in places]:
        remedy = f"Name the columns: {', '.join(columns.known)}"
        raise UserError(*(Problem(f"has no column {name!r}", path.name, remedy) for name in lacks))
    account = _Account()
    with database.trying(app.conn, dry_run), database.write(app.conn):
        run = imports.begin(app.conn, kind, path.name, table.sha256, now)
        _take_in(app, table, places, columns.said_at, take, account, run, kind, path.name, now)
        imports.count(app.conn, run, account.counts)
        imports.finish(app.conn, run, now)
        detail = ", ".join(f"{number} {name}" for name, number in account.counts.items())
        journal.note(app.conn, now, "import", f"imported {kind}", f"import_run/{run}", detail)
    accepted, merged, unchanged, rejected, over = (account.counts[name] for name in _COUNTED)
    return ImportReport(
        None if dry_run else run, path.name, accepted, merged, unchanged, rejected, tuple(account.problems), erased=over
    )


def _take_in(
    app: App, table: Table, places: Mapping[str, int], said_at: Callable[[Mapping[str, str]], datetime | None],
    take: Take, account: _Account, run: int, kind: str, source: str, now: datetime,
) -> None:  # fmt: skip
    earlier = imports.waiting(app.conn, kind, source)
    some_erased = erased.are_any(app)
    for row in table.rows():
        cells = {} if row.error else {name: row.cells[place] for name, place in places.items()}
        named = erased.named_in(row.cells) if some_erased else set()
        when = erased.since(app, named) if named else {}
        at = said_at(cells) if when else None
        own = named if row.error else erased.named_in([cells.get("email", "")])
        if is_over(when, own, at):
            account.counts["erased"] += 1
            continue
        problems = _one(row, cells, take, account)
        if problems:
            account.counts["rejected"] += 1
            account.problems += problems
            raw = json.dumps(
                {"header": table.header, "cells": erased.blanked(when, row.cells, at)}, ensure_ascii=False
            )
            imports.reject(app.conn, run, problems, raw, earlier)
    imports.settle(app.conn, (one for ids in earlier.values() for one in ids), now)


def _one(row: Row, cells: Mapping[str, str], take: Take, account: _Account) -> list[RowProblem]:
    """Take one row in, or say what is wrong with it."""
    if row.error:
        return [row_problem(row.line, "", row.error, "Mend the row")]
    try:
        account.counts[take(cells)] += 1
    except UserError as error:
        return [row_problem(row.line, p.where, p.what, p.remedy) for p in error.problems]
    return []
