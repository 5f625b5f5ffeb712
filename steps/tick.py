"""One round of everything that is due: read the mailbox, plan, deliver."""

from dataclasses import dataclass

from steps.app import App
from steps.deliver import DeliverReport, deliver
from steps.inbox import InboxReport, read_mailbox
from steps.plan import PlanReport, plan


@dataclass(frozen=True, slots=True)
class TickReport:
    inbox: InboxReport | None  # None: no mailbox is set
    plan: PlanReport
    deliver: DeliverReport


def tick(app: App, *, dry_run: bool = False) -> TickReport:
    """The mailbox first, so that a fresh decline or stop is known before anything is planned or leaves."""
    inbox = read_mailbox(app) if app.settings.imap is not None and not dry_run else None
    return TickReport(inbox, plan(app, dry_run=dry_run), deliver(app, dry_run=dry_run))
