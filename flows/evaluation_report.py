"""Evaluation report: a range of days counted, shown in an artifact, written to a file. All by steps/report.py."""

from datetime import date
from typing import Literal

from prefect import flow

from domain.reports import Report, summary
from flows.skin import page, redacted, show, step
from steps import report
from steps.app import App

NAME = "Evaluation report"


@flow(name=NAME, persist_result=False)
async def evaluation_report(
    first: date | None = None,
    last: date | None = None,
    form: Literal["html", "md", "wikitext", "json"] = "html",
    dry_run: bool = True,
) -> None:
    """Counts the evaluation of a range of days, by the learning questions of the programme.

    Groups of few people are never shown here. The file is written to reports/ in the state folder.

    Args:
        first: First day; from the beginning when it is empty.
        last: Last day, included; today when it is empty.
        form: What kind of file to write.
        dry_run: Only show the report here. Take the tick away to write the file too.
    """
    found, name = await step(NAME, lambda app: carry_out(app, first, last, form, dry_run))
    days = f"{found.first} to {found.last}"
    await show("evaluation-report", told(found, name), days)


def carry_out(app: App, first: date | None, last: date | None, form: str, dry_run: bool) -> tuple[Report, str]:
    """The report, and the name of the file that was written; "" for none."""
    found = report.report(app, first, last)
    return found, "" if dry_run else report.saved(app, found, form).name


def told(found: Report, name: str) -> str:
    where = f"Written to reports/{name} in the state folder." if name else "No file was written: this was a dry run."
    return page(f"{summary(found)} {where}", redacted(report.written(found, "md")))
