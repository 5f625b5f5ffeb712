"""Import registrations: the incoming folder and the published sheet. Leaves reading and merging to steps/imports.py."""

from prefect import flow

from flows.skin import counted, show, step
from steps import imports
from steps.app import App
from steps.imports import ImportReport

NAME = "Import registrations"
COUNTS = ("accepted", "merged", "unchanged", "rejected")


@flow(name=NAME, persist_result=False)
async def import_registrations(dry_run: bool = False) -> None:
    """Takes in new registrations from the incoming folder and, where one is set, from the published sheet.

    Safe to run at any time: a row that is there already changes nothing. Rows with a mistake are kept apart, with the
    line, the field and the reason; the rest is taken in.

    Args:
        dry_run: Only count what would be taken in.
    """

    def take_in(app: App) -> list[ImportReport]:
        found = imports.import_incoming(app, dry_run=dry_run)
        sheet = imports.import_link(app, dry_run=dry_run)
        return [*found, sheet] if sheet else list(found)

    reports = await step(NAME, take_in)
    totals = {name: sum(getattr(report, name) for report in reports) for name in COUNTS}
    rejected = "\n".join(f"- {problem}" for report in reports for problem in report.problems)
    await show(
        "import-registrations",
        f"{counted({'sources': len(reports), **totals})}\n\n{rejected}",
        "What a dry run would take in" if dry_run else "What was taken in",
        news=any(totals[name] for name in ("accepted", "merged", "rejected")),
    )
