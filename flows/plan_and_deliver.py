"""Plan and deliver: what is due is planned, and what is planned is sent. Leaves both to the steps of those names."""

from prefect import flow

from flows.skin import StepFailed, counted, numbers, redacted, show, step
from steps import deliver, plan
from steps.app import App
from steps.deliver import DeliverReport
from steps.plan import PlanReport

NAME = "Plan and deliver"


@flow(name=NAME, persist_result=False)
async def plan_and_deliver(dry_run: bool = False) -> None:
    """Plans every message that is due by now and delivers what waits in the outbox. Runs by itself every few minutes.

    Safe to run at any time: no message leaves twice.

    Args:
        dry_run: Only count what would be planned and sent.
    """

    def tick(app: App) -> tuple[PlanReport, DeliverReport]:
        return plan.plan(app, dry_run=dry_run), deliver.deliver(app, dry_run=dry_run)

    planned, delivered = await step(NAME, tick)
    sent = numbers(delivered)
    await show(
        "plan-and-deliver",
        told(planned, delivered),
        "What a dry run would do" if dry_run else "What was planned and delivered",
        news=bool(planned.send or planned.drafts or delivered.trouble or any(sent.values())),
    )
    check(NAME, delivered)


def told(planned: PlanReport, delivered: DeliverReport) -> str:
    purposes = {f"of which {purpose}": number for purpose, number in sorted(planned.by_purpose.items())}
    trouble = f"**{redacted(delivered.trouble)}**\n\n" if delivered.trouble else ""
    tables = [counted(numbers(planned) | purposes, "planned"), counted(numbers(delivered), "delivered")]
    return trouble + "\n\n".join(tables)


def check(name: str, delivered: DeliverReport) -> None:
    """A delivery that could not go on makes the run fail, so that the UI and its alerts show it. Nothing is lost."""
    if delivered.trouble:
        raise StepFailed(f"{name}: {redacted(delivered.trouble)}. Nothing is lost: what waits is tried again")
