"""Answers of existing forms: taken in once, bad rows kept, nobody who answered there is asked again."""

from pathlib import Path

import pytest

from domain.errors import ConfigError, UserError
from domain.times import iso
from steps import surveys
from steps.import_survey import import_survey
from steps.imports import rejected
from store import surveys as stored
from tests.programme import Place

FORM = """\
Timestamp,Email Address,Rating,¿La sesión cumplió tus expectativas?,Were the documents useful?,Comments
11/24/2026 10:15:00,p1@example.org,4,Sí,Fully,"More time, please"
11/24/2026 11:00:00,stranger@example.org,5 - extremely useful,No,,
11/25/2026 09:00:00,,seven,yes,,
11/25/2026 09:30:00,,,,,
"""
MAPPING = """\
date_order = "month-first"
[answers.documents_useful]
yes = ["Fully", "Mostly"]
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Ada was at a clinic, and was asked about it."""
    place = Place(tmp_path)
    ada = place.person()
    place.welcomed()
    session = place.session(start="2026-11-22T13:00Z")
    place.later(hours=4)
    row = "insert into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)"
    place.app.conn.execute(row, (session.id, ada, iso(place.time)))
    surveys.look_after(place.app)
    return place


def files(folder: Path, form: str = FORM, mapping: str = MAPPING) -> tuple[Path, Path]:
    (folder / "form.csv").write_text(form, "utf-8")
    (folder / "mapping.toml").write_text(mapping, "utf-8")
    return folder / "form.csv", folder / "mapping.toml"


def test_form_is_taken_in_once_and_bad_rows_are_kept(place: Place, tmp_path: Path) -> None:
    form, mapping = files(tmp_path)
    report = import_survey(place.app, form, "clinic", session_ref="1", mapping=mapping)
    assert (report.accepted, report.unchanged, report.rejected) == (2, 0, 2)
    found = stored.answers(place.app.conn, "clinic", [1])
    assert sorted((dict(r.answers) for r in found), key=str) == [
        {"rating": "4", "met_expectations": "yes", "documents_useful": "yes", "open_text": "More time, please"},
        {"rating": "5", "met_expectations": "no"},
    ]
    asked = ["rating", "met_expectations", "documents_useful", "open_text"]
    assert [(r.asked, r.participant_id, r.source, str(r.answered_on)) for r in found] == [
        (asked, None, "", "2026-11-23")
    ] * 2
    waiting = [(row["line"], row["field"], row["reason"]) for row in rejected(place.app, who="test")]
    assert waiting == [(4, "rating", "is no answer to the question"), (5, "", "holds no answer to any question")]
    again = import_survey(place.app, form, "clinic", session_ref="1", mapping=mapping)
    assert (again.accepted, again.unchanged, again.rejected) == (0, 2, 2)
    assert len(rejected(place.app, who="test")) == 2


def test_who_answered_the_form_is_asked_no_more(place: Place, tmp_path: Path) -> None:
    form, mapping = files(tmp_path)
    import_survey(place.app, form, "clinic", session_ref="1", mapping=mapping)
    request = stored.get(place.app.conn, 1)
    assert request is not None and (request.complete, request.answered_at) == (True, place.time)
    assert [key for key in place.tick() if key.startswith("survey")] == []


def test_dry_run_changes_nothing(place: Place, tmp_path: Path) -> None:
    form, mapping = files(tmp_path)
    before = list(place.app.conn.iterdump())
    report = import_survey(place.app, form, "clinic", session_ref="1", mapping=mapping, dry_run=True)
    assert (report.accepted, report.rejected, report.run_id) == (2, 2, None)
    assert list(place.app.conn.iterdump()) == before


def test_practice_check_keeps_whose_it_is(place: Place, tmp_path: Path) -> None:
    form = tmp_path / "check.csv"
    form.write_text("session,email,used_it,link\n1,p1@example.org,yes,https://x.example.org/a\n1,,no,not a link\n")
    report = import_survey(place.app, form, "practice_30")
    assert (report.accepted, report.rejected) == (1, 1)
    (response,) = stored.answers(place.app.conn, "practice_30")
    assert (response.participant_id, response.source) == (1, "import")
    assert response.answers == {"used_it": "yes", "link": "https://x.example.org/a"}


def test_file_without_a_session_says_what_is_missing(place: Place, tmp_path: Path) -> None:
    form, mapping = files(tmp_path)
    with pytest.raises(UserError) as error:
        import_survey(place.app, form, "clinic", mapping=mapping)
    assert "has no column 'session'" in str(error.value)
    with pytest.raises(UserError) as error:
        import_survey(place.app, form, "clinics", session_ref="1")
    assert "Known: clinic, one_to_one" in str(error.value)


def test_mapping_problems_are_all_told(place: Place, tmp_path: Path) -> None:
    form, mapping = files(tmp_path, mapping='[columns]\nmood = ["Mood"]\n[answers.rating]\n6 = ["Great"]\n')
    with pytest.raises(ConfigError) as error:
        import_survey(place.app, form, "clinic", session_ref="1", mapping=mapping)
    assert [problem.where for problem in error.value.problems] == [
        "mapping.toml: columns.mood", "mapping.toml: answers.rating.6",
    ]  # fmt: skip
