"""Close a session: when it is documented. Leaves checking and storing to steps/session_state.py."""

from collections.abc import Sequence
from typing import Literal

from prefect import flow

from flows.choices import session_ref
from flows.skin import COORDINATOR, page, show, step, table
from steps import session_state, sessions
from steps.session_state import Standing

NAME = "Close a session"
Kind = Literal["recording", "slides", "case_study", "template", "translation", "link"]


@flow(name=NAME, persist_result=False)
async def close_session(session: str, without: Sequence[Kind] = (), dry_run: bool = True) -> None:
    """Closes a session that is over and documented, and thanks its sharers. Otherwise says what is missing.

    First run it as it is: the artifact "close-session" shows the session's whole state.

    Args:
        session: Which session.
        without: Resources that there will never be, such as a recording that failed.
        dry_run: Only look. Take the tick away to close it.
    """
    ref, kinds = session_ref(session), list(without)
    if dry_run:
        standing = await step(NAME, lambda app: session_state.of(app, sessions.find(app, ref)))
    else:
        standing = await step(NAME, lambda app: session_state.close(app, ref, COORDINATOR, kinds))
    await show("close-session", told(standing, dry_run), session)


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
