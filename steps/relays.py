"""Contact between a participant and a session's sharers through us: neither sees the other's address.

The words go into the outbox and are kept nowhere else. Names are shown: people know whom they write to.
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.cadences import Purpose
from domain.errors import Problem, UserError
from domain.participants import Participant
from domain.routes import mail_unwanted
from domain.sessions import Session
from steps import notices, page_links
from steps.app import App
from steps.mails import envelope_sender, mail_to, reference_of
from steps.notices import Notice
from store import checklists, database, participants, relays, sessions
from templates_email import contexts, skeletons

TOPIC = Purpose.RELAY.value
MOST_A_DAY = 5  # questions and answers of one person
OPEN_FOR = timedelta(days=60)  # after the session; an answer to the newest words stays possible as long
LONGEST = 2000  # characters


@dataclass(frozen=True, slots=True)
class Conversation:
    """`writer` writes to `readers` about `session`."""

    session: Session
    writer: Participant
    readers: tuple[Participant, ...]


def question(app: App, session_id: int, person: int) -> Conversation | None:
    """Whom this person can ask about that session; None when nobody can be reached, or it is long over."""
    session = sessions.get(app.conn, session_id)
    return _question(app, session, person) if session is not None else None


def _question(app: App, session: Session, person: int) -> Conversation | None:
    if app.now() > session.ends_at + OPEN_FOR:
        return None
    sharers = [i for i in checklists.sharers_of(app.conn, [session.id])[session.id] if i != person]
    if not sharers:
        return None
    people = participants.load(app.conn, [person, *sharers], app.now())
    readers = tuple(people[i] for i in sharers if i in people and not mail_unwanted(people[i], TOPIC))
    if person not in people or people[person].erased or not readers:
        return None
    return Conversation(session, people[person], readers)


def reply(app: App, number: int) -> Conversation | None:
    """To whom the answer to that relay goes; None when they cannot be reached any more."""
    relay = relays.get(app.conn, number)
    session = sessions.get(app.conn, relay.session_id) if relay else None
    if relay is None or session is None:
        return None
    people = participants.load(app.conn, [relay.sender_id, relay.recipient_id], app.now())
    writer, reader = people.get(relay.recipient_id), people.get(relay.sender_id)
    if writer is None or reader is None or writer.erased or mail_unwanted(reader, TOPIC):
        return None
    return Conversation(session, writer, (reader,))


def link(app: App, session: Session, person: int) -> str:
    """Where this person can ask the session's sharers; "" without pages, or when nobody could be asked."""
    if _question(app, session, person) is None:
        return ""
    return page_links.url(app, page_links.Page.CONTACT, (session.id, person), session.ends_at + OPEN_FOR)


def ask(app: App, session_id: int, person: int, text: str) -> None:
    """Pass a question on to the session's sharers. UserError when nobody can be reached, or it was enough today."""
    _send(app, question(app, session_id, person), text, None)


def answer(app: App, number: int, text: str) -> None:
    """Pass an answer on to who wrote that relay. UserError likewise."""
    _send(app, reply(app, number), text, number)


def _send(app: App, conversation: Conversation | None, text: str, answers: int | None) -> None:
    if conversation is None:
        raise UserError(Problem("nobody can be reached any more", "text", "Write to the coordinators"))
    now, writer = app.now(), conversation.writer.id
    with database.write(app.conn) as conn:
        if relays.written_since(conn, writer, now - timedelta(days=1)) >= MOST_A_DAY:
            raise UserError(Problem(f"{MOST_A_DAY} messages a day are passed on", "text", "Write again tomorrow"))
        kept = [
            (reader, relays.keep(conn, conversation.session.id, writer, reader.id, answers, now))
            for reader in conversation.readers
        ]
    notices.record(app, [_mail(app, conversation, reader, number, text, answers) for reader, number in kept])


def _mail(
    app: App, conversation: Conversation, reader: Participant, number: int, text: str, answers: int | None
) -> Notice:
    now, key, session = app.now(), f"relay/{number}", conversation.session
    message_id = app.message_id(key)
    assert reader.email is not None
    context = contexts.Relay(
        programme=app.programme.name,
        mailbox=app.mailbox,
        name=reader.name,
        reference=reference_of(message_id),
        way="question" if answers is None else "answer",
        sender=conversation.writer.name,
        title=session.title,
        lines=tuple(contexts.Line(line) for line in map(str.strip, text.split("\n")) if line),
        link=page_links.url(app, page_links.Page.ANSWER, number, now + OPEN_FOR),
    )
    rendered = skeletons.render(context.message, (*reader.languages, *app.programme.languages), context)
    return Notice(
        key=key,
        purpose=Purpose.RELAY,
        channel="email",
        sender=envelope_sender(app, reference_of(message_id)),
        recipient=reader.email.address,
        language=rendered.language,
        because="somebody wrote to a sharer" if answers is None else "somebody answered a message",
        expires_at=now + timedelta(days=7),
        data=mail_to(app, reader.name, reader.email.address, rendered, message_id, now),
        session_id=session.id,
        participant_id=reader.id,
        contact_point_id=reader.email.id,
    )
