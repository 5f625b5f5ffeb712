"""Send invitations to one session, chosen from the upcoming ones. Leaves who gets one to steps/plan.py."""

from typing import Literal

from prefect import flow

from domain.sessions import Session
from flows.one_session import carry_out
from flows.plan_and_deliver import check, told
from flows.skin import COORDINATOR, page, show, step
from steps import sessions
from steps.app import App
from steps.deliver import DeliverReport
from steps.plan import PlanReport

NAME = "Send invitations"
EVERYBODY = "everybody eligible: general invitation"


@flow(name=NAME, persist_result=False)
async def send_invitations(
    session: str,
    who: Literal["registered only", "everybody eligible: general invitation"] = "registered only",
    dry_run: bool = True,
) -> None:
    """Invites people to one session. Nobody gets the same invitation twice.

    Many at once become drafts: look at them, then run "Approve drafts".

    Args:
        session: Which session. A session that is missing here appears half a minute after it was added.
        who: Those who registered for it, or everybody who may be written to; the latter stays so for this session.
        dry_run: Only count who would be invited. Take the tick away to invite them.
    """
    planned, delivered = await step(NAME, lambda app: invite(app, session, who == EVERYBODY, dry_run))
    heading = "Nothing was sent: this was a dry run." if dry_run else "The invitations are on their way."
    await show("send-invitations", page(heading, told(planned, delivered, dry_run)), session)
    check(NAME, delivered)


def invite(app: App, chosen: str, everybody: bool, dry_run: bool) -> tuple[PlanReport, DeliverReport]:
    """What was planned for that session, and what was delivered; a dry run changes nothing."""

    def opened(one: Session) -> Session:
        return sessions.invite_everybody(app, str(one.id), COORDINATOR) if everybody else one

    _, _, planned, delivered = carry_out(app, chosen, opened, dry_run)
    return planned, delivered
