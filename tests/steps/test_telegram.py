"""People in their chats against the strict Bot API: answers, wishes, groups, and what is never done."""

import pytest

from steps.telegram import TelegramReport
from store import chats
from tests.steps.bot_place import ADA, EVE, BotPlace

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
