"""People in their chats against the strict Bot API: linking, answers, wishes, and what is never done."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.memory_telegram import MemoryTelegram
from channels.telegram_updates import Updates
from domain.deliveries import Outcome, Phase, Receipt
from domain.errors import UserError
from steps import chat_inbox, chat_links, telegram
from steps.deliver import deliver
from steps.telegram import TelegramReport
from store import chats, contact_points, inbox
from tests.servers.bot_api import Fault, FaultyBotApi
from tests.steps.bot_place import ADA, BEN, EVE, BotPlace

PRIVATE = {"id": ADA, "type": "private"}


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[BotPlace]:
    with FaultyBotApi() as server:
        yield BotPlace(tmp_path, server)


# -- linking ----------------------------------------------------------------------------------------------


def test_link_of_a_mail_is_confirmed_in_the_chat(bot: BotPlace) -> None:
    person = bot.person("Ada Lovelace")
    bot.api.write(ADA, f"/start {bot.payload(person)}")
    assert bot.hear() == TelegramReport(filed=1, answered=1)
    assert "Ada" in bot.last().text
    assert "Lovelace" not in bot.last().text
    assert bot.last().data == [f"link/yes/{person}", f"link/no/{person}"]
    assert chats.by_chat(bot.app.conn, ADA) is None
    bot.api.press(ADA, f"link/yes/{person}")
    assert bot.hear() == TelegramReport(filed=1, links=1, answered=1)
    chat = chats.by_chat(bot.app.conn, ADA)
    assert chat is not None
    assert (chat.participant_id, chat.chat_id, chat.health, chat.stopped) == (person, ADA, "ok", False)
    consent = bot.app.conn.execute("select granted, source from consents where topic = 'telegram'").fetchall()
    assert [tuple(row) for row in consent] == [(1, "telegram")]
    assert "/mine" in bot.last().text
    assert chat_links.personal_link(bot.app, person) == ""


def test_link_works_once(bot: BotPlace) -> None:
    person = bot.person()
    first = bot.payload(person)
    bot.api.write(ADA, f"/start {first}")
    bot.hear()
    bot.api.press(ADA, f"link/yes/{person}")
    bot.api.write(EVE, f"/start {first}")
    bot.hear()
    assert bot.said(EVE).startswith("Nothing has been linked")
    assert [chats.by_chat(bot.app.conn, chat) is None for chat in (ADA, EVE)] == [False, True]


@pytest.mark.parametrize(
    "payload",
    ["1", "1-" + "a" * 24, "0-x", "x" * 64, "999-" + "a" * 24, "-1-" + "b" * 24, "1-é", "9" * 30 + "-" + "a" * 24],
)
def test_payload_that_is_no_link_of_ours_is_refused(bot: BotPlace, payload: str) -> None:
    bot.person()
    bot.api.write(EVE, f"/start {payload}")
    bot.hear()
    assert bot.said(EVE).startswith("Nothing has been linked")
    assert bot.outbox() == {}


def test_another_persons_token_is_refused(bot: BotPlace) -> None:
    one, other = bot.person(), bot.person()
    token = bot.payload(one).partition("-")[2]
    bot.api.write(EVE, f"/start {other}-{token}")
    bot.hear()
    assert bot.said(EVE).startswith("Nothing has been linked")


def test_erased_persons_link_is_refused(bot: BotPlace) -> None:
    person = bot.person()
    payload = bot.payload(person)
    bot.app.conn.execute("update participants set erased_at = '2026-11-22T00:00:00+00:00'")
    bot.api.write(EVE, f"/start {payload}")
    bot.hear()
    assert bot.said(EVE).startswith("Nothing has been linked")


def test_press_in_a_chat_that_was_not_asked_links_nothing(bot: BotPlace) -> None:
    person = bot.person()
    bot.api.write(ADA, f"/start {bot.payload(person)}")
    bot.api.write(EVE, "/start")
    bot.hear()
    bot.api.forge_press(EVE, f"link/yes/{person}")
    bot.hear()
    assert bot.said(EVE).startswith("Nothing has been linked")
    assert chats.of_participant(bot.app.conn, person) is None


def test_confirmation_that_comes_too_late_links_nothing(bot: BotPlace) -> None:
    person = bot.person()
    bot.api.write(ADA, f"/start {bot.payload(person)}")
    bot.hear()
    bot.later(hours=25)
    bot.api.press(ADA, f"link/yes/{person}")
    bot.hear()
    assert bot.said().startswith("Nothing has been linked")
    assert chats.of_participant(bot.app.conn, person) is None


def test_no_links_nothing_and_leaves_the_link_good(bot: BotPlace) -> None:
    person = bot.person()
    payload = bot.payload(person)
    bot.api.write(ADA, f"/start {payload}")
    bot.hear()
    bot.api.press(ADA, f"link/no/{person}")
    bot.api.press(ADA, f"link/yes/{person}")
    bot.hear()
    assert chats.of_participant(bot.app.conn, person) is None
    assert bot.payload(person) == payload


def test_double_click_on_yes_links_once_and_says_so_once(bot: BotPlace) -> None:
    person = bot.person()
    bot.api.write(ADA, f"/start {bot.payload(person)}")
    bot.hear()
    bot.api.press(ADA, f"link/yes/{person}")
    bot.api.press(ADA, f"link/yes/{person}")
    assert bot.hear() == TelegramReport(filed=2, links=1, answered=1)
    assert chats.asked(bot.app.conn, person).used == 1


def test_chat_that_is_linked_anew_moves_and_its_messages_do_not(bot: BotPlace) -> None:
    former = bot.linked(ADA, "Ada")
    bot.queue("later", former, ADA)
    heir = bot.linked(ADA, "Ben")
    assert [chats.of_participant(bot.app.conn, one) is None for one in (former, heir)] == [True, False]
    assert bot.outbox()["later"] == "cancelled"


def test_person_who_links_a_second_chat_leaves_the_first(bot: BotPlace) -> None:
    person = bot.linked(ADA)
    used = chats.asked(bot.app.conn, person).used
    token = bot.app.token("telegram-link", f"{person}/{used}")
    bot.api.write(BEN, f"/start {person}-{token}")
    bot.hear()
    bot.api.press(BEN, f"link/yes/{person}")
    bot.hear()
    assert chats.by_chat(bot.app.conn, ADA) is None
    bot.api.write(ADA, "/mine")
    bot.hear()
    assert "not linked" in bot.last(ADA).text


# -- answers to invitations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "partstat"), [("yes", "ACCEPTED"), ("no", "DECLINED"), ("maybe", "TENTATIVE")]
)
def test_button_answers_the_invitation(bot: BotPlace, choice: str, partstat: str) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    bot.api.write(ADA, "/mine")
    bot.hear()
    bot.api.press(ADA, f"rsvp/{invitation}/{choice}/0")
    assert bot.hear() == TelegramReport(filed=1, rsvps=1, answered=1)
    assert bot.partstat(person, session) == partstat
    assert "Proposal writing" in bot.last().text
    assert bot.api.toasts[-1] == f"✓ {choice.capitalize()}"
    (row,) = bot.app.conn.execute("select source, sequence, inbox_id is not null as filed from rsvps").fetchall()
    assert tuple(row) == ("telegram", 0, 1)


def test_double_click_is_one_answer_and_one_message(bot: BotPlace) -> None:
    person = bot.linked()
    _, invitation = bot.invited(person)
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    assert bot.hear() == TelegramReport(filed=2, rsvps=1, answered=1)
    assert len(bot.api.toasts) == 3  # both presses, and the one of linking, are told that they arrived


def test_change_of_mind_counts_and_going_back_too(bot: BotPlace) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    said = []
    for choice in ("yes", "no", "yes"):
        bot.api.forge_press(ADA, f"rsvp/{invitation}/{choice}/0")
        bot.hear()
        said.append(bot.partstat(person, session))
        bot.later(seconds=1)
    assert said == ["ACCEPTED", "DECLINED", "ACCEPTED"]


def test_another_persons_button_is_refused(bot: BotPlace) -> None:
    person = bot.linked(ADA)
    bot.linked(EVE, "Eve")
    session, invitation = bot.invited(person)
    bot.api.forge_press(EVE, f"rsvp/{invitation}/no/0")
    assert bot.hear() == TelegramReport(filed=1, ignored=1, answered=1)
    assert bot.partstat(person, session) == "NEEDS-ACTION"
    assert "Proposal" not in bot.last(EVE).text


def test_strangers_button_is_refused(bot: BotPlace) -> None:
    person = bot.linked(ADA)
    session, invitation = bot.invited(person)
    bot.api.write(EVE, "/start")
    bot.api.forge_press(EVE, f"rsvp/{invitation}/no/0")
    bot.hear()
    assert bot.partstat(person, session) == "NEEDS-ACTION"
    assert "not linked" in bot.last(EVE).text


def test_button_of_an_earlier_time_asks_again_with_the_new_one(bot: BotPlace) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    bot.change(session, start="2026-12-04T15:00Z")
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    bot.hear()
    assert bot.partstat(person, session) == "NEEDS-ACTION"
    assert "moved" in bot.last().text
    assert "4 December" in bot.last().text
    bot.api.press(ADA, f"rsvp/{invitation}/yes/1")
    bot.hear()
    assert bot.partstat(person, session) == "ACCEPTED"
    assert [tuple(row) for row in bot.app.conn.execute("select sequence, partstat from rsvps order by id")] == [
        (0, "ACCEPTED"),
        (1, "ACCEPTED"),
    ]


def test_button_from_the_future_is_no_better_than_today(bot: BotPlace) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    bot.api.forge_press(ADA, f"rsvp/{invitation}/no/99")
    bot.hear()
    bot.later(seconds=1)
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    bot.hear()
    assert bot.partstat(person, session) == "ACCEPTED"


def test_button_of_a_cancelled_session_says_so(bot: BotPlace) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    bot.cancel(session)
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    bot.hear()
    assert "will not take place" in bot.last().text
    assert bot.partstat(person, session) == "NEEDS-ACTION"


def test_button_of_a_session_that_is_over_shows_what_is_ahead(bot: BotPlace) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    bot.later(days=30)
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    bot.hear()
    assert "no session ahead" in bot.last().text
    assert bot.partstat(person, session) == "NEEDS-ACTION"


def test_no_in_the_chat_takes_back_what_is_queued_by_mail(bot: BotPlace) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    bot.change(session, title="Proposals")
    bot.plan()
    bot.api.forge_press(ADA, f"rsvp/{invitation}/no/0")
    bot.hear()
    assert bot.by_key(f"invite/{session.id}/1/{person}").state == "cancelled"


# -- commands ---------------------------------------------------------------------------------------------


def test_mine_shows_local_times_answers_and_buttons(bot: BotPlace) -> None:
    person = bot.linked(zone="Africa/Lagos")
    bot.invited(person, "Later", "2026-12-09T14:00Z")
    _, invitation = bot.invited(person, "Sooner", "2026-12-03T22:30Z")
    elsewhere = bot.person("Eve")
    bot.invited(elsewhere, "Not mine", "2026-12-04T10:00Z")
    bot.api.forge_press(ADA, f"rsvp/{invitation}/maybe/0")
    bot.hear()
    bot.api.write(ADA, "/mine")
    bot.hear()
    text = bot.last().text
    assert text.index("1. Sooner") < text.index("2. Later")
    assert "Not mine" not in text
    assert "23:30" in text  # in Lagos
    assert "maybe" in text
    assert [row[0]["text"] for row in bot.last().buttons] == ["1. Yes", "2. Yes"]
    assert bot.last().data[:3] == [f"rsvp/{invitation}/{choice}/0" for choice in ("yes", "no", "maybe")]


def test_mine_of_a_busy_person_keeps_the_limits(bot: BotPlace) -> None:
    person = bot.linked()
    for day in range(1, 20):
        bot.invited(person, "An unusually long title of a session " * 4, f"2026-12-{day:02}T14:00Z")
    bot.api.write(ADA, "/mine")
    bot.hear()
    assert len(bot.last().buttons) == 8
    assert "and 11 more" in bot.last().text


def test_stop_and_start_are_about_this_chat_only(bot: BotPlace) -> None:
    person = bot.linked()
    bot.api.write(ADA, "/stop")
    assert bot.hear() == TelegramReport(filed=1, stops=1, answered=1)
    rows = bot.app.conn.execute("select channel, topic, lifted_at from suppressions").fetchall()
    assert [tuple(row) for row in rows] == [("telegram", "*", None)]
    chat = chats.by_chat(bot.app.conn, ADA)
    assert chat is not None
    assert chat.stopped
    bot.api.write(ADA, "/start")
    assert bot.hear() == TelegramReport(filed=1, starts=1, answered=1)
    again = chats.of_participant(bot.app.conn, person)
    assert again is not None
    assert not again.stopped
    bot.api.write(ADA, "/start")
    bot.hear()
    assert "linked to you" not in bot.last().text
    assert "/mine" in bot.last().text


def test_stop_takes_back_what_is_queued_but_not_answers(bot: BotPlace) -> None:
    person = bot.linked()
    bot.queue("later", person, ADA)
    before = len(bot.api.of(ADA))
    bot.api.write(ADA, "/help")
    bot.api.write(ADA, "/stop")
    bot.hear()
    assert bot.outbox()["later"] == "cancelled"
    assert len(bot.api.of(ADA)) == before + 2


def test_stop_in_words_is_understood(bot: BotPlace) -> None:
    bot.linked()
    bot.api.write(ADA, "Stop")
    assert bot.hear().stops == 1


def test_link_of_a_stopped_chat_starts_it_again(bot: BotPlace) -> None:
    bot.linked()
    bot.api.write(ADA, "/stop")
    bot.hear()
    bot.linked(ADA, "Ben")
    chat = chats.by_chat(bot.app.conn, ADA)
    assert chat is not None
    assert not chat.stopped


def test_language_is_chosen_by_command_or_button(bot: BotPlace) -> None:
    person = bot.linked(language="en")
    bot.api.write(ADA, "/language fr")
    bot.hear()
    assert "français" in bot.last().text.lower()
    bot.api.write(ADA, "/language klingon")
    bot.hear()
    assert bot.last().data == ["lang/en", "lang/ar", "lang/es", "lang/fr", "lang/pt"]
    bot.api.press(ADA, "lang/ar")
    bot.hear()
    (kept,) = bot.app.conn.execute("select languages from participants where id = ?", (person,)).fetchone()
    assert kept == '["ar", "fr", "en"]'


def test_answers_are_in_the_persons_language(bot: BotPlace) -> None:
    person = bot.linked(language="pt")
    _, invitation = bot.invited(person)
    bot.api.write(ADA, "/mine")
    bot.hear()
    assert [button["text"] for button in bot.last().buttons[0]] == ["Sim", "Não", "Talvez"]
    bot.api.press(ADA, f"rsvp/{invitation}/yes/0")
    bot.hear()
    assert bot.api.toasts[-1] == "✓ Sim"


def test_stranger_is_helped_in_the_language_of_their_app(bot: BotPlace) -> None:
    user = {"id": EVE, "is_bot": False, "first_name": "Eve", "language_code": "es"}
    chat = {"id": EVE, "type": "private", "first_name": "Eve"}
    bot.api.write(EVE, "hello")
    bot.api.push({"message": {"message_id": 1, "date": 1, "chat": chat, "from": user, "text": "hola"}})
    bot.hear()
    assert "enlace" in bot.last(EVE).text
    assert bot.outbox() == {}


@pytest.mark.parametrize("text", ["What is this?", "/unknown", "/chatid", "yes please, when is it and who leads it?"])
def test_what_cannot_be_read_gets_a_short_help(bot: BotPlace, text: str) -> None:
    bot.linked()
    bot.api.write(ADA, text)
    bot.hear()
    assert bot.said().startswith("Sorry, we cannot read that here")


def test_bare_yes_gets_the_buttons(bot: BotPlace) -> None:
    person = bot.linked()
    session, _ = bot.invited(person)
    bot.api.write(ADA, "Yes")
    bot.hear()
    assert len(bot.last().data) == 3
    assert bot.partstat(person, session) == "NEEDS-ACTION"


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


# -- groups -----------------------------------------------------------------------------------------------


def test_group_hears_its_number_and_nothing_else(bot: BotPlace) -> None:
    bot.linked(ADA)
    bot.api.groups[-100] = "Everybody"
    for text in ("/chatid", "/chatid@letsconnect_bot", "/mine", "/start", "hello", "/chatid@another_bot"):
        bot.api.write(ADA, text, group=-100)
    bot.api.forge_press(-100, "mine")
    bot.hear()
    assert [one.text for one in bot.api.of(-100)] == ["-100", "-100"]


def test_group_that_migrated_keeps_its_queued_messages(bot: BotPlace) -> None:
    bot.queue("g", bot.person(), -4)
    chat = {"id": -4, "type": "group", "title": "G"}
    bot.api.push({"message": {"message_id": 1, "date": 1, "chat": chat, "migrate_to_chat_id": -1004}})
    bot.hear()
    assert bot.by_key("g").recipient == "-1004"


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
