"""Contact between a participant and a session's sharers through us: neither sees the other's address.

The words go into the outbox and are kept nowhere else. Names are shown: people know whom they write to.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from domain.cadences import Purpose
from domain.errors import Problem, UserError
from domain.participants import Participant
from domain.routes import mail_unwanted
from domain.sessions import Session
from steps import notices, page_links
from steps.app import App
from steps.notices import Notice
from store import checklists, database, participants, relays, sessions
from templates_email import contexts

TOPIC = Purpose.RELAY.value
MOST_A_DAY = 5  # questions and answers of one person
OPEN_FOR = timedelta(days=60)  # after the session; an answer to the newest words stays possible as long
OF_USE = timedelta(days=7)
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
    session = conversation.session
    return notices.letter(
        app,
        f"relay/{number}",
        notices.participant(reader),
        partial(
            contexts.Relay,
            way="question" if answers is None else "answer",
            sender=conversation.writer.name,
            title=session.told("title"),
            lines=tuple(contexts.Line(line) for line in map(str.strip, text.split("\n")) if line),
            link=page_links.url(app, page_links.Page.ANSWER, number, app.now() + OPEN_FOR),
        ),
        "somebody wrote to a sharer" if answers is None else "somebody answered a message",
        OF_USE,
        session_id=session.id,
    )
