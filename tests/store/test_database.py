"""Opening, migrating and copying the one file: nothing happens silently, and what cannot be used says what to do."""

import multiprocessing
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Migrations

from domain.errors import SchemaMismatch, UserError
from store import database, schema_file

forking = multiprocessing.get_context("fork")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "letsconnect.db"
    database.migrate(path, tmp_path / "unused.db")
    return path


def grown(monkeypatch: pytest.MonkeyPatch, *extra: Any) -> Migrations:
    """The migrations as a later version has them."""
    later = Migrations("letsconnect")
    for migration in database.migrations._migrations:
        later(name=migration.name)(migration.fn)
    for function in extra:
        later()(function)
    monkeypatch.setattr(database, "migrations", later)
    return later


def m900_later(db: Any) -> None:
    db.conn.execute("create table later (id integer primary key) strict")


def m901_broken(db: Any) -> None:
    db.conn.execute("create table half (id integer primary key) strict")
    db.conn.execute("insert into nowhere values (1)")


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as conn:
        return {name for (name,) in conn.execute("select name from sqlite_master where type = 'table'")}


def test_schema_file_equals_all_migrations() -> None:
    assert schema_file.FILE.read_text("utf-8") == schema_file.text(), "run: python -m store.schema_file"


def test_every_table_is_strict(path: Path) -> None:
    with closing(database.connect(path)) as conn:
        kept = [row for row in conn.execute("pragma table_list") if row["type"] == "table"]
    loose = [row["name"] for row in kept if not row["strict"]]
    assert [name for name in loose if not name.startswith(("sqlite_", "_sqlite"))] == []


