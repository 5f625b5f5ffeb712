"""Ask ambassadors: one concrete ask, a clinic. Leaves whom to steps/proposals.py."""

from typing import Annotated

from prefect import flow
from pydantic import Field

from flows.skin import COORDINATOR, show, step
from steps import proposals

NAME = "Ask ambassadors"


@flow(name=NAME, persist_result=False)
async def ask_ambassadors(most: Annotated[int, Field(ge=1, le=50)] = 3, dry_run: bool = True) -> None:
    """Asks ambassadors to propose a clinic: three short questions, one at a time, by mail or Telegram.

    Nobody is asked twice within half a year. Complete proposals come to the desk.

    Args:
        most: So many ambassadors at most, those who were never asked first.
        dry_run: Only count them. Take the tick away to ask.
    """
    asked = await step(NAME, lambda app: proposals.ask_ambassadors(app, most, COORDINATOR, dry_run=dry_run))
    await show("ask-ambassadors", told(asked, dry_run), "Ambassadors asked for a clinic")


def told(asked: int, dry_run: bool) -> str:
    if not asked:
        return "Every ambassador was asked within the last half year, or has a proposal under way."
    people = "1 ambassador" if asked == 1 else f"{asked} ambassadors"
    return f"{people} would be asked." if dry_run else f"{people} asked; the first question leaves with the next plan."
