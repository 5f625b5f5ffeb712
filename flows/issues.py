"""What forms do with issues of any kind: draft, look, try, approve, drop. Leaves each to steps/newsletter.py."""

from typing import Literal

from domain.errors import Problem, UserError
from domain.newsletter import IssueKind
from flows.skin import COORDINATOR, page, redacted, sentence, table
from steps import newsletter, newsletter_preview
from steps.app import App

Do = Literal["show the draft", "make a draft", "make a draft if its day has come", "test mail to coordinators",
             "approve: send exactly what this code stands for", "drop it"]  # fmt: skip
IDS = 50  # shown of each group; names are for the terminal
DUE: Do = "make a draft if its day has come"


def act(app: App, kind: IssueKind, do: Do, code: str, check_links: bool) -> tuple[str, bool]:
    """The artifact's text, and whether it is news."""
    if do == DUE:
        made = newsletter.draft_when_due(app, kind, "schedule")
        if made is None:
            return "It is not the day for a new issue.", False
        if made.note:
            return f"Issue {made.id} was skipped: {made.note}.", True
        return _shown(app, kind, check_links), True
    if do == "make a draft":
        issue = newsletter.draft(app, kind, COORDINATOR)
        if issue.note and not newsletter.is_open(issue):
            return f"Issue {issue.id} was skipped: {issue.note}.", True
        return _shown(app, kind, check_links), True
    issue = newsletter.find(app, kind.value)
    if do == "show the draft":
        return _shown(app, kind, check_links), True
    if do == "test mail to coordinators":
        count = newsletter_preview.send_test(app, issue, COORDINATOR)
        return f"{count} test mails are on their way to the coordinators.", True
    if do == "drop it":
        taken = newsletter.drop(app, issue, COORDINATOR)
        return f"Issue {issue.id} is dropped; {taken} messages were taken back.", True
    if not code.strip():
        remedy = "Show the draft, look at it, and give the code at the end of its page"
        raise UserError(Problem("is needed", "code", remedy))
    readers = newsletter.approve(app, issue, code, COORDINATOR)
    people = sentence((readers, "person gets it", "people get it"))
    return f"Issue {issue.id} is approved and leaves within minutes: {people}", True


def _shown(app: App, kind: IssueKind, check_links: bool) -> str:
    """The issue as everybody may read it, in every language, without anybody's name; then who gets it."""
    seen = newsletter.preview(app, newsletter.find(app, kind.value))
    found = newsletter_preview.inspect(app, seen, check_links)
    texts = [f"---\n\n**In {one}**\n\n{redacted(text)}" for one, text in newsletter_preview.nameless(seen).items()]
    first, *rest = newsletter_preview.said(seen, found).splitlines()
    people = newsletter_preview.ids(app, seen, IDS + 1)
    rows = [(group, ", ".join(map(str, some[:IDS])) + " ..." * (len(some) > IDS)) for group, some in people.items()]
    return page(f"{first}.", "\n".join(rest), table(("who", "ids of participants"), rows), *texts)
