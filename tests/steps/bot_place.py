"""A small programme with a bot on the strict Bot API, and people who have chats."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from channels.telegram_message import ChatMessage, freeze
from demo.bot_api import Sent
from domain.messages import State
from domain.sessions import Session
from steps import chat_links, telegram
from steps.telegram import TelegramReport
from store import chats, database, invitations, outbox
from store.outbox import NewMessage
from tests.programme import Place
from tests.servers.bot_api import FaultyBotApi

ADA, BEN, EVE = 7001, 7002, 7003  # private chats


class BotPlace(Place):
    """`hear` is one `run telegram`. Give the same `api` to move to another home with the same bot."""

    def __init__(self, folder: Path, server: FaultyBotApi) -> None:
        super().__init__(folder)
        self.server, self.api = server, server.api
        self.environ |= {"LETSCONNECT_TELEGRAM_TOKEN": self.api.token, "LETSCONNECT_TELEGRAM_API": server.url}
        self.app = self.another()
        chat_links.remember_bot(self.app, self.api.username)
        for number in (ADA, BEN, EVE):
            self.api.join(number)

    def hear(self) -> TelegramReport:
        return telegram.run_once(self.app)

    def payload(self, person: int) -> str:
        """What Telegram hands over when somebody opens this person's link."""
        link = chat_links.personal_link(self.app, person)
        return parse_qs(urlsplit(link).query)["start"][0]

    def linked(self, chat: int = ADA, name: str = "Ada Lovelace", language: str = "en", zone: str = "UTC") -> int:
        """A person with that chat."""
        person = self.person(name, language=language, zone=zone)
        self.api.write(chat, f"/start {self.payload(person)}")
        self.hear()
        self.api.press(chat, f"link/yes/{person}")
        self.hear()
        return person

    def invited(
        self, person: int, title: str = "Proposal writing", start: str = "2026-12-03T14:00Z"
    ) -> tuple[Session, int]:
        """A session and this person's invitation, whose mail has left."""
        session = self.session(title, start)
        self.register(person, session)
        self.plan()
        self.deliver()
        return session, invitations.of_session(self.app.conn, session.id, [person])[person].id

    def queue(self, key: str, person: int, chat: int) -> None:
        """A message of a cadence waits for a chat."""
        contact = chats.by_chat(self.app.conn, chat)
        data = freeze(ChatMessage(chat, key))
        with database.write(self.app.conn) as conn:
            outbox.record(
                conn,
                NewMessage(
                    key=key, participant_id=person, contact_point_id=contact.id if contact else None,
                    channel="telegram", touchpoint="reminder", purpose="reminder", topic="sessions", session_id=None,
                    invitation_id=None, sequence=None, state=State.QUEUED, because="test", language="en", priority=5,
                    not_before=self.time + timedelta(days=1), expires_at=None, message_id=self.app.message_id(key),
                    sender="", recipient=str(chat), repeatable=False, data=data,
                ),
                self.time,
            )  # fmt: skip

    def last(self, chat: int = ADA) -> Sent:
        return self.api.of(chat)[-1]

    def said(self, chat: int = ADA) -> str:
        """The first line of the newest message in a chat."""
        return self.last(chat).text.splitlines()[0]

    def readings(self) -> list[tuple[str, str, str]]:
        rows = self.app.conn.execute("select state, kind, reason from inbox where channel = 'telegram' order by id")
        return [tuple(row) for row in rows]
