"""The incoming folder and the published sheet."""

import fcntl
import json
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from domain.errors import Problem, UserError
from domain.imports import ImportReport
from steps.app import open_app
from steps.import_link import import_link
from steps.imports import import_incoming, rejected
from tests.imports.conftest import NOW, Home

GOOD = "Name,Email\nAmina,amina@example.org\n"


def drop(home: Home, name: str, content: str | bytes, age: float = 60) -> Path:
    path = home.app.settings.incoming / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (NOW.timestamp() - age,) * 2)
    return path


def listing(home: Home) -> list[str]:
    folder = home.app.settings.incoming
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() or p.is_symlink())


def test_incoming_files_are_imported_in_order_and_moved_with_reports(home: Home) -> None:
    drop(home, "b.json", '[{"name": "Amina B", "email": "amina@example.org"}]')
    drop(home, "a.csv", "Name,Email,Country\nAmina,amina@example.org,\n=Bad,nobody,NG\n")
    reports = import_incoming(home.app)
    assert [(r.source, r.accepted, r.merged, r.rejected) for r in reports] == [("a.csv", 1, 0, 1), ("b.json", 0, 1, 0)]
    stamp = "done/20261122T120000Z-"
    assert listing(home) == [
        ".lock", f"{stamp}a.csv", f"{stamp}a.csv.rejected.csv", f"{stamp}a.csv.report.json",
        f"{stamp}a.csv.report.txt", f"{stamp}b.json", f"{stamp}b.json.report.json", f"{stamp}b.json.report.txt",
    ]  # fmt: skip
    folder = home.app.settings.incoming
    assert (folder / f"{stamp}a.csv.report.txt").read_text() == (
        "a.csv: 1 accepted, 0 merged, 0 unchanged, 1 rejected\n\nTo correct:\n"
        "- line 3, email: is not an e-mail address: An email address must have an @-sign."
        " Write one bare address, such as amina@example.org\n"
    )
    assert json.loads((folder / f"{stamp}a.csv.report.json").read_text())["problems"][0]["line"] == 3
    assert (folder / f"{stamp}a.csv.rejected.csv").read_text("utf-8-sig") == (
        "Name,Email,Country,What to correct\n"
        "'=Bad,nobody,NG,line 3: email: is not an e-mail address: An email address must have an @-sign\n"
    )
    assert (folder / f"{stamp}a.csv.rejected.csv").stat().st_mode & 0o777 == 0o600
    assert import_incoming(home.app) == []


def test_incoming_corrected_rejections_come_back_and_settle(home: Home) -> None:
    drop(home, "a.csv", "Name,Email\n=Bad,nobody\n")
    import_incoming(home.app)
    assert len(rejected(home.app, who="tester")) == 1
    beside = home.app.settings.incoming / "done" / "20261122T120000Z-a.csv.rejected.csv"
    drop(home, beside.name, beside.read_text("utf-8").replace(",nobody,", ",bad@example.org,"))
    (report,) = import_incoming(home.app)
    assert (report.accepted, report.warnings) == (1, ())
    assert home.rows("select name from participants") == [("=Bad",)]
    assert home.rows("select count(*) from answers") == [(0,)]
    assert rejected(home.app, who="tester") == []


def test_incoming_unreadable_files_go_aside_and_do_not_keep_the_others(home: Home) -> None:
    drop(home, "a.xlsx", b"PK\x03\x04")
    drop(home, "b.csv", b"PK\x03\x04")
    drop(home, "c.csv", "Colour\nred\n")
    drop(home, "d.csv", GOOD)
    (home.app.settings.incoming / "e.csv").symlink_to("/etc/passwd")
    reports = import_incoming(home.app)
    assert [(r.source, r.run_id, r.accepted) for r in reports] == [
        ("a.xlsx", None, 0), ("b.csv", None, 0), ("c.csv", None, 0), ("d.csv", 1, 1), ("e.csv", None, 0)
    ]  # fmt: skip
    remedy = "Save it as one of .csv, .tsv, .txt, .json, .jsonl"
    assert reports[0].problems == (Problem("is not a kind of file that is read (.xlsx)", "a.xlsx", remedy),)
    assert reports[4].problems[0].what == "is a link or no plain file"
    stamp = "failed/20261122T120000Z-"
    assert [name for name in listing(home) if name.startswith("failed") and "report" not in name] == [
        f"{stamp}a.xlsx", f"{stamp}b.csv", f"{stamp}c.csv", f"{stamp}e.csv"
    ]  # fmt: skip
    text = (home.app.settings.incoming / f"{stamp}b.csv.report.txt").read_text()
    assert text.startswith("b.csv: nothing was imported\n\nTo correct:\n- b.csv: is a spreadsheet or document")


