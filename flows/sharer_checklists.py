"""Sharer checklists: how every session's preparing stands. Leaves making and asking to steps/."""

from collections.abc import Sequence
from datetime import datetime

from prefect import flow

from flows.skin import page, sentence, show, step, table
from steps import checklists, closing
from steps.app import App
from steps.checklists import Checklist

NAME = "Sharer checklists"


@flow(name=NAME, persist_result=False)
async def sharer_checklists(dry_run: bool = False) -> None:
    """Shows what is left to prepare for each session, what is overdue, and what waits for a coordinator; makes
    checklists for sessions whose sharers have registered since; and closes sessions of which nothing is missing.

    Args:
        dry_run: Only show; make no checklists and close nothing.
    """
    found, now, closed = await step(NAME, lambda app: work(app, dry_run))
    await show("sharer-checklists", told(found, now, closed), "How preparing stands")


def work(app: App, dry_run: bool) -> tuple[list[Checklist], datetime, list[int]]:
    """What is left, as of when, and the ids of sessions that are closed now."""
    closed = [] if dry_run else closing.close_documented(app)
    if not dry_run:
        checklists.arrange_all(app)
    return checklists.listing(app), app.now(), closed


def told(found: Sequence[Checklist], now: datetime, closed: Sequence[int] = ()) -> str:
    """A line a session, then a table a session of what is open; codes and numbers, nobody's name or words."""
    ended = f"Documented, and closed by itself: session {', '.join(map(str, closed))}." if closed else ""
    if not found:
        return page("Nothing is left to prepare.", ended)
    overdue = sum(len(one.overdue(now)) for one in found)
    words = sentence(
        (len(found), "session is being prepared", "sessions are being prepared"),
        (overdue, "item is overdue", "items are overdue"),
        (sum(bool(one.waiting) for one in found), "session waits on the desk", "sessions wait on the desk"),
    )
    return page(words, ended, *(part for one in found for part in _of(one, now)))


def _of(one: Checklist, now: datetime) -> tuple[str, ...]:
    strangers = f"{len(one.unknown)} of its sharers are not known: letsconnect checklist show {one.session.id}."
    done = len(one.lines) - len(one.left)
    heading = f"## {one.session.code}, {one.session.starts_at:%Y-%m-%d %H:%M} UTC"
    rows = [
        (line.item.id, line.item.code.replace("_", " "), f"{line.dated.due:%Y-%m-%d}", _state(line, now),
         line.item.blocks)
        for line in one.left
    ]  # fmt: skip
    heads = ("item", "what", "due", "state", "blocks")
    return heading, f"{done} of {len(one.lines)} done.", strangers if one.unknown else "", table(heads, rows)


def _state(line: checklists.Line, now: datetime) -> str:
    if line.on_desk:
        return "on the desk"
    return "overdue" if line.dated.due <= now else "open"
