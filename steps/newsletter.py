"""Issues from draft to approval: made, written for, looked at, tried, approved, dropped. A coordinator's side of it.

An approval is given for a code: it stands for exactly the content, the words and the list of readers that the preview
showed. It is kept in the store; sending is `newsletter_send.py`'s, which asks again when something has changed since.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain import newsletter_json
from domain.errors import Problem, UserError
from domain.newsletter import OPEN, Content, IssueKind, IssueState, Words, is_due, something_to_say
from domain.times import zone_or_none
from steps import newsletter_content as contents
from steps import newsletter_readers as reading
from steps.app import App
from steps.newsletter_readers import Audience
from steps.newsletter_wording import Wording
from store import database, journal, newsletter, outbox_moves
from store.newsletter import Issue, Reader

# How far the first issue of a kind looks back.
FIRST_LOOKS_BACK = {"week": 7, "two_weeks": 14, "month": 31, "two_months": 62}
NOTHING = "there was nothing to say"


@dataclass(frozen=True)
class Preview:
    """An issue as it would be approved now. `code` stands for exactly this; `missing`: languages that the programme
    speaks and the issue cannot be said in."""

    issue: Issue
    wording: Wording
    audience: Audience
    code: str
    missing: tuple[str, ...]

    @property
    def content(self) -> Content:
        return self.wording.content


def listing(app: App) -> list[Issue]:
    """Newest first."""
    return newsletter.listing(app.conn)


def is_open(issue: Issue) -> bool:
    return issue.state in OPEN


def find(app: App, ref: str) -> Issue:
    """The issue of that id, or the open one of that kind, or its newest. UserError when there is none."""
    found: Issue | None = None
    if ref.isascii() and ref.isdigit() and len(ref) < 19:
        found = newsletter.get(app.conn, int(ref))
    elif ref in tuple(IssueKind):
        found = newsletter.opened(app.conn, IssueKind(ref)) or newsletter.newest(app.conn, IssueKind(ref))
    if found is None:
        remedy = f"See: letsconnect newsletter list, or make one: letsconnect newsletter draft {ref}"
        raise UserError(Problem(f"there is no issue {ref!r}", "issue", remedy))
    return found


def draft(app: App, kind: IssueKind, who: str, anyway: bool = False) -> Issue:
    """A new draft, or the open issue of that kind. Without anything to say it is skipped, unless `anyway`."""
    now = app.now()
    with database.write(app.conn) as conn:
        if (there := newsletter.opened(conn, kind)) is not None:
            return there
        back = timedelta(days=FIRST_LOOKS_BACK[app.programme.issues[kind].every])
        since = newsletter.told_until(conn, kind) or now - back
        issue = newsletter.add(conn, kind, IssueState.DRAFT, since, now)
        if not anyway and not something_to_say(contents.assemble(app, issue, now, now)):
            newsletter.move(conn, issue.id, (IssueState.DRAFT,), IssueState.SKIPPED, now, NOTHING)
            issue = replace(issue, state=IssueState.SKIPPED, note=NOTHING)
        journal.note(conn, now, who, "drafted" if issue.state is IssueState.DRAFT else "skipped", f"issue/{issue.id}")
    return issue


def draft_when_due(app: App, kind: IssueKind, who: str) -> Issue | None:
    """By newsletter.toml's days. None when it is not the day, or this day's issue is there already."""
    zone = zone_or_none(app.programme.zone) or UTC
    last = newsletter.newest(app.conn, kind)
    if last is not None and last.state in OPEN:
        return None
    day = last.created_at.astimezone(zone).date() if last is not None else None
    if not is_due(app.programme.issues[kind], day, app.now().astimezone(zone)):
        return None
    return draft(app, kind, who)


def write(app: App, issue: Issue, section: str, name: str, words: Mapping[str, Words], who: str) -> None:
    """Put texts by language in place of those that a block has; an empty body takes a language away.

    UserError: it is no draft any more; no session that it tells has this code.
    """
    now = app.now()
    with database.write(app.conn) as conn:
        _needs_draft(newsletter.get(conn, issue.id) or issue)
        if section == "coming":
            _needs_session(app, issue, name, now)
        for language, text in words.items():
            newsletter.write_block(conn, issue.id, section, name, language, text, now)
        journal.note(conn, now, who, "wrote", f"issue/{issue.id}", f"{section}/{name}: {', '.join(sorted(words))}")


def _needs_draft(issue: Issue) -> None:
    if issue.state is not IssueState.DRAFT:
        remedy = "Take the approval back first: letsconnect newsletter drop, then draft it again"
        raise UserError(Problem(f"is {issue.state.value}, not a draft", f"issue {issue.id}", remedy))


def _needs_session(app: App, issue: Issue, code: str, now: datetime) -> None:
    codes = [one.code for one in contents.assemble(app, issue, now, now).coming]
    if code not in codes:
        what = f"{code!r} is the code of no coming session that the {issue.kind} tells"
        raise UserError(Problem(what, "name", f"Known: {', '.join(codes) or 'none'}"))


def preview(app: App, issue: Issue) -> Preview:
    """UserError when the issue can be said in no language at all."""
    now = app.now()
    content = newsletter_json.load(issue.content) if issue.content else contents.assemble(app, issue, now, now)
    return _looked_at(app, issue, content, now)


def _looked_at(
    app: App, issue: Issue, content: Content, now: datetime, keep: Callable[[Reader], None] = lambda _: None
) -> Preview:
    """`keep` is given every line of the list."""
    wording = Wording(app, issue, content)
    if not wording.languages:
        remedy = "Write every block in one language at least, best in the programme's first"
        raise UserError(Problem("no language has all of its blocks", f"issue {issue.id}", remedy))
    audience = reading.audience(app, issue, wording.languages, now, keep)
    # The moment up to which it speaks moves by itself and is no content.
    said = newsletter_json.dump(replace(content, until=issue.created_at))
    seed = "\0".join((str(issue.id), said, wording.mark, audience.mark))
    code = hashlib.sha256(seed.encode()).hexdigest()[:10]
    missing = [one for one in app.programme.languages if one.replace("-", "_") not in wording.languages]
    return Preview(issue, wording, audience, code, tuple(missing))


def content_mark(content: Content, issue: Issue) -> str:
    """Of what must not change between approval and sending."""
    lasting = replace(content.lasting(), until=issue.created_at)
    return hashlib.sha256(newsletter_json.dump(lasting).encode()).hexdigest()


def approve(app: App, issue: Issue, code: str, who: str) -> int:
    """Let exactly what the preview with this code showed be sent, to exactly its readers. How many they are.

    UserError when it is another content or list by now: then nothing is approved.
    """
    now = app.now()
    with database.write(app.conn) as conn:
        issue = newsletter.get(conn, issue.id) or issue
        _needs_draft(issue)
        content = contents.assemble(app, issue, now, now)
        newsletter.forget_readers(conn, issue.id)
        seen = _looked_at(app, issue, content, now, lambda reader: newsletter.put_reader(conn, issue.id, reader))
        if code.strip().lower() != seen.code:
            what = f"content or readers are not those of {code.strip()[:20]!r} any more"
            raise UserError(Problem(what, f"issue {issue.id}", "Look at the preview again and give its code"))
        if not seen.audience.count:
            raise UserError(Problem("nobody would get it", f"issue {issue.id}", "The preview says why not"))
        marks = (content_mark(content, issue), seen.wording.mark)
        newsletter.approve(conn, issue, newsletter_json.dump(content), marks, seen.audience.count, who, now)
        journal.note(conn, now, who, "approved", f"issue/{issue.id}", f"for {seen.audience.count} readers")
    return seen.audience.count


def drop(app: App, issue: Issue, who: str) -> int:
    """It is not sent, or not to the rest of its list: what has not left yet is taken back. How many messages were."""
    now = app.now()
    with database.write(app.conn) as conn:
        dropped = newsletter.move(conn, issue.id, OPEN, IssueState.DROPPED, now, f"dropped by {who}")
        taken = outbox_moves.recall_keys(conn, f"{issue.kind}/{issue.id}/", "the issue was dropped")
        if not dropped and not taken:
            issue = newsletter.get(conn, issue.id) or issue
            raise UserError(Problem(f"is {issue.state.value}, and all of it has left", f"issue {issue.id}"))
        journal.note(conn, now, who, "dropped", f"issue/{issue.id}", f"{taken} messages taken back")
    return taken


def settle(app: App, issue: Issue, who: str) -> None:
    """A person knows that this issue was skipped. UserError when it was not, or is settled."""
    now = app.now()
    with database.write(app.conn) as conn:
        if not newsletter.settle(conn, issue.id, now):
            raise UserError(Problem("was not skipped, or that is settled", f"issue {issue.id}"))
        journal.note(conn, now, who, "settled", f"issue/{issue.id}")
