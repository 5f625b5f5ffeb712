"""Opening, migrating, backing up and restoring the one SQLite file; transactions that never deadlock.

Leaves every table's meaning to the other modules of this floor. Opening never migrates silently.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from domain.errors import Problem, SchemaMismatch, UserError
from store.migrations import migrations

# The WAL-reset bug (https://sqlite.org/wal.html) can corrupt a file before this version.
WAL_IS_SAFE_FROM = (3, 51, 3)
BUSY_SECONDS = 30

Connection = sqlite3.Connection


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """A durable journal mode for the SQLite at hand: WAL where it is safe, else a rollback journal."""
    return "wal" if version >= WAL_IS_SAFE_FROM else "delete"


def connect(path: Path, *, check_schema: bool = True, read_only: bool = False) -> sqlite3.Connection:
    """An open database. SchemaMismatch when it needs `migrate`, UserError when it cannot be used at all."""
    if check_schema and not path.exists():
        raise UserError(Problem("there is no database yet", str(path.name), "Run: letsconnect init"))
    try:
        uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        conn = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
        conn.row_factory = sqlite3.Row
        conn.execute("pragma foreign_keys = on")
        if not read_only:
            conn.execute(f"pragma journal_mode = {journal_mode()}")
        conn.execute("pragma synchronous = full")
        if check_schema:
            _check(conn, path)
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    return conn


def unusable(path: Path, error: sqlite3.Error) -> UserError:
    """What a coordinator can do about a file that SQLite refuses."""
    text = str(error)
    if "locked" in text or "busy" in text:
        remedy = "Another program holds it; wait for it to finish, or stop it, and run the command again"
    elif "not a database" in text or "malformed" in text:
        remedy = "It is not a letsconnect database or is damaged; check LETSCONNECT_DB, or restore a backup"
    elif "disk" in text or "full" in text:
        remedy = "Free some room on the disk; nothing that was recorded is lost"
    else:
        remedy = "Check that the folder exists and that you may write to it (LETSCONNECT_DB, LETSCONNECT_HOME)"
    return UserError(Problem(f"the database cannot be used: {text}", path.name, remedy))


def _check(conn: sqlite3.Connection, path: Path) -> None:
    known = [m.name for m in migrations._migrations]
    try:
        rows = conn.execute("select name from _sqlite_migrations where migration_set = 'letsconnect'").fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        rows = []
    applied = {row["name"] for row in rows}
    if unknown := sorted(applied - set(known)):
        raise SchemaMismatch(
            Problem(
                f"the database was made by a newer version (it knows {unknown[-1]})",
                path.name,
                "Use that version of letsconnect, or restore a backup made before the upgrade",
            )
        )
    if missing := [name for name in known if name not in applied]:
        raise SchemaMismatch(
            Problem(f"the database lacks {len(missing)} schema change(s)", path.name, "Run: letsconnect migrate")
        )


@contextmanager
def write(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One write transaction: BEGIN IMMEDIATE, so that read-then-write never fails half way; joins an outer one."""
    if conn.in_transaction:
        yield conn
        return
    conn.execute("begin immediate")
    try:
        yield conn
        conn.execute("commit")
    except BaseException:
        if conn.in_transaction:
            conn.execute("rollback")
        raise


def migrate(path: Path, backup_to: Path) -> list[str]:
    """Apply what is missing, all or nothing, after copying an existing database to `backup_to`. Names applied."""
    path.parent.mkdir(parents=True, exist_ok=True)
    old_umask = os.umask(0o077)  # people's data: readable by the owner only
    try:
        conn = connect(path, check_schema=False)
        try:
            _refuse_newer(conn, path)
            db: Any = Database(conn)
            if not [m.name for m in migrations.pending(db)]:
                return []
            if conn.execute("select count(*) from sqlite_master").fetchone()[0]:
                backup(conn, backup_to)
            with write(conn):
                names = [m.name for m in migrations.pending(db)]
                migrations.apply(db)
            return names
        finally:
            conn.close()
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    finally:
        os.umask(old_umask)


def _refuse_newer(conn: sqlite3.Connection, path: Path) -> None:
    try:
        _check(conn, path)
    except SchemaMismatch as mismatch:
        if "newer" in str(mismatch):
            raise


def backup(conn: sqlite3.Connection, target: Path) -> None:
    """A consistent copy, under writers too (VACUUM INTO). UserError when `target` is there already."""
    if target.exists():
        raise UserError(Problem("the backup file is there already", target.name, "Choose another name"))
    target.parent.mkdir(parents=True, exist_ok=True)
    old_umask = os.umask(0o077)
    try:
        conn.execute("vacuum into ?", (str(target),))
    finally:
        os.umask(old_umask)


def schema(conn: sqlite3.Connection) -> str:
    """The schema as SQL for people to read; `schema.sql` is this text of a fresh database."""
    rows = conn.execute(
        "select sql from sqlite_master where sql is not null and name not like '\\_sqlite%' escape '\\'"
        " and name not like 'sqlite\\_%' escape '\\' order by tbl_name, type desc, name"
    )
    return "\n\n".join(re.sub(r"[ \t]+$", "", row["sql"], flags=re.M) + ";" for row in rows) + "\n"
