"""Recording attendance and the evaluation from forms, without Prefect's server."""

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from domain.errors import UserError
from flows import evaluation_report, record_attendance
from steps import attendance
from store.database import trying
from tests.programme import Place

LIST = Path(__file__).parents[1] / "data" / "attendance" / "zoom.csv"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    for name in ("Aisha Abubakar", "Chidi Okafor", "Juma Mushi"):
        place.person(name, "aisha@example.org" if name.startswith("Aisha") else "")
    place.session()
    place.time = datetime.fromisoformat("2026-12-04T09:00:00+00:00")
    (place.app.settings.incoming / "attendance").mkdir(parents=True)
    return place


def record(place: Place, dry_run: bool = False, guest: int = 0, is_person: int = 0, guests: int = -1, *ids: int) -> str:
    with trying(place.app.conn, dry_run):
        done = record_attendance.carry_out(place.app, "1", list(ids), guests, True, guest, is_person, dry_run)
    return record_attendance.told(*done, dry_run)


def test_record_attendance_from_lists(place: Place) -> None:
    waiting = place.app.settings.incoming / "attendance" / "zoom.csv"
    shutil.copy(LIST, waiting)
    text = record(place, dry_run=True)
    assert text.startswith("Nothing was changed: this was a dry run.")
    assert "2 people would be entered, 4 guests are new, 1 doubtful guest is new." in text
    assert waiting.exists() and attendance.present(place.app, "1") == attendance.Present(0, 0, 0)
    text = record(place)
    assert "The session now has 2 people that we know and 5 guests, 1 of them doubtful." in text
    assert "line 15, name: says neither a name nor an address" in text
    assert [name for name in ("Aisha", "Mushi", "@") if name in text] == []
    assert not waiting.exists()
    (done,) = (place.app.settings.incoming / "done").iterdir()
    assert done.name == "20261204T090000Z-1-zoom.csv"


def test_record_attendance_by_hand_and_who_a_guest_is(place: Place) -> None:
    shutil.copy(LIST, place.app.settings.incoming / "attendance" / "zoom.csv")
    record(place)
    (doubtful,) = attendance.doubtful(place.app)
    text = record(place, False, doubtful["id"], 3, 4)
    assert "The session now has 3 people that we know and 8 guests, 0 of them doubtful." in text


def test_record_attendance_sets_a_file_that_is_no_list_aside(place: Place) -> None:
    (place.app.settings.incoming / "attendance" / "x.csv").write_text("Aisha Abubakar,aisha@example.org\n")
    text = record(place)
    assert text.startswith("1 list could not be read: see incoming/failed.")
    assert "Aisha" not in text


def test_evaluation_report_shows_and_writes(place: Place) -> None:
    days = date(2026, 11, 1), date(2026, 12, 31)
    found, name = evaluation_report.carry_out(place.app, *days, "html", dry_run=True)
    assert (name, (place.home / "reports").exists()) == ("", False)
    text = evaluation_report.told(found, name)
    assert text.startswith("3 people are registered; 0 took part in learning clinics and connections")
    assert "No file was written: this was a dry run." in text
    found, name = evaluation_report.carry_out(place.app, *days, "wikitext", dry_run=False)
    assert name == "report-2026-11-01-2026-12-31.wiki.txt"
    assert (place.home / "reports" / name).read_text("utf-8").startswith("= Let's Connect: evaluation report =")


def test_evaluation_report_never_shows_small_groups(place: Place) -> None:
    place.app.conn.execute("update participants set country = 'GH', tenure = 'Less than 2 years'")
    text = evaluation_report.told(*evaluation_report.carry_out(place.app, None, None, "md", dry_run=True))
    assert "Ghana" not in text and "Less than 2 years" not in text


def test_evaluation_report_of_a_range_that_ends_before_it_begins(place: Place) -> None:
    with pytest.raises(UserError, match="ends before it begins"):
        evaluation_report.carry_out(place.app, date(2026, 12, 1), date(2026, 11, 1), "md", dry_run=True)
