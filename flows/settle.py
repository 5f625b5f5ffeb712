"""Settle what waits for a person: one thing from a list. Leaves all of it to steps/waiting.py."""

from prefect import flow

from flows.choices import DOT
from flows.skin import COORDINATOR, page, show, step, table
from steps import waiting
from steps.app import App
from steps.waiting import Outcome
from store.database import trying

NAME = "Settle"


@flow(name=NAME, persist_result=False)
async def settle(thing: str, outcome: Outcome = "seen to", dry_run: bool = True) -> None:
    """Notes what became of one thing that waits for a person: a mail, a row of an import, a task, a message, an answer.

    Mails are read in the mailbox, rows in the report beside the imported file; the list names no person but by number.

    Args:
        thing: What waits, the oldest first.
        outcome: "seen to" for mails, rows, tasks and issues; "it arrived" or "send it again" for messages; what the
            person really answered where two answers contradict each other.
        dry_run: Only look. Take the tick away to note it.
    """
    ref = thing.partition(DOT)[0]
    done, left = await step(NAME, lambda app: carry_out(app, ref, outcome, dry_run))
    await show("settle", told(done, left, dry_run), thing)


def carry_out(app: App, ref: str, outcome: str, dry_run: bool) -> tuple[str, list[waiting.Thing]]:
    """What was done, and what waits afterwards. A dry run does the real thing in a transaction and takes it back."""
    with trying(app.conn, dry_run):
        return waiting.settle(app, ref, outcome, COORDINATOR), waiting.things(app)


def told(done: str, left: list[waiting.Thing], dry_run: bool) -> str:
    rows = [(one.ref, one.about, f"{one.since:%Y-%m-%d}") for one in left]
    return page(
        "Nothing was changed: this was a dry run. Without it:" if dry_run else "", done,
        table(("what still waits", "about", "since"), rows) if rows else "Nothing else waits.",
    )  # fmt: skip

