"""The programme's files: the defaults are whole, and every problem of a changed one is named with file and key."""

import shutil
from datetime import time, timedelta
from pathlib import Path

import pytest

from config import programme, programme_checks, settings
from domain.cadences import EVENTS, Purpose
from domain.errors import ConfigError

DEFAULTS = settings.ROOT / "config"
FILES = ("programme.toml", "cadences.toml", "skills.toml", "newsletter.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(DEFAULTS / name, tmp_path / name)
    return tmp_path


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        programme.load(folder)
    return [str(problem) for problem in error.value.problems]


def test_defaults_are_whole() -> None:
    found = programme.load(DEFAULTS)
    assert (found.rules.quiet.start, found.rules.quiet.end) == (time(21), time(8))
    assert set(found.rules.touchpoints) > set(EVENTS)
    assert found.rules.touchpoints["welcome"].expires_after == timedelta(days=30)
    assert {point.purpose for point in found.rules.touchpoints.values()} == set(Purpose) - programme_checks.NOT_TIMED
    assert found.kinds["orientation"].invites == "everybody" and found.kinds["coffee"].capacity == 4
    assert len(found.skills) == len({skill.code for skill in found.skills}) > 50


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    assert problems(tmp_path) == [f"{name}: is missing. Copy it from the project's config folder" for name in FILES]


@pytest.mark.parametrize(
    ("name", "old", "new", "start"),
    [
        ("programme.toml", 'zone = "UTC"', 'zone = "Mars/Base"', "programme.toml: zone: is not an IANA time zone"),
        ("programme.toml", "letsconnect@example.org", "nobody", "programme.toml: mailbox: is not an e-mail address"),
        ("programme.toml", "mass_plan = 500", "mass_plan = 0", "programme.toml: guards.mass_plan: "),
        ("programme.toml", "mass_plan = 500", "mass_plans = 500", "programme.toml: guards.mass_plan: "),
        ("programme.toml", 'start = "21:00"', 'start = "25:00"', "programme.toml: quiet_hours.start: "),
        ("programme.toml", "minutes = 120", "minutes = -1", "programme.toml: kinds.clinic.minutes: "),
        ("programme.toml", 'invites = "registered"', 'invites = "all"', "programme.toml: kinds.clinic.invites: "),
        ("programme.toml", "version = 1", "version = 1\ncolour = 2", "programme.toml: colour: is not a known key"),
        ("programme.toml", "version = 1", "version = = 1", "programme.toml: is not TOML: "),
        ("cadences.toml", 'expires_after = "30d"', 'expires_after = "soon"',
         "cadences.toml: touchpoints.welcome.expires_after: not a duration: 'soon'"),
        ("cadences.toml", 'purpose = "welcome"', 'purpose = "hello"', "cadences.toml: touchpoints.welcome.purpose: "),
        ("newsletter.toml", 'weekday = "tuesday"', 'weekday = "mardi"',
         "newsletter.toml: issues.newsletter.weekday: is none of monday, "),
        ("newsletter.toml", "[issues.brief]", "[issues.report]", "newsletter.toml: issues.report: is not a known key"),
        ("newsletter.toml", '"opening", "opportunities", "coming"', '"coming", "coming"',
         "newsletter.toml: issues.digest.sections: names a section twice"),
        ("cadences.toml", 'audience = ["never_came"]', 'audience = ["silent"]',
         "cadences.toml: touchpoints.never_came_first.audience: silent cannot be said of what"),
        ("cadences.toml", 'anchor = "registration"', 'anchor = "survey_opened"',
         "cadences.toml: touchpoints.onboarding_start.anchor: the message onboarding_start speaks of a person, the"),
        ("cadences.toml", 'anchor = "session_start"', 'anchor = "checklist_item_due"',
         "cadences.toml: touchpoints.reminder_two_days.audience: invited, not_declined cannot be said of what"),
        ("cadences.toml", "[touchpoints.update]", "[touchpoints.updat]",
         "cadences.toml: touchpoints.update: this touchpoint is missing"),
        ("cadences.toml", "[touchpoints.welcome]", "[touchpoints.welcome]\nlevel = 2",
         "cadences.toml: touchpoints.welcome.level: is not a known key"),
    ],
)  # fmt: skip
def test_wrong_value_names_file_and_key(folder: Path, name: str, old: str, new: str, start: str) -> None:
    edit(folder, name, old, new)
    assert problems(folder)[0].startswith(start)


def test_every_problem_of_every_file_at_once(folder: Path) -> None:
    edit(folder, "programme.toml", 'zone = "UTC"', 'zone = "Mars/Base"')
    edit(folder, "programme.toml", "mass_plan = 500", "mass_plan = 0")
    edit(folder, "cadences.toml", 'purpose = "welcome"', 'purpose = "hello"')
    (folder / "skills.toml").write_bytes(b"\xff\xfe")
    assert [line.partition(" ")[0] for line in problems(folder)] == [
        "programme.toml:", "programme.toml:", "cadences.toml:", "skills.toml:",
    ]  # fmt: skip
