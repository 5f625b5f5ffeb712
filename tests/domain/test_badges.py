"""Who has earned which badge."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.badges import By, Rule, Taken, earned

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TITLES = {"en": "Learner", "pt": "Aprendiz"}
LEARNER = Rule("learner", By.ATTENDANCE, ("clinic",), 2, TITLES)
SHARER = Rule("sharer", By.SHARING, (), 1, TITLES)


def taken(session: int, kind: str = "clinic", led: bool = False, day: int | None = None) -> Taken:
    return Taken(session, kind, led, NOON + timedelta(days=session if day is None else day))


def test_earned_by_the_first_that_suffice() -> None:
    (found,) = earned([LEARNER], [taken(3), taken(1), taken(2, "coffee"), taken(4)])
    assert (found.badge, found.sessions, found.at) == ("learner", (1, 3), NOON + timedelta(days=3))


def test_not_earned_with_too_few_or_of_another_kind() -> None:
    assert list(earned([LEARNER], [taken(1), taken(2, "coffee")])) == []


def test_who_led_and_is_on_the_list_of_attendance_led() -> None:
    both = [taken(1, led=True), taken(1), taken(2)]
    assert [(one.badge, one.sessions) for one in earned([LEARNER, SHARER], both)] == [("sharer", (1,))]


def test_title_in_the_first_language_there_is() -> None:
    assert LEARNER.title(["bn", "pt-BR", "en"]) == "Aprendiz"
    assert LEARNER.title(["bn"]) == "Learner"


sessions = st.lists(st.builds(taken, st.integers(1, 6), st.sampled_from(["clinic", "coffee"]), st.booleans(),
                              st.integers(0, 9)), max_size=8)  # fmt: skip


@given(sessions, st.data())
def test_earned_whatever_the_order_and_never_lost_by_more(found: list[Taken], data: st.DataObject) -> None:
    known = list({one.session_id: one for one in found}.values())
    before = list(earned([LEARNER, SHARER], known))
    mixed = data.draw(st.permutations(known))
    assert list(earned([LEARNER, SHARER], mixed)) == before
    more = [*mixed, taken(99, led=True, day=99), taken(98, day=98)]
    assert [one for one in earned([LEARNER, SHARER], more) if one.badge in {b.badge for b in before}] == before
