"""What several flows do about one session: change it, plan for it, deliver; or try that and take it back."""

from collections.abc import Callable

from domain.sessions import Session
from flows.choices import session_ref
from steps import deliver, plan, sessions
from steps.app import App
from steps.deliver import DeliverReport
from steps.plan import PlanReport
from store.database import trying


def carry_out(
    app: App, chosen: str, change: Callable[[Session], Session], dry_run: bool
) -> tuple[Session, Session, PlanReport, DeliverReport]:
    """The session before and after `change`, and what was planned for it and delivered.

    A dry run does the real thing in a transaction and takes it back, so that it counts the right people.
    """
    before = sessions.find(app, session_ref(chosen))
    with trying(app.conn, dry_run):
        after = change(before)
        planned = plan.plan(app, dry_run=dry_run, session_id=before.id)
    return before, after, planned, deliver.deliver(app, dry_run=dry_run)
