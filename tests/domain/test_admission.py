"""The weekly cap: who goes, who waits until when, who is given up."""

from datetime import UTC, datetime, timedelta

import pytest

from config import programme, settings
from domain.admission import admit
from domain.cadences import NO_CAP, Purpose, Rules
from domain.planning import Decision, Hold, Send, Skip
from domain.touches import Touch

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = programme.load(settings.ROOT / "config").rules


def capped(most: int) -> Rules:
    return Rules(RULES.touchpoints, RULES.quiet, "UTC", most)


def send(
    key: str, priority: int = 5, due: timedelta | None = timedelta(), expires: timedelta = 30 * DAY, cap: str = "asks"
) -> Send:
    touch = Touch(
        key, "t", Purpose.NUDGE, "t", 7, None, None, NOW + expires, "why", NOW + due if due is not None else None,
        priority, cap,
    )  # fmt: skip
    return Send(touch, "why")


def verdicts(decisions: list[Decision]) -> dict[str, object]:
    return {
        d.touch.key: "send" if isinstance(d, Send) else d.until - NOW if isinstance(d, Hold) else "skip"
        for d in decisions
    }


@pytest.mark.parametrize(
    ("most", "ago", "expected"),
    [
        (3, [], {"a": "send", "b": "send", "c": "send"}),
        (2, [], {"a": "send", "b": "send", "c": 7 * DAY}),
        (1, [], {"a": "send", "b": 7 * DAY, "c": 7 * DAY}),
        (2, [3 * DAY], {"a": "send", "b": 4 * DAY, "c": 4 * DAY}),
        (2, [DAY, 6 * DAY], {"a": DAY, "b": DAY, "c": DAY}),
        (2, [DAY, 7 * DAY], {"a": "send", "b": 6 * DAY, "c": 6 * DAY}),
        (2, [9 * DAY, 8 * DAY], {"a": "send", "b": "send", "c": 7 * DAY}),
        (1, [DAY, 2 * DAY, 3 * DAY], {"a": 4 * DAY, "b": 4 * DAY, "c": 4 * DAY}),  # the cap was higher then
    ],
)
def test_admit_room(most: int, ago: list[timedelta], expected: dict[str, object]) -> None:
    found = admit([send("a"), send("b"), send("c")], [NOW - before for before in ago], capped(most), NOW)
    assert verdicts(found) == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (send("b", priority=3), send("a", priority=5)),
        (send("b", due=-2 * DAY), send("a", due=-DAY)),
        (send("b", priority=3, due=-DAY), send("a", priority=5, due=-2 * DAY)),
        (send("a"), send("b")),
        (send("b", due=None), send("a")),
    ],
)
def test_admit_order(first: Send, second: Send) -> None:
    for given in ([first, second], [second, first]):
        assert [d for d in admit(given, [], capped(1), NOW) if isinstance(d, Send)] == [first]


def test_admit_uncapped_always_and_without_counting() -> None:
    free = [send(f"free {n}", priority=1, cap=NO_CAP) for n in range(5)]
    assert admit([*free, send("a")], [], capped(1), NOW) == [*free, send("a")]


def test_admit_holds_and_skips_pass_and_take_no_room() -> None:
    held, skipped = Hold(send("held", priority=1).touch, "night", NOW + DAY), Skip(send("skipped").touch, "no")
    assert admit([held, skipped, send("a")], [], capped(1), NOW) == [held, skipped, send("a")]


@pytest.mark.parametrize(("expires", "expected"), [(4 * DAY, "skip"), (4 * DAY + timedelta(seconds=1), 4 * DAY)])
def test_admit_too_late_after_the_wait(expires: timedelta, expected: object) -> None:
    found = admit([send("a", expires=expires)], [NOW - 3 * DAY], capped(1), NOW)
    assert verdicts(found) == {"a": expected}


def test_admit_says_why() -> None:
    (found,) = admit([send("a")], [NOW - DAY], capped(1), NOW)
    assert found.because == "had 1 messages in seven days"


def test_admit_again_at_the_moment_it_named_lets_go() -> None:
    sent = [NOW - 3 * DAY, NOW - DAY]
    (held,) = admit([send("a")], sent, capped(2), NOW)
    assert isinstance(held, Hold)
    assert verdicts(admit([send("a")], sent, capped(2), held.until)) == {"a": "send"}
    assert verdicts(admit([send("a")], sent, capped(2), held.until - timedelta(seconds=1))) != {"a": "send"}
