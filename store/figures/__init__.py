"""The figures of the evaluation: named SQL, one file for each learning question, each query with its documentation.

A query is introduced by `-- # code` and lines `-- key: value` (title, formula, shape, and where they apply: people,
labels, unit, note). Parameters: `:start` and `:end` (moments; the end is not part of the range), `:small`,
`:prioritised`, and as JSON `:clinics`, `:connections`, `:regional` (kinds of session), `:interests`, `:regions`
(country -> region). What it gives by shape: count `value, base, missing`; share `part, base, missing`; mean `value,
base, missing`; partition and choices `label, n, base, missing` and perhaps `grp`; a table any columns, named for
readers.
"""

import re
import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from domain.figures import Cell, Definition, Figure, Shape

FOLDER = Path(__file__).parent
_HEAD = re.compile(r"^-- # (\w+)\n((?:-- .*\n)+)", re.M)
_KEYS = frozenset({"title", "formula", "shape", "people", "labels", "unit", "note"})


@lru_cache(maxsize=1)
def definitions() -> tuple[Definition, ...]:
    """All figures, in the order of the files and within them."""
    return tuple(one for path in sorted(FOLDER.glob("*.sql")) for one in _of_file(path))


def _of_file(path: Path) -> list[Definition]:
    parts = _HEAD.split(path.read_text("utf-8"))
    return [
        _definition(path.stem, code, head, sql.strip().removesuffix(";"))
        for code, head, sql in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    ]


def _definition(question: str, code: str, head: str, sql: str) -> Definition:
    said: dict[str, str] = {}
    for line in head.splitlines():
        key, colon, value = line.removeprefix("-- ").partition(": ")
        if colon and key in _KEYS:
            said[key] = value.strip()
        else:  # goes on from the line before
            last = next(reversed(said))
            said[last] = f"{said[last]} {line.removeprefix('-- ').strip()}"
    return Definition(
        code=code,
        question=question,
        title=said["title"],
        formula=said["formula"],
        shape=Shape(said["shape"]),
        people=said.get("people", "yes") == "yes",
        sql=sql,
        note=said.get("note", ""),
        labels=said.get("labels", ""),
        unit=said.get("unit", "people"),
    )


def count(conn: sqlite3.Connection, definition: Definition, values: Mapping[str, object]) -> Figure:
    """The figure as it is, nothing hidden. `values` are those of the module's docstring."""
    cursor = conn.execute(definition.sql, dict(values))
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    match definition.shape:
        case Shape.TABLE:
            return Figure(definition, header=tuple(names), rows=tuple(tuple(row) for row in rows))
        case Shape.PARTITION | Shape.CHOICES:
            grouped = "grp" in names
            cells = tuple(Cell(row["label"], row["n"], (row["grp"] or "") if grouped else "") for row in rows)
            base, missing = (rows[0]["base"], rows[0]["missing"]) if rows else (0, 0)
            return Figure(definition, cells=cells, base=base, missing=missing)
        case Shape.SHARE:
            (row,) = rows
            return Figure(definition, part=row["part"] or 0, base=row["base"] or 0, missing=row["missing"] or 0)
        case _:
            (row,) = rows
            return Figure(definition, value=row["value"], base=row["base"] or 0, missing=row["missing"] or 0)
