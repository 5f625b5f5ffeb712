"""targets.toml: the shipped one is whole, a missing one means none, every problem is named with its key."""

from datetime import timedelta
from pathlib import Path

import pytest

from config import programme, settings, targets
from domain.errors import ConfigError
from domain.sessions import LedBy

KINDS = tuple(programme.load(settings.ROOT / "config").kinds)


def written(folder: Path, text: str) -> Path:
    (folder / targets.FILE).write_text(text, "utf-8")
    return folder


def test_targets_shipped_are_whole() -> None:
    found = targets.load(settings.ROOT / "config", KINDS)
    community = next(one for one in found.sessions if one.code == "community_clinics")
    assert (community.led_by, community.every) == ((LedBy.COMMUNITY,), timedelta(days=14))
    assert community.due(timedelta(days=70)) == 5
    assert [one.at_least for one in found.figures] == [8, 40, 40]


def test_targets_without_a_file(tmp_path: Path) -> None:
    assert targets.load(tmp_path, KINDS) == targets.Targets()


def test_targets_every_problem_at_once(tmp_path: Path) -> None:
    text = """
        [sessions.a]
        title = "A"
        kinds = ["dance"]
        count = 1
        every = "0d"
        [figures.b]
        title = "B"
        figure = "height"
        at_least = 2
    """
    with pytest.raises(ConfigError) as error:
        targets.load(written(tmp_path, text), KINDS, ("registered",))
    assert [str(problem).partition(". ")[0] for problem in error.value.problems] == [
        "targets.toml: sessions.a.kinds: 'dance' is no kind of session",
        "targets.toml: sessions.a.every: must be longer than nothing",
        "targets.toml: figures.b.figure: 'height' is no figure",
    ]


def test_targets_unknown_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"targets\.toml: colour: "):
        targets.load(written(tmp_path, "colour = 1\n"), KINDS)
