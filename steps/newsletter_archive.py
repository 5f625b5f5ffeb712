"""Issues that were sent, for everybody to read: of public kinds only, and without anything of a reader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain import newsletter_json
from domain.newsletter import Content, IssueState, reader_language
from domain.participants import ConsentTopic
from steps.app import App
from steps.newsletter_wording import Wording
from store import newsletter
from store.newsletter import Issue
from templates_email.documents import Document

SHOWN = (IssueState.SENT, IssueState.SENDING)
MOST = 50


@dataclass(frozen=True, slots=True)
class Archived:
    """One issue. `at`: when it was approved."""

    id: int
    at: datetime
    wording: Wording

    @property
    def languages(self) -> tuple[str, ...]:
        return self.wording.languages

    def page(self, chain: Sequence[str]) -> Document:
        """In the first language of `chain` that it has."""
        return self.wording.page(reader_language(chain, self.languages))


def listing(app: App) -> list[Archived]:
    """Newest first, at most MOST."""
    found = [one for one in newsletter.listing(app.conn, SHOWN) if app.programme.issues[one.kind].public]
    return [archived for issue in found[:MOST] if (archived := _archived(app, issue)) is not None]


def is_any(app: App) -> bool:
    """Whether there is an issue to read."""
    kinds = [kind for kind, rule in app.programme.issues.items() if rule.public]
    return newsletter.is_any(app.conn, SHOWN, kinds)


def get(app: App, number: int) -> Archived | None:
    """None for one that is not there, not sent, or not for everybody."""
    issue = newsletter.get(app.conn, number)
    if issue is None or issue.state not in SHOWN or not app.programme.issues[issue.kind].public:
        return None
    return _archived(app, issue)


def _archived(app: App, issue: Issue) -> Archived | None:
    content = _with_consent(app, newsletter_json.load(issue.content))
    wording = Wording(app, issue, content)
    return Archived(issue.id, issue.approved_at or issue.created_at, wording) if wording.languages else None


def _with_consent(app: App, content: Content) -> Content:
    """Only names of those who agree to be named now; the others are counted."""
    rows = app.conn.execute(
        "select distinct s.name from sharers s join consents c on c.participant_id = s.participant_id"
        " where c.topic = ? and c.granted = 1",
        (ConsentTopic.QUOTED.value,),
    )
    agreed = {row["name"] for row in rows}
    named = tuple(name for name in content.thanks if name in agreed)
    return replace(content, thanks=named, thanked=content.thanked + len(content.thanks) - len(named))
