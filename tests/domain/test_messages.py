"""What becomes of a message after a receipt."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.deliveries import Outcome, Phase, Receipt
from domain.messages import BACKOFF_MINUTES, MAX_ATTEMPTS, Settlement, State, settle

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.SENT, Settlement(State.SENT)),
        (Outcome.UNSURE, Settlement(State.UNSURE, note="dot 250 unsure")),
        (Outcome.REFUSED_RECIPIENT, Settlement(State.FAILED, note="dot 250 refused_recipient")),
        (Outcome.REFUSED_MESSAGE, Settlement(State.FAILED, note="dot 250 refused_message")),
        (Outcome.RETURNED, Settlement(State.QUEUED, NOW, counts=False, note="dot 250 returned")),
        (Outcome.LATER, Settlement(State.QUEUED, NOW + timedelta(minutes=2), note="dot 250 later")),
    ],
)
def test_settle_outcome(outcome: Outcome, expected: Settlement) -> None:
    assert settle(Receipt(outcome, Phase.DOT, 250, "p7@example.org is fine"), 0, NOW) == expected


def test_settle_note_without_code() -> None:
    assert settle(Receipt(Outcome.UNSURE, Phase.DOT), 0, NOW).note == "dot unsure"


def test_settle_later_waits_longer_each_time_and_ends() -> None:
    receipt = Receipt(Outcome.LATER, Phase.RCPT, 450)
    waits = []
    for attempts in range(MAX_ATTEMPTS - 1):
        verdict = settle(receipt, attempts, NOW)
        assert verdict.state is State.QUEUED and verdict.not_before is not None
        waits.append((verdict.not_before - NOW) // timedelta(minutes=1))
    assert waits == [*BACKOFF_MINUTES, *[BACKOFF_MINUTES[-1]] * (MAX_ATTEMPTS - 1 - len(BACKOFF_MINUTES))]
    last = settle(receipt, MAX_ATTEMPTS - 1, NOW)
    assert (last.state, last.counts, last.note) == (State.FAILED, True, "given up after 15 tries; last: rcpt 450 later")


@pytest.mark.parametrize(("asked", "minutes"), [(timedelta(seconds=5), 2), (timedelta(hours=1), 60)])
def test_settle_later_waits_at_least_as_long_as_asked(asked: timedelta, minutes: int) -> None:
    verdict = settle(Receipt(Outcome.LATER, Phase.RCPT, 450, retry_after=asked), 0, NOW)
    assert verdict.not_before == NOW + timedelta(minutes=minutes)
