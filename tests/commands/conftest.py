"""A programme of nobody, and one in which something waits."""

from pathlib import Path

import pytest

from tests.programme import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def busy(place: Place) -> Place:
    """Three people, two sessions, messages queued."""
    session = place.session()
    for name in ("Ada", "Bób", "علي"):
        place.register(place.person(name), session)
    place.session("Open", kind="orientation")
    place.plan()
    return place
