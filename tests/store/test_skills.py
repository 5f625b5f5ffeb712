"""The taxonomy in the store."""

from pathlib import Path

from config.programme import Skill
from store.database import connect, migrate
from store.skills import sync


def test_sync_adds_and_updates_and_keeps_what_people_chose(tmp_path: Path) -> None:
    migrate(tmp_path / "db", tmp_path / "backup")
    conn = connect(tmp_path / "db")
    sync(conn, [Skill("a", "x", "A", 1), Skill("b", "x", "B", 1)])
    sync(conn, [Skill("b", "y", "Bee", 2), Skill("c", "y", "C", 2)])
    assert [tuple(row) for row in conn.execute("select * from skills order by code")] == [
        ("a", "x", "A", 1), ("b", "y", "Bee", 2), ("c", "y", "C", 2)
    ]  # fmt: skip