def test_incoming_leaves_hidden_unfinished_and_folders(home: Home) -> None:
    for name in (".hidden.csv", "a.csv.part", "b.csv.crdownload", "c.csv~"):
        drop(home, name, GOOD)
    (home.app.settings.incoming / "folder.csv").mkdir()
    assert import_incoming(home.app) == []


def test_incoming_file_just_written_and_no_longer_growing_goes_in(home: Home) -> None:
    drop(home, "a.csv", GOOD, age=0)
    assert [r.accepted for r in import_incoming(home.app)] == [1]


def test_incoming_dry_run_moves_nothing(home: Home) -> None:
    drop(home, "a.csv", GOOD)
    drop(home, "b.xlsx", "x")
    assert [(r.run_id, r.accepted) for r in import_incoming(home.app, dry_run=True)] == [(None, 1), (None, 0)]
    assert listing(home) == [".lock", "a.csv", "b.xlsx"]
    assert home.rows("select * from import_runs") == []


def test_incoming_after_a_crash_before_the_move_finds_nothing_new(home: Home) -> None:
    path = drop(home, "a.csv", GOOD)
    import_incoming(home.app)
    drop(home, path.name, GOOD)
    assert [(r.accepted, r.unchanged) for r in import_incoming(home.app)] == [(0, 1)]
    assert "done/20261122T120000Z-2-a.csv" in listing(home)


def test_incoming_while_another_process_is_at_it_does_nothing(home: Home) -> None:
    drop(home, "a.csv", GOOD)
    with (home.app.settings.incoming / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # enough: the importer wants it alone
        assert import_incoming(home.app) == []
    assert [r.accepted for r in import_incoming(home.app)] == [1]


def test_incoming_without_a_folder_is_empty(home: Home) -> None:
    for path in home.app.settings.incoming.iterdir():
        path.unlink()
    home.app.settings.incoming.rmdir()
    assert import_incoming(home.app) == []


def linked(home: Home, served: bytes, dry_run: bool = False) -> ImportReport | None:
    environ = {
        "LETSCONNECT_HOME": str(home.app.settings.home),
        "LETSCONNECT_SECRET": "a secret for tests",
        "LETSCONNECT_SHEET_URL": "https://sheets.example/secret",
    }
    app = open_app(NOW, environ, home.folder / "none.toml")

    def fetch(url: str, target: BinaryIO, *, limit: int, seconds: float) -> str:
        assert (url, limit, seconds) == ("https://sheets.example/secret", 100_000_000, 30)
        target.write(served)
        return "text/csv"

    try:
        return import_link(app, dry_run=dry_run, fetch=fetch)
    finally:
        app.close()


def test_link_is_imported_and_leaves_no_copy(home: Home) -> None:
    report = linked(home, GOOD.encode())
    assert report is not None and (report.source, report.accepted) == ("link", 1)
    assert home.rows("select source from import_runs") == [("link",)]
    assert not list(home.app.settings.home.glob("sheet-*"))


def test_link_to_no_table_is_refused_without_naming_it(home: Home) -> None:
    with pytest.raises(UserError, match="link: is a web page, not a table") as caught:
        linked(home, b"<!doctype html>")
    assert "secret" not in str(caught.value)
    assert not list(home.app.settings.home.glob("sheet-*"))


def test_link_that_is_not_set(home: Home) -> None:
    assert import_link(home.app) is None
