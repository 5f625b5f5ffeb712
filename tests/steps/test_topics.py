"""What is queued of a topic that somebody stops is taken back at once, and nothing of another; nobody gone is asked."""

from collections.abc import Callable

import pytest

from steps import topics
from tests.programme import Place


@pytest.fixture
def queued(place: Place) -> Place:
    """A welcome and an invitation wait for Ada, a welcome for Ben."""
    place.person("Ada")
    place.person("Ben")
    place.register(1, place.session())
    place.plan()
    return place


def stop(place: Place, topic: str) -> None:
    topics.stop(place.app, place.by_key("welcome/1"), topic, "asked on the page")


def choose(place: Place, *unwanted: str) -> None:
    there = topics.wishes(place.app, 1)
    assert there is not None
    topics.choose(place.app, 1, [topic for topic in there.wanted if topic not in unwanted])


@pytest.mark.parametrize(
    ("act", "cancelled"),
    [
        (lambda place: stop(place, "programme"), {"welcome/1"}),
        (lambda place: stop(place, "sessions"), {"invite/1/0/1"}),
        (lambda place: stop(place, "*"), {"welcome/1", "invite/1/0/1"}),
        (lambda place: choose(place, "programme"), {"welcome/1"}),
        (lambda place: choose(place, "newsletter"), set()),
        (lambda place: topics.choose(place.app, 1, ()), {"welcome/1", "invite/1/0/1"}),
    ],
)
def test_queue_when_topics_are_stopped(queued: Place, act: Callable[[Place], None], cancelled: set[str]) -> None:
    act(queued)
    assert {key for key, state in queued.outbox().items() if state == "cancelled"} == cancelled


def test_wishes_of_an_erased_person(queued: Place) -> None:
    queued.app.conn.execute("update participants set erased_at = '2026-11-22T12:00:00+00:00' where id = 1")
    assert topics.wishes(queued.app, 1) is None
    topics.choose(queued.app, 1, ())
    topics.resume(queued.app, 1, "sessions")
    assert queued.app.conn.execute("select * from suppressions").fetchall() == []
