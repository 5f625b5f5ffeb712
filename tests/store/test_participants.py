"""Reading people as domain values."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.participants import ContactPoint, Health, Participant, Role
from store.database import connect, migrate
from store.participants import find, load

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
T = "2026-11-01T00:00:00+00:00"


@pytest.fixture
def conn(tmp_path: Path) -> sqlite3.Connection:
    migrate(tmp_path / "db", tmp_path / "backup")
    conn = connect(tmp_path / "db")
    conn.executescript(f"""
        insert into participants (id, name, country, zone, languages, wiki_user, created_at, updated_at)
        values
          (1, 'Amina', 'NG', 'Africa/Lagos', '["ha", "en"]', 'Amina B', '{T}', '{T}'),
          (2, 'Luis', '', '', '[]', 'Élan', '{T}', '{T}');
        insert into contact_points (id, participant_id, channel, address, canonical, is_primary, health,
            created_at) values (1, 1, 'email', 'old@example.org', 'old@example.org', 0, 'hard', '{T}'),
                 (2, 1, 'email', 'A.mina@gmail.com', 'amina@gmail.com', 1, 'soft', '{T}'),
                 (3, 1, 'email', 'new@example.org', 'new@example.org', 0, 'ok', '{T}'),
                 (4, 1, 'telegram', '77', '77', 1, 'ok', '{T}');
        insert into participant_roles values (1, 'sharer', 'held'), (1, 'ambassador', 'wished');
        insert into consents values (1, 'newsletter', 1, 'form', '{T}'), (1, 'directory', 0, 'form', '{T}');
        insert into suppressions (channel, canonical, topic, reason, since, until, lifted_at) values
          ('email', 'amina@gmail.com', 'newsletter', 'unsubscribed', '{T}', null, null),
          ('email', 'old@example.org', 'sessions', 'unsubscribed', '{T}', '2026-11-22T12:00:01+00:00', null),
          ('email', 'new@example.org', 'past', 'away', '{T}', '2026-11-22T12:00:00+00:00', null),
          ('email', 'new@example.org', 'lifted', 'mistake', '{T}', null, '{T}');
    """)
    return conn


def test_load_person_with_everything(conn: sqlite3.Connection) -> None:
    assert load(conn, [1, 99], NOW) == {
        1: Participant(
            id=1,
            name="Amina",
            country="NG",
            zone="Africa/Lagos",
            languages=("ha", "en"),
            roles=frozenset({Role.SHARER}),
            email=ContactPoint(2, 1, "email", "A.mina@gmail.com", "amina@gmail.com", Health.SOFT, True),
            telegram=ContactPoint(4, 1, "telegram", "77", "77", Health.OK, True),
            consents={"newsletter": True, "directory": False},
            suppressed=frozenset({"newsletter", "sessions"}),
        )
    }


def test_load_person_without_anything(conn: sqlite3.Connection) -> None:
    assert load(conn, [2], NOW) == {2: Participant(id=2, name="Luis")}


@pytest.mark.parametrize(
    ("ref", "ids"),
    [
        ("1", [1]),
        ("3", []),
        ("AMina+x@googlemail.com", [1]),
        ("nobody@example.org", []),
        ("User:amina_b", [1]),
        ("élan", [2]),
        ("", []),
    ],
)
def test_find_by_every_kind_of_reference(conn: sqlite3.Connection, ref: str, ids: list[int]) -> None:
    assert find(conn, ref) == ids
