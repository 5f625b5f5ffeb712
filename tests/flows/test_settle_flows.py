"""Settling what waits, and changing a session, from forms, without Prefect's server."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import UserError
from flows import change_session, choices, settle
from steps import sessions
from tests.programme import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.file(b"x", received=place.time - timedelta(days=2))
    place.file(b"y", received=place.time - timedelta(days=1))
    place.app.conn.execute("update inbox set state = 'quarantined'")
    return place


def test_form_offers_what_waits_oldest_first(place: Place) -> None:
    assert choices.offers(place.app)["waiting"] == [
        "mail 1 · could not be read, came at 12:00 UTC · since 2026-11-20",
        "mail 2 · could not be read, came at 12:00 UTC · since 2026-11-21",
    ]  # fmt: skip


def test_dry_run_says_what_it_would_do_and_leaves_it(place: Place) -> None:
    told = settle.told(*settle.carry_out(place.app, "mail 1", "seen to", dry_run=True), dry_run=True)
    assert told.startswith("Nothing was changed: this was a dry run. Without it:\n\nMail 1 is settled.\n\n")
    assert len(choices.waiting(place.app)) == 2


def test_settled_thing_leaves_the_list(place: Place) -> None:
    told = settle.told(*settle.carry_out(place.app, "mail 1", "seen to", dry_run=False), dry_run=False)
    assert told == (
        "Mail 1 is settled.\n\n| what still waits | about | since |\n| --- | --- | --- |\n"
        "| mail 2 | could not be read, came at 12:00 UTC | 2026-11-21 |"
    )
    told = settle.told(*settle.carry_out(place.app, "mail 2", "seen to", dry_run=False), dry_run=False)
    assert (told, choices.waiting(place.app)) == ("Mail 2 is settled.\n\nNothing else waits.", [])


@pytest.fixture
def invited(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    session = place.session(purpose="Write one.", interpretation="fr")
    place.register(place.person(), session)
    place.welcomed()
    place.tick()
    place.environ["LETSCONNECT_SMTP_URL"] = "smtp://127.0.0.1:9?tls=none"  # nobody listens; only what is planned counts
    place.app = place.another()
    return place


def change(place: Place, dry_run: bool, **typed: str) -> str:
    label = choices.label(sessions.find(place.app, "1"))
    return change_session.changed(change_session.change(place.app, label, typed, dry_run), dry_run)


def test_change_reaches_those_who_have_it_and_leaves_empty_fields_alone(invited: Place) -> None:
    said = change(invited, False, title="", venue="https://meet.example.org/y", purpose=" ", interpretation="-")
    assert said == "Changed: venue, interpretation of the session. 1 person is told."
    session = sessions.find(invited.app, "1")
    assert (session.title, session.venue, session.purpose, session.interpretation) == (
        "Proposal writing", "https://meet.example.org/y", "Write one.", (),
    )  # fmt: skip


def test_dry_run_of_a_change_counts_and_changes_nothing(invited: Place) -> None:
    before = sessions.find(invited.app, "1")
    said = change(invited, True, venue="https://meet.example.org/y")
    assert said == (
        "Nothing was changed: this was a dry run.\n\nIt would change venue of the session. 1 person would be told."
    )
    assert sessions.find(invited.app, "1") == before


def test_change_to_what_it_is_already_says_so(invited: Place) -> None:
    assert change(invited, False, interpretation="fr") == "Nothing was changed: all of it is like that already."


def test_change_names_every_mistake(invited: Place) -> None:
    with pytest.raises(UserError) as refused:
        change(invited, False, title="-", capacity="many")
    assert [problem.where for problem in refused.value.problems] == ["title", "capacity"]
