"""Settle what sharers left: one choice for all that waits of a session. Leaves it to steps/checklist_desk.py."""

from typing import Annotated, Literal

from prefect import flow
from pydantic import Field

from domain.checklists import Settling
from domain.errors import Problem, UserError
from flows.choices import session_ref
from flows.skin import COORDINATOR, page, show, step, table
from steps import checklist_desk
from steps.app import App
from steps.checklist_desk import Waiting
from steps.checklists import Checklist
from store.database import trying

NAME = "Settle what sharers left"
CHOICES = {
    "I have seen to what waits": Settling.SEEN_TO,
    "I take over all that is open": Settling.TAKE_OVER,
    "the other sharer takes over": Settling.HAND_OVER,
    "they get more time, and are asked anew": Settling.MORE_TIME,
    "the session is called off": Settling.CALL_OFF,
}


@flow(name=NAME, persist_result=False)
async def settle_checklist(
    session: str,
    choice: Literal[
        "I have seen to what waits", "I take over all that is open", "the other sharer takes over",
        "they get more time, and are asked anew", "the session is called off",
    ],
    to: Annotated[int, Field(ge=0)] = 0,
    dry_run: bool = True,
) -> None:  # fmt: skip
    """Settles all that waits of a session whose sharers are silent, or ask for help, at once.

    First run it as it is: the artifact "settle-checklist" says what is missing since when, and who was asked how.

    Args:
        session: Which session, the longest waiting first.
        choice: What becomes of it. Seen to: what comes later is asked about. Taken over: nobody is asked any more.
        to: The number of the person who takes over; 0 is the co-sharer.
        dry_run: Only look. Take the tick away to settle it.
    """
    ref = session_ref(session)
    before, after = await step(NAME, lambda app: settle(app, ref, CHOICES[choice], to, dry_run))
    await show("settle-checklist", told(before, after, choice, dry_run), session)


def settle(
    app: App, ref: str, choice: Settling, to: int, dry_run: bool
) -> tuple[Waiting, Checklist]:
    """The session's row on the desk before, and its checklist afterwards. A dry run changes nothing."""
    before = next((one for one in checklist_desk.waiting(app) if str(one.session.id) == ref), None)
    if before is None:
        raise UserError(Problem("does not wait on the desk any more", f"session {ref}", "Nothing needs to be done"))
    with trying(app.conn, dry_run):
        return before, checklist_desk.settle(app, ref, choice, COORDINATOR, str(to) if to else "")


def told(before: Waiting, after: Checklist, choice: str, dry_run: bool) -> str:
    """Codes, numbers and ids; nobody's name."""
    first = f"Session {after.session.id} is settled: {choice}. {len(after.left)} things are open now."
    if dry_run:
        first = f"Nothing was changed: this was a dry run. Settled so, {len(after.left)} things would be open."
    missing = [
        (line.item.code.replace("_", " "), f"{line.dated.due:%Y-%m-%d}", line.item.state) for line in before.lines
    ]
    asked = [(one.participant_id, one.channel, one.times, f"{one.last:%Y-%m-%d}") for one in before.asked]
    return page(
        first,
        f"It waited since {before.since:%Y-%m-%d}; {len(before.later)} more things were to come.",
        table(("missing", "since", "state"), missing),
        table(("person asked", "by", "times", "last"), asked),
    )
