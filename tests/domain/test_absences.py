"""When an automatic reply says its writer is back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.absences import away_until

ARRIVED = datetime(2026, 12, 20, 9, 30, tzinfo=UTC)


def back(text: str, subject: str = "Automatic reply", arrived: datetime = ARRIVED) -> str | None:
    found = away_until(subject, text, arrived, UTC)
    return found.date().isoformat() if found else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am out of the office until 3 January 2027.", "2027-01-04"),  # that day included
        ("I'm away until January 3rd, 2027 with no access to mail.", "2027-01-04"),
        ("Away till Sunday, 3rd of January", "2027-01-04"),
        ("I will be back on 12 January.", "2027-01-12"),
        ("I'll be back in the office on Monday, January 11.", "2027-01-11"),
        ("returning to the office on Jan. 5th", "2027-01-05"),
        ("On leave from 20 December through 2 January.", "2027-01-03"),
        ("On leave from 20 December to 2 January.", "2027-01-03"),
        ("out until 2027-01-08", "2027-01-09"),
        ("Back on 28/12.", "2026-12-28"),
        ("Back on 12/28/2026.", "2026-12-28"),
        ("Je suis absent jusqu'au 5 janvier.", "2027-01-06"),
        ("Je suis absente jusqu’au 1er février 2027 inclus", "2027-02-02"),
        ("Je serai de retour le lundi 4 janvier.", "2027-01-04"),
        ("En congé du 20 décembre au 3 janvier, de retour au bureau le 4 janvier", "2027-01-04"),
        ("Estaré fuera de la oficina hasta el 10 de enero de 2027.", "2027-01-11"),
        ("Estoy de vuelta el miércoles 13 de enero", "2027-01-13"),
        ("Estarei ausente até 10 de janeiro.", "2027-01-11"),
        ("Estou de férias até ao dia 10 de janeiro", "2027-01-11"),
        ("Volto no dia 4 de janeiro de 2027", "2027-01-04"),
        ("أنا خارج المكتب حتى 5 يناير", "2027-01-06"),
        ("أنا في إجازة حتى ٥ يناير ٢٠٢٧", "2027-01-06"),
        ("سأعود إلى العمل يوم 7 كانون الثاني", "2027-01-07"),
        ("Ich bin weg. Back on 12.01.2027", "2027-01-12"),
        ("I am away until 3 January. Back on 4 January.", "2027-01-04"),
        ("Away until 23 December; our office is closed until 3 January.", "2026-12-24"),  # the first end counts
    ],
)
def test_away_until_stated_end(text: str, day: str) -> None:
    assert back(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office and will answer when I am back.",
        "Back on 05/01.",  # 5 January or 1 May
        "jusqu'au 05/01/2027",
        "I was away until 3 December 2026.",
        "I am away until 3 January 2029.",
        "The workshop is on 3 January.",
        "Out until 31 February.",
        "I may be back by spring, in May perhaps",
        "Available until 17:30 today",
        "On Sun, 22 Nov 2026 at 12:00, Let's Connect <l@example.org> wrote:\n> Answer until 3 January 2027",
        "",
    ],
)
def test_away_until_no_sure_end(text: str) -> None:
    assert back(text) is None


def test_away_until_from_the_subject() -> None:
    assert back("Thank you for your mail.", subject="Away until May 5") == "2027-05-06"


def test_away_until_is_midnight_where_the_person_is() -> None:
    found = away_until("", "back on 4 January", ARRIVED, ZoneInfo("Asia/Kolkata"))
    assert found is not None and found.astimezone(UTC) == datetime(2027, 1, 3, 18, 30, tzinfo=UTC)


def test_away_until_this_very_day_is_over() -> None:
    assert back("back on 20 December") is None
    assert back("away until 20 December") == "2026-12-21"


def test_away_until_long_text_is_read_quickly() -> None:
    assert back("until " * 5000) is None
    assert back("until the " * 2000 + "1" * 3000) is None
