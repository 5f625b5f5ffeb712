"""Confirm a session: from a proposal or anew, with its sharers. Leaves it to steps/confirming.py."""

import re
from datetime import date
from typing import Annotated

from prefect import flow
from pydantic import Field

from domain.errors import Problem, UserError
from domain.sessions import Session
from flows.skin import COORDINATOR, page, show, step
from steps import checklists, confirming
from steps.app import App
from store.database import trying

NAME = "Confirm a session"


@flow(name=NAME, persist_result=False)
async def confirm_session(
    day: date,
    hour: Annotated[int, Field(ge=0, le=23)],
    minute: Annotated[int, Field(ge=0, le=59)] = 0,
    zone: str = "UTC",
    proposal: Annotated[int, Field(ge=0)] = 0,
    title: str = "",
    kind: str = "clinic",
    sharers: str = "",
    venue: str = "",
    dry_run: bool = True,
) -> None:
    """Adds a session with its sharers, who get their plan at once; a proposal becomes this session.

    Args:
        day: The day it is on, in its own time zone.
        hour: The hour it begins, from 0 to 23.
        minute: The minute it begins.
        zone: Its time zone, such as Africa/Lagos.
        proposal: The number of the proposal that it comes from (letsconnect proposal list); 0 for none.
        title: What it is called; the proposal's title when this is empty.
        kind: Its kind, from programme.toml.
        sharers: Numbers of the people who share it, the first one first, as 12, 15; whoever proposed it when empty.
        venue: Where people meet: a link.
        dry_run: Only check what you typed. Take the tick away to confirm it.
    """
    start = f"{day}T{hour:02}:{minute:02}"
    fields = {"title": title, "start": start, "zone": zone, "kind": kind, "venue": venue}
    session, items = await step(NAME, lambda app: confirm(app, fields, sharers, proposal, dry_run))
    shown = "A session to be confirmed" if dry_run else "A session that was confirmed"
    await show("confirm-session", told(session, items, dry_run), shown)


def confirm(app: App, fields: dict[str, str], sharers: str, proposal: int, dry_run: bool) -> tuple[Session, int]:
    """The session, and how many items its sharers prepare. A dry run does it and takes it back."""
    words = [word for word in re.split(r"[,;\s]+", sharers) if word]
    if wrong := [word for word in words if not (word.isascii() and word.isdigit() and len(word) < 19)]:
        remedy = "Write numbers of people, as 12, 15"
        raise UserError(Problem(f"{len(wrong)} of them are no numbers", "sharers", remedy))
    people = [int(word) for word in words]
    with trying(app.conn, dry_run):
        session = confirming.confirm(app, fields, people, proposal or None, COORDINATOR)
        return session, len(checklists.of_session(app, app.conn, session).lines)


def told(session: Session, items: int, dry_run: bool) -> str:
    plan = f"Its sharers prepare {items} things and get their plan." if items else "Nothing is to be prepared for it."
    if dry_run:
        return page("Nothing was changed: this was a dry run. Everything you typed is right.", plan)
    return page(f"Session {session.id} is confirmed for {session.starts_at:%Y-%m-%d %H:%M} UTC.", plan)
