"""Cells that others had too: read once, told for everybody, and never somebody else's."""

from zoneinfo import ZoneInfo

import pytest

from channels.tables_json import Row
from config import mapping, programme, settings
from steps import import_cells
from steps.import_columns import Columns
from steps.import_rows import RowReader

HEADER = ("Name", "Email", "Country", "Languages", "Skills to learn", "More languages", "Hope")


def reader() -> RowReader:
    shipped = settings.ROOT / "config"
    naming = mapping.load(shipped, programme.load(shipped).skills)
    fields = {"name": (0,), "email": (1,), "country": (2,), "languages": (3, 5), "skills_learn": (4,)}
    return RowReader(Columns(fields, ((6, "Hope"),), HEADER), naming, {}, ZoneInfo("UTC"))


def row(line: int, *cells: str) -> Row:
    return Row(line, (f"P{line}", f"p{line}@example.org", *cells))


ROWS = (
    row(2, "Atlantis", "Hausa", "Basic Wikidata, Flying", "fr", "much"),
    row(3, "Atlantis", "Hausa", "Basic Wikidata, Flying", "fr", ""),
    row(4, "Ghana", "fr", "Basic Wikidata", "Hausa", ""),
    row(5, "Ghana", "", "x" * 10_001, "", ""),
    row(6, "Ghana", "", "x" * 10_001, "", ""),
)


def test_rows_read_after_others_are_as_read_alone() -> None:
    one = reader()
    assert [one.read(r) for r in ROWS] == [reader().read(r) for r in ROWS]


def test_same_cells_are_told_for_each_row_and_kept_for_each_person() -> None:
    one = reader()
    first, second, third, *_ = (one.read(r) for r in ROWS)
    told = [
        ("country", "is not a country's name; left empty"),
        ("skills_learn", "names 1 skill(s) that are not in skills.toml"),
    ]
    assert [(w.line, w.field, w.what) for w in first.warnings] == [(2, *what) for what in told]
    assert [(w.line, w.field, w.what) for w in second.warnings] == [(3, *what) for what in told]
    assert first.registration is not None and second.registration is not None and third.registration is not None
    assert first.registration.answers == {"Country": "Atlantis", "Skills to learn": "Flying", "Hope": "much"}
    assert second.registration.answers == {"Country": "Atlantis", "Skills to learn": "Flying"}
    assert (third.warnings, third.registration.answers) == ([], {})


def test_order_of_columns_of_one_field_is_kept_apart() -> None:
    one = reader()
    read = [one.read(r).registration for r in ROWS[1:3]]
    assert [r.profile.languages for r in read if r] == [("ha", "fr"), ("fr", "ha")]


def test_faulty_cells_refuse_every_row_that_has_them() -> None:
    one = reader()
    assert [(r.registration, [p.line for p in r.problems]) for r in map(one.read, ROWS[3:])] == [
        (None, [5]), (None, [6])
    ]  # fmt: skip


def test_what_is_remembered_has_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_cells, "REMEMBERED", 100)
    read: list[str] = []
    group = import_cells.Group(
        Columns({"name": (0,)}, (), ("Name",)), ("name",), lambda cells: read.append(cells.first("name"))
    )
    notes = import_cells.Notes()
    for _ in range(2):
        for letter in "ab":
            group((letter * 10,), notes)
    assert read == ["a" * 10, "b" * 10]
    group(("c" * 200,), notes)  # no room: all is forgotten
    group(("a" * 10,), notes)
    assert [text[0] for text in read] == ["a", "b", "c", "a"]
