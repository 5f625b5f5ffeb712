"""Whether two names are one person's, and how sure; minutes out of stays; who is taken and who is asked about."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.attendance import (
    SURE,
    Attendee,
    Known,
    Line,
    People,
    decide,
    is_ignored,
    key_of,
    likeness,
    parse_minutes,
    together,
    variants,
)

NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "known", "sure"),
    [
        ("Aisha Abubakar", "Aisha Abubakar", 100),
        ("AISHA ABUBAKAR", "Aïsha Abubakar", 100),
        ("Abubakar Aisha", "Aisha Abubakar", 95),
        ("Abubakar, Aisha", "Aisha Abubakar", 95),
        ("Aisha (she/her) Abubakar", "Aisha Abubakar", 100),
        ("Aisha Abubakar | Wikimedia Nigeria", "Aisha Abubakar", 100),
        ("Aisha Abubakar - Kano", "Aisha Abubakar", 100),
        ("Phone (Aisha Abubakar)", "Aisha Abubakar", 100),
        ("N'Guessan Adjoua", "Adjoua N’Guessan", 95),
        ("منى حسن", "منى حسن", 100),
        ("রাকিব হাসান", "রাকিব হাসান", 100),
        ("Maria Lopez", "Maria Jose Lopez Garcia", 80),
        ("Ada", "Ada", 80),
        ("Aisha Abubaker", "Aisha Abubakar", 75),
        ("A. Abubakar", "Aisha Abubakar", 70),
        ("Aisha A", "Aisha Abubakar", 70),
        ("Aisha", "Aisha Abubakar", 45),
        ("Aisha Bello", "Aisha Abubakar", 0),
        ("A. A.", "Aisha Abubakar", 0),
        ("", "Aisha Abubakar", 0),
    ],
)
def test_likeness_of_names(shown: str, known: str, sure: int) -> None:
    (name,) = variants(known)
    assert max((likeness(one, name)[0] for one in variants(shown)), default=0) == sure


def test_likeness_that_is_sure_is_the_whole_name_only() -> None:
    for shown in ("Maria Lopez", "M. Lopez", "Maria", "Maria Lopes"):
        assert max(likeness(one, ("maria", "lopez", "garcia"))[0] for one in variants(shown)) < SURE


PEOPLE = [
    Known(1, "Aisha Abubakar", expected=True),
    Known(2, "Chidi Okafor", "ChidiO"),
    Known(3, "Fatima Bello"),
    Known(4, "Fatima Bello", expected=True),
    Known(5, "Musa Danjuma"),
    Known(6, "Musa Danjuma"),
]


def found(name: str, strange_mail: bool = False) -> int | list[int]:
    match = decide(Attendee(key_of(name, ""), name), People(PEOPLE), strange_mail)
    return match.person.participant_id if match.person else [c.participant_id for c in match.candidates]


@pytest.mark.parametrize(
    ("name", "strange_mail", "expected"),
    [
        ("Okafor Chidi", False, 2),
        ("chidio", False, 2),
        ("User:ChidiO", False, 2),
        ("Fatima Bello", False, 4),  # two of that name, one of them expected
        ("Musa Danjuma", False, [5, 6]),  # two of that name, none of them expected
        ("Okafor Chidi", True, [2]),  # with another mailbox it may be a namesake
        ("Aisha Abubakar", True, 1),  # unless they were expected
        ("C. Okafor", False, [2]),
        ("Aisha", False, [1]),  # a first name only is asked about for those who were expected
        ("Chidi", False, []),
        ("Zoom user", False, []),
    ],
)
def test_decide_who_it_is(name: str, strange_mail: bool, expected: int | list[int]) -> None:
    assert found(name, strange_mail) == expected


def line(name: str, start: int, end: int, canonical: str = "") -> Line:
    return Line(name, canonical, canonical, NOON + timedelta(minutes=start), NOON + timedelta(minutes=end), end - start)


def test_together_puts_stays_together_and_counts_two_devices_once() -> None:
    lines = [line("Ada", 0, 30), line("ADA ", 20, 40), line("Ada", 50, 60), line("Bo", 0, 5, "bo@x.org"),
             line("Bo's phone", 3, 9, "bo@x.org")]  # fmt: skip
    assert [(one.key, one.name, one.minutes) for one in together(lines)] == [
        ("name:ada", "Ada", 50), ("mail:bo@x.org", "Bo", 9),
    ]  # fmt: skip


def test_together_without_times_adds_minutes_up() -> None:
    stays = [Line("Ada", "", "", None, None, minutes) for minutes in (10, 20)]
    assert [one.minutes for one in together(stays)] == [30]
    assert [one.minutes for one in together([Line("Ada", "", "", None, None, None)])] == [None]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("57", 57), ("01:30:30", 90), ("05:40", 6), ("1 hr 2 min", 62), ("58 min", 58), ("1h 27m 51s", 88), ("2 h", 120),
     ("", None), ("soon", None)],
)  # fmt: skip
def test_parse_minutes(text: str, minutes: int | None) -> None:
    assert parse_minutes(text) == minutes


def test_ignored_are_note_takers_and_own_accounts() -> None:
    ignored = {"firefliesainotetaker", "letsconnect", "ada"}
    names = ("Fireflies.ai Notetaker Ada", "Let's Connect", "Ada", "Ada Eze")
    assert [is_ignored(name, ignored) for name in names] == [True, True, True, False]
