"""One small programme per test, and one whose people are in chats."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.sessions import Session
from tests.programme import Place
from tests.servers.bot_api import FaultyBotApi
from tests.steps.bot_place import BotPlace


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def ada(place: Place) -> int:
    """Somebody who has had the welcome."""
    person = place.person()
    place.welcomed()
    return person


@pytest.fixture
def session(place: Place) -> Session:
    """Ada (1) and Bob (2) have an invitation each."""
    session = place.session()
    for name in ("Ada", "Bob"):
        place.register(place.person(name), session)
    place.welcomed()
    assert place.tick() == ["invite/1/0/1", "invite/1/0/2"]
    place.later(minutes=5)
    return session


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[BotPlace]:
    """A strict Bot API, and a programme with a bot there."""
    with FaultyBotApi() as server:
        yield BotPlace(tmp_path, server)
