"""Surveys: opened and closed, and how many were asked and answered. Leaves both to steps/surveys.py."""

from collections.abc import Iterable

from prefect import flow

from flows.skin import page, sentence, show, step, table
from steps.app import App
from steps.surveys import Standing, SurveyReport, look_after, standings

NAME = "Surveys"


@flow(name=NAME, persist_result=False)
async def surveys(dry_run: bool = False) -> None:
    """Opens what is due after sessions and weeks later, closes what is over, and counts who answered. Runs by itself.

    Its letters leave with the next "Plan and deliver". What was answered is in the terminal: letsconnect survey show.

    Args:
        dry_run: Only count what would be opened and closed.
    """

    def work(app: App) -> tuple[SurveyReport, list[Standing]]:
        return look_after(app, dry_run=dry_run), standings(app)

    report, found = await step(NAME, work)
    news = bool(report.opened or report.closed)
    await show("surveys", told(report, found, dry_run), "What was asked about sessions", news=news)


def told(report: SurveyReport, found: Iterable[Standing], dry_run: bool = False) -> str:
    """In words, then a line for each survey and session, the newest first."""
    one, several = ("would be", "would be") if dry_run else ("was", "were")
    words = sentence(
        (report.opened, f"survey {one} opened", f"surveys {several} opened"),
        (report.closed, f"{one} closed", f"{several} closed"),
        (report.waiting, "waits for the list of who was there", "wait for the list of who was there"),
    )
    rows = [
        (one.survey, one.session_id or "-", one.opened_at[:10], one.asked, one.answered, one.complete, one.open)
        for one in reversed(list(found))
    ]
    heads = ("survey", "session", "opened", "asked", "answered", "complete", "still open")
    return page(words or "Nothing was due.", table(heads, rows))
