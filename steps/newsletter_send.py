"""Approved issues into the outbox: page by page, to the approved list and nobody else, less those who left meanwhile.

Killed at any instant it goes on where it stopped: a reader is struck off the list in the transaction that records
their message, and the message's key is there once. What has changed since the approval sends it back to be asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from channels.telegram_message import ChatMessage, freeze
from domain import newsletter_json
from domain.cadences import Touchpoint
from domain.messages import State
from domain.newsletter import IssueState
from domain.participants import ContactPoint, Participant
from domain.payloads import Filled
from domain.posts import split
from domain.routes import route
from steps import letters, notices
from steps import newsletter_content as contents
from steps import newsletter_readers as reading
from steps.app import App
from steps.mails import envelope_sender, mailing_headers, reference_of
from steps.newsletter import content_mark
from steps.newsletter_wording import Wording, zone_of
from steps.notices import Notice
from store import database, journal, meta, newsletter, outbox, participants, skills
from store.newsletter import Issue, Reader
from store.outbox import NewMessage

OF_USE = timedelta(days=7)
SENDABLE = (IssueState.APPROVED, IssueState.SENDING)


@dataclass(frozen=True, slots=True)
class SendReport:
    """Messages put into the outbox, readers who had left, issues that have to be asked about again."""

    issues: int = 0
    messages: int = 0
    left: int = 0
    asked_again: int = 0


def send_approved(app: App) -> SendReport:
    """Record every approved issue. Does nothing, quickly, when there is none."""
    report = SendReport()
    for issue in newsletter.listing(app.conn, SENDABLE):
        report = _add(report, _send(app, issue))
    return report


def _add(a: SendReport, b: SendReport) -> SendReport:
    return SendReport(a.issues + b.issues, a.messages + b.messages, a.left + b.left, a.asked_again + b.asked_again)


def _send(app: App, issue: Issue) -> SendReport:
    now = app.now()
    content = newsletter_json.load(issue.content)
    wording = Wording(app, issue, content)
    if changed := _changed(app, issue, wording, now):
        with database.write(app.conn) as conn:
            newsletter.move(conn, issue.id, SENDABLE, IssueState.DRAFT, now, f"asked again: {changed}")
            newsletter.forget_approval(conn, issue.id)
            journal.note(conn, now, "newsletter", "asks again", f"issue/{issue.id}", changed)
        return SendReport(asked_again=1)
    newsletter.move(app.conn, issue.id, (IssueState.APPROVED,), IssueState.SENDING, now, "")
    messages = left = 0
    while page := newsletter.waiting_readers(app.conn, issue.id):
        done = _record(app, issue, wording, page)
        if done is None:
            return SendReport(1, messages, left)  # dropped, or asked again, under our hands
        messages, left = messages + done[0], left + done[1]
    with database.write(app.conn) as conn:
        notices.record(app, _group_posts(app, issue, wording))
        if newsletter.move(conn, issue.id, (IssueState.SENDING,), IssueState.SENT, app.now(), ""):
            journal.note(conn, app.now(), "newsletter", "recorded", f"issue/{issue.id}", f"for {issue.readers} readers")
    return SendReport(1, messages, left)


def _changed(app: App, issue: Issue, wording: Wording, now: datetime) -> str:
    """Why the approval does not hold any more; "" when it does. Once begun, only other words can end it: what has
    changed in the world meanwhile is no worse for the rest of the list than for those who have it."""
    if wording.mark != issue.wording_hash:
        return "its wording has changed"
    if issue.state is IssueState.SENDING:
        return ""
    if (ends := _expires(app, issue)) is not None and now >= ends:
        return "it was approved too long ago"
    if content_mark(contents.assemble(app, issue, issue.until, now), issue) != issue.content_hash:
        return "its content has changed"
    if more := reading.newcomers(app, issue, newsletter.reader_ids(app.conn, issue.id), now):
        return f"{more} more people would get it"
    return ""


def _point(app: App, issue: Issue) -> Touchpoint:
    return app.programme.rules.touchpoints[issue.kind]


def _expires(app: App, issue: Issue) -> datetime | None:
    use = _point(app, issue).expires_after
    return issue.approved_at + use if use is not None and issue.approved_at is not None else None


# -- one page of readers ----------------------------------------------------------------------------------------


def _record(app: App, issue: Issue, wording: Wording, page: Sequence[Reader]) -> tuple[int, int] | None:
    """Words outside the transaction, rows inside. Messages and those left out; None: the issue is not to be sent."""
    now = app.now()
    ids = [one.participant_id for one in page]
    people = participants.load(app.conn, ids, now)
    registered = newsletter.registered(app.conn, ids, [one.id for one in wording.content.coming])
    wished = skills.wished(app.conn, ids)
    none: frozenset[int] = frozenset()
    written: list[NewMessage] = []
    done: list[tuple[int, str]] = []
    for one in page:
        person = people.get(one.participant_id)
        why_not = reading.refusal(app, issue, person, now) if person is not None else "the person is gone"
        if person is not None and not why_not:
            own = (registered.get(person.id, none), wished.get(person.id, frozenset()))
            written += _messages(app, issue, wording, one.language, person, *own, now)
        done.append((one.participant_id, why_not))
    with database.write(app.conn) as conn:
        current = newsletter.get(conn, issue.id)
        if current is None or current.state is not IssueState.SENDING:
            return None
        state = State.HELD if meta.get(conn, meta.RESTORED) is not None else State.QUEUED
        count = sum(outbox.record(conn, _in_state(message, state), now) for message in written)
        newsletter.recorded(conn, issue.id, done, now)
    return count, sum(1 for _, why_not in done if why_not)


def _messages(
    app: App, issue: Issue, wording: Wording, language: str, person: Participant, registered: frozenset[int],
    wished: frozenset[str], now: datetime,
) -> list[NewMessage]:  # fmt: skip
    """One mail, or one post or more."""
    point = _point(app, issue)
    to, _ = route(point.channel, person)
    assert to is not None
    key, zone = reading.key_of(issue, person.id), zone_of(app, person)
    if to.channel == "telegram":
        posts = split(wording.chat(language, zone, registered, wished))
        return [
            _message(app, issue, f"{key}/{n}" if n > 1 else key, person, to, language, "", _post(to.address, text), now)
            for n, text in enumerate(posts, 1)
        ]
    message_id = app.message_id(key)
    filled = letters.mail_to(
        app,
        person.name,
        to.address,
        wording.words(language, zone, registered, wished),
        wording.personal(person.name, message_id),
        message_id,
        now,
        identity=point.sender,
        headers=mailing_headers(app, issue.kind, issue.id, contents.archive_url(app, issue)),
    )
    sender = envelope_sender(app, reference_of(message_id))
    return [_message(app, issue, key, person, to, language, sender, filled, now, message_id)]


def _post(chat: str, text: str) -> bytes:
    return freeze(ChatMessage(int(chat), text))


def _in_state(message: NewMessage, state: State) -> NewMessage:
    return replace(message, state=state)


def _message(
    app: App, issue: Issue, key: str, person: Participant, to: ContactPoint, language: str, sender: str,
    data: bytes | Filled, now: datetime, message_id: str = "",
) -> NewMessage:  # fmt: skip
    point = _point(app, issue)
    return NewMessage(
        key=key,
        participant_id=person.id,
        contact_point_id=to.id,
        channel=to.channel,
        touchpoint=point.code,
        purpose=point.purpose.value,
        topic=point.topic,
        session_id=None,
        invitation_id=None,
        sequence=None,
        state=State.QUEUED,
        because=f"on the approved list of the {issue.kind}",
        language=language,
        priority=point.priority,
        not_before=reading.waits_until(app, issue, person, now),
        expires_at=_expires(app, issue),
        message_id=message_id or app.message_id(key),
        sender=sender,
        recipient=to.address,
        repeatable=False,
        data=data,
        identity=point.sender,
        cap=point.cap,
    )


# -- groups -----------------------------------------------------------------------------------------------------


def _group_posts(app: App, issue: Issue, wording: Wording) -> list[Notice]:
    """A public issue in every group of programme.toml, in the programme's language; nothing of a reader in it."""
    if not app.programme.issues[issue.kind].public or app.settings.telegram_token is None:
        return []
    expires = _expires(app, issue) or app.now() + OF_USE
    language, purpose = wording.languages[0], _point(app, issue).purpose
    because = f"the approved {issue.kind}, to the group"

    def key(chat: int, n: int) -> str:
        return f"{issue.kind}/{issue.id}/group/{chat}/{n}"

    return [
        notices.post(key(group.chat_id, n), purpose, group.chat_id, language, text, because, expires)
        for group in app.programme.groups
        for n, text in enumerate(split(wording.page(language).chat), 1)
    ]
