"""How an existing feedback form's columns and answers are read: survey_mapping.toml, extended by a form's own file.

Every problem at once; unknown keys are errors. What is done with the values is `steps/import_survey.py`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from config.toml_file import STRICT, read
from domain.errors import ConfigError, Problem
from domain.imports import fold
from domain.surveys import Survey

SHIPPED = Path(__file__).with_name("survey_mapping.toml")
ABOUT = ("timestamp", "email", "session")  # columns that hold no answer


class _File(BaseModel):
    model_config = STRICT

    date_order: Literal["day-first", "month-first"] | None = None
    columns: dict[str, list[str]] = Field(default_factory=dict)
    answers: dict[str, dict[str, list[str]]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormNaming:
    """`columns`: another name of a column -> its code; `answers`: question -> folded wording -> value."""

    columns: Mapping[str, str]
    answers: Mapping[str, Mapping[str, str]]
    date_order: str


def load(survey: Survey, folder: Path, extra: Path | None = None) -> FormNaming:
    """survey_mapping.toml of `folder` (the shipped one where it has none), then `extra` over it. ConfigError lists
    every problem with file and key."""
    problems: list[Problem] = []
    own = folder / SHIPPED.name
    paths = [own if own.exists() else SHIPPED, *([extra] if extra else [])]
    files = [(path, read(path, _File, problems)) for path in paths]
    columns: dict[str, str] = {}
    answers: dict[str, dict[str, str]] = {}
    order = ""
    for path, file in files:
        if file is None:
            continue
        order = file.date_order or order
        for code, names in file.columns.items():
            if path == extra and code not in ABOUT and survey.question(code) is None:
                problems.append(Problem("is no question of the survey", f"{path.name}: columns.{code}", _known(survey)))
            columns |= dict.fromkeys(names, code)
        for code, values in file.answers.items():
            question = survey.question(code)
            known = {option.value for option in question.options} if question else set()
            if path == extra and (unknown := sorted(set(values) - known)):
                where = f"{path.name}: answers.{code}.{unknown[0]}"
                problems.append(Problem("is no answer to a question of the survey", where, _known(survey)))
            folded = {fold(wording): value for value, wordings in values.items() for wording in wordings}
            answers.setdefault(code, {}).update(folded)
    if problems:
        raise ConfigError(problems)
    return FormNaming(columns, answers, order)


def _known(survey: Survey) -> str:
    return f"Known: {', '.join(q.code for q in survey.questions)}; see docs/survey-questions.md"
