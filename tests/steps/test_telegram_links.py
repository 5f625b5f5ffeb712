"""Linking a chat from a mail: confirmed in the chat, once, by whom the link is for."""

import pytest

from steps import chat_links
from steps.telegram import TelegramReport
from store import chats
from tests.steps.bot_place import ADA, BEN, EVE, BotPlace


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
