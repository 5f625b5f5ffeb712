"""targets.toml: what the programme set out to do, checked with every problem at once.

Whether a figure of that name exists is the report's to say; how a target compares with what was done as well.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field

from config.toml_file import STRICT, Duration, read_or_none
from domain.errors import ConfigError, Problem
from domain.sessions import LedBy

FILE = "targets.toml"


class _Model(BaseModel):
    model_config = STRICT


class _Sessions(_Model):
    title: str = Field(min_length=1)
    kinds: list[str] = Field(min_length=1)
    led_by: list[LedBy] = Field(default_factory=list)
    count: int = Field(gt=0)
    every: Duration


class _Figure(_Model):
    title: str = Field(min_length=1)
    figure: str
    at_least: float = Field(gt=0)


class _Targets(_Model):
    version: int = 1
    sessions: dict[str, _Sessions] = Field(default_factory=dict)
    figures: dict[str, _Figure] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SessionsTarget:
    """`count` sessions of `kinds` in every span of `every`. `led_by` empty: whoever led them."""

    code: str
    title: str
    kinds: tuple[str, ...]
    led_by: tuple[LedBy, ...]
    count: int
    every: timedelta

    def due(self, span: timedelta) -> float:
        """How many a span of that length should have."""
        return self.count * (span / self.every)


@dataclass(frozen=True, slots=True)
class FigureTarget:
    """At least so much of one figure of the report; of a share, in per cent."""

    code: str
    title: str
    figure: str
    at_least: float


@dataclass(frozen=True, slots=True)
class Targets:
    sessions: tuple[SessionsTarget, ...] = ()
    figures: tuple[FigureTarget, ...] = ()


@lru_cache(maxsize=4)
def load(folder: Path, kinds: Collection[str], figures: Collection[str] | None = None) -> Targets:
    """The targets of the programme in `folder`; none without the file. ConfigError lists every problem with its key.

    `kinds` and `figures` are those that there are (hashable: tuples or frozensets); None leaves figures unchecked.
    """
    read = read_or_none(folder / FILE, _Targets)
    if read is None:
        return Targets()
    problems = [
        Problem(f"{kind!r} is no kind of session", f"{FILE}: sessions.{code}.kinds", f"Known: {', '.join(kinds)}")
        for code, one in read.sessions.items()
        for kind in one.kinds
        if kind not in kinds
    ]
    problems += [
        Problem("must be longer than nothing", f"{FILE}: sessions.{code}.every", "Write a length such as 14d")
        for code, one in read.sessions.items()
        if one.every <= timedelta()
    ]
    problems += [
        Problem(f"{one.figure!r} is no figure", f"{FILE}: figures.{code}.figure", "See docs/evaluation.md")
        for code, one in read.figures.items()
        if figures is not None and one.figure not in figures
    ]
    if problems:
        raise ConfigError(problems)
    return Targets(
        tuple(
            SessionsTarget(code, one.title, tuple(one.kinds), tuple(one.led_by), one.count, one.every)
            for code, one in read.sessions.items()
        ),
        tuple(FigureTarget(code, one.title, one.figure, one.at_least) for code, one in read.figures.items()),
    )
