"""Every deployment and every schedule, in one place. Leaves what they do to the flow's own file.

A tick that finds its predecessor still running is cancelled: the next one is minutes away. What runs on request alone
has no such limit, for two coordinators, or one who is quick, may settle two things at once; the store takes one write
after the other. Schedules carry a slug, by which one that a coordinator paused in the UI is known again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.add_opportunity import add_opportunity
from flows.add_resource import add_resource
from flows.announce_session import announce_session
from flows.approve_messages import approve_messages
from flows.ask_ambassadors import ask_ambassadors
from flows.badges import issue_badges
from flows.cancel_session import cancel_session
from flows.change_session import change_session
from flows.choices import offering
from flows.close_session import close_session
from flows.confirm_session import confirm_session
from flows.desk import desk
from flows.evaluation_report import evaluation_report
from flows.forecast import forecast
from flows.give_role import give_role
from flows.housekeeping import housekeeping
from flows.import_registrations import import_registrations
from flows.issues import DUE
from flows.log_feedback import log_feedback
from flows.move_session import move_session
from flows.plan_and_deliver import plan_and_deliver
from flows.read_mailbox import read_mailbox
from flows.record_attendance import record_attendance
from flows.reminders import reminders
from flows.send_brief import send_brief
from flows.send_digest import send_digest
from flows.send_invitations import send_invitations
from flows.send_newsletter import send_newsletter
from flows.settle import settle
from flows.settle_checklist import settle_checklist
from flows.settle_request import settle_request
from flows.sharer_checklists import sharer_checklists
from flows.surveys import surveys
from flows.telegram import telegram
from flows.topic_gaps import topic_gaps
from flows.write_block import write_block

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
    Entry(sharer_checklists, "45 6 * * *", ("sessions", "by itself")),
    Entry(confirm_session, None, ("sessions", "on request")),
    Entry(approve_messages, None, ("messages", "on request")),
    Entry(forecast, None, ("messages", "on request")),
    Entry(ask_ambassadors, None, ("sessions", "on request")),
    Entry(issue_badges, "15 6 * * *", ("people", "by itself")),
    Entry(topic_gaps, "0 6 * * 1", ("sessions", "by itself")),
    Entry(send_newsletter, "5 * * * *", ("newsletter", "by itself"), {"do": DUE}),
    Entry(send_digest, "6 * * * *", ("newsletter", "by itself"), {"do": DUE}),
    Entry(send_brief, "7 * * * *", ("newsletter", "by itself"), {"do": DUE}),
    Entry(give_role, None, ("people", "on request")),
    Entry(write_block, None, ("newsletter", "on request")),
    Entry(add_opportunity, None, ("newsletter", "on request")),
    Entry(surveys, "*/10 * * * *", ("surveys", "by itself")),
    Entry(log_feedback, None, ("surveys", "on request")),
    Entry(reminders, None, ("messages", "on request")),
    Entry(evaluation_report, None, ("evaluation", "on request")),
    Entry(housekeeping, "30 3 * * *", ("care", "by itself")),
)
@dataclass(frozen=True)
class Form:
    """A flow on request whose `parameter` is chosen from a list: `choices` is one of choices.CHOICES."""

    flow: Flow[Any, Any]
    tag: str
    choices: str = "upcoming"
    parameter: str = "session"


FORMS = (
    Form(send_invitations, "messages"),
    Form(announce_session, "messages"),
    Form(move_session, "sessions"),
    Form(cancel_session, "sessions"),
    Form(record_attendance, "sessions", "past"),
    Form(add_resource, "sessions", "past"),
    Form(close_session, "sessions", "past"),
    Form(settle_checklist, "sessions", "silent"),
    Form(settle_request, "people", "requests", "request"),
    Form(settle, "care", "waiting", "thing"),
    Form(change_session, "sessions"),
)


def everything(zone: str, offers: Mapping[str, Sequence[str]]) -> list[RunnerDeployment]:
    """All deployments. `zone` is an IANA name; `offers` is what the forms offer (see choices.offers)."""
    return [deployment(entry, zone) for entry in ENTRIES] + forms(offers)


def forms(offers: Mapping[str, Sequence[str]]) -> list[RunnerDeployment]:
    """The deployments whose forms offer something to choose from: apply them again when that changes."""
    return [
        deployment(
            Entry(offering(f.flow, offers.get(f.choices, ()), f.parameter), None, (f.tag, "on request")), "UTC"
        )
        for f in FORMS
    ]


def deployment(entry: Entry, zone: str) -> RunnerDeployment:
    slug = entry.flow.name.lower().replace(" ", "-")
    given = dict(entry.scheduled or {})
    schedule = Cron(entry.cron, timezone=zone, slug=slug, parameters=given) if entry.cron else None
    return RunnerDeployment.from_flow(
        entry.flow,
        name=entry.flow.name,
        schedule=schedule,
        concurrency_limit=ONE_AT_A_TIME if entry.cron else None,
        description=entry.flow.description,
        tags=list(entry.tags),
        # A path to the file would put flows/ first on sys.path, where `flows/x.py` shadows a package `x`.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
