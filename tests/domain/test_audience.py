"""Who is coming, in numbers that name nobody."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.audience import FEW, Member, describe, grouped


def test_small_groups_are_put_together() -> None:
    said = ["good"] * 5 + ["slow"] * 3 + ["none", "phone", "café", ""]
    assert grouped(said) == (("good", 5), ("slow", 3), ("", 3))


def test_small_groups_that_are_few_even_together_are_left_out() -> None:
    assert grouped(["good"] * 5 + ["slow", "phone"]) == (("good", 5),)


def test_interpretation_is_wanted_where_enough_understand_nothing_that_is_spoken() -> None:
    members = [
        *[Member(["fr-CI"])] * 3,
        *[Member(["sw"])] * 2,  # too few to be named
        *[Member(["ar", "en-GB"])] * 4,  # understand English
        *[Member(["es"])] * 5,  # are interpreted for
        Member(),
    ]
    found = describe(members, ["en"], ["es"])
    assert (found.people, found.interpretation) == (15, ("fr",))
    assert found.languages == (("es", 5), ("ar", 4), ("fr", 3))


def test_nothing_is_wanted_of_a_session_that_names_no_language() -> None:
    assert describe([Member(["fr"])] * 9, [], []).interpretation == ()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from("abcdefghijklmn"), max_size=60))
def test_no_group_is_smaller_than_a_few(said: list[str]) -> None:
    found = grouped(said)
    assert all(count >= FEW for _, count in found)
    assert sum(count for _, count in found) <= len(said)
    assert all(said.count(value) == count for value, count in found if value)
