"""What waits for a person, one by one: for a form that offers it, without a name or an address, and settles it.

How much of it there is, and the command for each, is in `status.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.errors import Problem, UserError
from domain.messages import State
from domain.times import parse_iso
from steps import desk_tasks, newsletter, outbox, rsvps, status
from steps.app import App
from steps.import_run import rejected
from store import desk_tasks as stored_tasks
from store import imports, inbox
from store import newsletter as stored_issues
from store import outbox as stored_outbox

Outcome = Literal["seen to", "it arrived", "send it again", "yes", "no", "maybe"]
OUTCOMES: Mapping[str, tuple[Outcome, ...]] = {
    "mail": ("seen to",), "row": ("seen to",), "task": ("seen to",), "issue": ("seen to",),
    "message": ("it arrived", "send it again"), "answer": ("yes", "no", "maybe"),
}  # fmt: skip
_REF = re.compile(
    r"(?P<kind>mail|row|task|issue|message) (?P<number>\d{1,18})|answer (?P<session>\d{1,18})/(?P<person>\d{1,18})",
    re.ASCII,
)
MOST = 200  # of a kind; the oldest first, so the others come after these


@dataclass(frozen=True, slots=True)
class Thing:
    """`ref`: such as "mail 12". `about`: ids, kinds and lines only. `since` aware UTC."""

    ref: str
    about: str
    since: datetime


def things(app: App) -> list[Thing]:
    """Everything that `settle` can settle, the oldest first."""
    found = [thing for kind in _KINDS for thing in kind(app)]
    return sorted(found, key=lambda thing: (thing.since, thing.ref))


def settle(app: App, ref: str, outcome: str, who: str) -> str:
    """What was done, in words. UserError when nothing of that reference waits, or that outcome does not fit it."""
    found = _REF.fullmatch(ref)
    if found is None:
        raise UserError(Problem(f"{ref!r} is not one of the things that wait", "thing", "Choose one from the list"))
    kind = found["kind"] or "answer"
    if outcome not in OUTCOMES[kind]:
        remedy = f"Choose {' or '.join(OUTCOMES[kind])}"
        raise UserError(Problem(f"{outcome!r} is no outcome of a {kind}", "outcome", remedy))
    if kind == "answer":
        rsvps.answer(app, found["session"], found["person"], outcome, who)
        return f"Person {found['person']} said {outcome} to session {found['session']}."
    number = int(found["number"])
    if kind == "message":
        return _message(app, number, outcome, who)
    if kind == "mail":
        status.settle_letters(app, [number], who)
    elif kind == "row":
        rejected(app, settle=[number], who=who)
    elif kind == "task":
        desk_tasks.settle(app, [number], who)
    else:
        newsletter.settle(app, newsletter.find(app, str(number)), who)
    return f"{kind.capitalize()} {number} is settled."


def _message(app: App, number: int, outcome: str, who: str) -> str:
    unsure = outbox.get(app, number).state is State.UNSURE
    if outcome == "it arrived" or unsure:
        outbox.resolve(app, number, outcome == "it arrived", who)
        return f"Message {number} {'is taken as arrived' if outcome == 'it arrived' else 'leaves again'}."
    return f"Message {number} leaves again, as message {outbox.resend(app, number, who)}."


# -- what waits, kind by kind --------------------------------------------------------------------------------


def _mails(app: App) -> Iterator[Thing]:
    for row in inbox.open_items(app.conn)[:MOST]:
        about = "could not be read" if row["state"] == "quarantined" else "for a person"
        at = parse_iso(str(row["received_at"]))
        yield Thing(f"mail {row['id']}", f"{about}, came at {at:%H:%M} UTC", at)


def _rows(app: App) -> Iterator[Thing]:
    for row in imports.open_rejections(app.conn)[:MOST]:
        yield Thing(f"row {row['id']}", f"line {row['line']}, {row['field'] or 'the whole row'}", parse_iso(row["at"]))


def _tasks(app: App) -> Iterator[Thing]:
    for row in stored_tasks.waiting(app.conn)[:MOST]:
        session = f", session {row['session_id']}" if row["session_id"] is not None else ""
        since = parse_iso(str(row["created_at"]))
        yield Thing(f"task {row['id']}", f"person {row['participant_id']}{session}", since)


def _messages(app: App) -> Iterator[Thing]:
    for one in stored_outbox.for_person(app.conn, app.now(), MOST):
        what = "nobody can know whether it arrived" if one.state is State.UNSURE else "refused"
        about = f"{one.purpose.replace('_', ' ')} to person {one.participant_id or '-'}: {what}"
        yield Thing(f"message {one.id}", about, one.created_at)


def _issues(app: App) -> Iterator[Thing]:
    for issue in stored_issues.skipped(app.conn):
        yield Thing(f"issue {issue.id}", f"{issue.kind.value}: nothing to say, so it was skipped", issue.created_at)


def _answers(app: App) -> Iterator[Thing]:
    for one in rsvps.contradictions(app)[:MOST]:
        about = f"session {one.session_id}, person {one.participant_id}: two answers"
        yield Thing(f"answer {one.session_id}/{one.participant_id}", about, one.since)


_KINDS = (_mails, _rows, _tasks, _messages, _issues, _answers)
