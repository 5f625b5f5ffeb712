"""Every deployment and every schedule, in one place. Leaves what they do to the flow's own file.

A tick that finds its predecessor still running is cancelled: the next one is minutes away. Schedules carry a slug,
by which one that a coordinator paused in the UI is known again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.announce_session import announce_session
from flows.approve_messages import approve_messages
from flows.cancel_session import cancel_session
from flows.choices import offering
from flows.desk import desk
from flows.forecast import forecast
from flows.housekeeping import housekeeping
from flows.import_registrations import import_registrations
from flows.move_session import move_session
from flows.plan_and_deliver import plan_and_deliver
from flows.read_mailbox import read_mailbox
from flows.reminders import reminders
from flows.send_invitations import send_invitations
from flows.telegram import telegram

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


@dataclass(frozen=True)
class Entry:
    """`cron` is in the programme's zone; None means: only when somebody asks. `scheduled`: with these parameters."""

    flow: Flow[Any, Any]
    cron: str | None
    tags: tuple[str, ...]
    scheduled: Mapping[str, object] | None = None


ENTRIES = (
    Entry(plan_and_deliver, "*/2 * * * *", ("messages", "by itself")),
    Entry(read_mailbox, "*/15 * * * *", ("answers", "by itself")),
    Entry(telegram, "*/15 * * * *", ("answers", "by itself")),
    Entry(desk, "0 7 * * *", ("care", "by itself"), {"mail": True}),
    Entry(import_registrations, "*/10 * * * *", ("people", "by itself")),
    Entry(approve_messages, None, ("messages", "on request")),
    Entry(forecast, None, ("messages", "on request")),
    Entry(reminders, None, ("messages", "on request")),
    Entry(housekeeping, "30 3 * * *", ("care", "by itself")),
)
ABOUT_SESSIONS: tuple[tuple[Flow[Any, Any], str], ...] = (
    (send_invitations, "messages"),
    (announce_session, "messages"),
    (move_session, "sessions"),
    (cancel_session, "sessions"),
)


def everything(zone: str, labels: Sequence[str]) -> list[RunnerDeployment]:
    """All deployments. `zone` is an IANA name; `labels` are the upcoming sessions (see choices.label)."""
    return [deployment(entry, zone) for entry in ENTRIES] + about_sessions(labels)


def about_sessions(labels: Sequence[str]) -> list[RunnerDeployment]:
    """The deployments whose forms offer sessions: apply them again when those change."""
    return [
        deployment(Entry(offering(flow, labels), None, (tag, "on request")), "UTC") for flow, tag in ABOUT_SESSIONS
    ]


def deployment(entry: Entry, zone: str) -> RunnerDeployment:
    slug = entry.flow.name.lower().replace(" ", "-")
    given = dict(entry.scheduled or {})
    schedule = Cron(entry.cron, timezone=zone, slug=slug, parameters=given) if entry.cron else None
    return RunnerDeployment.from_flow(
        entry.flow,
        name=entry.flow.name,
        schedule=schedule,
        concurrency_limit=ONE_AT_A_TIME,
        description=entry.flow.description,
        tags=list(entry.tags),
        # A path to the file would put flows/ first on sys.path, where `flows/x.py` shadows a package `x`.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
