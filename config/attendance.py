"""attendance.toml: the columns of meeting tools' lists, and names in them that are no people."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from config.toml_file import STRICT, read
from domain.errors import ConfigError, Problem
from domain.imports import fold

FILE = "attendance.toml"
Column = Literal["name", "given_name", "family_name", "email", "joined", "left", "duration"]


class _Ignored(BaseModel):
    model_config = STRICT
    names: list[str] = Field(default_factory=list)


class _File(BaseModel):
    model_config = STRICT
    version: int = 1
    columns: dict[Column, list[str]]
    ignored: _Ignored = _Ignored()


@dataclass(frozen=True, slots=True)
class Naming:
    """Folded name of a column -> its code, and folded names that are no people."""

    columns: Mapping[str, str]
    ignored: frozenset[str]

    def column(self, header: str) -> str:
        """The code of a column, "" when it is none of these."""
        return self.columns.get(fold(header), "")


@lru_cache(maxsize=4)
def load(folder: Path) -> Naming:
    """Of the programme in `folder`, or the project's own where it has none. ConfigError lists every problem."""
    path = folder / FILE
    path = path if path.exists() else Path(__file__).with_name(FILE)
    problems: list[Problem] = []
    file = read(path, _File, problems)
    if file is None:
        raise ConfigError(problems)
    owner: dict[str, str] = {}
    for code, names in file.columns.items():
        for name in names:
            if (other := owner.setdefault(fold(name), code)) != code:
                what = f"{name!r} stands for two columns: {other} and {code}"
                problems.append(Problem(what, f"{FILE}: columns.{code}", "Leave it to one of them"))
    if problems:
        raise ConfigError(problems)
    return Naming(owner, frozenset(fold(name) for name in file.ignored.names))
