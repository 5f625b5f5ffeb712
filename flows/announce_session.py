"""Announce a session in the programme's Telegram groups. Leaves the post to steps/announce.py."""

from prefect import flow

from flows.choices import session_ref
from flows.skin import COORDINATOR, show, step
from steps import announce

NAME = "Announce a session"


@flow(name=NAME, persist_result=False)
async def announce_session(session: str, dry_run: bool = True) -> None:
    """Posts a session to the programme's Telegram groups: title, time, languages, for whom, and the page's address.

    Every group gets it once; after the session has moved, once more.

    Args:
        session: Which session.
        dry_run: Only count the groups. Take the tick away to post it; it leaves within minutes.
    """
    groups = await step(NAME, lambda app: announce.announce(app, session_ref(session), COORDINATOR, dry_run))
    await show("announce-session", posted(groups, dry_run), session)


def posted(groups: int, dry_run: bool) -> str:
    if not groups:
        return "Every group has had it at its present time."
    where = f"{groups} group{'s' if groups > 1 else ''}"
    return f"It would be posted to {where}." if dry_run else f"It is on its way to {where}."
