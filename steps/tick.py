"""One round of everything that is due: read what came, plan, deliver."""

from contextlib import suppress
from dataclasses import dataclass

from steps.app import App
from steps.deliver import DeliverReport, deliver
from steps.inbox import InboxReport, read_mailbox
from steps.newsletter_send import SendReport, send_approved
from steps.plan import PlanReport, plan
from steps.surveys import SurveyReport, look_after
from steps.telegram import AlreadyPolled, TelegramReport, run_once


@dataclass(frozen=True, slots=True)
class TickReport:
    """`inbox`, `telegram`: None where none is set, or somebody else reads it."""

    inbox: InboxReport | None
    telegram: TelegramReport | None
    surveys: SurveyReport
    plan: PlanReport
    issues: SendReport
    deliver: DeliverReport


def tick(app: App, *, dry_run: bool = False) -> TickReport:
    """What came first, so that a fresh decline or stop is known before anything is planned or leaves."""
    inbox = telegram = None
    if not dry_run and app.settings.imap is not None:
        inbox = read_mailbox(app)
    if not dry_run and app.settings.telegram_token is not None:
        with suppress(AlreadyPolled):
            telegram = run_once(app)
    asked = look_after(app, dry_run=dry_run)
    planned = plan(app, dry_run=dry_run)
    issues = SendReport() if dry_run else send_approved(app)
    return TickReport(inbox, telegram, asked, planned, issues, deliver(app, dry_run=dry_run))
