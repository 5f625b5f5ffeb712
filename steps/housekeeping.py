"""The daily care: doubtful addresses that are well again, what is kept too long. Backups are the flow's."""

from datetime import timedelta

from steps import registering
from steps.app import App
from store import contact_points, database, journal, pending, retention


def tidy(app: App) -> dict[str, int]:
    """Counts by what was done; the limits are `retention` in programme.toml."""
    now, limits = app.now(), app.programme.retention
    with database.write(app.conn) as conn:
        counts = retention.forget(
            conn,
            now - timedelta(days=limits.mails_days),
            now - timedelta(days=limits.strangers_days),
            now - timedelta(days=limits.letters_days),
            now - timedelta(days=limits.guests_days),
        )
        counts["forms that nobody confirmed"] = pending.forget(conn, now - registering.OF_USE)
        counts["addresses well again"] = contact_points.recover(conn, now)
        if any(counts.values()):
            detail = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
            journal.note(conn, now, "housekeeping", "tidied", detail=detail)
    return counts
