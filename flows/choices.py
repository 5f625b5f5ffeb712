"""Forms that offer sessions to choose from. Prefect freezes a form when it is deployed, so this is done at that moment.

A run gets the label that was chosen; the id is its first word.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from prefect import Flow
from pydantic import Field

from domain.errors import Problem, UserError
from domain.sessions import Session, SessionState
from steps import checklist_desk, sessions, support
from steps import waiting as things_waiting
from steps.app import App

NONE = "(there is none to choose from)"
PAST_DAYS = 120  # for so long after its end a session is offered where it is documented
DOT = " · "


def label(session: Session) -> str:
    """`12 · Proposal writing · 2026-12-03 14:00 UTC`."""
    return f"{session.id}{DOT}{session.title}{DOT}{session.starts_at:%Y-%m-%d %H:%M} UTC"


def upcoming(app: App) -> list[str]:
    """Labels of the sessions to choose from: those to come that take place."""
    coming = sessions.listing(app, upcoming=True)
    return [label(session) for session in coming if session.state is SessionState.CONFIRMED]


def past(app: App) -> list[str]:
    """Labels of the sessions that have begun and took place, the newest first."""
    now = app.now()
    there = reversed(sessions.listing(app, upcoming=False))
    recent = (s for s in there if s.starts_at <= now < s.ends_at + timedelta(PAST_DAYS))
    return [label(session) for session in recent if session.state is SessionState.CONFIRMED]


def requests(app: App) -> list[str]:
    """Labels of the requests that wait, the oldest first, without who asked."""
    return [
        f"{one.request.id}{DOT}{one.request.ask}{DOT}since {one.request.asked_at:%Y-%m-%d}"
        for one in support.listing(app)
    ]


def silent(app: App) -> list[str]:
    """Labels of the sessions whose sharers are silent or ask for help, the longest waiting first."""
    return [label(one.session) for one in checklist_desk.waiting(app)]


def waiting(app: App) -> list[str]:
    """Labels of what waits for a person: `mail 12 · could not be read · since 2026-11-22`."""
    return [f"{one.ref}{DOT}{one.about}{DOT}since {one.since:%Y-%m-%d}" for one in things_waiting.things(app)]


# What a form may offer, by name. A form of deployments.py names one of these.
CHOICES: Mapping[str, Callable[[App], list[str]]] = {
    "upcoming": upcoming, "past": past, "silent": silent, "requests": requests, "waiting": waiting,
}  # fmt: skip


def offers(app: App) -> dict[str, list[str]]:
    """Everything that forms offer now."""
    return {name: labels(app) for name, labels in CHOICES.items()}


def session_ref(chosen: str) -> str:
    """The id in a label. UserError for anything else, such as the only choice while there is no session."""
    ref = chosen.partition(DOT)[0]
    if not ref.isdigit():
        remedy = "Add one: letsconnect session add"
        raise UserError(Problem("is not one of the sessions to choose from", "session", remedy))
    return ref


def offering(flow: Flow[Any, Any], labels: Sequence[str], parameter: str = "session") -> Flow[Any, Any]:
    """The same flow, for deploying, with `labels` as the choices of its `parameter`.

    A run's process works with the original, which knows any label: so none is stale half way.
    """
    original = flow.fn
    function = types.FunctionType(original.__code__, original.__globals__, original.__name__, original.__defaults__)
    choices = Annotated[str, Field(json_schema_extra={"enum": list(labels) or [NONE]})]
    function.__annotations__ = original.__annotations__ | {parameter: choices}
    function.__doc__, function.__module__ = original.__doc__, original.__module__
    return Flow(function, name=flow.name, persist_result=False)
