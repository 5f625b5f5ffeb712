"""Who asked to be erased does not come back by an old row: of a file, of the published sheet, of a group."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from domain.imports import ImportReport
from flows.import_registrations import said
from steps import persons, registering
from steps.imports import import_incoming, import_registrations, rejected
from tests.imports.conftest import NOW, Home
from tests.imports.test_import_incoming import drop, linked

HEADER = "Timestamp,Name,Email,Second email\n"
BEFORE, AFTER = "2026-11-22 11:59:59", "2026-11-22 12:00:01"  # of the erasure, which is at NOW


@pytest.fixture
def erased(home: Home) -> Home:
    """Zuleika, known by two addresses, asked to be erased; Ben stays."""
    rows = f"2026-11-01 10:00:00,Zuleika,Zu.Leika@gmail.com,z@work.example\n{BEFORE},Ben,ben@example.org,\n"
    import_registrations(home.app, home.write(HEADER + rows))
    persons.erase(home.app, "1", "tester")
    home.moment = NOW + timedelta(hours=1)
    return home


def take(home: Home, rows: str, header: str = HEADER, **more: object) -> ImportReport:
    return import_registrations(home.app, home.write(header + rows, "again.csv"), **more)


def names(home: Home) -> list[str]:
    return [row[0] for row in home.rows("select name from participants where erased_at is null order by id")]


def trace(home: Home) -> bool:
    """Whether anything in the database is of Zuleika."""
    return any("leika" in line.lower() or "z@work" in line.lower() for line in home.app.conn.iterdump())


def test_nothing_but_a_keyed_hash_is_left(erased: Home) -> None:
    marks = erased.rows("select mark, at from erasures order by mark")
    tokens = [erased.app.token("erased", f"email/{one}") for one in ("zuleika@gmail.com", "z@work.example")]
    assert marks == sorted((token, NOW.isoformat()) for token in tokens)
    assert not trace(erased)


@pytest.mark.parametrize(
    ("row", "comes"),
    [
        (f"{BEFORE},Zuleika,zuleika+club@googlemail.com,", False),
        (f"{BEFORE},Zuleika,new@example.org,Z@WORK.example", False),  # the second address is theirs
        (f"{NOW:%Y-%m-%d %H:%M:%S},Zuleika,z@work.example,", False),
        (",Zuleika,z@work.example,", False),  # nobody knows when
        ("yesterday,Zuleika,z@work.example,", False),
        (f"{AFTER},Zuleika,z@work.example,", True),
        (f"{BEFORE},Zora,z@other.example,", True),
    ],
)
def test_row_counts_only_when_it_is_a_new_wish(erased: Home, row: str, comes: bool) -> None:
    report = take(erased, f"{BEFORE},Ben,ben@example.org,\n{row}\n")
    assert (report.accepted, report.unchanged, report.rejected, report.erased) == (comes, 1, 0, not comes)
    assert len(names(erased)) == 1 + comes
    assert erased.rows("select erased from import_runs order by id desc limit 1") == [(int(not comes),)]
    if not comes:
        assert (report.problems, trace(erased)) == ((), False)
        assert not any("leika" in str(part).lower() for part in asdict(report).values())


def test_date_that_reads_both_ways_is_taken_as_the_older(home: Home) -> None:
    """Nothing in the file tells whether 05/01/2026 is a day in January or in May, which is what is guessed."""
    header = "Timestamp,Name,Email\n"
    rows = "05/01/2026 10:00:00,Zuleika,z@work.example\n"
    home.moment = NOW.replace(month=3, day=1)
    take(home, rows, header)
    persons.erase(home.app, "1", "tester")  # in March
    home.moment = NOW
    assert take(home, rows, header).erased == 1
    assert take(home, "05/06/2026 10:00:00,Zuleika,z@work.example\n", header).accepted == 1


def test_visit_of_the_sheet_passes_the_old_row_over_and_takes_the_new_one(erased: Home) -> None:
    old = f"{HEADER}{BEFORE},Zuleika,z@work.example,\n"
    for _ in range(2):
        report = linked(erased, old.encode())
        assert report is not None and (report.accepted, report.erased, names(erased)) == (0, 1, ["Ben"])
    report = linked(erased, (old + f"{AFTER},Zuleika Again,z@work.example,\n").encode())
    assert report is not None and (report.accepted, report.erased) == (1, 1)
    assert names(erased) == ["Ben", "Zuleika Again"]
    report = linked(erased, (old + f"{AFTER},Zuleika Again,z@work.example,\n\n").encode())
    assert report is not None and (report.unchanged, report.erased) == (1, 1)  # what was erased does not come back


def test_dry_run_says_it_and_changes_nothing(erased: Home) -> None:
    before = list(erased.app.conn.iterdump())
    report = take(erased, f"{BEFORE},Zuleika,z@work.example,\n", dry_run=True)
    assert (report.run_id, report.erased, list(erased.app.conn.iterdump())) == (None, 1, before)


def test_report_of_the_incoming_folder_says_how_many(erased: Home) -> None:
    drop(erased, "old.csv", f"{HEADER}{BEFORE},Zuleika,z@work.example,\n{BEFORE},Z,zuleika@gmail.com,\n")
    (report,) = import_incoming(erased.app)
    (told,) = (erased.app.settings.incoming / "done").glob("*.report.txt")
    counted = "0 accepted, 0 merged, 0 unchanged, 0 rejected, 2 rows of people who asked to be erased passed over"
    assert told.read_text() == f"old.csv: {counted}\n"
    assert replace(report, erased=1).counted().endswith(", 1 row of people who asked to be erased passed over")
    totals = {"accepted": 0, "merged": 0, "rejected": 0, "erased": 2}
    assert said(totals, 0, True) == "2 rows of people who asked to be erased would be passed over."


@pytest.mark.parametrize("row", ["z@work.example,", "z@work.example,,more,cells,than,columns"])
def test_refused_row_of_theirs_is_not_kept(erased: Home, row: str) -> None:
    report = take(erased, f"{BEFORE},,{row}\n{BEFORE},,c@example.org,\n")
    assert (report.rejected, report.erased) == (1, 1)
    assert [one["line"] for one in rejected(erased.app, who="tester")] == [3]
    assert not trace(erased)


def test_refused_row_of_somebody_else_is_kept_without_the_cell_that_names_them(erased: Home) -> None:
    header = "Timestamp,Name,Email,Group members,Remarks\n"
    report = take(erased, f"{BEFORE},,ada@example.org,Zuleika <z@work.example>,fine\n", header)
    assert (report.rejected, report.erased, trace(erased)) == (1, 0, False)
    ((raw,),) = erased.rows("select raw from import_rejections")
    assert json.loads(raw)["cells"] == [BEFORE, "", "ada@example.org", "", "fine"]


@pytest.mark.parametrize(("at", "people"), [(BEFORE, ["Ben", "Ada", "Cy"]), (AFTER, ["Ben", "Ada", "Zuleika", "Cy"])])
def test_member_of_a_group_is_left_out_alone(erased: Home, at: str, people: list[str]) -> None:
    header = "Timestamp,Name,Email,Group members\n"
    report = take(erased, f"{at},Ada,ada@example.org,Zuleika <z@work.example>; Cy <cy@example.org>\n", header)
    assert (names(erased), report.accepted, report.erased) == (people, 1, 0)
    assert [w.what for w in report.warnings] == ["somebody asked to be erased; left out"][: at == BEFORE]


def test_who_is_erased_again_is_so_from_then_on(erased: Home) -> None:
    row = f"{AFTER},Zuleika,z@work.example,\n"
    take(erased, row)
    persons.erase(erased.app, "z@work.example", "tester")
    assert take(erased, row + "\n").erased == 1


def test_form_on_the_page_is_a_new_wish(erased: Home) -> None:
    erased.app.settings = replace(erased.app.settings, pages_url="https://pages.example.org")
    registering.ask(erased.app, {"name": "Zuleika", "email": "z@work.example"}, "en")
    person = registering.confirm(erased.app, 1).participant_id
    assert names(erased) == ["Ben", "Zuleika"]
    found = persons.export(erased.app, str(person))["erasures"]
    assert found == [{"mark": erased.app.token("erased", "email/z@work.example"), "at": NOW.isoformat()}]
    assert persons.export(erased.app, "ben@example.org")["erasures"] == []


def test_look_is_one_query_a_page(erased: Home) -> None:
    seen: list[str] = []
    erased.app.conn.set_trace_callback(seen.append)
    take(erased, "".join(f"{AFTER},N{n},n{n}@example.org,\n" for n in range(1200)))
    erased.app.conn.set_trace_callback(None)
    assert len([one for one in seen if one.startswith("select mark, at from erasures")]) == 3
