"""The sample registrations: the pilot's mix, the same every time, and readable by the shipped mapping."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import mapping
from config import programme as programme_file
from config.settings import ROOT
from demo import people

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SESSIONS = ["Proposal writing", "Evaluation, numbers and stories", "Wikidata"]
C = people.Columns()


@pytest.fixture
def rows(tmp_path: Path) -> list[dict[str, str]]:
    skills = [skill.title for skill in programme_file.load(ROOT / "config").skills]
    people.write(tmp_path / "people.csv", skills, SESSIONS, NOW)
    with (tmp_path / "people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def once_each(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row[C.email].strip().casefold(), row)
    return [row for address, row in found.items() if "@" in address]


def test_people_are_as_many_as_in_the_pilot_and_from_as_many_countries(once_each: list[dict[str, str]]) -> None:
    countries = Counter(row[C.country] for row in once_each)
    assert (len(once_each), len(countries)) == (179, 25)
    assert [country for country, _ in countries.most_common(2)] == ["Nigeria", "Tanzania"]
    assert len({word.strip() for row in once_each for word in row[C.languages].split(",")}) == 14


def test_people_answers_have_the_shares_of_the_pilot(once_each: list[dict[str, str]]) -> None:
    def share(column: str, value: str) -> int:
        said = [row[column] for row in once_each if row[column] or column != C.tenure]
        return round(100 * sum(value in answer for answer in said) / len(said))

    found = {
        "newcomers": share(C.tenure, "Less than 2"), "long": share(C.tenure, "More than 5"),
        "limited": share(C.connectivity, "Limited"), "alone": share(C.as_group, "Individual"),
        "support": share(C.support, "Yes"), "ambassador": share(C.roles, "ambassador"),
        "education": share(C.interests, "Education"),
    }  # fmt: skip
    expected = {"newcomers": 59, "long": 8, "limited": 40, "alone": 72, "support": 50, "ambassador": 60,
                "education": 70}  # fmt: skip
    assert found == expected


def test_people_register_for_the_clinics_forty_each(once_each: list[dict[str, str]]) -> None:
    assert [sum(title in row[C.sessions] for row in once_each) for title in SESSIONS] == [40, 40, 40]


def test_people_rows_that_are_bad_on_purpose(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 179 + 1 + 2
    assert sum(row[C.email].strip() == "" for row in rows) == 1
    assert sum(" at " in row[C.email] for row in rows) == 1


def test_people_addresses_are_reserved_for_examples(once_each: list[dict[str, str]]) -> None:
    domains = {row[C.email].strip().casefold().rpartition("@")[2] for row in once_each}
    assert {".".join(d.split(".")[-2:]) for d in domains} <= {"example.org", "example.net", "example.com"}


def test_people_are_the_same_every_time(tmp_path: Path) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for file in files:
        people.write(file, ["One skill", "Another"], SESSIONS, NOW)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_people_columns_are_known_to_the_mapping(rows: list[dict[str, str]]) -> None:
    naming = mapping.load(ROOT / "config", programme_file.load(ROOT / "config").skills)
    unknown = [header for header in rows[0] if not naming.field(header)]
    assert unknown == [C.interests]


def test_people_with_a_part_are_in_the_file_and_registered_for_the_first_clinic(rows: list[dict[str, str]]) -> None:
    sessions = {row[C.email]: row[C.sessions] for row in rows}
    assert [part for part in people.CAST if SESSIONS[0] not in sessions[people.address_of(part)]] == []
