"""Badges: issue what was earned. Leaves deciding and storing to steps/badges.py."""

from prefect import flow

from flows.skin import COORDINATOR, counted, page, sentence, show, step
from steps import badges
from steps.badges import Issued

NAME = "Badges"


@flow(name=NAME, persist_result=False)
async def issue_badges(dry_run: bool = False) -> None:
    """Issues the badges that people have earned by taking part and by sharing, each once. By itself every morning.

    The file for the badge site is made in the terminal: letsconnect badge export wiki FILE.

    Args:
        dry_run: Only count what would be issued.
    """
    done = await step(NAME, lambda app: badges.issue(app, COORDINATOR, dry_run=dry_run))
    await show("badges", told(done, dry_run), "Badges that were earned", news=bool(done.new))


def told(done: Issued, dry_run: bool) -> str:
    was, were = ("would be", "would be") if dry_run else ("is", "are")
    first = sentence((done.new, f"badge {was} issued", f"badges {were} issued"))
    return page(first or "Nobody has earned a new badge.", counted(done.by_badge, "badge"))
