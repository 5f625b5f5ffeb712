"""A sharer on Telegram alone: the plan, one ask at a time with buttons, words and links written in the chat."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.participants import folded_name
from domain.times import iso
from steps import sessions
from steps.deliver import deliver, telegram_channel
from tests.servers.bot_api import FaultyBotApi
from tests.steps.bot_place import ADA, BEN, BotPlace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[BotPlace]:
    """Ada shares a clinic in eighteen days, has a chat and no mail."""
    with FaultyBotApi() as server:
        place = BotPlace(tmp_path, server)
        person = place.linked(name="Ada Obi")
        conn = place.app.conn
        conn.execute("update participants set name_folded = ?, registered_at = null", (folded_name("Ada Obi"),))
        conn.execute("delete from contact_points where channel = 'email' and participant_id = ?", (person,))
        start = iso(place.time + timedelta(days=18))
        place.session(start=start, kind="clinic", sharers="Ada Obi")
        round_of(place)
        yield place


def round_of(place: BotPlace) -> None:
    place.plan()
    deliver(place.app, channel=telegram_channel(place.app))


def later(place: BotPlace, days: float) -> None:
    place.later(days=days)
    round_of(place)


def state(place: BotPlace, item: int) -> tuple[str, str]:
    row = place.app.conn.execute("select state, answer from checklist_items where id = ?", (item,)).fetchone()
    return row["state"], row["answer"]


def buttons(place: BotPlace) -> list[str]:
    """What those below the newest message say to us."""
    return [button["callback_data"] for row in place.last().buttons for button in row]


def done(place: BotPlace, *items: int) -> None:
    place.app.conn.executemany("update checklist_items set state = 'done' where id = ?", [(item,) for item in items])


def says(place: BotPlace, words: str) -> str:
    """What is answered, its first line."""
    place.api.write(ADA, words)
    place.hear()
    return place.said()


def test_last_answer_to_a_sheet_is_told_from_those_before(place: BotPlace) -> None:
    done(place, 1, 2)
    later(place, 5)
    assert [says(place, words) for words in ("To plan.", "Newcomers.", "Nothing.")] == [
        "Noted, thank you! Here is the next question:", "Noted, thank you! Here is the next question:",
        "Thank you! We have noted that this is done:",
    ]  # fmt: skip


def test_last_thing_of_all_is_said_to_be_the_last(place: BotPlace) -> None:
    last = "That was the last thing. Thank you!"
    done(place, *range(3, 15))
    later(place, 2)
    place.api.press(ADA, "item/1/done")
    place.hear()
    assert last not in place.last().text
    later(place, 1)
    says(place, "25")
    assert last in place.last().text


def test_plan_then_asks_with_buttons(place: BotPlace) -> None:
    assert "This is your plan for preparing the session" in place.said()
    later(place, 2)
    assert place.said() == "Ada Obi, the next thing to prepare:"
    place.api.press(ADA, "item/1/done")
    place.hear()
    assert (state(place, 1), place.said()) == (("done", ""), "Thank you! We have noted that this is done:")
    place.api.press(ADA, "item/1/done")  # twice is harmless
    place.hear()
    assert state(place, 1) == ("done", "")


def test_number_text_and_link_are_written_in_the_chat(place: BotPlace) -> None:
    place.app.conn.execute("update checklist_items set state = 'done' where id = 1")
    later(place, 3)
    assert "Write the number here as a message." in place.last().text
    place.api.write(ADA, "quite a few")
    place.hear()
    assert place.said() == "This is not what we can keep. We asked for:"
    assert buttons(place) == ["item/2/not_needed", "item/2/help"]
    place.api.write(ADA, "25")
    place.hear()
    assert state(place, 2) == ("done", "25")
    place.app.conn.execute("update checklist_items set state = 'done' where id = 3")
    later(place, 2)
    place.api.write(ADA, "https://case.example.org/1")
    place.hear()
    assert state(place, 4) == ("done", "https://case.example.org/1")
    later(place, 1)
    place.api.write(ADA, "English; French would be good.")
    place.hear()
    assert state(place, 5) == ("done", "English; French would be good.")


def test_not_needed_and_help(place: BotPlace) -> None:
    later(place, 2)
    place.api.press(ADA, "item/1/not_needed")
    place.hear()
    assert (state(place, 1), place.said()) == (("not_needed", ""), "We have noted that this is not needed:")
    later(place, 1)
    place.api.press(ADA, "item/2/help")
    place.hear()
    assert (state(place, 2), place.said()) == (("help", ""), "A person will get in touch with you about this:")
    assert [row[0] for row in place.app.conn.execute("select subject from desk_tasks")] == ["item-2"]


def test_button_of_an_item_that_is_no_longer_theirs_is_refused(place: BotPlace) -> None:
    later(place, 2)
    place.linked(BEN, "Ben Silva")
    sessions.change(place.app, "1", {"sharers": "Ben Silva"}, "test")
    place.api.press(ADA, "item/1/done")
    place.hear()
    assert (state(place, 1), place.readings()[-1]) == (("open", ""), ("ignored", "text", "another person's button"))


def test_button_of_a_cancelled_session_says_so(place: BotPlace) -> None:
    later(place, 2)
    sessions.cancel(place.app, "1", "", "test")
    place.api.press(ADA, "item/1/done")
    place.hear()
    assert (state(place, 1), place.said()) == (("open", ""), "Nobody needs to see to this any more:")


def test_yes_without_an_ask_is_about_sessions(place: BotPlace) -> None:
    place.api.write(ADA, "yes")
    place.hear()
    assert state(place, 1) == ("open", "")


def presses(place: BotPlace, data: str) -> tuple[str, str, str]:
    """What a press is read as, of a button that may be old or not ours."""
    place.api.forge_press(ADA, data)
    place.hear()
    return place.readings()[-1]


def test_done_pressed_once_more_asks_for_no_answer_again(place: BotPlace) -> None:
    done(place, 1)
    later(place, 3)
    says(place, "25")
    assert presses(place, "item/2/done") == ("read", "checklist", "pressed twice")
    assert state(place, 2) == ("done", "25")


def test_question_that_is_needed_cannot_be_passed_over(place: BotPlace) -> None:
    done(place, 1, 2)
    later(place, 5)
    assert presses(place, "item/3/skip/purpose") == ("read", "checklist", "pressed twice")
    assert place.app.conn.execute("select count(*) from sheet_answers").fetchone()[0] == 0


def test_guide_is_for_those_who_share(place: BotPlace) -> None:
    place.linked(BEN, "Ben Silva")
    sessions.change(place.app, "1", {"sharers": "Ben Silva"}, "test")
    assert presses(place, "guide/1") == ("ignored", "text", "another person's button")


@pytest.mark.parametrize("ended", ["done", "not_needed", "cancelled"])
def test_words_after_it_ended_change_nothing(place: BotPlace, ended: str) -> None:
    done(place, 1)
    later(place, 3)
    if ended == "cancelled":
        sessions.cancel(place.app, "1", "", "test")
    else:
        place.app.conn.execute("update checklist_items set state = ? where id = 2", (ended,))
    says(place, "25")
    assert state(place, 2)[1] == ""
