"""What forms do with issues of any kind: draft, look, try, approve, drop. Leaves each to steps/newsletter.py."""

from typing import Literal

from domain.errors import Problem, UserError
from domain.newsletter import IssueKind
from flows.issue_preview import shown
from flows.skin import COORDINATOR, sentence
from steps import newsletter, newsletter_preview
from steps.app import App

Do = Literal["show the draft", "make a draft", "make a draft if its day has come", "test mail to coordinators",
             "approve: send exactly what this code stands for", "drop it"]  # fmt: skip
DUE: Do = "make a draft if its day has come"


def act(app: App, kind: IssueKind, do: Do, code: str, check_links: bool) -> tuple[str, bool]:
    """The artifact's text, and whether it is news."""
    if do == DUE:
        made = newsletter.draft_when_due(app, kind, "schedule")
        if made is None:
            return "It is not the day for a new issue.", False
        if made.note:
            return f"Issue {made.id} was skipped: {made.note}.", True
        return shown(app, kind, check_links), True
    if do == "make a draft":
        issue = newsletter.draft(app, kind, COORDINATOR)
        if issue.note and not newsletter.is_open(issue):
            return f"Issue {issue.id} was skipped: {issue.note}.", True
        return shown(app, kind, check_links), True
    issue = newsletter.find(app, kind.value)
    if do == "show the draft":
        return shown(app, kind, check_links), True
    if do == "test mail to coordinators":
        count = newsletter_preview.send_test(app, issue, COORDINATOR)
        return f"{count} test mails are on their way to the coordinators.", True
    if do == "drop it":
        taken = newsletter.drop(app, issue, COORDINATOR)
        return f"Issue {issue.id} is dropped; {taken} messages were taken back.", True
    if not code.strip():
        remedy = "Show the draft, look at it, and give the code at the beginning of its page"
        raise UserError(Problem("is needed", "code", remedy))
    readers = newsletter.approve(app, issue, code, COORDINATOR)
    people = sentence((readers, "person gets it", "people get it"))
    return f"Issue {issue.id} is approved and leaves within minutes: {people}", True
