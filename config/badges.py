"""badges.toml: who earns which badge, and the files for badge sites; checked with every problem at once."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from config.toml_file import STRICT, read_or_none
from domain.badges import By, Rule
from domain.errors import ConfigError, Problem
from domain.participants import ConsentTopic

FILE = "badges.toml"
Value = Literal["badge", "title", "user", "name", "email", "issued", "evidence", "number"]


class _Model(BaseModel):
    model_config = STRICT


class _Badge(_Model):
    by: By
    kinds: list[str] = []
    count: int = Field(ge=1, le=1000)
    titles: dict[str, str]


class _Export(_Model):
    columns: list[tuple[str, Value]] = Field(min_length=1)
    needs: list[Value] = []
    consent: ConsentTopic | None = None


class _Badges(_Model):
    version: int
    badges: dict[str, _Badge] = Field(default_factory=dict)
    exports: dict[str, _Export] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export:
    """A file for a badge site. `columns`: heading and value; people without a value of `needs`, or who did not agree to
    `consent` where one is named, are left out."""

    columns: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    consent: str | None


@dataclass(frozen=True, slots=True)
class Badges:
    rules: tuple[Rule, ...]
    exports: dict[str, Export]


@lru_cache(maxsize=4)
def load(folder: Path, kinds: Collection[str]) -> Badges:
    """The badges of the programme in `folder`; none without the file. ConfigError lists every problem with its key.

    `kinds` are those that there are (hashable: a tuple or frozenset).
    """
    read = read_or_none(folder / FILE, _Badges)
    if read is None:
        return Badges((), {})
    problems = [
        Problem(f"{kind!r} is no kind of session", f"{FILE}: badges.{code}.kinds", f"Known: {', '.join(kinds)}")
        for code, one in read.badges.items()
        for kind in one.kinds
        if kind not in kinds
    ]
    problems += [
        Problem("needs a title in English", f"{FILE}: badges.{code}.titles", 'Write en = "..."')
        for code, one in read.badges.items()
        if not one.titles.get("en", "").strip()
    ]
    if problems:
        raise ConfigError(problems)
    return Badges(
        tuple(
            Rule(code, one.by, tuple(one.kinds), one.count, {k.lower(): v for k, v in one.titles.items() if v.strip()})
            for code, one in read.badges.items()
        ),
        {code: Export(tuple(one.columns), tuple(one.needs), one.consent) for code, one in read.exports.items()},
    )
