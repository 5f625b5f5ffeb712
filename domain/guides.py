"""Guides: how a session of a kind runs, for those who lead one. Data in guides.toml, in English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    points: tuple[str, ...]


Guide = tuple[Section, ...]


def texts(guide: Guide) -> list[str]:
    """Every text of it."""
    return [text for section in guide for text in (section.title, *section.points)]
