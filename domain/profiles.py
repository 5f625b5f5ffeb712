"""What a person says of themselves on their own page."""

from dataclasses import dataclass
from typing import Literal, get_args

Level = Literal["beginner", "intermediate", "advanced"]  # how well somebody knows a skill
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, slots=True)
class About:
    """`languages` in order of preference (BCP 47); `preferred_hour` local, None for the programme's."""

    name: str
    country: str
    zone: str
    languages: tuple[str, ...]
    wiki_user: str
    preferred_hour: int | None


def masked(address: str) -> str:
    """An address as its owner recognises it, and nobody else reads it: "a…@example.org"."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
