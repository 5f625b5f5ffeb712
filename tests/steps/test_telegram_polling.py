"""Updates filed and read whatever goes wrong, what Telegram says of chats, and the poller."""

import json
import sqlite3
import threading
from datetime import datetime

import pytest

from channels.memory_telegram import MemoryTelegram
from channels.telegram_updates import Updates
from domain.chats import ChatEvent
from domain.deliveries import Outcome, Phase, Receipt
from domain.errors import UserError
from steps import chat_inbox, chat_links, telegram
from steps.app import App
from steps.chat_visit import Reading
from steps.deliver import deliver
from steps.telegram import TelegramReport
from store import chats, contact_points, database, inbox
from store.inbox import Filed
from tests.servers.bot_api import Fault
from tests.steps.bot_place import ADA, EVE, BotPlace

PRIVATE = {"id": ADA, "type": "private"}


# -- filing and faults ------------------------------------------------------------------------------------


def test_updates_are_filed_before_they_are_acknowledged(bot: BotPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill between the reception and the commit: Telegram still has them."""
    bot.api.write(ADA, "/start")

    def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "file", killed)
        with pytest.raises(KeyboardInterrupt):
            bot.hear()
    assert bot.hear().filed == 1
    assert bot.api.asked[-3:] == [None, None, 501]
    assert bot.api.updates == []


def test_filed_update_is_read_after_a_kill(bot: BotPlace) -> None:
    person = bot.person()
    bot.api.write(ADA, f"/start {bot.payload(person)}")
    updates = Updates(bot.api.token, bot.server.url)
    box = telegram._Box(bot.app, updates)
    box.file_new(0)
    updates.close()
    bot.api.updates.clear()
    assert bot.hear() == TelegramReport(answered=1)
    assert bot.last().data == [f"link/yes/{person}", f"link/no/{person}"]


def test_update_that_comes_twice_is_read_once(bot: BotPlace) -> None:
    person = bot.linked()
    _, invitation = bot.invited(person)
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    kept = list(bot.api.updates)
    bot.hear()
    bot.api.updates = kept
    bot.app.conn.execute("update mailbox_positions set uid = 0 where mailbox like 'telegram/%'")
    bot.hear()
    assert bot.app.conn.execute("select count(*) from rsvps").fetchone()[0] == 1


@pytest.mark.parametrize(
    "update",
    [
        {"message": "text"},
        {"message": {"chat": {"id": "7"}}},
        {"message": {"chat": {"id": 7, "type": "private"}, "text": ["/start"]}},
        {"message": {"chat": {"id": 10**30, "type": "private"}, "text": "/start"}},
        {"callback_query": {"id": "1", "data": "mine", "from": {"id": 1}, "message": {"chat": PRIVATE}}},
        {"callback_query": {}},
        {"my_chat_member": {"chat": {"id": 7, "type": "private"}}},
    ],
)
def test_impossible_update_is_quarantined_and_the_next_one_read(bot: BotPlace, update: dict[str, object]) -> None:
    bot.linked()
    before = len(bot.readings())
    bot.api.push(update)
    bot.api.write(ADA, "/help")
    report = bot.hear()
    assert report.answered == 1
    assert [state for state, *_ in bot.readings()[before:]] in (["quarantined", "read"], ["ignored", "read"])
    assert report.quarantined + report.ignored == 1


def test_fault_of_ours_puts_one_update_by_and_keeps_the_others(bot: BotPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    bot.linked()
    real = chat_inbox.chat_reading.read

    def stumble(app: App, conn: sqlite3.Connection, event: ChatEvent, filed: Filed, now: datetime) -> Reading:
        reading = real(app, conn, event, filed, now)
        if event.word == "stop":
            raise sqlite3.IntegrityError
        return reading

    monkeypatch.setattr(chat_inbox.chat_reading, "read", stumble)
    before = len(bot.api.of(ADA))
    for text in ("/mine", "/stop", "/help"):
        bot.api.write(ADA, text)
    report = bot.hear()
    assert (report.filed, report.quarantined, report.answered) == (3, 1, 2)
    assert [state for state, _, _ in bot.readings()[-3:]] == ["read", "quarantined", "read"]
    assert len(bot.api.of(ADA)) - before == 2  # each answer once
    assert bot.app.conn.execute("select count(*) from suppressions").fetchone()[0] == 0


def test_updates_of_a_page_are_one_commit(bot: BotPlace) -> None:
    bot.linked()
    message = {"message_id": 1, "date": 0, "chat": PRIVATE, "text": "/help"}
    said = [{"update_id": n, "message": message} for n in range(5)]
    with database.write(bot.app.conn) as conn:
        raw = [(900 + n, bot.time, json.dumps(one).encode()) for n, one in enumerate(said)]
        inbox.file(conn, "another bot", 1, raw, bot.time, channel="telegram")
    done: list[str] = []
    bot.app.conn.set_trace_callback(done.append)
    report = chat_inbox.read_filed(bot.app)
    bot.app.conn.set_trace_callback(None)
    assert (report.answered, done.count("commit")) == (5, 2)  # and one for the record of the run


def test_hostile_texts_do_no_harm(bot: BotPlace) -> None:
    bot.linked()
    for text in ("\ud800", "/language \ud800"):
        bot.api.write(ADA, text)
    for text in ("/start \x00", "A" * 4096, "/" + "x" * 4000, "'; drop table x;--", "/", "/start@ x", "\u202e"):
        bot.api.write(EVE, text)
    assert bot.hear().quarantined == 0


def test_answer_waits_in_the_outbox_while_the_api_is_down_and_expires(bot: BotPlace) -> None:
    bot.linked()
    bot.server.by_chat[ADA] = Fault.SLOW_DOWN
    bot.api.write(ADA, "/help")
    bot.hear()
    (state,) = bot.app.conn.execute("select state from outbox order by id desc limit 1").fetchone()
    assert state == "queued"
    bot.server.by_chat.clear()
    bot.later(hours=2)
    channel = MemoryTelegram()
    deliver(bot.app, channel=channel)
    (state,) = bot.app.conn.execute("select state from outbox order by id desc limit 1").fetchone()
    assert (state, channel.stored) == ("expired", [])


def test_no_mail_is_read_as_an_update_and_no_update_as_mail(bot: BotPlace) -> None:
    from steps.inbox import read_filed as read_mails

    bot.api.write(ADA, "/start")
    updates = Updates(bot.api.token, bot.server.url)
    telegram._Box(bot.app, updates).file_new(0)
    updates.close()
    bot.file(b"Subject: hello\r\n\r\nhello\r\n")
    read_mails(bot.app)
    rows = bot.app.conn.execute("select channel, state from inbox order by id").fetchall()
    assert [tuple(row) for row in rows] == [("telegram", "filed"), ("email", "for_person")]
    chat_inbox.read_filed(bot.app)
    assert bot.readings()[0][0] == "read"


def test_second_poller_is_told_to_stay_away(bot: BotPlace) -> None:
    with telegram._lock(bot.app), pytest.raises(UserError, match="another process"):
        bot.hear()


def test_webhook_elsewhere_is_a_problem_for_a_person(bot: BotPlace) -> None:
    bot.server.next_calls["getUpdates"] = [Fault.CONFLICT]
    with pytest.raises(UserError, match="webhook"):
        bot.hear()


def test_refused_token_is_a_problem_for_a_person_and_is_not_told(bot: BotPlace) -> None:
    bot.environ["LETSCONNECT_TELEGRAM_TOKEN"] = "10001:revoked"
    bot.app = bot.another()
    with pytest.raises(UserError) as caught:
        bot.hear()
    assert "LETSCONNECT_TELEGRAM_TOKEN" in str(caught.value)
    assert "revoked" not in str(caught.value)


def test_without_a_token_there_is_no_link(bot: BotPlace) -> None:
    person = bot.person()
    del bot.environ["LETSCONNECT_TELEGRAM_TOKEN"]
    bot.app = bot.another()
    assert chat_links.personal_link(bot.app, person) == ""
    with pytest.raises(UserError, match="no Telegram bot"):
        bot.hear()


# -- what Telegram says of chats --------------------------------------------------------------------------


def test_blocked_bot_is_noted_and_noted_when_it_is_over(bot: BotPlace) -> None:
    bot.linked()
    health = []
    for blocked in (True, False):
        bot.api.block(ADA, blocked)
        bot.hear()
        chat = chats.by_chat(bot.app.conn, ADA)
        assert chat is not None
        health.append(chat.health)
    assert health == ["blocked", "ok"]


def test_refused_chat_is_blocked_until_its_owner_writes(bot: BotPlace) -> None:
    bot.linked()
    bot.api.people[ADA].blocked = True
    bot.api.write(ADA, "/help")
    bot.hear()
    chat = chats.by_chat(bot.app.conn, ADA)
    assert chat is not None
    assert chat.health == "blocked"
    bot.api.people[ADA].blocked = False
    bot.api.write(ADA, "/help")
    bot.hear()
    chat = chats.by_chat(bot.app.conn, ADA)
    assert chat is not None
    assert chat.health == "ok"


def test_chat_that_is_gone_is_hard(bot: BotPlace) -> None:
    bot.linked()
    contact = chats.by_chat(bot.app.conn, ADA)
    assert contact is not None
    (message,) = bot.app.conn.execute("select min(id) from outbox where contact_point_id = ?", (contact.id,)).fetchone()
    contact_points.refused(
        bot.app.conn, message, Receipt(Outcome.REFUSED_RECIPIENT, Phase.API, 400, "Chat not found"), bot.time
    )
    chat = chats.by_chat(bot.app.conn, ADA)
    assert chat is not None
    assert chat.health == "hard"


# -- the poller -------------------------------------------------------------------------------------------


class Poller:
    """`poll` in a thread, as the supervisor runs it."""

    def __init__(self, bot: BotPlace) -> None:
        self.stop, self.news, self.error = threading.Event(), [], ""
        self.bot = bot
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        app = self.bot.another()
        try:
            telegram.poll(app, self.stop, self.news.append)
        except UserError as error:
            self.error = str(error)
        finally:
            app.close()

    def __enter__(self) -> "Poller":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_poller_answers_while_people_write_and_stops_at_once(bot: BotPlace) -> None:
    person = bot.person("Ada")
    with Poller(bot) as poller:
        bot.api.write(ADA, f"/start {bot.payload(person)}")
        bot.api.wait(ADA, 1)
        bot.api.press(ADA, f"link/yes/{person}")
        bot.api.wait(ADA, 2)
    assert poller.error == ""
    assert sum(report.filed for report in poller.news) == 2
    assert bot.api.commands[""][0] == {"command": "mine", "description": "Your coming sessions"}
    assert set(bot.api.commands) == {"", "ar", "es", "fr", "pt"}


def test_poller_outlives_an_outage(bot: BotPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "RETRY_SECONDS", 0.05)
    bot.server.next_calls |= {
        "getMe": [Fault.BAD_GATEWAY, Fault.RESET],
        "getUpdates": [Fault.GARBAGE_STORED, Fault.RESET, Fault.CONFLICT, Fault.HALF_STORED],
    }
    with Poller(bot) as poller:
        bot.api.write(EVE, "hello")
        bot.api.wait(EVE, 1)
    assert poller.error == ""


def test_poller_gives_up_when_another_one_stays(bot: BotPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "RETRY_SECONDS", 0.01)
    bot.server.next_calls["getUpdates"] = [Fault.CONFLICT] * 50
    with Poller(bot) as poller:
        poller.thread.join(10)
    assert "another poller" in poller.error


def test_numbers_that_begin_anew_are_read(bot: BotPlace) -> None:
    bot.linked()
    bot.api._next_update = 40
    bot.api.write(ADA, "/help")
    bot.app.conn.execute("update mailbox_positions set uid = 39 where mailbox like 'telegram/%'")
    assert bot.hear().filed == 1
