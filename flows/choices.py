"""Forms that offer the upcoming sessions. Prefect freezes a form when it is deployed, so this is done at that moment.

A run gets the label that was chosen; the id is its first word.
"""

import types
from collections.abc import Sequence
from typing import Annotated, Any

from prefect import Flow
from pydantic import Field

from domain.errors import Problem, UserError
from domain.sessions import Session, SessionState
from steps import sessions
from steps.app import App

NONE = "(there is no upcoming session)"
DOT = " · "


def label(session: Session) -> str:
    """`12 · Proposal writing · 2026-12-03 14:00 UTC`."""
    return f"{session.id}{DOT}{session.title}{DOT}{session.starts_at:%Y-%m-%d %H:%M} UTC"


def upcoming(app: App) -> list[str]:
    """Labels of the sessions to choose from: those to come that take place."""
    coming = sessions.listing(app, upcoming=True)
    return [label(session) for session in coming if session.state is SessionState.CONFIRMED]


def session_ref(chosen: str) -> str:
    """The id in a label. UserError for anything else, such as the only choice while there is no session."""
    ref = chosen.partition(DOT)[0]
    if not ref.isdigit():
        remedy = "Add one: letsconnect session add"
        raise UserError(Problem("is not one of the upcoming sessions", "session", remedy))
    return ref


def offering(flow: Flow[Any, Any], labels: Sequence[str]) -> Flow[Any, Any]:
    """The same flow, for deploying, with `labels` as the choices of its parameter `session`.

    A run's process works with the original, which knows any label: so none is stale half way.
    """
    original = flow.fn
    function = types.FunctionType(original.__code__, original.__globals__, original.__name__, original.__defaults__)
    choices = Annotated[str, Field(json_schema_extra={"enum": list(labels) or [NONE]})]
    function.__annotations__ = original.__annotations__ | {"session": choices}
    function.__doc__, function.__module__ = original.__doc__, original.__module__
    return Flow(function, name=flow.name, persist_result=False)
