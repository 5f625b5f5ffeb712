"""Change what is said of a session. Leaves the change to steps/sessions.py, and who hears of it to steps/plan.py."""

from prefect import flow

from domain.sessions import Session
from flows.one_session import carry_out
from flows.plan_and_deliver import check, told
from flows.skin import COORDINATOR, page, show, step
from steps import sessions
from steps.app import App
from steps.deliver import DeliverReport
from steps.plan import PlanReport

NAME = "Change a session"
NOTHING = "-"  # typed to empty a field; an empty one stays as it is


@flow(name=NAME, persist_result=False)
async def change_session(
    session: str,
    title: str = "",
    purpose: str = "",
    audience: str = "",
    preparation: str = "",
    venue: str = "",
    languages: str = "",
    interpretation: str = "",
    capacity: str = "",
    dry_run: bool = True,
) -> None:
    """Changes what is said of a session: where it is, what it is for, which languages. Who has it is told what changed.

    A field left empty stays as it is; a single "-" empties it. Another day or hour: "Move a session".

    Args:
        session: Which session.
        title: What it is called.
        purpose: What it is for. Markdown.
        audience: Who it is for. Markdown.
        preparation: What to prepare. Markdown.
        venue: Where people meet: a link.
        languages: Languages spoken, such as en, fr.
        interpretation: Languages interpreted into, such as es.
        capacity: How many places there are.
        dry_run: Only show what would happen. Take the tick away to change it.
    """
    typed = {
        "title": title, "purpose": purpose, "audience": audience, "preparation": preparation, "venue": venue,
        "languages": languages, "interpretation": interpretation, "capacity": capacity,
    }  # fmt: skip
    names, planned, delivered = await step(NAME, lambda app: change(app, session, typed, dry_run))
    await show("change-session", page(changed(names, planned, dry_run), told(planned, delivered, dry_run)), session)
    check(NAME, delivered)


def change(
    app: App, chosen: str, typed: dict[str, str], dry_run: bool
) -> tuple[list[str], PlanReport, DeliverReport]:
    """Which fields are others now, what was planned for the session, and what was delivered."""
    fields = {name: "" if text.strip() == NOTHING else text for name, text in typed.items() if text.strip()}

    def edit(one: Session) -> Session:
        return sessions.change(app, str(one.id), fields, COORDINATOR)

    before, after, planned, delivered = carry_out(app, chosen, edit, dry_run)
    return [name for name in fields if getattr(before, name) != getattr(after, name)], planned, delivered


def changed(names: list[str], planned: PlanReport, dry_run: bool) -> str:
    if not names:
        return "Nothing was changed: all of it is like that already."
    people = planned.by_purpose.get("update", 0)
    what = f"{', '.join(names)} of the session"
    if dry_run:
        return f"Nothing was changed: this was a dry run.\n\nIt would change {what}. {people} people would be told."
    return f"Changed: {what}. {people} people are told."
