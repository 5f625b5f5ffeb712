"""No small group can be told from what is shown, whatever the counts: by looking, or by subtracting from totals."""

from hypothesis import example, given
from hypothesis import strategies as st

from domain.suppression import hidden, hidden_choices, hidden_nested

counts = st.lists(st.integers(0, 40), max_size=12)
smalls = st.integers(2, 10)
nested = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 40)), max_size=14)


@given(counts, smalls)
def test_hidden_leaves_no_small_cell(cells: list[int], small: int) -> None:
    away = hidden(cells, small)
    assert [n for i, n in enumerate(cells) if i not in away and 0 < n < small] == []


@given(counts, smalls)
def test_hidden_together_are_not_small_unless_everybody_is(cells: list[int], small: int) -> None:
    away = hidden(cells, small)
    together = sum(cells[i] for i in away)
    assert together == 0 or together >= small or together == sum(cells)


@given(counts, smalls)
def test_hidden_never_stands_alone_where_somebody_else_is(cells: list[int], small: int) -> None:
    away = hidden(cells, small)
    assert len(away) != 1 or sum(n > 0 for n in cells) == 1


@given(counts, smalls)
def test_hidden_hides_nothing_without_need(cells: list[int], small: int) -> None:
    away = hidden(cells, small)
    assert all(cells[i] for i in away)
    assert away == set() or any(0 < n < small for n in cells)


@given(counts, smalls)
def test_hidden_takes_no_more_than_the_total_needs(cells: list[int], small: int) -> None:
    """Without its largest cell that is not small itself, what is hidden would tell too much."""
    away = hidden(cells, small)
    helpers = [cells[i] for i in away if cells[i] >= small]
    assert not helpers or sum(cells[i] for i in away) - max(helpers) < small


@example([("a", 1), ("c", 2), ("b", 2)], 2)
@given(nested, smalls)
def test_hidden_nested_no_group_total_gives_a_cell_away(cells: list[tuple[str, int]], small: int) -> None:
    away = hidden_nested(cells, small)
    groups = list(dict.fromkeys(group for group, _ in cells))  # of two alike, the first one is hidden
    totals = [sum(n for g, n in cells if g == group) for group in groups]
    hidden_groups = {groups[i] for i in hidden(totals, small)}
    assert [n for i, (_, n) in enumerate(cells) if i not in away and 0 < n < small] == []
    for group in groups:
        inside = [cells[i][1] for i in away if cells[i][0] == group]
        if group not in hidden_groups:  # its total is shown: what is hidden in it must be many, and several
            assert sum(inside) == 0 or (sum(inside) >= small and len(inside) > 1)
        else:
            assert sum(inside) == sum(n for g, n in cells if g == group)


@given(st.lists(st.integers(0, 30), max_size=10), st.integers(0, 20), smalls)
def test_hidden_choices_few_and_nearly_all(cells: list[int], more: int, small: int) -> None:
    base = max([*cells, 0]) + more
    away = hidden_choices(cells, base, small)
    shown = [n for i, n in enumerate(cells) if i not in away]
    assert [n for n in shown if 0 < n < small or 0 < base - n < small] == []


def test_hidden_by_hand() -> None:
    assert hidden([58, 17, 13, 3], 5) == {2, 3}  # the 3, and the 13 that would give it away
    assert hidden([58, 4, 3], 5) == {1, 2}
    assert hidden([58, 0], 5) == set()
    assert hidden([3], 5) == {0}