def test_connect_missing_file_names_init_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no database yet. Run: letsconnect init"):
        database.connect(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_connect_is_durable_and_checks_keys(path: Path) -> None:
    with closing(database.connect(path)) as conn:
        assert conn.execute("pragma synchronous").fetchone()[0] == 2
        assert conn.execute("pragma foreign_keys").fetchone()[0] == 1
        with pytest.raises(sqlite3.IntegrityError):
            conn.execute("insert into sharers (session_id, position, name) values (99, 0, 'nobody')")


def test_file_is_its_owners_only(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("version", "mode"), [((3, 51, 2), "delete"), ((3, 51, 3), "wal"), ((3, 40, 1), "delete")])
def test_journal_mode_is_wal_only_where_it_is_safe(version: tuple[int, ...], mode: str) -> None:
    assert database.journal_mode(version) == mode


def test_connect_never_migrates_silently(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(monkeypatch, m900_later)
    with pytest.raises(SchemaMismatch, match=r"lacks 1 schema change.*Run: letsconnect migrate"):
        database.connect(path)
    assert "later" not in tables(path)


def test_connect_newer_database_is_left_alone(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        grown(newer, m900_later)
        database.migrate(path, None)
    for attempt in (lambda: database.connect(path), lambda: database.migrate(path, tmp_path / "copy.db")):
        with pytest.raises(SchemaMismatch, match=r"made by a newer version .it knows m900_later."):
            attempt()
    assert not (tmp_path / "copy.db").exists()


NO_DATABASE = b"this is no database at all, but a letter\n" * 99


@pytest.mark.parametrize("content", [NO_DATABASE, b"SQLite format 3\0" + b"x" * 4096])
def test_connect_damaged_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letsconnect.db"
    path.write_bytes(content)
    for attempt in (lambda: database.connect(path), lambda: database.migrate(path, tmp_path / "copy.db")):
        with pytest.raises(UserError, match=r"check LETSCONNECT_DB, or restore a backup"):
            attempt()
    assert path.read_bytes() == content


def test_connect_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cookies.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("create table cookies (id integer primary key)")
    for attempt in (lambda: database.connect(path), lambda: database.migrate(path, tmp_path / "copy.db")):
        with pytest.raises(UserError, match=r"another program's database. Check LETSCONNECT_DB"):
            attempt()
    assert tables(path) == {"cookies"}


def test_connect_empty_file_wants_migrating(tmp_path: Path) -> None:
    path = tmp_path / "letsconnect.db"
    path.touch()
    with pytest.raises(SchemaMismatch, match=r"Run: letsconnect migrate"):
        database.connect(path)
    assert len(database.migrate(path, tmp_path / "copy.db")) >= 1
    database.connect(path).close()


def test_connect_locked_database(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(UserError, match=r"Another program holds it; wait for it to finish"):
            database.connect(path)


def test_migrate_keeps_a_copy_of_what_was_there(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(monkeypatch, m900_later)
    copy = tmp_path / "backups" / "copy.db"
    assert database.migrate(path, copy) == ["m900_later"]
    assert "later" in tables(path) and "later" not in tables(copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert database.migrate(path, tmp_path / "again.db") == []
    assert not (tmp_path / "again.db").exists()


def test_migrate_all_or_nothing(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(monkeypatch, m900_later, m901_broken)
    with pytest.raises(UserError):
        database.migrate(path, tmp_path / "copy.db")
    assert {"later", "half"}.isdisjoint(tables(path))
    with pytest.raises(SchemaMismatch, match=r"lacks 2 schema change"):
        database.connect(path)


@pytest.mark.parametrize("existing", [False, True])
def test_migrate_several_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool) -> None:
    path = tmp_path / "letsconnect.db"
    if existing:
        database.migrate(path, None)
        grown(monkeypatch, m900_later)
    gate, done = forking.Barrier(6), forking.Queue()

    def child(n: int) -> None:
        gate.wait(30)
        done.put(database.migrate(path, tmp_path / f"copy-{n}.db"))

    processes = [forking.Process(target=child, args=(n,)) for n in range(6)]
    for process in processes:
        process.start()
    results = [done.get(timeout=30) for _ in processes]
    for process in processes:
        process.join(30)
    assert sorted(map(bool, results)) == [False] * 5 + [True]
    assert len(list(tmp_path.glob("copy-*"))) == int(existing)  # of the one who did it
    database.connect(path).close()


def test_write_rolls_back_and_joins(path: Path) -> None:
    with closing(database.connect(path)) as conn:
        with pytest.raises(KeyError), database.write(conn):
            conn.execute("insert into meta values ('a', 'b')")
            with database.write(conn):
                conn.execute("insert into meta values ('c', 'd')")
            raise KeyError
        assert conn.execute("select count(*) from meta").fetchone()[0] == 0
        assert not conn.in_transaction


def test_write_reads_and_writes_of_two_processes_never_deadlock(path: Path) -> None:
    def child() -> None:
        with closing(database.connect(path)) as conn:
            for _ in range(20):
                with database.write(conn):
                    (n,) = conn.execute("select coalesce(max(cast(value as integer)), 0) from meta").fetchone()
                    conn.execute("insert into meta values ('n', ?) on conflict (key) do update set value = ?",
                                 (str(n + 1), str(n + 1)))  # fmt: skip

    processes = [forking.Process(target=child) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    with closing(database.connect(path)) as conn:
        assert conn.execute("select value from meta").fetchone()[0] == "60"


def test_backup_is_whole_while_somebody_writes(path: Path, tmp_path: Path) -> None:
    with closing(database.connect(path)) as conn, closing(database.connect(path)) as other:
        other.execute("begin immediate")
        other.execute("insert into meta values ('half', 'done')")
        database.backup(conn, tmp_path / "copy.db")
        other.execute("rollback")
    with closing(database.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("select count(*) from meta").fetchone()[0] == 0


def test_backup_refuses_what_is_there_or_cannot_be(path: Path, tmp_path: Path) -> None:
    with closing(database.connect(path)) as conn:
        there = tmp_path / "there.txt"
        there.write_text("mine")
        for target, words in ((there, "is there already"), (there / "in-a-file", "cannot be written")):
            with pytest.raises(UserError, match=words):
                database.backup(conn, target)
        assert there.read_text() == "mine"


def test_put_in_place_reaches_those_who_have_it_open(path: Path, tmp_path: Path) -> None:
    """A process that goes on writing after a restore writes to the restored database, and spoils nothing."""
    fresh = tmp_path / "fresh.db"
    with closing(database.connect(path)) as conn:
        conn.execute("insert into meta values ('age', 'old')")
        database.backup(conn, fresh)
        conn.execute("update meta set value = 'new'")
        database.put_in_place(fresh, path, tmp_path / "kept.db")
        assert conn.execute("select value from meta").fetchone()[0] == "old"
        with database.write(conn):
            conn.execute("insert into meta values ('written', 'after')")
    with closing(database.connect(path)) as conn, closing(database.connect(tmp_path / "kept.db")) as kept:
        assert dict(conn.execute("select key, value from meta").fetchall()) == {"age": "old", "written": "after"}
        assert conn.execute("pragma integrity_check").fetchone()[0] == "ok"
        assert dict(kept.execute("select key, value from meta").fetchall()) == {"age": "new"}
    assert not fresh.exists()


def test_put_in_place_of_a_damaged_database_keeps_it(path: Path, tmp_path: Path) -> None:
    fresh, damaged = tmp_path / "fresh.db", b"nothing of use\n" * 99
    path.rename(fresh)
    path.write_bytes(damaged)
    database.put_in_place(fresh, path, tmp_path / "kept.db")
    database.connect(path).close()
    assert (tmp_path / "kept.db").read_bytes() == damaged


def test_put_in_place_of_a_locked_database_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    fresh = tmp_path / "fresh.db"
    database.migrate(fresh, None)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(sqlite3.OperationalError, match=r"locked"):
            database.put_in_place(fresh, path, tmp_path / "kept.db")
        other.execute("rollback")
    assert not (tmp_path / "kept.db").exists()
