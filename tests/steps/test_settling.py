"""What becomes of a message by its answers: a calendar message of unknown fate is repeated once, and never again."""

from datetime import timedelta

import pytest

from domain.deliveries import Outcome
from steps.settling import REPEAT_AFTER
from tests.programme import Place


@pytest.fixture
def unsure(place: Place) -> Place:
    """Whatever is sent to Ada may or may not arrive."""
    place.person("Ada", "ada@example.org")
    place.channel.outcomes["ada@example.org"] = Outcome.UNSURE
    return place


def test_invitation_of_unknown_fate_is_repeated_once(unsure: Place) -> None:
    unsure.welcomed()
    unsure.register(1, unsure.session())
    assert unsure.tick() == ["invite/1/0/1"]
    waiting = unsure.by_key("invite/1/0/1")
    assert (waiting.state, waiting.repeats, waiting.not_before) == ("queued", 1, unsure.time + REPEAT_AFTER)
    assert unsure.deliver().sent == 0  # not at once
    unsure.time += REPEAT_AFTER
    assert unsure.tick() == ["invite/1/0/1"]
    assert unsure.outbox() == {"invite/1/0/1": "unsure"}
    unsure.time += timedelta(days=1)
    assert unsure.tick() == []


def test_letter_of_unknown_fate_waits_for_a_person(unsure: Place) -> None:
    assert unsure.tick() == ["welcome/1"]
    assert unsure.outbox() == {"welcome/1": "unsure"}
    unsure.time += timedelta(days=1)
    assert unsure.tick() == []
