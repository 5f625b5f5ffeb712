"""Cancel a session. Leaves the change to steps/sessions.py, and who hears of it to steps/plan.py."""

from typing import Literal

from prefect import flow

from domain.sessions import Session
from flows.one_session import carry_out
from flows.plan_and_deliver import check, told
from flows.skin import COORDINATOR, informed, page, show, step
from steps import sessions
from steps.app import App
from steps.deliver import DeliverReport
from steps.plan import PlanReport

NAME = "Cancel a session"
# What the mail says, in the reader's language (_reason.j2); for "other" what the coordinator wrote, or no reason.
REASONS = {
    "sharer cannot come": "the sharer cannot come",
    "too few people": "too few people could come",
    "technical": "technical difficulties",
    "other": "",
}


@flow(name=NAME, persist_result=False)
async def cancel_session(
    session: str,
    reason: Literal["sharer cannot come", "too few people", "technical", "other"] = "other",
    words: str = "",
    dry_run: bool = True,
) -> None:
    """Cancels a session for good. Calendars drop it, and whoever has it in theirs is told.

    First run it as it is: the artifact "cancel-session" says how many people would be told.

    Args:
        session: Which session.
        reason: What the mail gives as the reason, in each reader's language.
        words: What the mail adds, or for "other" gives as the reason: as you write it, in one language for everybody.
            Nobody's name. Empty adds nothing.
        dry_run: Only show what would happen. Take the tick away to cancel it.
    """
    planned, delivered = await step(NAME, lambda app: cancel(app, session, reason, words, dry_run))
    await show("cancel-session", page(cancelled(planned, dry_run), told(planned, delivered, dry_run)), session)
    check(NAME, delivered)


def cancel(app: App, chosen: str, reason: str, words: str, dry_run: bool) -> tuple[PlanReport, DeliverReport]:
    """What was planned for that session, and what was delivered. A dry run changes nothing."""

    said = f"{REASONS[reason]}\n{words}".strip()

    def off(one: Session) -> Session:
        return sessions.cancel(app, str(one.id), said, COORDINATOR)

    _, _, planned, delivered = carry_out(app, chosen, off, dry_run)
    return planned, delivered


def cancelled(planned: PlanReport, dry_run: bool) -> str:
    people = planned.by_purpose.get("cancellation", 0)
    if dry_run:
        told = informed(people, dry_run) or "Nobody would be told."
        return f"Nothing was changed: this was a dry run. {told}"
    told = informed(people, dry_run) or "Nobody had it in their calendar."
    return f"The session is cancelled. {told}"
