"""The programme as data: programme.toml, cadences.toml and skills.toml, validated with every problem at once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from domain.errors import ConfigError, Problem
from domain.planning import Purpose, Rules, Touchpoint
from domain.sessions import Invites, Kind
from domain.times import QuietHours, parse_duration, zone_or_none


def _zone(name: str) -> str:
    if zone_or_none(name) is None:
        raise ValueError("is not an IANA time zone, such as Africa/Lagos")
    return name


def _address(text: str) -> str:
    try:
        return str(validate_email(text, check_deliverability=False, test_environment=True).normalized)
    except EmailNotValidError:
        raise ValueError("is not an e-mail address") from None


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Zone = Annotated[str, AfterValidator(_zone)]
Address = Annotated[str, AfterValidator(_address)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Kind(_Model):
    title: str
    minutes: int = Field(gt=0, le=24 * 60)
    capacity: int | None = Field(default=None, gt=0)
    invites: Invites
    recorded: bool


class _Quiet(_Model):
    start: time
    end: time


class _Guards(_Model):
    mass_plan: int = Field(gt=0)
    withdrawals: float = Field(gt=0, le=1)


class _Limits(_Model):
    import_megabytes: int = Field(gt=0)
    link_seconds: int = Field(gt=0)


class _Programme(_Model):
    version: int
    name: str = Field(min_length=1)
    mailbox: Address
    zone: Zone
    languages: list[str] = Field(min_length=1)
    verp: bool = True
    quiet_hours: _Quiet
    guards: _Guards
    limits: _Limits
    kinds: dict[str, _Kind] = Field(min_length=1)


class _Touchpoint(_Model):
    purpose: Purpose
    topic: str
    quiet_hours: bool
    expires_after: Duration | None = None
    priority: int = Field(default=5, ge=1, le=9)


class _Cadences(_Model):
    version: int
    touchpoints: dict[str, _Touchpoint]


class _Skill(_Model):
    code: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str


class _Category(_Model):
    title: str
    skills: list[_Skill]


class _Skills(_Model):
    version: int
    categories: dict[str, _Category]


@dataclass(frozen=True, slots=True)
class Skill:
    code: str
    category: str
    title: str
    version: int


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything the files say, as domain values."""

    name: str
    mailbox: str
    zone: str
    languages: tuple[str, ...]
    verp: bool
    kinds: Mapping[str, Kind]
    rules: Rules
    skills: tuple[Skill, ...]
    mass_plan: int
    withdrawals: float
    import_bytes: int
    link_seconds: int


# The planner's rules ask for these by name.
NEEDED_TOUCHPOINTS = ("welcome", "invitation", "general_invitation", "update", "cancellation", "rsvp_confirmation")


@lru_cache(maxsize=4)
def load(folder: Path) -> Programme:
    """Read and check the three files in `folder`. ConfigError lists every problem with file and key."""
    problems: list[Problem] = []
    programme = _read(folder / "programme.toml", _Programme, problems)
    cadences = _read(folder / "cadences.toml", _Cadences, problems)
    skills = _read(folder / "skills.toml", _Skills, problems)
    if isinstance(cadences, _Cadences):
        problems += _touchpoint_problems(cadences)
    if problems:
        raise ConfigError(problems)
    assert isinstance(programme, _Programme) and isinstance(cadences, _Cadences) and isinstance(skills, _Skills)
    return _assemble(programme, cadences, skills)


def _read(path: Path, model: type[_Model], problems: list[Problem]) -> _Model | None:
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


def _touchpoint_problems(cadences: _Cadences) -> list[Problem]:
    known = set(NEEDED_TOUCHPOINTS)
    found = set(cadences.touchpoints)
    missing = [
        Problem("this touchpoint is missing", f"cadences.toml: touchpoints.{code}", "Copy it from the defaults")
        for code in NEEDED_TOUCHPOINTS
        if code not in found
    ]
    unknown = [
        Problem("no rule asks for this touchpoint", f"cadences.toml: touchpoints.{code}", "Mend its name or remove it")
        for code in sorted(found - known)
    ]
    return missing + unknown


def _assemble(programme: _Programme, cadences: _Cadences, skills: _Skills) -> Programme:
    quiet = QuietHours(programme.quiet_hours.start, programme.quiet_hours.end)
    points = {
        code: Touchpoint(
            code=code,
            purpose=p.purpose,
            topic=p.topic,
            quiet_hours=p.quiet_hours,
            expires_after=p.expires_after,
            priority=p.priority,
        )
        for code, p in cadences.touchpoints.items()
    }
    return Programme(
        name=programme.name,
        mailbox=programme.mailbox,
        zone=programme.zone,
        languages=tuple(programme.languages),
        verp=programme.verp,
        kinds={
            code: Kind(code, k.title, k.minutes, k.capacity, k.invites, k.recorded)
            for code, k in programme.kinds.items()
        },
        rules=Rules(points, quiet, programme.zone),
        skills=tuple(
            Skill(s.code, code, s.title, skills.version)
            for code, category in skills.categories.items()
            for s in category.skills
        ),
        mass_plan=programme.guards.mass_plan,
        withdrawals=programme.guards.withdrawals,
        import_bytes=programme.limits.import_megabytes * 1_000_000,
        link_seconds=programme.limits.link_seconds,
    )
