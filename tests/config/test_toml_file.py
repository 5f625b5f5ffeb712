"""Reading one file of the programme: every problem with its file and key, whichever file it is."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from config import attendance, badges, regions, targets
from config.toml_file import STRICT, read, read_or_none
from domain.errors import ConfigError, Problem


class Colours(BaseModel):
    model_config = STRICT
    version: int
    colours: dict[Literal["sky", "sea"], str] = {}


def written(folder: Path, content: str | bytes, name: str = "colours.toml") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_file_that_is_right(tmp_path: Path) -> None:
    problems: list[Problem] = []
    path = written(tmp_path, 'version = 1\n[colours]\nsky = "blue"\n')
    assert (read(path, Colours, problems), problems) == (Colours(version=1, colours={"sky": "blue"}), [])
    assert read_or_none(path, Colours) == Colours(version=1, colours={"sky": "blue"})


def test_every_problem_is_told_with_its_key(tmp_path: Path) -> None:
    problems: list[Problem] = []
    path = written(tmp_path, 'form = "round"\n[colours]\nsky = 1\nearth = "brown"\n')
    assert read(path, Colours, problems) is None
    assert problems == [
        Problem("Field required", "colours.toml: version", "Mend or remove it"),
        Problem("Input should be a valid string", "colours.toml: colours.sky", "Mend or remove it"),
        Problem("is not a known key", "colours.toml: colours.earth", "Known: sky, sea"),
        Problem("is not a known key", "colours.toml: form", "Mend or remove it"),
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [("version = = 1", "is not TOML: Invalid value"), (b"version = '\xff'", "is not TOML: 'utf-8' codec can't decode")],
)
def test_file_that_is_no_toml(tmp_path: Path, content: str | bytes, what: str) -> None:
    problems: list[Problem] = []
    assert read(written(tmp_path, content), Colours, problems) is None
    (problem,) = problems
    assert problem.what.startswith(what) and (problem.where, problem.remedy) == ("colours.toml", "Mend that line")


def test_file_that_is_not_there(tmp_path: Path) -> None:
    problems: list[Problem] = []
    for remedy in ("Copy it from the project's config folder", "Write one"):
        more = (remedy,) if remedy == "Write one" else ()
        assert read(tmp_path / "colours.toml", Colours, problems, *more) is None
        assert problems.pop() == Problem("is missing", "colours.toml", remedy)
    assert (read(tmp_path / "colours.toml", Colours, problems, None), problems) == (None, [])
    assert read_or_none(tmp_path / "colours.toml", Colours) is None


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_or_none(tmp_path, Colours)
    assert caught.value.problems == (Problem("cannot be read: Is a directory", tmp_path.name, "Check its rights"),)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("regions.toml", 'colour = 1\n[regions]\nA = 1\n', [
            ("regions.A", 'is not a text of codes; write it like "NG GH"'), ("colour", "is not a known key")]),
        ("regions.toml", '[regions]\nA = "NG GH"\nB = "NG"\n', [("B", "NG stands in A too")]),
        ("attendance.toml", '[columns]\nphone = ["Phone"]\n[ignored]\nname = []\n', [
            ("columns.phone", "is not a known key"), ("ignored.name", "is not a known key")]),
        ("badges.toml", 'version = 1\ncolour = 1\n', [("colour", "is not a known key")]),
        ("targets.toml", 'colour = 1\n', [("colour", "is not a known key")]),
    ],
)  # fmt: skip
def test_files_of_the_programme_are_told_alike(
    tmp_path: Path, name: str, text: str, told: list[tuple[str, str]]
) -> None:
    written(tmp_path, text, name)
    load = {
        "regions.toml": regions.load,
        "attendance.toml": attendance.load,
        "badges.toml": lambda folder: badges.load(folder, ()),
        "targets.toml": lambda folder: targets.load(folder, ()),
    }[name]
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert [(p.where, p.what) for p in caught.value.problems] == [(f"{name}: {where}", what) for where, what in told]
