"""One update in a private chat while it is read: whose chat it is, and how an answer is put together."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.chats import ChatEvent
from domain.participants import Participant
from steps import chat_words
from steps.app import App
from steps.chat_words import Row, Said
from store import chats, participants
from templates_email import chats as words


@dataclass(frozen=True, slots=True)
class Reading:
    """What one update came to: state and kind of its row in the inbox, and what is to be counted.

    `said` goes to `participant_id` through the outbox, or at most once to a chat of nobody we know. `toast`: what the
    pressed button shows at once.
    """

    state: str
    kind: str
    reason: str = ""
    participant_id: int | None = None
    count: str = ""
    said: Said | None = None
    toast: str = ""


@dataclass(slots=True)
class Visit:
    """`inbox_id`, `received_at`: the filed update's. `person_id`: None while the chat is nobody's."""

    app: App
    conn: sqlite3.Connection
    event: ChatEvent
    inbox_id: int
    received_at: datetime
    now: datetime
    chat: chats.Chat | None
    person_id: int | None

    def person(self, participant_id: int) -> Participant:
        return participants.load(self.conn, [participant_id], self.now)[participant_id]

    def first_name(self, participant_id: int) -> str:
        return (self.person(participant_id).name.split() or [""])[0]

    def say(self, context: words.Chat, rows: tuple[Row, ...] = (), person_id: int | None = None) -> Said:
        """In the language of `person_id`, else of the chat's person, else of the app it was written with."""
        person_id = self.person_id if person_id is None else person_id
        spoken = (self.event.language,) if person_id is None else self.person(person_id).languages
        return chat_words.render(self.app, self.event.chat_id, [code for code in spoken if code], context, rows)

    def read(
        self, kind: str, context: words.Chat | None = None, rows: tuple[Row, ...] = (), *, reason: str = "",
        count: str = "",
    ) -> Reading:  # fmt: skip
        """Read, with that answer if any."""
        said = self.say(context, rows) if context is not None else None
        return Reading("read", kind, reason, self.person_id, count, said)

    def help(self) -> Reading:
        return self.read("help", words.Help(programme=self.app.programme.name, linked=self.person_id is not None))

    def unknown(self, reason: str = "") -> Reading:
        return Reading("ignored", "text", reason, self.person_id, said=self.say(words.Unknown()))
