"""Close a session: when it is documented. Leaves checking and storing to steps/closing.py."""

from collections.abc import Sequence
from typing import Annotated, Literal

from prefect import flow
from pydantic import Field

from flows.choices import session_ref
from flows.skin import COORDINATOR, page, show, step, table
from steps import closing, session_state, sessions
from steps.app import App
from steps.closing import Brought
from steps.session_state import Standing

NAME = "Close a session"
Kind = Literal["recording", "slides", "case_study", "template", "translation", "link"]


@flow(name=NAME, persist_result=False)
async def close_session(
    session: str,
    people: Sequence[Annotated[int, Field(ge=1)]] = (),
    guests: Annotated[int, Field(ge=-1)] = -1,
    recording: str = "",
    slides: str = "",
    without: Sequence[Kind] = (),
    take_over: bool = False,
    dry_run: bool = True,
) -> None:
    """Closes a session that is over and documented, and thanks its sharers. Otherwise says what is missing, which can
    be added here in one go. A session of which nothing is missing closes by itself the next morning.

    First run it as it is: the artifact "close-session" shows the session's whole state.

    Args:
        session: Which session.
        people: Ids of people who were there, unless that is entered already.
        guests: How many more were there whose names nobody noted; -1 leaves that as it is.
        recording: Its address as https://... if it is missing.
        slides: Their address as https://... if they are missing.
        without: Resources that there will never be, such as a recording that failed.
        take_over: Coordinators see to what its sharers left open of the checklist; nobody is asked about it any more.
        dry_run: Only look. Take the tick away to close it.
    """
    ref = session_ref(session)
    links = {kind: url for kind, url in (("recording", recording), ("slides", slides)) if url}
    brought = Brought([str(one) for one in people], None if guests < 0 else guests, links, list(without), take_over)
    standing = await step(NAME, lambda app: close(app, ref, brought, dry_run))
    await show("close-session", told(standing, dry_run), session)


def close(app: App, ref: str, brought: Brought, dry_run: bool) -> Standing:
    """How it stands afterwards; a dry run of nothing says how it stands."""
    if dry_run and brought == Brought([], None, {}, []):
        return session_state.of(app, sessions.find(app, ref))
    return closing.close(app, ref, COORDINATOR, brought, dry_run=dry_run)


def told(standing: Standing, dry_run: bool) -> str:
    if standing.closed_at is not None:
        first = f"The session is closed since {standing.closed_at:%Y-%m-%d}."
    elif standing.missing:
        first = f"The session cannot be closed yet. Still missing: {'; '.join(standing.missing)}."
    else:
        first = "The session is documented and may be closed."
    return page(
        first, "Nothing was changed: this was a dry run." if dry_run else "",
        table(("what", "state"), session_state.told(standing).items()),
    )  # fmt: skip
