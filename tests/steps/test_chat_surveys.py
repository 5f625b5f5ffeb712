"""Surveys in chats: questions in turn, own words, double clicks, old buttons, other people's buttons."""

from datetime import timedelta

import pytest

from domain.times import iso
from steps import surveys
from store import surveys as stored
from tests.steps.bot_place import ADA, EVE, BotPlace


def asked(bot: BotPlace, kind: str = "clinic", language: str = "en") -> int:
    """Ada's request about a session that is over."""
    person = bot.linked(ADA, language=language)
    bot.welcomed()
    session = bot.session(start="2026-11-22T13:00Z", kind=kind)
    bot.later(hours=4)
    row = "insert into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)"
    bot.app.conn.execute(row, (session.id, person, iso(bot.time)))
    surveys.look_after(bot.app)
    return 1


def press(bot: BotPlace, code: str, value: str, request: int = 1, chat: int = ADA) -> int:
    """How many messages that brought into the chat."""
    before = len(bot.api.of(chat))
    bot.api.forge_press(chat, f"survey/{request}/{code}/{value}")
    bot.hear()
    return len(bot.api.of(chat)) - before


def drafts(bot: BotPlace) -> dict[str, str]:
    return stored.drafts(bot.app.conn, 1)


def test_command_begins_and_goes_on(bot: BotPlace) -> None:
    asked(bot)
    bot.api.write(ADA, "/survey")
    bot.hear()
    assert bot.last().text.startswith("Proposal writing\n\n1/6. How useful was this session for you?\n\n1 = not useful")
    assert bot.last().data == [f"survey/1/rating/{n}" for n in range(1, 6)] + ["survey/1/rating/-"]
    assert press(bot, "rating", "-") == 1
    assert (drafts(bot), bot.said()) == ({"rating": ""}, "2/6. Did the session meet your expectations?")
    bot.api.write(ADA, "/survey")
    bot.hear()
    assert bot.said() == "Proposal writing" and "2/6" in bot.last().text


def test_double_click_asks_once(bot: BotPlace) -> None:
    asked(bot)
    for _ in range(2):
        bot.api.forge_press(ADA, "survey/1/rating/4")
    before = len(bot.api.of(ADA))
    assert bot.hear().surveys == 1
    assert len(bot.api.of(ADA)) - before == 1
    assert press(bot, "rating", "4") == 0


def test_older_button_changes_its_answer_and_asks_nothing(bot: BotPlace) -> None:
    asked(bot)
    press(bot, "rating", "4")
    press(bot, "met_expectations", "yes")
    assert press(bot, "rating", "2") == 0
    assert drafts(bot) == {"rating": "2", "met_expectations": "yes"}


@pytest.mark.parametrize(("letters", "states"), [(1, ["sent"]), (2, ["unsure", "unsure"])])
def test_press_proves_the_one_message_that_brought_the_button(bot: BotPlace, letters: int, states: list[str]) -> None:
    asked(bot)
    bot.plan()
    conn, key = bot.app.conn, "survey_first/survey-1/1"
    if letters == 2:  # a later one with the same question
        bot.queue("survey_second/survey-1/1", 1, ADA)
        data = "(select data from payloads where outbox_id = ?)"
        conn.execute(
            f"update payloads set data = {data} where outbox_id = ?",
            (bot.by_key(key).id, bot.by_key("survey_second/survey-1/1").id),
        )
    conn.execute("update outbox set state = 'unsure' where key glob '*/survey-1/*'")
    press(bot, "rating", "4")
    rows = conn.execute("select state from outbox where key glob '*/survey-1/*' order by id")
    assert [row["state"] for row in rows] == states


def test_button_of_somebody_else_is_refused(bot: BotPlace) -> None:
    asked(bot)
    bot.linked(EVE, "Eve")
    press(bot, "rating", "1", chat=EVE)
    assert (drafts(bot), bot.readings()[-1]) == ({}, ("ignored", "text", "another person's button"))


@pytest.mark.parametrize(("code", "value"), [("rating", "6"), ("rating", "yes"), ("mood", "4"), ("open_text", "x")])
def test_button_that_is_none_of_ours_answers_nothing(bot: BotPlace, code: str, value: str) -> None:
    asked(bot)
    press(bot, code, value)
    assert (drafts(bot), "1/6" in bot.last().text) == ({}, True)


def test_own_words_are_taken_for_a_day(bot: BotPlace) -> None:
    asked(bot)
    for code in ("rating", "met_expectations", "documents_useful", "shared_on", "connectivity_trouble"):
        press(bot, code, "-")
    assert "Write your answer here" in bot.last().text
    bot.later(hours=25)
    bot.api.write(ADA, "Hello, who is there?")
    bot.hear()
    assert "open_text" not in drafts(bot)
    bot.api.write(ADA, "/survey")
    bot.hear()
    bot.api.write(ADA, "yes")
    bot.hear()
    (response,) = stored.answers(bot.app.conn, "clinic")
    assert response.answers == {"open_text": "yes"}
    assert bot.said() == "Thank you! That was the last question."


def test_stop_is_never_an_answer(bot: BotPlace) -> None:
    asked(bot)
    for code in ("rating", "met_expectations", "documents_useful", "shared_on", "connectivity_trouble"):
        press(bot, code, "-")
    bot.api.write(ADA, "STOP")
    assert bot.hear().stops == 1
    assert "open_text" not in drafts(bot)


def test_link_must_be_one(bot: BotPlace) -> None:
    asked(bot)
    bot.later(days=30)
    surveys.look_after(bot.app)
    press(bot, "used_it", "yes", request=2)
    bot.api.write(ADA, "A guide for our group")
    bot.hear()
    bot.api.write(ADA, "it is on meta")
    bot.hear()
    assert "could not be read as a link" in bot.last().text
    bot.api.write(ADA, "https://meta.example.org/guide")
    bot.hear()
    (response,) = stored.answers(bot.app.conn, "practice_30")
    assert (response.answers["link"], response.source) == ("https://meta.example.org/guide", "telegram")


def test_button_of_a_closed_survey_says_so(bot: BotPlace) -> None:
    asked(bot)
    bot.time += timedelta(days=14)
    press(bot, "rating", "4")
    assert (bot.said(), drafts(bot)) == ("These questions are closed by now. Thank you all the same!", {})
    bot.api.write(ADA, "/survey")
    bot.hear()
    assert bot.said() == "There is nothing that we would like to ask you now."


def test_chat_speaks_the_persons_language(bot: BotPlace) -> None:
    asked(bot, language="ar")
    press(bot, "rating", "4")
    assert bot.said() == "2/6. هل لبّت الجلسة توقعاتكم؟"
    assert [button["text"] for row in bot.last().buttons for button in row] == ["نعم", "لا", "تخطي هذا السؤال"]
