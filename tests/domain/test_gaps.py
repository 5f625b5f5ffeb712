"""Topics that are missing, and sessions that are overdue."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.gaps import Cadence, Cover, Skill, cadence, gaps, prioritised

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TWO_WEEKS = timedelta(days=14)


def days(*numbers: float) -> list[datetime]:
    return [NOW + timedelta(days=number) for number in numbers]


def test_cover_is_the_best_that_holds() -> None:
    found = [Skill("a", 9, 1, g, c).cover for g, c in ((1, 1), (0, 1), (0, 0))] + [Skill("a", 9, 0, 0, 0).cover]
    assert found == [Cover.GIVEN, Cover.COMING, Cover.SHARER, Cover.NOBODY]


def test_prioritised_are_those_that_enough_people_want() -> None:
    skills = [Skill("a", 3, 0, 0, 0), Skill("b", 2, 0, 0, 0), Skill("c", 9, 0, 0, 0), Skill("d", 0, 0, 0, 0)]
    assert [one.code for one in prioritised(skills, 10, 0.3)] == ["c", "a"]
    assert prioritised([Skill("d", 0, 0, 0, 0)], 0, 0.3) == []


def test_gaps_by_demand_then_by_who_is_willing() -> None:
    skills = [
        Skill("given", 9, 1, 1, 0), Skill("coming", 9, 1, 0, 1), Skill("unwanted", 0, 5, 0, 0),
        Skill("nobody", 4, 0, 0, 0), Skill("one", 4, 1, 0, 0), Skill("many", 4, 3, 0, 0), Skill("most", 7, 0, 0, 0),
    ]  # fmt: skip
    assert [one.code for one in gaps(skills)] == ["most", "many", "one", "nobody"]


@pytest.mark.parametrize(
    ("starts", "due", "short"),
    [
        ([], 4, True),  # never any, and the programme began ten days ago
        ([3], 4, False),
        ([5], 4, True),  # planned too late
        ([-2], 12, True),
        ([-2, 12], 12, False),
        ([-2, 13], 12, True),
        ([-30], -16, True),  # overdue
        ([-30, 3], -16, True),  # overdue, and the next is not today
        ([5, -2, -9], 12, False),  # any order
    ],
)
def test_cadence_one_in_two_weeks(starts: list[int], due: int, short: bool) -> None:
    found = cadence(days(*starts), 1, TWO_WEEKS, days(-10)[0], NOW)
    assert (found.due, found.short) == (NOW + timedelta(days=due), short)


def test_cadence_several_in_a_span_are_evenly_apart() -> None:
    found = cadence(days(-1), 5, timedelta(days=300), None, NOW)
    assert (found.due, found.short) == (NOW + timedelta(days=59), False)  # too far ahead to press anybody
    assert cadence(days(-40), 5, timedelta(days=300), None, NOW).short
    assert (found.last, found.next) == (days(-1)[0], None)


@pytest.mark.parametrize("began", [None, NOW + timedelta(days=3)])
def test_cadence_presses_nobody_before_the_programme_began(began: datetime | None) -> None:
    assert cadence([], 1, TWO_WEEKS, began, NOW) == Cadence(None, None, None, short=False)
