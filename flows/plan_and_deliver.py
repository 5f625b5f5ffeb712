"""Plan and deliver: what is due is planned, and what is planned is sent. Leaves both to the steps of those names."""

from prefect import flow

from flows.fan_out import delivered
from flows.skin import StepFailed, counted, numbers, page, redacted, sentence, show, step
from steps import plan
from steps.app import App
from steps.deliver import DeliverReport
from steps.newsletter_send import send_approved
from steps.plan import PlanReport

NAME = "Plan and deliver"
LATER = ("waits for a better hour where its reader lives", "wait for a better hour where their readers live")


@flow(name=NAME, persist_result=False)
async def plan_and_deliver(dry_run: bool = False) -> None:
    """Plans every message that is due by now and delivers what waits in the outbox. Runs by itself every few minutes.

    Safe to run at any time: no message leaves twice.

    Args:
        dry_run: Only count what would be planned and sent.
    """

    def tick(app: App) -> tuple[PlanReport, DeliverReport]:
        planned = plan.plan(app, dry_run=dry_run)
        if not dry_run:
            send_approved(app)
        return planned, delivered(app, dry_run=dry_run)

    planned, sent_out = await step(NAME, tick)
    sent = numbers(sent_out)
    await show(
        "plan-and-deliver",
        told(planned, sent_out, dry_run),
        "What a dry run would do" if dry_run else "What was planned and delivered",
        news=bool(planned.send or planned.drafts or sent_out.trouble or any(sent.values())),
    )
    check(NAME, sent_out)


def told(planned: PlanReport, delivered: DeliverReport, dry_run: bool = False) -> str:
    """First in words, then every count that is not zero."""
    trouble = f"**{redacted(delivered.trouble)}**" if delivered.trouble else ""
    purposes = {f"of which {purpose}": number for purpose, number in sorted(planned.by_purpose.items())}
    tables = [counted(numbers(planned) | purposes, "planned"), counted(numbers(delivered), "delivered")]
    return page(trouble, _foretold(planned) if dry_run else _said(planned, delivered), *tables)


def _said(planned: PlanReport, delivered: DeliverReport) -> str:
    return sentence(
        (delivered.sent, "message was sent", "messages were sent"),
        (planned.drafts, "waits for your approval", "wait for your approval"),
        (planned.hold + delivered.postponed, *LATER),
        (delivered.later, "will be tried again", "will be tried again"),
        (planned.skip + delivered.dropped, "was left out", "were left out"),
        (planned.unwritable, "cannot be written", "cannot be written"),
        (delivered.failed, "was refused", "were refused"),
        (delivered.unsure, "may have arrived or not", "may have arrived or not"),
    ) or "Nothing was due."


def _foretold(planned: PlanReport) -> str:
    return sentence(
        (planned.send, "message would be written", "messages would be written"),
        (planned.drafts, "of them would wait for your approval", "of them would wait for your approval"),
        (planned.hold, *LATER),
        (planned.skip, "would be left out", "would be left out"),
    ) or "Nothing would be written."


def check(name: str, delivered: DeliverReport) -> None:
    """A delivery that could not go on makes the run fail, so that the UI and its alerts show it. Nothing is lost."""
    if delivered.trouble:
        raise StepFailed(f"{name}: {redacted(delivered.trouble)}. Nothing is lost: what waits is tried again")
