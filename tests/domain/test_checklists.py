"""What is to be prepared by when: backward from the date, squeezed when there is less time, always in order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.checklists import NOTICE, Item, ItemState, Owner, Way, owner_of, plan

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def item(ident: int, offset: timedelta, after: bool = False, answered_at: datetime | None = None) -> Item:
    state = ItemState.OPEN if answered_at is None else ItemState.DONE
    return Item(ident, 3, f"c{ident}", Owner.SHARER, after, offset, Way.TICK, "", False, state, "", answered_at, NOW)


FOUR = [item(1, -14 * DAY), item(2, -10 * DAY), item(3, -2 * DAY), item(4, 3 * DAY, after=True)]


def test_plan_in_time_is_the_regular_one() -> None:
    start = NOW + 30 * DAY
    found = [(d.item.id, d.due, d.late, d.pace, d.until) for d in plan(FOUR, start, start + 2 * HOUR, NOW)]
    assert found == [
        (1, start - 14 * DAY, False, 1.0, start),
        (2, start - 10 * DAY, False, 1.0, start),
        (3, start - 2 * DAY, False, 1.0, start),
        (4, start + 2 * HOUR + 3 * DAY, False, 1.0, None),
    ]


def test_plan_with_half_the_time_says_what_is_late_and_squeezes_the_rest() -> None:
    start = NOW + 8.5 * DAY  # of seventeen
    found = [(d.item.id, d.due - NOW, d.late, d.pace) for d in plan(FOUR, start, start + 2 * HOUR, NOW)]
    assert found == [
        (1, 1.5 * DAY, True, 0.5),
        (2, 3.5 * DAY, True, 0.5),
        (3, 7.5 * DAY, False, 0.5),
        (4, 11.5 * DAY + 2 * HOUR, False, 1.0),
    ]


def test_plan_after_a_move_needs_no_time_for_what_was_done_before() -> None:
    done = [replace(FOUR[0], state=ItemState.DONE, answered_at=NOW - HOUR), *FOUR[1:]]
    start = NOW + 13 * DAY
    assert [d.due - d.regular for d in plan(done, start, start + HOUR, NOW)] == [timedelta()] * 4
    # what is done from then on moves no date
    later = [replace(FOUR[0], state=ItemState.DONE, answered_at=NOW + HOUR), *FOUR[1:]]
    dates = [d.due for d in plan(later, start, start + HOUR, NOW)]
    assert dates == [d.due for d in plan(FOUR, start, start + HOUR, NOW)]


def test_plan_of_a_session_that_has_begun_asks_for_everything_at_once() -> None:
    found = plan(FOUR, NOW - HOUR, NOW + HOUR, NOW)
    assert [(d.item.id, d.due) for d in found[:3]] == [(1, NOW - HOUR), (2, NOW - HOUR), (3, NOW - HOUR)]


ITEMS = st.lists(
    st.tuples(st.integers(0, 40 * 24), st.booleans(), st.none() | st.integers(-100, 100)), max_size=12
).map(
    lambda rows: [
        item(n, hours * HOUR if after else -hours * HOUR, after, None if at is None else NOW + at * HOUR)
        for n, (hours, after, at) in enumerate(rows)
    ]
)


@given(ITEMS, st.integers(0, 60 * 24), st.integers(15, 600))
def test_plan_keeps_order_and_stays_inside_the_time_there_is(items: list[Item], hours: int, minutes: int) -> None:
    start, second = NOW + hours * HOUR, timedelta(seconds=1)
    end = start + timedelta(minutes=minutes)
    found = plan(items, start, end, NOW)
    assert {d.item.id for d in found} == {i.id for i in items}
    before = [d for d in found if not d.item.after]
    wanted = [d for d in before if not (d.item.answered_at is not None and d.item.answered_at < NOW)]
    assert all(NOW - second <= d.due <= start for d in wanted)
    assert all(d.due >= d.regular for d in before)  # never sooner than in a regular plan
    assert [d.regular for d in before] == sorted(d.regular for d in before)
    assert all(d.due == d.regular == end + d.item.offset for d in found if d.item.after)
    if all(start + i.offset >= NOW + NOTICE for i in items if not i.after):
        assert all(d.due == d.regular and not d.late for d in before)
    assert all(d.late == (d.regular <= NOW) for d in before)


def test_owner_of_falls_to_the_one_there_is() -> None:
    assert [owner_of(Owner.CO_SHARER, who) for who in ([], [5], [5, 6], [5, 6, 7])] == [None, 5, 6, 6]
    assert [owner_of(Owner.SHARER, who) for who in ([], [5], [5, 6])] == [None, 5, 5]
