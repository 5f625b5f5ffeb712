"""newsletter.toml: when issues of each kind are due, and of what they are made. Read by `programme.py`."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.newsletter import Every, IssueKind, IssueRule, Section

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _Issue(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    every: Every
    weekday: str
    hour: int = Field(ge=0, le=23)
    sections: list[Section] = Field(min_length=1)
    look_ahead_days: int = Field(ge=1, le=366)
    public: bool

    @field_validator("weekday")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in WEEKDAYS:
            raise ValueError(f"is none of {', '.join(WEEKDAYS)}")
        return name

    @field_validator("sections")
    @classmethod
    def _once(cls, names: list[Section]) -> list[Section]:
        if len(set(names)) < len(names):
            raise ValueError("names a section twice")
        return names


class Newsletter(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    issues: dict[IssueKind, _Issue]

    @field_validator("issues")
    @classmethod
    def _all(cls, issues: dict[IssueKind, _Issue]) -> dict[IssueKind, _Issue]:
        if missing := [kind.value for kind in IssueKind if kind not in issues]:
            raise ValueError(f"lacks {', '.join(missing)}")
        return issues


def rules(file: Newsletter) -> Mapping[IssueKind, IssueRule]:
    return {
        kind: IssueRule(
            kind=kind,
            every=one.every,
            weekday=WEEKDAYS.index(one.weekday),
            hour=one.hour,
            sections=tuple(one.sections),
            look_ahead=timedelta(days=one.look_ahead_days),
            public=one.public,
        )
        for kind, one in file.issues.items()
    }
