"""Import registrations: the incoming folder and the published sheet. Leaves reading and merging to steps/imports.py."""

from prefect import flow

from domain.imports import ImportReport, RowProblem
from flows.skin import StepFailed, counted, page, sentence, show, step
from steps import imports

NAME = "Import registrations"
COUNTS = ("accepted", "merged", "unchanged", "rejected", "erased")
SHOWN = 200
REPORTS = (
    "What was read is in incoming/done of the programme's folder, each file with a report beside it. Rows to correct"
    " are a file there as well: correct it and drop it into incoming again."
)


@flow(name=NAME, persist_result=False)
async def import_registrations(dry_run: bool = False) -> None:
    """Takes in new registrations from the incoming folder and, where one is set, from the published sheet.

    Safe to run at any time: a row that is there already changes nothing. Rows with a mistake are kept apart, with the
    line, the field and the reason; the rest is taken in.

    Args:
        dry_run: Only count what would be taken in.
    """
    reports = await step(NAME, lambda app: imports.import_incoming(app, dry_run=dry_run))
    files = len(reports)
    try:
        sheet = await step(NAME, lambda app: imports.import_link(app, dry_run=dry_run))
        reports = [*reports, sheet] if sheet else reports
    finally:  # what came from the folder is told even if the sheet cannot be had
        totals = {name: sum(getattr(report, name) for report in reports) for name in COUNTS}
        unread = sum(map(unreadable, reports))
        lines = [str(p) for report in reports for p in report.problems if isinstance(p, RowProblem)]
        await show(
            "import-registrations",
            page(
                said(totals, unread, dry_run),
                REPORTS if files > unread and not dry_run else "",
                counted({"sources": len(reports), **totals}),
                "\n".join(f"- {line}" for line in lines[:SHOWN]),
            ),
            "What a dry run would take in" if dry_run else "What was taken in",
            news=bool(unread) or any(totals[name] for name in ("accepted", "merged", "rejected")),
        )
    if unread:
        # Why may quote the file's first line, which is a person's where there is no header.
        where = "incoming" if dry_run else "incoming/failed, with a report beside each"
        raise StepFailed(f"{NAME}: {unread} files could not be read; the others were. They are in {where}")


def said(totals: dict[str, int], unread: int, dry_run: bool) -> str:
    was, were = ("would be", "would be") if dry_run else ("was", "were")
    return sentence(
        (totals["accepted"], f"registration {was} taken in", f"registrations {were} taken in"),
        (totals["merged"], f"row {was} added to what is known", f"rows {were} added to what is known"),
        (totals["rejected"], "row waits for correction", "rows wait for correction"),
        (
            totals["erased"],
            f"row of people who asked to be erased {was} passed over",
            f"rows of people who asked to be erased {were} passed over",
        ),
        (unread, "file could not be read", "files could not be read"),
    ) or "There was nothing new."


def unreadable(report: ImportReport) -> bool:
    """The file as a whole was refused, not rows of it."""
    return bool(report.problems) and not any(getattr(report, name) for name in COUNTS)
