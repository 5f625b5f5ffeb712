"""Settle a request: say what became of what somebody asked for. Leaves storing to steps/support.py."""

from typing import Literal

from prefect import flow

from flows.choices import session_ref
from flows.skin import COORDINATOR, show, step
from steps import support

NAME = "Settle a request"


@flow(name=NAME, persist_result=False)
async def settle_request(
    request: str, outcome: Literal["granted", "declined", "withdrawn"], dry_run: bool = True
) -> None:
    """Notes what became of a request: mentoring, a review, a community of practice, means to take part.

    Who asked and in which words is in the terminal: letsconnect support list.

    Args:
        request: Which request, the oldest first.
        outcome: What became of it. The honest figures in the letters count what was granted.
        dry_run: Only look. Take the tick away to note it.
    """
    number = int(session_ref(request))
    if not dry_run:
        await step(NAME, lambda app: support.settle(app, [number], outcome, COORDINATOR))
    await show("settle-request", told(number, outcome, dry_run), request)


def told(number: int, outcome: str, dry_run: bool) -> str:
    if dry_run:
        return f"Nothing was changed: this was a dry run. Request {number} would be noted as {outcome}."
    return f"Request {number} is noted as {outcome}."
