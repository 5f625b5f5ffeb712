"""One small programme per test, and one whose people are in chats."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programme import Place
from tests.servers.bot_api import FaultyBotApi
from tests.steps.bot_place import BotPlace


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[BotPlace]:
    """A strict Bot API, and a programme with a bot there."""
    with FaultyBotApi() as server:
        yield BotPlace(tmp_path, server)
