"""surveys.toml: the shipped one is whole, and every problem of a changed one is named with its key."""

import shutil
from pathlib import Path

import pytest

from config import programme, settings
from domain.errors import ConfigError
from domain.surveys import Audience

DEFAULTS = settings.ROOT / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in DEFAULTS.glob("*.toml"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        programme.load(folder)
    return [f"{problem.where}: {problem.what}" for problem in error.value.problems]


def test_defaults() -> None:
    found = programme.load(DEFAULTS).surveys
    assert list(found) == ["clinic", "one_to_one", "orientation", "practice_30", "practice_90"]
    assert [code for code, survey in found.items() if survey.anonymous] == ["clinic", "orientation"]
    assert [code for code, survey in found.items() if survey.audience is Audience.ACCEPTED] == ["one_to_one"]
    assert [code for code, survey in found.items() if survey.check] == ["practice_30", "practice_90"]
    assert [found[code].after.days for code in ("clinic", "practice_30", "practice_90")] == [0, 30, 90]


def test_folder_without_the_file_has_the_shipped_surveys(folder: Path) -> None:
    (folder / "surveys.toml").unlink()
    assert programme.load(folder).surveys == programme.load(DEFAULTS).surveys


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kinds = ["clinic",', 'kinds = ["clinick",', "kinds: clinick is no kind of session"),
        ('kind = "rating"', 'kind = "stars"', "questions.0.kind: Input should be"),
        ('labels = ["not useful", ', "labels = [", "questions.rating.labels: a rating has five"),
        ('after = "0h"', 'after = "-2h"', "after: is before the session's end"),
        ('code = "met_expectations"', 'code = "rating"', "questions.rating: there are several of that code"),
        ('kind = "text"', 'kind = "text"\nsince = 2', "questions.open_text.since: the survey has no such version"),
        ("version = 1", "version = 2", None),
        ('kind = "yes_no"', 'kind = "yes_no"\nonly_if = { rating = ["1"] }',
         "questions.met_expectations.only_if: an anonymous survey asks everybody the same"),
        ("anonymous = true", "anonymous = true\ncolour = 1", "colour: is not a known key"),
        ('kind = "yes_no"', 'kind = "choice"', "questions.met_expectations.options: a choice has 2 to 8"),
    ],
)  # fmt: skip
def test_wrong_value_names_file_and_key(folder: Path, old: str, new: str, expected: str | None) -> None:
    path = folder / "surveys.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    if expected is None:
        assert programme.load(folder).surveys["clinic"].version == 2
    else:
        assert problems(folder)[0].startswith(f"surveys.toml: surveys.clinic.{expected}")


def test_later_question_stands_behind(folder: Path) -> None:
    path = folder / "surveys.toml"
    text = path.read_text("utf-8").replace("version = 1", "version = 2", 1)
    path.write_text(text.replace('kind = "rating"', 'kind = "rating"\nsince = 2', 1), "utf-8")
    assert problems(folder) == [
        "surveys.toml: surveys.clinic.questions: a later version's question stands before an earlier one's"
    ]


def test_answers_that_do_not_exist_cannot_be_asked_for(folder: Path) -> None:
    path = folder / "surveys.toml"
    text = path.read_text("utf-8").replace('{ did_meet = ["yes"] }', '{ did_meet = ["perhaps"] }', 1)
    path.write_text(text, "utf-8")
    assert problems(folder) == [
        "surveys.toml: surveys.one_to_one.questions.rating.only_if: perhaps: not an answer to did_meet"
    ]
