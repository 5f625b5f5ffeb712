"""A page of registrations leaves what its registrations leave one by one, whoever is new, known or both."""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from domain.imports import Choice, Mail, Profile, Registration
from steps import sessions
from store import bulk, database, imports, registrations, skills
from tests.imports.conftest import NOW, Home

NAMES = ("Amina Bello", "Amína bello", "Kofi Mensah", "Zed", "Wanjiru Otieno")


def mail(number: int) -> Mail:
    return Mail(f"P{number}@example.org", f"p{number}@example.org")


def somebody(random: Random) -> Registration:
    """One of few names and addresses, so that many meet."""
    said = random.random
    members = [(random.choice(NAMES), mail(random.randint(1, 40))) for _ in range(2)] if said() < 0.1 else []
    return Registration(
        Profile(
            random.choice(NAMES), random.choice(("", "NG", "GH")), languages=("ha", "en")[: random.randint(0, 2)],
            affiliate=random.choice(("", "A", "B")), support_needed=random.choice(("", "no", "money for data")),
        ),
        mail(random.randint(1, 30)),
        mail(random.randint(31, 50)) if said() < 0.3 else None,
        NOW - timedelta(days=random.randint(1, 9)) if said() < 0.5 else None,
        {"newsletter": said() < 0.5} if said() < 0.5 else {},
        tuple({random.choice(("sharer", "ambassador"))}) if said() < 0.5 else (),
        (Choice("wikidata-basic", "good"),) if said() < 0.5 else (),
        (Choice("wikisource"), Choice("wikidata-basic")) if said() < 0.5 else (),
        tuple(random.sample((1, 2), random.randint(0, 2))),
        said() < 0.2,
        random.choice(("", "Readers")),
        tuple(members),
        {"Hope": random.choice(("much", "little"))} if said() < 0.5 else {},
    )  # fmt: skip


def left(folder: Path, pages: list[list[Registration]]) -> tuple[dict[str, list[Any]], list[Any]]:
    """What stands in a store after these pages, and what became of each registration."""
    folder.mkdir()
    home = Home(folder)
    conn, told = home.app.conn, []
    for title in ("One", "Two"):
        sessions.add(home.app, {"title": title, "start": (NOW + timedelta(days=7)).isoformat()}, "tester")
    skills.sync(conn, home.app.programme.skills)
    for page in pages:
        with database.write(conn):
            run = imports.begin(conn, "registrations", "form.csv", "", NOW)
            done = registrations.record_page(conn, page, now=NOW, run_id=run)
            told += [(one.participant_id, one.new, one.changed, one.notes) for one in done]
    facts = home.facts()
    # which of two registrations was numbered first says nothing of anybody
    facts["answers"] = home.rows(
        "select r.participant_id, a.question, a.value from answers a join registrations r on r.id = a.registration_id"
        " order by 1, 2"
    )
    facts["registrations"].sort(key=str)
    facts["due"] = home.rows("select id, facts_version > 0, next_due from participants")
    facts["asked"] = home.rows("select participant_id, ask, text from support_requests order by 1, 2")
    home.app.close()
    return facts, told


@pytest.mark.parametrize("seed", range(6))
def test_page_leaves_what_its_registrations_leave_alone(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    everybody = [somebody(random) for _ in range(90)]
    alone = left(tmp_path / "alone", [[one] for one in everybody])
    assert left(tmp_path / "page", [everybody]) == alone
    assert left(tmp_path / "pages", [everybody[:20], everybody[20:]]) == alone
    assert len(alone[0]["participants"]) > 20 and len(alone[0]["possible_duplicates"]) > 5
    assert {new for _, new, _, _ in alone[1]} == {True, False}


def registration(name: str, address: int, second: int | None = None) -> Registration:
    return Registration(Profile(name), mail(address), mail(second) if second else None)


@pytest.mark.parametrize(
    ("page", "notes", "people"),
    [
        # who was renamed in the page has a new namesake
        ([registration("Zed", 1), registration("Kofi", 1), registration("Kofi", 2)], [(2, 1, "name")], 2),
        # one who is known names the address of somebody new
        ([registration("Ada", 1), registration("Ben", 2), registration("Ada", 1, second=2)],
         [(1, 2, "second_email")], 2),
        # the second address of somebody new is somebody's for the rest of the page
        ([registration("Ada", 1, second=2), registration("Ben", 2)], [], 1),
    ],
)
@pytest.mark.parametrize("known", [0, 1])
def test_people_of_one_page_who_may_be_one_are_told(
    tmp_path: Path, page: list[Registration], notes: list[tuple[int, int, str]], people: int, known: int
) -> None:
    facts, told = left(tmp_path / "home", [page[:known], page[known:]])
    found = [(who, int(what.split()[3]), code) for who, _, _, said in told for code, what in said]
    assert found == notes
    assert [row[:2] for row in facts["possible_duplicates"]] == [tuple(sorted(pair[:2])) for pair in notes]
    assert len(facts["participants"]) == people


@pytest.mark.parametrize("count", [0, 1, 299, 300, 301, 605])
def test_many_rows_go_in_all_and_in_their_order(home: Home, count: int) -> None:
    conn = home.app.conn
    conn.execute("create temp table many (a, b, c)")
    rows = [(n, f"row {n}", None) for n in range(count)]
    bulk.insert(conn, "many", ("a", "b", "c"), rows)
    assert [tuple(row) for row in conn.execute("select * from many order by rowid")] == rows
