"""Opening, migrating, backing up and restoring the one SQLite file; transactions that never deadlock.

Leaves every table's meaning to the other modules of this floor. Opening never migrates silently.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from domain.errors import Problem, SchemaMismatch, UserError
from store import marks
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
    if missing := check_readable(conn, path):
        raise SchemaMismatch(
            Problem(f"the database lacks {len(missing)} schema change(s)", path.name, "Run: letsconnect migrate")
        )


def check_readable(conn: sqlite3.Connection, path: Path) -> list[str]:
    """The migrations that are missing. SchemaMismatch when a newer version made it, UserError when none of ours did."""
    known = [m.name for m in migrations._migrations]
    try:
        rows = conn.execute("select name from _sqlite_migrations where migration_set = 'letsconnect'").fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        rows = []
    applied = {row["name"] for row in rows}
    if not applied and conn.execute("select count(*) from sqlite_master where type = 'table'").fetchone()[0]:
        raise UserError(Problem("it is another program's database", path.name, "Check LETSCONNECT_DB"))
    if unknown := sorted(applied - set(known)):
        raise SchemaMismatch(
            Problem(
                f"the database was made by a newer version (it knows {unknown[-1]})",
                path.name,
                "Use that version of letsconnect, or restore a backup made before the upgrade",
            )
        )
    return [name for name in known if name not in applied]


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


@contextmanager
def trying(conn: sqlite3.Connection, dry_run: bool) -> Iterator[None]:
    """What is written within stays, unless it is a dry run: that does the real thing in a transaction and takes it
    back, so that it counts and refuses rightly. Nothing may leave within. Joins an outer one, whose end decides."""
    if not dry_run or conn.in_transaction:
        yield
        return
    conn.execute("begin immediate")
    try:
        yield
    finally:
        if conn.in_transaction:
            conn.execute("rollback")


@contextmanager
def undoable(conn: sqlite3.Connection) -> Iterator[None]:
    """A part of a write transaction that is taken back when it raises, and the rest is not."""
    conn.execute("savepoint part")
    try:
        yield
        conn.execute("release part")
    except BaseException:
        if conn.in_transaction:  # some errors, as of a full disk, end the whole
            conn.execute("rollback to part")
            conn.execute("release part")
        raise


def migrate(path: Path, backup_to: Path | None) -> list[str]:
    """Apply what is missing, all or nothing, after copying an existing database to `backup_to`. Names applied.

    Several may do it at once: one does the work, and the others find it done.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    old_umask = os.umask(0o077)  # people's data: readable by the owner only
    try:
        conn = connect(path, check_schema=False)
        try:
            if not check_readable(conn, path):
                return []
            existed = conn.execute("select count(*) from sqlite_master").fetchone()[0]
            if existed and backup_to is not None:
                backup(conn, backup_to)
            db: Any = Database(conn)
            with write(conn):
                names = check_readable(conn, path)
                if names:
                    migrations.apply(db)
            if not names and existed and backup_to is not None:
                backup_to.unlink()
            return names
        finally:
            conn.close()
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    finally:
        os.umask(old_umask)


def backup(conn: sqlite3.Connection, target: Path) -> None:
    """A consistent copy, under writers too (VACUUM INTO). UserError when `target` is there already or cannot be."""
    old_umask = os.umask(0o077)
    try:
        if target.exists():
            raise UserError(Problem("the backup file is there already", target.name, "Choose another name"))
        target.parent.mkdir(parents=True, exist_ok=True)
        if marks.everybody(conn):  # the copy must know what was at risk
            with write(conn):
                marks.carry_over(conn)
        conn.execute("vacuum into ?", (str(target),))
    except OSError as error:
        remedy = "Choose a folder that you may write to"
        raise UserError(Problem(f"the backup cannot be written ({error.strerror})", target.name, remedy)) from error
    except sqlite3.OperationalError as error:
        if "unable to open" not in str(error) and "disk" not in str(error):
            raise
        remedy = "Choose a folder that you may write to, with room for the copy"
        raise UserError(Problem(f"the backup cannot be written ({error})", target.name, remedy)) from error
    finally:
        os.umask(old_umask)


def put_in_place(fresh: Path, path: Path, kept: Path) -> None:
    """Make the database at `path` hold what `fresh` holds; what it held goes to `kept`, and `fresh` is used up.

    An existing database is written over in one transaction and never renamed: a process that has it open would go
    on writing to the old file, and its journal would spoil the new one (https://sqlite.org/howtocorrupt.html 2.4).
    """
    if path.exists():
        try:
            with closing(connect(path, check_schema=False)) as there:
                there.execute("begin exclusive")  # nobody may hold it for long: the copy below would wait for ever
                there.execute("commit")
                backup(there, kept)
                with closing(sqlite3.connect(fresh)) as source:
                    source.backup(there)
            fresh.unlink()
            return
        except (sqlite3.DatabaseError, UserError) as error:
            cause = error.__cause__ if isinstance(error, UserError) else error
            if not isinstance(cause, sqlite3.DatabaseError) or isinstance(cause, sqlite3.OperationalError):
                raise
        kept.unlink(missing_ok=True)
        path.rename(kept)  # damaged, or no database at all
        for suffix in ("-wal", "-shm", "-journal"):
            side = path.with_name(path.name + suffix)
            if side.exists():
                side.rename(kept.with_name(kept.name + suffix))
    fresh.rename(path)


def schema(conn: sqlite3.Connection) -> str:
    """The schema as SQL for people to read; `schema.sql` is this text of a fresh database."""
    rows = conn.execute(
        "select sql from sqlite_master where sql is not null and name not like '\\_sqlite%' escape '\\'"
        " and tbl_name not like '\\_sqlite%' escape '\\' and name not like 'sqlite\\_%' escape '\\'"
        " order by tbl_name, type desc, name"
    )
    return "\n\n".join(re.sub(r"[ \t]+$", "", row["sql"], flags=re.M) + ";" for row in rows) + "\n"
