"""The same sheet again: rows that went in without a word are passed over, until something else of their person goes
in."""

import hashlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from channels.tables import open_table
from config import mapping
from domain.imports import ImportReport
from steps import import_run, persons
from steps.import_columns import columns
from steps.import_rows import READING, RowReader
from steps.imports import import_registrations
from store import registrations
from tests.imports.conftest import NOW, Home
from tests.imports.test_import_run import DATA, counts, session

HEADER = "Name,Email,affiliate\n"


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of those whose row came to the store."""
    seen: list[str] = []
    record_page = registrations.record_page

    def watched(conn, page, **more):
        seen.extend(one.profile.name for one in page)
        return record_page(conn, page, **more)

    monkeypatch.setattr(registrations, "record_page", watched)
    return seen


def take(home: Home, rows: str, name: str = "form.csv", header: str = HEADER, **more: object) -> ImportReport:
    return import_registrations(home.app, home.write(header + rows, name), **more)


def affiliates(home: Home) -> list[str]:
    return [row[0] for row in home.rows("select affiliate from participants order by id")]


def test_rows_that_are_known_do_not_come_to_the_store(home: Home, recorded: list[str]) -> None:
    take(home, "Ada,a@example.org,A\nBen,b@example.org,B\n")
    assert recorded == ["Ada", "Ben"]
    report = take(home, "Cy,c@example.org,C\nAda,a@example.org,A\nBen,b@example.org,Bee\n")
    assert (counts(report), recorded[2:]) == ((1, 1, 1, 0), ["Cy", "Ben"])
    assert affiliates(home) == ["A", "Bee", "C"]


def test_row_that_is_changed_back_goes_in(home: Home) -> None:
    for times, affiliate in enumerate(("A", "B", "A", "A")):
        report = take(home, f"Ada,a@example.org,{affiliate}\n" + "\n" * times)  # never the very same file
        assert affiliates(home) == [affiliate]
    assert counts(report) == (0, 0, 1, 0)


def test_another_file_makes_a_row_news_again(home: Home) -> None:
    take(home, "Ada,a@example.org,A\n")
    take(home, "Ada,a@example.org,B\n", "other.csv")
    assert affiliates(home) == ["B"]
    assert counts(take(home, "Ada,a@example.org,A\nBen,b@example.org,\n")) == (1, 1, 0, 0)
    assert affiliates(home) == ["A", ""]


@pytest.mark.parametrize("page", [1, 500])
def test_last_of_two_rows_of_a_person_stands_whichever_changed(
    home: Home, recorded: list[str], page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "PAGE", page)
    rows = ["Ada,a@example.org,A\n", "Ada,a@example.org,B\n"]
    take(home, "".join(rows))
    assert affiliates(home) == ["B"]
    take(home, "".join(rows) + "\n")
    assert (affiliates(home), recorded[2:]) == (["B"], [])
    take(home, "Ada,a@example.org,C\n" + rows[1])
    assert (affiliates(home), recorded[2:]) == (["B"], ["Ada", "Ada"])
    take(home, rows[1] + "Ada,a@example.org,D\n")
    assert affiliates(home) == ["D"]
    take(home, "".join(rows) + rows[0])
    assert affiliates(home) == ["A"]


def test_what_somebody_emptied_elsewhere_stays_empty(home: Home) -> None:
    take(home, "Ada,a@example.org,A\n")
    home.app.conn.execute("update participants set affiliate = '', updated_at = '2026-11-22T13:00:00+00:00'")
    assert counts(take(home, "Ada,a@example.org,A\nBen,b@example.org,\n")) == (1, 0, 1, 0)
    assert affiliates(home) == ["", ""]


def test_rows_with_something_to_tell_are_told_every_time(home: Home, recorded: list[str]) -> None:
    rows = "Ada,a@example.org,Atlantis\nBen,b@example.org,Ghana\nCy,c,Ghana\nBEN,d@example.org,Ghana\n"
    first = take(home, rows, header="Name,Email,Country\n")
    second = take(home, rows + "\n", header="Name,Email,Country\n")
    assert [w.what for w in first.warnings] == [
        "is not a country's name; left empty", "may be person 2 again: same name and country, other address"
    ]  # fmt: skip
    # to whom Ben may be the same is said when he is new, and then waits on the coordinators' list
    assert [w.what for w in second.warnings] == ["is not a country's name; left empty"]
    assert (counts(second), second.problems) == ((0, 0, 3, 1), first.problems)
    assert recorded[3:] == ["Ada", "BEN"]


def test_row_is_read_again_when_it_would_be_read_otherwise(home: Home, recorded: list[str]) -> None:
    rows, header = "Ada,a@example.org,Clinic\n", "Name,Email,Sessions\n"
    take(home, rows, header=header)
    assert home.rows("select count(*) from registrations where session_id is not null") == [(0,)]
    number = session(home, "Clinic")
    take(home, rows, header=header)
    assert home.rows("select session_id from registrations where session_id is not null") == [(number,)]
    other = session(home, "Another")
    take(home, rows, header=header)
    assert len(recorded) == 3
    take(home, rows, header=header)
    assert len(recorded) == 3
    take(home, rows, header=header, session_ref="Another")
    assert home.rows("select max(session_id) from registrations") == [(other,)]


def test_dry_run_marks_nothing(home: Home, recorded: list[str]) -> None:
    take(home, "Ada,a@example.org,A\n", dry_run=True)
    assert home.rows("select * from import_rows") == []
    take(home, "Ada,a@example.org,A\n")
    assert recorded == ["Ada", "Ada"]


def test_broken_off_import_passes_over_the_pages_that_went_in(home: Home, recorded: list[str]) -> None:
    rows = "".join(f"P{i},p{i}@example.org,\n" for i in range(600))
    home.app.conn.execute(
        "create trigger fire before insert on participants when new.name = 'P550'"
        " begin select raise(abort, 'fire'); end"
    )
    with pytest.raises(Exception, match="fire"):
        take(home, rows)
    assert home.rows("select count(*) from import_rows") == [(500,)]
    home.app.conn.execute("drop trigger fire")
    recorded.clear()
    assert counts(take(home, rows)) == (100, 0, 500, 0)
    assert recorded == [f"P{i}" for i in range(500, 600)]


def test_erasing_a_person_forgets_their_rows(home: Home) -> None:
    take(home, "Ada,a@example.org,A\nBen,b@example.org,B\n")
    persons.erase(home.app, "a@example.org", "tester")
    assert home.rows("select participant_id from import_rows") == [(2,)]


def test_row_with_the_mark_between_cells_in_a_cell_is_read_every_time(home: Home, recorded: list[str]) -> None:
    take(home, "Ada,a@example.org,A\0\n")
    take(home, "Ada,a@example.org,A\0\n\n")
    assert recorded == ["Ada", "Ada"]


def test_reading_otherwise_raises_its_number(home: Home) -> None:
    """What files of every kind are read as. Who changes that on purpose raises READING in steps/import_rows.py, and
    writes the new figures here."""
    naming = mapping.load(home.app.settings.programme, home.app.programme.skills)
    read = hashlib.sha256()
    for path in sorted(Path(DATA).iterdir()):
        table = open_table(path, 10**6, lambda header: bool(naming.field(header)))
        reader = RowReader(columns(table, naming, path.name), naming, {}, ZoneInfo("UTC"))
        reader.prepare(table, NOW)
        for one in map(reader.read, table.rows()):
            consents = sorted(one.registration.consents.items()) if one.registration else []
            said = (one.registration and one.registration.profile, consents, one.problems, one.warnings)
            read.update(repr(said).encode())
    assert (READING, read.hexdigest()[:16]) == (1, "f6bbd65b0ac22a3c")
