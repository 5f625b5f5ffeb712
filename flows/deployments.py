"""Every deployment and every schedule, in one place. Leaves what they do to the flow's own file.

A tick that finds its predecessor still running is cancelled: the next one is minutes away. Schedules carry a slug,
by which one that a coordinator paused in the UI is known again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.approve_messages import approve_messages
from flows.choices import offering
from flows.forecast import forecast
from flows.housekeeping import housekeeping
from flows.import_registrations import import_registrations
from flows.plan_and_deliver import plan_and_deliver
from flows.read_mailbox import read_mailbox
from flows.send_invitations import send_invitations

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


@dataclass(frozen=True)
class Entry:
    """`cron` is in the programme's zone; None means: only when somebody asks."""

    flow: Flow[Any, Any]
    cron: str | None
    tags: tuple[str, ...]


ENTRIES = (
    Entry(plan_and_deliver, "*/2 * * * *", ("messages", "by itself")),
    Entry(read_mailbox, "*/15 * * * *", ("answers", "by itself")),
    Entry(import_registrations, "*/10 * * * *", ("people", "by itself")),
    Entry(approve_messages, None, ("messages", "on request")),
    Entry(forecast, None, ("messages", "on request")),
    Entry(housekeeping, "30 3 * * *", ("care", "by itself")),
)


def everything(zone: str, labels: Sequence[str]) -> list[RunnerDeployment]:
    """All deployments. `zone` is an IANA name; `labels` are the upcoming sessions (see choices.label)."""
    return [deployment(entry, zone) for entry in ENTRIES] + [invitations(labels)]


def invitations(labels: Sequence[str]) -> RunnerDeployment:
    """The one deployment whose form changes: apply it again when the sessions do."""
    return deployment(Entry(offering(send_invitations, labels), None, ("messages", "on request")), "UTC")


def deployment(entry: Entry, zone: str) -> RunnerDeployment:
    slug = entry.flow.name.lower().replace(" ", "-")
    return RunnerDeployment.from_flow(
        entry.flow,
        name=entry.flow.name,
        schedule=Cron(entry.cron, timezone=zone, slug=slug) if entry.cron else None,
        concurrency_limit=ONE_AT_A_TIME,
        description=entry.flow.description,
        tags=list(entry.tags),
        # A path to the file would put flows/ first on sys.path, where `flows/x.py` shadows a package `x`.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
