"""Housekeeping: is the database sound, a daily backup, and what is kept too long goes. Leaves the last to steps/."""

from prefect import flow

from domain.errors import Problem, UserError
from flows.skin import counted, page, show, step
from steps import housekeeping as care
from steps.app import App
from store import database

NAME = "Housekeeping"
KEEP = 14


@flow(name=NAME, persist_result=False)
async def housekeeping(dry_run: bool = False) -> None:
    """Checks the database and copies it into the programme's folder `backups`, which keeps the newest fourteen. Then
    drops what has been kept as long as programme.toml says: raw mails that were read, and bodies of messages that left.

    Args:
        dry_run: Only check; copy and remove nothing.
    """
    copies, gone = await step(NAME, lambda app: night(app, dry_run))
    await show("housekeeping", page(said(copies), counted(gone, "tidied")), "The database is sound")


def night(app: App, dry_run: bool) -> tuple[dict[str, int], dict[str, int]]:
    """Counts of backups, and of what is no longer kept, in this order: nothing goes from a damaged database."""
    return tidy(app, dry_run), {} if dry_run else care.tidy(app)


def said(counts: dict[str, int]) -> str:
    made = "A backup was made" if counts["made"] else "No backup was made: this was a dry run"
    removed = f" and {counts['removed']} older removed" if counts["removed"] else ""
    return f"The database is sound. {made}{removed}; there are {counts['kept']}."


def tidy(app: App, dry_run: bool) -> dict[str, int]:
    """Numbers of backups made, kept and removed. UserError when the database is damaged: then no backup is touched."""
    findings = [row[0] for row in app.conn.execute("pragma integrity_check")]
    broken = app.conn.execute("pragma foreign_key_check").fetchall()
    if findings != ["ok"] or broken:
        what = f"the database is damaged ({len(findings)} findings, {len(broken)} broken references)"
        raise UserError(Problem(what, app.settings.db.name, "Stop everything and restore the newest backup"))
    folder = app.settings.home / "backups"
    if not dry_run:
        database.backup(app.conn, folder / f"daily-{app.now():%Y%m%dT%H%M%SZ}.db")
    found = sorted(folder.glob("daily-*.db"))
    old = [] if dry_run else found[:-KEEP]
    for path in old:
        path.unlink()
    return {"made": int(not dry_run), "removed": len(old), "kept": len(found) - len(old)}
