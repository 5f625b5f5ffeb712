"""Approve drafts: what the mass guard, or a restored backup, keeps back. Leaves the outbox to steps/outbox.py."""

from collections import Counter
from typing import Literal

from prefect import flow

from domain.errors import Problem, UserError
from domain.messages import State
from flows.skin import COORDINATOR, counted, page, sentence, show, step
from steps import outbox
from steps.app import App

NAME = "Approve drafts"
DRAFTS = "drafts: many at once"
HELD = "held: after a restored backup, or by hand"
MOST = 1_000_000


@flow(name=NAME, persist_result=False)
async def approve_messages(
    what: Literal["drafts: many at once", "held: after a restored backup, or by hand"] = "drafts: many at once",
    number: int = 0,
    dry_run: bool = True,
) -> None:
    """Lets messages leave that wait for a person. They are sent within minutes.

    First run it as it is: the artifact "approve-drafts" says how many wait, of which purpose and session. Then run it
    again with that number and without the tick at dry_run.

    Args:
        what: Which messages: drafts, or those on hold.
        number: How many the preview showed. If it is another number by now, none is approved.
        dry_run: Only show what waits. Take the tick away to approve it.
    """
    counts = await step(NAME, lambda app: approve(app, what, number, dry_run))
    await show("approve-drafts", page(said(counts["together"], dry_run), counted(counts)), what,
               then={"number": counts["together"]})  # fmt: skip


def said(number: int, dry_run: bool) -> str:
    if dry_run:
        waits = sentence((number, "message waits for you", "messages wait for you")) or "Nothing waits."
        return f"{waits} Nothing was approved: this was a dry run."
    return sentence((number, "message may leave now", "messages may leave now")) or "There was nothing to approve."


def approve(app: App, what: str, number: int, dry_run: bool) -> dict[str, int]:
    """How many wait, by purpose and session. UserError when they are not `number` any more; then none is approved."""
    state = State.DRAFT if what == DRAFTS else State.HELD
    waiting = outbox.listing(app, {"state": state.value}, MOST)
    if not dry_run and len(waiting) != number:
        remedy = f"Look at the preview again, then give {len(waiting)}"
        raise UserError(Problem(f"{len(waiting)} messages wait by now, not {number}", "number", remedy))
    if not dry_run and state is State.DRAFT:
        outbox.approve(app, [message.id for message in waiting], COORDINATOR)
    elif not dry_run:
        outbox.release(app, None, COORDINATOR)  # all of them, which also ends the hold after a restore
    groups = Counter(f"{message.purpose}, session {message.session_id or '-'}" for message in waiting)
    return {**dict(sorted(groups.items())), "together": len(waiting)}
