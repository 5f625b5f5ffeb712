"""Move a session to another time. Leaves the change to steps/sessions.py, and who hears of it to steps/plan.py."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from prefect import flow
from pydantic import Field

from domain.sessions import Session
from flows.one_session import carry_out
from flows.plan_and_deliver import check, told
from flows.skin import COORDINATOR, informed, page, show, step
from steps import sessions
from steps.app import App
from steps.deliver import DeliverReport
from steps.plan import PlanReport

NAME = "Move a session"


@flow(name=NAME, persist_result=False)
async def move_session(
    session: str,
    day: date,
    hour: Annotated[int, Field(ge=0, le=23)],
    minute: Annotated[int, Field(ge=0, le=59)] = 0,
    length: Annotated[int, Field(ge=0, le=1440)] = 0,
    dry_run: bool = True,
) -> None:
    """Gives a session another day, hour or length. Calendars follow, and whoever has it in theirs is told.

    First run it as it is: the artifact "move-session" says from when to when, and how many people would be told.

    Args:
        session: Which session.
        day: The day it is on from now, in the session's own time zone.
        hour: The hour it begins, from 0 to 23, in the session's own time zone.
        minute: The minute it begins.
        length: How many minutes it lasts; 0 leaves that as it is.
        dry_run: Only show what would happen. Take the tick away to move it.
    """
    start = f"{day}T{hour:02}:{minute:02}"
    before, after, planned, delivered = await step(NAME, lambda app: move(app, session, start, length, dry_run))
    await show("move-session", page(moved(before, after, planned, dry_run), told(planned, delivered, dry_run)), session)
    check(NAME, delivered)


def move(
    app: App, chosen: str, start: str, length: int, dry_run: bool
) -> tuple[Session, Session, PlanReport, DeliverReport]:
    """`start`: ISO 8601, local to the session's zone. A dry run changes nothing."""
    fields = {"start": start} | ({"minutes": str(length)} if length else {})
    return carry_out(app, chosen, lambda one: sessions.change(app, str(one.id), fields, COORDINATOR), dry_run)


def moved(before: Session, after: Session, planned: PlanReport, dry_run: bool) -> str:
    people = planned.by_purpose.get("update", 0)
    if (before.starts_at, before.minutes) == (after.starts_at, after.minutes):
        return "The session is at that time already."
    did = "would move" if dry_run else "moved"
    told = informed(people, dry_run) or "Nobody has it in their calendar."
    heading = f"The session {did} from {_when(before)} to {_when(after)}. {told}"
    return page("Nothing was changed: this was a dry run." if dry_run else "", heading)


def _when(session: Session) -> str:
    local = session.starts_at.astimezone(ZoneInfo(session.zone))
    return f"{local:%Y-%m-%d %H:%M} {session.zone} ({session.starts_at:%H:%M} UTC), {session.minutes} minutes"
