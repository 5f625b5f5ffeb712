"""The forms about sharers: what they make, what their artifacts say, and that a dry run changes nothing."""

from pathlib import Path

import pytest

from domain.errors import UserError
from flows import confirm_session, sharer_checklists
from store import proposals
from tests.steps.checklist_place import SharersPlace

FIELDS = {"title": "", "start": "2026-12-20T14:00", "zone": "UTC", "kind": "clinic", "venue": ""}


@pytest.fixture
def place(tmp_path: Path) -> SharersPlace:
    place = SharersPlace(tmp_path)
    place.app.conn.execute(
        "insert into proposals (participant_id, title, purpose, wanted, state, asked_at, created_at, completed_at)"
        " values (2, 'Open data', 'Why', 'soon', 'complete', '2026-11-20T12:00:00+00:00',"
        " '2026-11-20T12:00:00+00:00', '2026-11-21T12:00:00+00:00')"
    )
    return place


def test_confirm_a_proposal_makes_the_session_and_settles_it(place: SharersPlace) -> None:
    session, items = confirm_session.confirm(place.app, FIELDS, "", 1, dry_run=False)
    assert (session.title, session.purpose, session.sharers, items) == ("Open data", "Why", ("Ben Silva",), 14)
    assert confirm_session.told(session, items, False).startswith("Session 1 is confirmed for 2026-12-20 14:00 UTC.")
    assert proposals.listing(place.app.conn) == []
    row = place.app.conn.execute("select state, session_id from proposals").fetchone()
    assert tuple(row) == ("confirmed", 1)
    assert place.tick() == ["prep_pack/checklist-1/0/2"]


def test_confirm_dry_run_changes_nothing(place: SharersPlace) -> None:
    before = list(place.app.conn.iterdump())
    _, items = confirm_session.confirm(place.app, FIELDS, "1, 2", 1, dry_run=True)
    assert (items, list(place.app.conn.iterdump())) == (14, before)


@pytest.mark.parametrize(("sharers", "proposal"), [("1, Ben", 1), ("99", 1), ("", 7), ("1", 0)])
def test_confirm_wrong_input_is_refused_whole(place: SharersPlace, sharers: str, proposal: int) -> None:
    before = list(place.app.conn.iterdump())
    with pytest.raises(UserError):
        confirm_session.confirm(place.app, FIELDS, sharers, proposal, dry_run=False)
    assert list(place.app.conn.iterdump()) == before


def test_artifact_says_how_preparing_stands_and_names_nobody(place: SharersPlace) -> None:
    assert sharer_checklists.told(*sharer_checklists.work(place.app, dry_run=False)) == "Nothing is left to prepare."
    place.clinic(9, sharers="Ada Obi; Somebody Else")
    place.left(days=5)
    text = sharer_checklists.told(*sharer_checklists.work(place.app, dry_run=False))
    assert text.startswith("1 session is being prepared, ") and "1 session waits on the desk." in text
    assert "1 of its sharers are not known" in text and "| 1 | date and topic |" in text
    assert "Ada" not in text and "Somebody" not in text
