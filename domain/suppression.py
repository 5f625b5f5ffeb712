"""Which cells of a table must stay hidden so that no small group of people can be told from it.

A cell is small when it counts somebody, and fewer than `small` people. Hiding it alone is not enough where the total
is known: the next smallest goes with it, until the hidden ones count at least `small` people together (primary and
complementary suppression). Cells of nobody tell of nobody and stay.
"""

from collections import defaultdict
from collections.abc import Sequence


def hidden(counts: Sequence[int], small: int) -> set[int]:
    """Indexes to hide of cells that add up to a known total."""
    away = {i for i, n in enumerate(counts) if 0 < n < small}
    if not away:
        return away
    for _, i in sorted((n, i) for i, n in enumerate(counts) if n >= small):
        if sum(counts[j] for j in away) >= small:
            break
        away.add(i)
    return away


def hidden_nested(cells: Sequence[tuple[str, int]], small: int) -> set[int]:
    """The same for cells within groups whose own totals are shown beside them, such as countries of regions.

    A group that is hidden itself hides all its cells; in a group that is shown the hidden ones hide each other.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for i, (group, _) in enumerate(cells):
        groups[group].append(i)
    members = list(groups.values())
    small_groups = hidden([sum(cells[i][1] for i in among) for among in members], small)
    away: set[int] = set()
    for number, among in enumerate(members):
        inside = hidden([cells[i][1] for i in among], small)
        away.update(among if number in small_groups else (among[i] for i in inside))
    return {i for i in away if cells[i][1]}


def hidden_choices(counts: Sequence[int], base: int, small: int) -> set[int]:
    """Indexes to hide of answers of which each person may have given several: those that few gave, or few did not."""
    return {i for i, n in enumerate(counts) if 0 < n < small or 0 < base - n < small}
