"""What a changed session remembers, field by field."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.sessions import Invites, Session, SessionState
from store import sessions
from tests.programme import NOON, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("fields", "rises", "moves"),
    [
        ({"title": "x"}, True, False), ({"venue": "x"}, True, False), ({"purpose": "x"}, True, False),
        ({"audience": "x"}, True, False), ({"preparation": "x"}, True, False), ({"languages": ("fr",)}, True, False),
        ({"interpretation": ("fr",)}, True, False), ({"sharers": ("Ada",)}, True, False),
        ({"state": SessionState.CANCELLED}, True, False), ({"starts_at": NOON + timedelta(days=5)}, True, True),
        ({"minutes": 61}, True, True), ({"code": "x"}, False, False), ({"kind": "coffee"}, False, False),
        ({"capacity": 3}, False, False), ({"invites": Invites.EVERYBODY}, False, False),
        ({"zone": "Asia/Tokyo"}, False, False),
        ({"code": "x", "title": "x"}, True, False), ({"title": "x", "minutes": 61}, True, True),
    ],
    ids=str,
)  # fmt: skip
def test_change_raises_the_sequence_for_what_calendars_show(
    place: Place, fields: dict[str, object], rises: bool, moves: bool
) -> None:
    old = place.session()
    new = sessions.change(place.app.conn, old, replace(old, **fields), NOON + timedelta(hours=1))
    assert (new.sequence, new.time_sequence) == (int(rises), int(moves))
    assert new.changed_at == (NOON + timedelta(hours=1) if rises else old.changed_at)
    assert sessions.get(place.app.conn, old.id) == new
    since = sessions.changes_since(place.app.conn, old.id, 0)
    assert set(since) == (set(fields) if rises else set())


def test_changes_since_adds_up_and_forgets_what_changed_back(place: Place) -> None:
    session: Session = place.session()
    for title, venue in (("B", "x"), ("C", "y"), ("Proposal writing", "z")):
        place.later(minutes=1)
        session = place.change(session, title=title, venue=venue)
    conn = place.app.conn
    assert sessions.changes_since(conn, session.id, 0) == {"venue": ("https://meet.example.org/x", "z")}
    assert sessions.changes_since(conn, session.id, 2) == {"title": ("C", "Proposal writing"), "venue": ("y", "z")}
    assert sessions.changes_since(conn, session.id, 3) == {}
