"""The skills taxonomy as it ships."""

from collections import Counter
from pathlib import Path

from config.programme import load

SKILLS = load(Path(__file__).resolve().parents[2] / "config").skills


def test_skills_file_has_five_categories_and_59_skills() -> None:
    assert Counter(s.category for s in SKILLS) == {
        "organisational": 13,
        "evaluation": 12,
        "interpersonal": 9,
        "programmatic": 13,
        "on-wiki": 12,
    }
    assert len(SKILLS) == 59


def test_skills_file_codes_and_titles_are_unique() -> None:
    assert len({s.code for s in SKILLS}) == len({s.title.casefold() for s in SKILLS}) == 59
