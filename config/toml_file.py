"""Reading one TOML file of the programme into a model: every problem with its file and key, unknown keys are errors."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from domain.errors import Problem
from domain.times import parse_duration

STRICT = ConfigDict(extra="forbid", frozen=True)


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Wanted = TypeVar("Wanted", bound=BaseModel)


def read(path: Path, model: type[Wanted], problems: list[Problem]) -> Wanted | None:
    """None, and what is wrong added to `problems`, when the file is not there or not right."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return model.model_validate(data)
    except FileNotFoundError:
        problems.append(Problem("is missing", path.name, "Copy it from the project's config folder"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(f"is not TOML: {error}", path.name, "Mend that line"))
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", path.name, "Check its rights"))
    except ValidationError as error:
        problems += [_problem(path.name, dict(item)) for item in error.errors()]
    return None


def _problem(file: str, item: dict[str, Any]) -> Problem:
    where = ".".join(str(part) for part in item["loc"])
    what = "is not a known key" if item["type"] == "extra_forbidden" else str(item["msg"])
    return Problem(what.removeprefix("Value error, "), f"{file}: {where}", "Mend or remove it")
