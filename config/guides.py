"""guides.toml: how a session of each kind runs, for its sharers, checked with every problem at once. Translations are
in the catalogues."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from config.toml_file import STRICT, read
from domain.errors import Problem
from domain.guides import Guide, Section

SHIPPED = Path(__file__).with_name("guides.toml")
MOST_SECTIONS, MOST_POINTS = 8, 10

Point = Annotated[str, Field(min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = STRICT


class _Section(_Model):
    title: str = Field(min_length=1, max_length=60)
    points: list[Point] = Field(min_length=1, max_length=MOST_POINTS)


class _Guide(_Model):
    kinds: list[str] = Field(min_length=1)
    sections: list[_Section] = Field(min_length=1, max_length=MOST_SECTIONS)


class _File(_Model):
    guides: dict[str, _Guide] = {}


def load(folder: Path, kinds: Collection[str], problems: list[Problem]) -> Mapping[str, Guide]:
    """The guide of each kind of session that has one (of the shipped file where `folder` has none).

    `kinds`: of sessions that the programme knows. What is wrong is added to `problems`.
    """
    own = folder / SHIPPED.name
    path = own if own.exists() else SHIPPED
    file = read(path, _File, problems)
    if file is None:
        return {}
    found: dict[str, Guide] = {}
    for name, guide in file.guides.items():
        sections = tuple(Section(one.title, tuple(one.points)) for one in guide.sections)
        for kind in guide.kinds:
            where = f"guides.toml: guides.{name}.kinds"
            if path == own and kind not in kinds:  # a programme with kinds of its own need not know the shipped ones
                problems.append(Problem(f"{kind} is no kind of session", where, f"Known: {', '.join(kinds)}"))
            if kind in found:
                problems.append(Problem(f"{kind} has a guide already", where, "Name each kind once"))
            found[kind] = sections
    return found
