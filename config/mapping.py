"""How a registration form's columns and values are read: mapping.toml, extended by a form's own file.

Every problem at once; unknown keys are errors. What cells mean by them is `steps/import_fields.py`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel

from config import countries as names
from config.programme import Skill
from config.toml_file import STRICT, read
from domain.errors import ConfigError, Problem
from domain.imports import fold
from domain.participants import ConsentTopic, Role
from domain.times import zone_or_none

Field = Literal[
    "timestamp", "name", "given_name", "family_name", "email", "second_email", "country", "region", "zone",
    "languages", "wiki_user", "home_wikis", "affiliate", "tenure", "connectivity", "support_needed", "roles",
    "consents", "as_group", "group_name", "members", "skills_learn", "skills_share", "sessions",
    "dont_connect_with",
]  # fmt: skip
FIELDS: tuple[str, ...] = get_args(Field)
CONSENT = "consent."  # a column of one topic is the field consent.<topic>
SHIPPED = Path(__file__).with_name("mapping.toml")


class _File(BaseModel):
    model_config = STRICT

    version: Literal[1] = 1
    date_order: Literal["auto", "day-first", "month-first"] | None = None
    timestamp_zone: str | None = None
    columns: dict[Field, list[str]] = {}
    consents: dict[ConsentTopic, list[str]] = {}
    roles: dict[Role, list[str]] = {}
    yes_no: dict[Literal["yes", "no"], list[str]] = {}
    countries: dict[str, list[str]] = {}
    languages: dict[str, list[str]] = {}
    skills: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Naming:
    """Lookups by folded text (`domain.imports.fold`)."""

    columns: Mapping[str, str]  # -> field, or consent.<topic>
    looked_for: Mapping[str, tuple[str, ...]]  # field -> names as written
    consents: Mapping[str, str]  # option -> topic
    roles: Mapping[str, str]
    yes_no: Mapping[str, bool]
    countries: Mapping[str, str]
    languages: Mapping[str, str]
    skills: Mapping[str, str]  # title, code or wording -> code
    date_order: str  # "auto", "day-first", "month-first"
    timestamp_zone: str

    def field(self, header: str) -> str:
        """The field of a column, `consent.<topic>`, or "" for a question of the form's own."""
        for text in _labels(header):
            if found := self.columns.get(fold(text)):
                return found
        question, bracket, option = header.rpartition("[")  # a grid: one column an option
        if bracket and (topic := self.consents.get(fold(option))) and self.field(question) == "consents":
            return CONSENT + topic
        if bracket and (found := self.columns.get(fold(question))):
            return found
        return ""


def _labels(header: str) -> Iterable[str]:
    first = header.strip().partition("\n")[0]
    yield header
    yield first
    for mark in "(:":
        if mark in first:
            yield first.partition(mark)[0]


@lru_cache(maxsize=8)
def load(folder: Path, skills: tuple[Skill, ...], extra: Path | None = None) -> Naming:
    """The naming in force: mapping.toml of `folder` (the shipped one where it has none), then `extra` over it.

    ConfigError lists every problem with file and key.
    """
    problems: list[Problem] = []
    own = folder / "mapping.toml"
    paths = [own if own.exists() else SHIPPED, *([extra] if extra else [])]
    missing = "Check the name given to --mapping"
    files = [(path.name, read(path, _File, problems, missing) or _File()) for path in paths]
    for name, file in files:
        problems += _problems(name, file, {s.code for s in skills})
    if problems:
        raise ConfigError(problems)
    return _assemble([file for _, file in files], skills)


def _problems(name: str, file: _File, codes: set[str]) -> list[Problem]:
    found = []
    for code in sorted(set(file.skills) - codes):
        found.append(Problem("is not a skill's code", f"{name}: skills.{code}", "See skills.toml"))
    known_countries = set(names.countries().values())
    for code in sorted(set(file.countries) - known_countries):
        found.append(Problem("is not an ISO 3166-1 code", f"{name}: countries.{code}", "Write two capital letters"))
    for tag in sorted(file.languages):
        if names.language_tag(tag, known_only=False) != tag:
            found.append(Problem("is not a language tag", f"{name}: languages.{tag}", "Write it like en or pt-BR"))
    if file.timestamp_zone and zone_or_none(file.timestamp_zone) is None:
        found.append(Problem("is not an IANA time zone", f"{name}: timestamp_zone", "Write it like Africa/Lagos"))
    for table, key in (("columns", "field"), ("consents", "topic"), ("roles", "role"), ("yes_no", "answer")):
        owner: dict[str, str] = {}
        for code, wordings in getattr(file, table).items():
            for wording in wordings:
                other = owner.setdefault(fold(wording) or wording, str(code))
                if other != str(code):
                    what = f"stands for two: {other} and {code}"
                    found.append(Problem(what, f"{name}: {table}: {wording!r}", f"Leave it to one {key}"))
    return found


def _assemble(files: list[_File], skills: tuple[Skill, ...]) -> Naming:
    def over(table: str) -> dict[str, str]:
        return {_key(w): str(code) for f in files for code, ws in getattr(f, table).items() for w in ws}

    last = files[-1]
    columns = {fold(code): code for code in FIELDS}
    for file in files:
        columns |= {fold(w): CONSENT + t for t, ws in file.consents.items() for w in (t, *ws)}
        columns |= {fold(w): code for code, ws in file.columns.items() for w in ws}
    columns.pop("", None)
    titles = {fold(text): s.code for s in skills for text in (s.code, s.title)}
    return Naming(
        columns=columns,
        looked_for={code: tuple(w for f in files for w in f.columns.get(code, [])) for code in FIELDS},  # type: ignore[call-overload]  # FIELDS are the literal's own
        consents={fold(t): str(t) for t in ConsentTopic} | over("consents"),
        roles={fold(r): str(r) for r in Role} | over("roles"),
        yes_no={key: answer == "yes" for key, answer in over("yes_no").items()},
        countries=dict(names.countries()) | over("countries"),
        languages=dict(names.languages()) | over("languages"),
        skills=over("skills") | titles,
        date_order=last.date_order or files[0].date_order or "auto",
        timestamp_zone=last.timestamp_zone or files[0].timestamp_zone or "",
    )


def _key(wording: str) -> str:
    return fold(wording) or wording.strip()  # "✓" and "-" have nothing that folds
