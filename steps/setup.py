"""The first things: the state folder, its secrets and the database; upgrading; taking and bringing back a backup."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from domain.errors import Problem, UserError
from steps.app import App, new_secret
from store import database, journal, meta, outbox_moves


def init(app: App) -> list[str]:
    """Make what is missing, keep what is there. What was done, in words."""
    done = []
    settings = app.settings
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.secret is None and _write_private(settings.home / "secret", new_secret()):
            done.append(f"made the secret for tokens in {settings.home / 'secret'}: keep it with your backups")
        if settings.api_auth is None and _write_private(
            settings.home / "prefect-login", f"coordinator:{new_secret()}"
        ):
            done.append(f"made the login of the Prefect UI in {settings.home / 'prefect-login'}")
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise UserError(Problem(what, "LETSCONNECT_HOME", "Name a folder that you may write to")) from error
    return done + migrate(app)


def _write_private(path: Path, text: str) -> bool:
    """False when another `init` was quicker."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
    return True


def migrate(app: App) -> list[str]:
    """Bring the database to this version's schema, after a copy. What was done, in words."""
    path = app.settings.db
    existed = path.exists() and path.stat().st_size > 0
    stamp = app.now().strftime("%Y%m%dT%H%M%S")
    copy = app.settings.home / "backups" / f"before-migration-{stamp}-{os.getpid()}.db"
    names = database.migrate(path, copy)
    if not names:
        return []
    where = f"; the database as it was lies in {copy}" if existed else ""
    return [f"{'upgraded' if existed else 'made'} the database {path} ({len(names)} schema changes){where}"]


def backup(app: App, target: Path) -> int:
    """A consistent copy of the database. Its number of messages, counted in the copy."""
    database.backup(app.conn, target)
    with closing(database.connect(target, read_only=True)) as copy:
        (rows,) = copy.execute("select count(*) from outbox").fetchone()
        (here,) = app.conn.execute("select count(*) from outbox").fetchone()
    if rows > here:
        raise UserError(Problem("the copy does not match the database", target.name, "Run the backup again"))
    return int(rows)


def restore(app: App, source: Path) -> int:
    """Put a backup in the database's place, held: nothing leaves until a person releases it. How many are held.

    The database that was there is kept beside it.
    """
    if not source.exists():
        raise UserError(Problem("there is no such file", source.name, "Name a file that `letsconnect backup` wrote"))
    path = app.settings.db
    stamp = app.now().strftime("%Y%m%dT%H%M%S")
    fresh = path.with_name(f"{path.name}.restoring")
    try:
        with closing(database.connect(source, check_schema=False, read_only=True)) as conn:
            _check_backup(conn, source)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh.unlink(missing_ok=True)
            database.backup(conn, fresh)
    except (sqlite3.DatabaseError, UserError) as error:
        cause = error.__cause__ if isinstance(error, UserError) else error
        if not isinstance(cause, sqlite3.DatabaseError):
            raise
        raise UserError(Problem(f"the backup cannot be used: {cause}", source.name, "Use another backup")) from error
    app.close()
    database.migrate(fresh, None)  # a backup of an older version
    with closing(database.connect(fresh)) as conn, database.write(conn):
        now = app.now()
        meta.put(conn, meta.RESTORED, f"{now:%Y-%m-%d %H:%M} UTC")
        held = outbox_moves.hold_everything(conn, "held: restored from a backup")
        journal.note(conn, now, "restore", "restored", detail=f"{held} messages held")
    database.put_in_place(fresh, path, path.with_name(f"{path.name}.before-restore-{stamp}"))
    return held


def _check_backup(conn: sqlite3.Connection, source: Path) -> None:
    database.check_readable(conn, source)  # refuses what is no letsconnect database
    if not conn.execute("select count(*) from sqlite_master").fetchone()[0]:
        raise UserError(Problem("the backup is empty", source.name, "Use another backup"))
    (verdict,) = conn.execute("pragma quick_check").fetchone()
    if verdict != "ok":
        raise UserError(Problem("the backup is damaged", source.name, "Use another backup"))
