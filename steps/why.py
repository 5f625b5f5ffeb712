"""Why did, or didn't, this person get this message? Every message and non-message with its because."""

from dataclasses import dataclass
from datetime import datetime

from domain.newsletter import IssueState
from domain.sessions import Invites, SessionState
from domain.times import parse_iso
from steps import forecast, newsletter_readers, persons, sessions
from steps.app import App
from store import newsletter, next_due, outbox, participants

ISSUES = 10


@dataclass(frozen=True, slots=True)
class Reason:
    """`what` is a purpose; `verdict` a message's state, or "send", "hold", "skip", "none" for what is not there."""

    at: datetime
    session_id: int | None
    what: str
    verdict: str
    because: str
    message_id: int | None = None


def why(app: App, person_ref: str, session_ref: str | None = None) -> list[Reason]:
    """By moment: what was recorded, what would be decided now, and what no rule asks for."""
    person = persons.find(app, person_ref)
    session = sessions.find(app, session_ref) if session_ref else None
    filters: dict[str, object] = {"participant_id": person}
    if session is not None:
        filters["session_id"] = session.id
    found = [
        Reason(
            m.sent_at or m.created_at, m.session_id, m.purpose, m.state.value,
            f"{m.because}{f'; {m.note}' if m.note else ''}", m.id,
        )
        for m in outbox.listing(app.conn, filters)
    ]  # fmt: skip
    foreseen = [
        row
        for row in forecast.forecast(app, 0, person)
        if not row.recorded and (session is None or row.session_id == session.id)
    ]
    found += [Reason(row.at, row.session_id, row.purpose, row.verdict, row.because) for row in foreseen]
    if session is None:
        found += _issues(app, person)
    found += _rsvps(app, person, session.id if session else None)
    found += _silence(app, {r.session_id for r in found}, session.id if session else None)
    return sorted(found, key=lambda r: r.at)


def _issues(app: App, person: int) -> list[Reason]:
    """Of the last issues that were sent, those that did not go to this person, and why."""
    someone = participants.load(app.conn, [person], app.now())[person]
    found = []
    for issue in newsletter.listing(app.conn, (IssueState.SENDING, IssueState.SENT))[:ISSUES]:
        left_out = newsletter.left_out_because(app.conn, issue.id, person)
        if left_out is None:  # never on the list
            because = newsletter_readers.refusal(app, issue, someone, app.now()) or "was not on the approved list"
            found.append(Reason(issue.approved_at or issue.created_at, None, issue.kind.value, "none", because))
        elif left_out:
            found.append(Reason(issue.sent_at or app.now(), None, issue.kind.value, "skip", left_out))
    return found


def _rsvps(app: App, person: int, session_id: int | None) -> list[Reason]:
    rows = app.conn.execute(
        "select r.*, i.session_id from rsvps r join invitations i on i.id = r.invitation_id"
        " where i.participant_id = ? and (? is null or i.session_id = ?) order by r.id",
        (person, session_id, session_id),
    )
    return [
        Reason(
            parse_iso(row["stamp"]), row["session_id"], "answer", row["partstat"],
            f"answered by {row['source'].replace('_', ' ')}, about SEQUENCE {row['sequence']}",
        )
        for row in rows
    ]  # fmt: skip


def _silence(app: App, told: set[int | None], only: int | None) -> list[Reason]:
    """Sessions still to come of which no rule says anything to this person."""
    now = app.now()
    found = []
    for session in next_due.plannable_sessions(app.conn, now):
        if session.id in told or only not in (None, session.id):
            continue
        if session.state is SessionState.CANCELLED:
            because = "cancelled before anything was sent"
        elif session.invites is Invites.REGISTERED:
            because = "not registered for it, and it is not a general invitation"
        else:
            because = "not registered for the programme"
        found.append(Reason(now, session.id, "invitation", "none", because))
    return found
