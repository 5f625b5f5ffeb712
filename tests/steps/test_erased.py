"""Lists of meeting tools and answers of forms bring back nobody who asked to be erased; what comes later counts."""

from datetime import timedelta
from pathlib import Path

import pytest

from steps import persons
from steps.guest_letters import invite_guests
from steps.import_attendance import AttendanceReport, import_attendance
from steps.import_resources import import_resources
from steps.import_survey import import_survey
from store import surveys
from tests.commands.terminal import letsconnect
from tests.programme import NOON, Place

LIST = "Name,Email\nZuleika,z@work.example\nBen,ben@example.org\n"
FORM = "Timestamp,Email Address,Rating,Comments\n{at},Z@work.example,{rating},It is me and my markerword\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Zuleika was erased a day after a session that she was in."""
    place = Place(tmp_path)
    place.person("Zuleika", "z@work.example")
    place.session(start="2026-11-22T13:00Z")
    place.session("Later", start="2026-11-25T13:00Z")
    place.later(days=1)
    persons.erase(place.app, "1", "test")
    place.later(days=5)
    return place


def listed(place: Place, session: str, text: str = LIST, **options: bool) -> AttendanceReport:
    path = place.home / "list.csv"
    path.write_text(text)
    return import_attendance(place.app, path, session, "test", **options)


def guests(place: Place) -> list[tuple[str, str]]:
    return [tuple(row) for row in place.app.conn.execute("select name, email from guests order by id")]


@pytest.mark.parametrize("dry_run", [False, True])
def test_list_of_a_session_before_the_erasure(place: Place, dry_run: bool) -> None:
    report = listed(place, "1", dry_run=dry_run)
    assert (report.guests, report.doubtful, report.erased) == (1, 0, 1)
    assert guests(place) == ([] if dry_run else [("Ben", "ben@example.org")])


def test_list_of_a_session_after_the_erasure_makes_a_guest_who_is_not_written_to(place: Place) -> None:
    report = listed(place, "2")
    assert (report.guests, report.erased) == (2, 0)
    assert invite_guests(place.app, "2", "test") == 1
    assert [place.app.conn.execute("select recipient from outbox").fetchone()[0]] == ["ben@example.org"]


def test_line_that_is_kept_for_correction_names_nobody_erased(place: Place) -> None:
    report = listed(place, "1", "Name,Email,Remark\n,,z@work.example was here\n,,ada@example.org was\n")
    assert (report.rejected, report.erased) == (2, 0)
    raws = [row[0] for row in place.app.conn.execute("select raw from import_rejections order by line")]
    assert ["z@work" in raw for raw in raws] == [False, False] and "ada@example.org was" in raws[1]


@pytest.mark.parametrize(
    ("at", "rating", "counts"),
    [
        ("11/23/2026 11:00:00", "4", (0, 0, 1)),
        ("", "4", (0, 0, 1)),
        ("11/24/2026 13:00:00", "4", (1, 0, 0)),
        ("11/23/2026 11:00:00", "seven", (0, 0, 1)),  # nor is it kept for correction
        ("11/24/2026 13:00:00", "seven", (0, 1, 0)),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_answers_of_a_form(place: Place, at: str, rating: str, counts: tuple[int, int, int], dry_run: bool) -> None:
    form, mapping = place.home / "form.csv", place.home / "mapping.toml"
    form.write_text(FORM.format(at=at, rating=rating))
    mapping.write_text('date_order = "month-first"\n')
    report = import_survey(place.app, form, "clinic", session_ref="1", mapping=mapping, dry_run=dry_run)
    assert (report.accepted, report.rejected, report.erased) == counts
    kept = not dry_run
    assert len(surveys.answers(place.app.conn, "clinic", [1])) == counts[0] * kept
    assert len(place.app.conn.execute("select 1 from import_rejections").fetchall()) == counts[1] * kept
    assert any("markerword" in line for line in place.app.conn.iterdump()) == (kept and counts[2] == 0)


def test_refused_resource_is_kept_without_an_address_of_theirs(place: Place) -> None:
    path = place.home / "resources.csv"
    path.write_text("session,kind,url,title\n1,slides,no link,by Zuleika (z@work.example)\n")
    report = import_resources(place.app, path)
    assert (report.rejected, report.erased) == (1, 0)
    assert "z@work" not in place.app.conn.execute("select raw from import_rejections").fetchone()[0]


def test_command_says_what_is_kept_and_the_import_what_was_passed_over(place: Place) -> None:
    place.person("Ada", "ada@example.org")
    ran = letsconnect(place, "person", "erase", "ada@example.org", "--yes", "--now", place.time.isoformat())
    assert (ran.code, "keyed hashes of addresses and chats (1)" in ran.out) == (0, True)
    assert "take the row out of the published sheet" in ran.out
    path = place.home / "people.csv"
    path.write_text(f"Timestamp,Name,Email\n{NOON - timedelta(days=1):%Y-%m-%d %H:%M},Ada,ada@example.org\n")
    for more in (["--dry-run"], []):
        ran = letsconnect(place, "import", "registrations", str(path), *more)
        assert (ran.code, "1 row of people who asked to be erased passed over" in ran.out) == (0, True)
        assert letsconnect(place, "import", "registrations", str(path), "--json", *more).json()["erased"] == 1
    ran = letsconnect(place, "import", "attendance", str(place.home / "none"), "--session", "1")
    assert ran.code == 1


def test_chat_is_marked_too(place: Place) -> None:
    person = place.person("Ada", "ada@example.org")
    place.app.conn.execute(
        "insert into contact_points (participant_id, channel, address, canonical, created_at)"
        " values (?, 'telegram', '77', '77', ?)", (person, place.time.isoformat()),
    )  # fmt: skip
    assert persons.erase(place.app, str(person), "test")["hashes kept"] == 2
    marks = {row[0] for row in place.app.conn.execute("select mark from erasures")}
    assert place.app.token("erased", "telegram/77") in marks and len(marks) == 3
