"""Ada alone, for the tests of cadences, and what leaves when nothing stops it: (when, key, channel)."""

from pathlib import Path

from domain.sessions import Session
from tests.season.season_place import TwoChannels

MAIL = ("11-26 10:00", "unanswered_mail/1/0/1", "email")
DESK = ("11-30 12:00", "unanswered_coordinator/1/0/1", "desk")
INVITED = ("11-22 12:00", "invite/1/0/1", "email")
SOON_BY_MAIL = ("12-18 10:00", "reminder_two_days/1/0/1", "email")
AN_HOUR_BY_MAIL = ("12-20 13:00", "reminder_one_hour/1/0/1", "email")
WELCOME = ("11-22 12:00", "welcome/1", "email")
LATEST = {"start": "2026-12-20T14:00Z"}


class NewPlace(TwoChannels):
    """She has just registered for the programme."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.person()


class LadderPlace(NewPlace):
    """She had her welcome: only sessions are of interest."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.welcomed()


def invited(place: TwoChannels, **fields: str) -> Session:
    session = place.session(**{**LATEST, **fields})
    place.register(1, session)
    return session
