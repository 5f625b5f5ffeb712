"""Give a role: who advises, who is an ambassador. Leaves storing to steps/persons.py."""

from typing import Literal

from prefect import flow

from domain.participants import Role
from flows.skin import COORDINATOR, show, step
from steps import persons
from steps.app import App

NAME = "Give a role"


@flow(name=NAME, persist_result=False)
async def give_role(
    person: int, role: Literal["adviser", "ambassador"] = "adviser", ended: bool = False, dry_run: bool = True
) -> None:
    """Says that somebody is an adviser, who gets the monthly brief, or an ambassador, who is asked to propose clinics.

    Args:
        person: Their number, which the terminal tells: letsconnect person list NAME.
        role: What they are.
        ended: They are it no more.
        dry_run: Only check the number. Take the tick away to do it.
    """
    said = await step(NAME, lambda app: give(app, person, role, ended, dry_run))
    await show("give-a-role", said, f"Person {person}")


def give(app: App, person: int, role: str, ended: bool, dry_run: bool) -> str:
    known = persons.find(app, str(person))
    if dry_run:
        done = "would be an" if not ended else "would no longer be an"
        return f"Nothing was changed: this was a dry run. Person {known} is known, and {done} {role}."
    changed = persons.role(app, str(known), Role(role), COORDINATOR, ended=ended)
    done = f"is no {role} any more" if ended else f"is an {role}"
    return f"Person {known} {done}{'' if changed else ', as before'}."
