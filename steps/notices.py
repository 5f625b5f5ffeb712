"""Messages outside the planner: to coordinators, groups, guests, and to a participant at somebody's word.

Recorded once a key, like everything in the outbox. What they say, to whom and why is their callers'.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.telegram_message import ChatMessage, freeze
from domain.cadences import Purpose
from domain.messages import State
from domain.participants import Participant, canonical_address
from steps.app import App
from steps.mails import envelope_sender, mail_to, reference_of
from store import database, meta, outbox
from store.outbox import NewMessage
from templates_email import fields, skeletons
from templates_email.skeletons import Rendered

PRIORITY = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter is for. `languages` in order of preference; ids of a participant and of their address."""

    name: str
    address: str
    languages: tuple[str, ...] = ()
    participant_id: int | None = None
    contact_point_id: int | None = None


def participant(person: Participant) -> Reader:
    """A participant who has an address."""
    assert person.email is not None
    return Reader(person.name, person.email.address, person.languages, person.id, person.email.id)


def coordinators(app: App) -> list[tuple[int, Reader]]:
    """With their place in programme.toml. Who stands there more than once gets one letter."""
    found: dict[str, tuple[int, Reader]] = {}
    for number, one in enumerate(app.programme.coordinators):
        found.setdefault(canonical_address(one.address), (number, Reader(one.name, one.address, one.languages)))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Notice:
    """`data` is frozen for `channel`; `sender` is the envelope's, "" where there is none; `topic` the purpose's name
    where it is ""."""

    key: str
    purpose: Purpose
    channel: str
    sender: str
    recipient: str
    language: str
    because: str
    expires_at: datetime
    data: bytes
    session_id: int | None = None
    sequence: int | None = None
    participant_id: int | None = None
    contact_point_id: int | None = None
    topic: str = ""
    priority: int = PRIORITY


def letter(
    app: App, key: str, reader: Reader, context: Callable[..., fields.Notice], because: str, of_use: timedelta,
    *, session_id: int | None = None, in_reply_to: str | None = None,
) -> Notice:  # fmt: skip
    """A letter in words of `templates_email/messages`; its purpose has the message's name.

    `context` makes the letter's context from the fields that every letter has: a class, or a `partial` of one.
    """
    said = context(
        programme=app.programme.name,
        mailbox=app.mailbox,
        name=reader.name,
        reference=reference_of(app.message_id(key)),
    )
    rendered = skeletons.render(said.message, (*reader.languages, *app.programme.languages), said)
    return mail(
        app, key, Purpose(said.message), reader, rendered, because, of_use,
        session_id=session_id, in_reply_to=in_reply_to,
    )  # fmt: skip


def mail(
    app: App, key: str, purpose: Purpose, reader: Reader, rendered: Rendered, because: str, of_use: timedelta,
    *, session_id: int | None = None, in_reply_to: str | None = None,
) -> Notice:  # fmt: skip
    """A letter that is rendered already, with the reference of `key`. It leaves within `of_use` or not at all."""
    now, message_id = app.now(), app.message_id(key)
    return Notice(
        key=key,
        purpose=purpose,
        channel="email",
        sender=envelope_sender(app, reference_of(message_id)),
        recipient=reader.address,
        language=rendered.language,
        because=because,
        expires_at=now + of_use,
        data=mail_to(app, reader.name, reader.address, rendered, message_id, now, in_reply_to=in_reply_to),
        session_id=session_id,
        participant_id=reader.participant_id,
        contact_point_id=reader.contact_point_id,
    )


def post(
    key: str, purpose: Purpose, chat: int, language: str, text: str, because: str, expires_at: datetime,
    *, session_id: int | None = None, sequence: int | None = None,
) -> Notice:  # fmt: skip
    """A post to a group."""
    return Notice(
        key=key,
        purpose=purpose,
        channel="telegram",
        sender="",
        recipient=str(chat),
        language=language,
        because=because,
        expires_at=expires_at,
        data=freeze(ChatMessage(chat, text)),
        session_id=session_id,
        sequence=sequence,
    )


def record(app: App, notices: Sequence[Notice]) -> int:
    """Into the outbox; how many were new. In a restored database they are held, as everything is."""
    now = app.now()
    with database.write(app.conn) as conn:
        state = State.HELD if meta.get(conn, meta.RESTORED) is not None else State.QUEUED
        return sum(outbox.record(conn, _message(app, notice, state, now), now) for notice in notices)


def _message(app: App, notice: Notice, state: State, now: datetime) -> NewMessage:
    return NewMessage(
        key=notice.key,
        participant_id=notice.participant_id,
        contact_point_id=notice.contact_point_id,
        channel=notice.channel,
        touchpoint=notice.purpose.value,
        purpose=notice.purpose.value,
        topic=notice.topic or notice.purpose.value,
        session_id=notice.session_id,
        invitation_id=None,
        sequence=notice.sequence,
        state=state,
        because=notice.because,
        language=notice.language,
        priority=notice.priority,
        not_before=now,
        expires_at=notice.expires_at,
        message_id=app.message_id(notice.key),
        sender=notice.sender,
        recipient=notice.recipient,
        repeatable=False,
        data=notice.data,
    )
