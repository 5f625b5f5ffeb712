"""One small programme per test."""

from pathlib import Path

import pytest

from tests.programme import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
