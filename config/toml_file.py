"""Reading one TOML file of the programme into a model: every problem with its file and key, unknown keys are errors."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from domain.errors import ConfigError, Problem
from domain.times import parse_duration

COPY = "Copy it from the project's config folder"
STRICT = ConfigDict(extra="forbid", frozen=True)


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Wanted = TypeVar("Wanted", bound=BaseModel)


def read(path: Path, model: type[Wanted], problems: list[Problem], missing: str | None = COPY) -> Wanted | None:
    """None, and what is wrong added to `problems`, when the file is not there or not right.

    `missing`: what to do when it is not there; None for a file that need not be.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return model.model_validate(data)
    except FileNotFoundError:
        if missing is not None:
            problems.append(Problem("is missing", path.name, missing))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(f"is not TOML: {error}", path.name, "Mend that line"))
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", path.name, "Check its rights"))
    except ValidationError as error:
        problems += [_problem(path.name, dict(item)) for item in error.errors()]
    return None


def _problem(file: str, item: dict[str, Any]) -> Problem:
    *around, last = item["loc"]
    bad_key = last == "[key]"  # of a table whose keys are values of ours; the key itself comes before it
    where = f"{file}: {'.'.join(str(part) for part in (around if bad_key else item['loc']))}"
    if item["type"] == "extra_forbidden" or bad_key:
        known = str(item.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        return Problem("is not a known key", where, f"Known: {known}" if known else "Mend or remove it")
    return Problem(str(item["msg"]).removeprefix("Value error, "), where, "Mend or remove it")


def read_or_none(path: Path, model: type[Wanted]) -> Wanted | None:
    """A file that need not be there: None without it. ConfigError lists everything that is wrong with it."""
    problems: list[Problem] = []
    found = read(path, model, problems, missing=None)
    if problems:
        raise ConfigError(problems)
    return found
