"""Guests with an address are invited to register: once ever, and nobody who is doubtful, known or wants no mail."""

from datetime import datetime
from pathlib import Path

import pytest

from domain.sessions import Session
from steps.guest_letters import invite_guests
from steps.import_attendance import import_attendance
from tests.programme import Place

LIST = """Name,Email
Someone Else,Some.One@gmail.com
Nameless,
Unwilling,unwilling@elsewhere.example
Aisha Abubakar,other@elsewhere.example
"""


@pytest.fixture
def clinic(place: Place, tmp_path: Path) -> Session:
    place.person("Aisha Abubakar")
    place.welcomed()
    sessions = [place.session(languages="fr"), place.session("Another", "2026-12-03T18:00Z")]
    place.time = datetime.fromisoformat("2026-12-04T09:00:00+00:00")
    (tmp_path / "list.csv").write_text(LIST)
    for session in sessions:
        import_attendance(place.app, tmp_path / "list.csv", str(session.id), "test")
    place.app.conn.execute(
        "insert into suppressions (channel, canonical, topic, reason, since)"
        " values ('email', 'unwilling@elsewhere.example', '*', 'asked', '2026-01-01T00:00:00+00:00')"
    )
    return sessions[0]


def test_guests_are_invited_once_ever(place: Place, clinic: Session) -> None:
    assert [invite_guests(place.app, ref, "test") for ref in ("1", "1", "2")] == [1, 0, 0]
    ((key, purpose),) = place.purposes().items()
    assert purpose == "guest_invite" and "some" not in key
    letter = place.letter(key)
    assert letter["To"] == "Someone Else <Some.One@gmail.com>" and "Vous étiez des nôtres" in letter["Subject"]
    place.deliver()
    assert place.outbox()[key] == "sent"


def test_guest_who_registered_meanwhile_is_not_invited(place: Place, clinic: Session) -> None:
    place.person("Someone Else", "someone@gmail.com")
    assert invite_guests(place.app, "1", "test") == 0
