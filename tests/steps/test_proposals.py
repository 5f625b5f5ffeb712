"""Proposals: three questions one at a time, by mail or chat, each once more at most; complete ones on the desk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.deliveries import Outcome
from domain.errors import UserError
from domain.messages import State
from domain.proposals import Proposal, checked
from domain.times import iso
from steps import persons, proposals, status
from steps.deliver import deliver, telegram_channel
from steps.inbox import read_filed
from store import proposals as stored
from tests.season.season_place import TwoChannels
from tests.servers.bot_api import FaultyBotApi
from tests.steps.bot_place import ADA, BEN, BotPlace
from tests.steps.mails_in import reply_by_text


@pytest.fixture
def place(tmp_path: Path) -> TwoChannels:
    """Ada is an ambassador, Ben is not; nothing else is sent."""
    place = TwoChannels(tmp_path)
    rules = place.programme.rules
    points = {code: p for code, p in rules.touchpoints.items() if p.anchor is None or code.startswith("proposal")}
    place.programme = replace(place.programme, rules=replace(rules, touchpoints=points))
    place.app = place.another()
    place.person("Ada")
    place.person("Ben")
    row = "insert into participant_roles (participant_id, role, state) values (1, 'ambassador', 'held')"
    place.app.conn.execute(row)
    place.through(days=1)
    return place


def asks(place: TwoChannels) -> list[str]:
    rows = place.app.conn.execute(
        "select key from outbox where state = 'sent' and purpose like 'proposal%' order by sent_at, id"
    )
    return [row[0] for row in rows]


def reply(place: TwoChannels, words: str) -> None:
    message = place.by_key(asks(place)[-1])
    ident = f"r{place.app.conn.execute('select count(*) from inbox').fetchone()[0]}"
    place.file(reply_by_text(words, to=message.message_id, ident=ident))
    read_filed(place.app)


def test_ambassador_is_asked_question_by_question(place: TwoChannels) -> None:
    assert proposals.ask_ambassadors(place.app, 5, "test", dry_run=True) == 1
    assert proposals.ask_ambassadors(place.app, 5, "test") == 1
    assert proposals.ask_ambassadors(place.app, 5, "test") == 0
    place.through(days=1)
    assert asks(place) == ["proposal_first/proposal-1/0/1"]
    reply(place, "How we count with queries\n\nOn Mon, 7 Dec 2026 at 10:00, Us <a@example.org> wrote:\n> What could")
    place.through(hours=1)
    reply(place, "People can count\nby themselves.")
    place.through(hours=1)
    assert asks(place)[1:] == ["proposal_next/proposal-1/1/1", "proposal_next/proposal-1/2/1"]
    assert "proposals" not in [item["kind"] for item in status.needs_person(place.app)]
    reply(place, "A weekday in January, in the evening")
    place.through(hours=1)
    assert asks(place)[3:] == ["proposal_complete/proposed-1/1"]
    one = stored.get(place.app.conn, 1)
    assert one is not None
    assert (one.title, one.purpose, one.wanted, one.state) == (
        "How we count with queries", "People can count\nby themselves.", "A weekday in January, in the evening",
        "complete",
    )  # fmt: skip
    (item,) = [item for item in status.needs_person(place.app) if item["kind"] == "proposals"]
    assert item["count"] == 1
    place.through(days=40)
    assert len(asks(place)) == 4


def test_silent_ambassador_is_asked_twice_and_never_again_for_half_a_year(place: TwoChannels) -> None:
    proposals.ask_ambassadors(place.app, 5, "test")
    place.through(days=60)
    assert asks(place) == ["proposal_first/proposal-1/0/1", "proposal_again/proposal-1/0/1"]
    assert proposals.ask_ambassadors(place.app, 5, "test") == 0
    place.later(days=130)
    assert proposals.ask_ambassadors(place.app, 5, "test") == 1
    assert [(w.proposal.id, w.proposal.state) for w in proposals.listing(place.app)] == [(2, "asking")]


@pytest.mark.parametrize("days", [7, 10, 13])
def test_question_is_asked_again_only_after_it_was_asked_however_late(place: TwoChannels, days: int) -> None:
    """Nobody planned for days."""
    proposals.ask_ambassadors(place.app, 5, "test")
    place.later(days=days)
    place.through(days=5)
    assert asks(place) == ["proposal_first/proposal-1/0/1"]
    place.through(days=60)
    assert asks(place) == ["proposal_first/proposal-1/0/1", "proposal_again/proposal-1/0/1"]


def test_next_question_is_asked_and_asked_again_however_late(place: TwoChannels) -> None:
    proposals.start(place.app, "1", {"title": "Queries"}, "test")
    place.later(days=10)
    place.through(days=5)
    assert asks(place) == ["proposal_next/proposal-1/1/1"]
    place.through(days=60)
    assert asks(place) == ["proposal_next/proposal-1/1/1", "proposal_again/proposal-1/1/1"]


def test_question_that_was_never_asked_is_not_asked_again(place: TwoChannels) -> None:
    """The first was of no use any more, or could not be delivered."""
    proposals.ask_ambassadors(place.app, 5, "test")
    place.later(days=16)
    place.through(days=60)
    assert asks(place) == []


def test_question_that_was_not_taken_is_not_asked_again(place: TwoChannels) -> None:
    place.channel.outcomes["p1@example.org"] = Outcome.REFUSED_MESSAGE
    proposals.ask_ambassadors(place.app, 5, "test")
    place.through(days=2)
    assert place.by_key("proposal_first/proposal-1/0/1").state is State.FAILED
    place.channel.outcomes.clear()
    place.through(days=60)
    assert asks(place) == []


def test_who_waits_for_an_answer_to_a_proposal_is_not_asked_for_another(place: TwoChannels) -> None:
    proposals.start(place.app, "1", {"title": "A", "purpose": "B", "wanted": "C"}, "test")
    place.later(days=400)
    assert proposals.ask_ambassadors(place.app, 5, "test") == 0


def test_no_takes_it_back_and_what_is_no_answer_is_for_a_person(place: TwoChannels) -> None:
    proposals.ask_ambassadors(place.app, 5, "test")
    place.through(days=1)
    reply(place, "Yes")
    assert [row["state"] for row in place.app.conn.execute("select state from inbox")] == ["for_person"]
    reply(place, "No, thank you")
    one = stored.get(place.app.conn, 1)
    assert one is not None
    assert one.state == "withdrawn"
    place.through(days=30)
    assert len(asks(place)) == 1


# -- in a chat ------------------------------------------------------------------------------------------------


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[BotPlace]:
    """Ada has a chat."""
    with FaultyBotApi() as server:
        bot = BotPlace(tmp_path, server)
        bot.linked()
        bot.app.conn.execute("update participants set registered_at = null")
        yield bot


def writes(bot: BotPlace, *words: str) -> str:
    """All of it before anything is answered; what is said then."""
    for text in words:
        bot.api.write(ADA, text)
    bot.hear()
    return bot.last().text


def round_of(bot: BotPlace) -> None:
    bot.plan()
    deliver(bot.app, channel=telegram_channel(bot.app))


def only(bot: BotPlace) -> Proposal:
    (waiting,) = proposals.listing(bot.app, waiting=False)
    return waiting.proposal


def test_propose_in_a_chat_asks_question_by_question_at_once(bot: BotPlace) -> None:
    assert "what could you share with others" in writes(bot, "/propose")
    said = writes(bot, "Counting with queries")
    assert "noted it: Counting with queries" in said and "what will people be able to do" in said
    assert "when would your clinic suit you" in writes(bot, "People count by themselves.")
    assert "Your proposal is complete: Counting with queries" in writes(bot, "A weekday in January")
    one = only(bot)
    assert (one.title, one.purpose, one.wanted, one.state, one.source) == (
        "Counting with queries", "People count by themselves.", "A weekday in January", "complete", "telegram",
    )  # fmt: skip
    sent = len(bot.api.of(ADA))
    for _ in range(10):
        bot.later(days=1)
        round_of(bot)
    assert len(bot.api.of(ADA)) == sent  # neither its questions nor its thanks come twice


def test_propose_again_goes_on_and_cancel_drops_it(bot: BotPlace) -> None:
    writes(bot, "/propose")
    writes(bot, "Counting")
    bot.later(days=3)
    assert "what will people be able to do" in writes(bot, "/propose")
    assert "when would your clinic" in writes(bot, "They count.")
    assert "Your proposal is dropped" in writes(bot, "/cancel")
    assert (only(bot).state, only(bot).purpose) == ("withdrawn", "They count.")
    assert "There is nothing to drop" in writes(bot, "/cancel")
    assert "cannot read that" in writes(bot, "In January")


def test_propose_and_silence_is_asked_once_more(bot: BotPlace) -> None:
    writes(bot, "/propose")
    sent = len(bot.api.of(ADA))
    for _ in range(8):
        bot.later(hours=22)
        round_of(bot)
    (again,) = bot.api.of(ADA)[sent:]
    assert "what could you share with others" in again.text
    query = "select sent_at from outbox where key = 'proposal_again/proposal-1/0/1'"
    assert bot.app.conn.execute(query).fetchone()[0][:10] == "2026-11-29"
    assert "what will people be able to do" in writes(bot, "Counting")  # it is listened to as well


@pytest.mark.parametrize("words", ["maybe", "x" * 2001, "What do you mean?"])
def test_what_is_no_answer_to_a_question_in_the_chat_is_asked_again(bot: BotPlace, words: str) -> None:
    writes(bot, "/propose")
    writes(bot, "Counting")
    said = writes(bot, words)
    assert said.startswith("This is not what we can keep.") and "what will people be able to do" in said
    assert (only(bot).purpose, only(bot).state) == ("", "asking")


def test_no_in_the_chat_takes_the_proposal_back(bot: BotPlace) -> None:
    writes(bot, "/propose")
    assert "Your proposal is dropped" in writes(bot, "no")
    assert only(bot).state == "withdrawn"


def test_question_of_the_planner_is_answered_in_the_chat_and_the_next_follows_at_once(bot: BotPlace) -> None:
    proposals.start(bot.app, "1", {}, "test")
    bot.later(hours=22)  # ten in the morning
    round_of(bot)
    assert "what could you share with others" in bot.said()
    # the second message came before the second question was put: it may be about anything
    writes(bot, "Counting with queries", "And one more thing")
    assert (only(bot).title, only(bot).purpose, only(bot).state) == ("Counting with queries", "", "asking")
    assert "when would your clinic" in writes(bot, "They count.")


def test_newest_question_of_the_chat_is_the_one_that_is_answered(bot: BotPlace) -> None:
    """A sharer with an open ask proposes something else, and is asked about the checklist again."""
    bot.app.conn.execute("update participants set name_folded = 'ada lovelace'")
    bot.session(start=iso(bot.time + timedelta(days=16)), kind="clinic", sharers="Ada Lovelace")
    round_of(bot)
    bot.app.conn.execute("update checklist_items set state = 'done' where code = 'date_and_topic'")
    bot.later(days=1)
    round_of(bot)
    writes(bot, "/propose")
    writes(bot, "25")
    query = "select answer from checklist_items where code = 'places'"
    assert (only(bot).title, bot.app.conn.execute(query).fetchone()[0]) == ("25", "")
    bot.later(days=2)
    round_of(bot)
    writes(bot, "20")
    assert (only(bot).purpose, bot.app.conn.execute(query).fetchone()[0]) == ("", "20")


def test_chat_that_is_nobodys_proposes_nothing(bot: BotPlace) -> None:
    bot.api.write(BEN, "/propose")
    bot.hear()
    assert "not linked to you yet" in bot.last(BEN).text
    assert proposals.listing(bot.app) == []


# -- entered by a coordinator ---------------------------------------------------------------------------------


def test_coordinator_enters_one_and_only_what_is_open_is_asked(place: TwoChannels) -> None:
    made = proposals.start(place.app, "2", {"title": " Queries ", "purpose": "", "wanted": "January"}, "test")
    assert (made.waits_for, made.title, made.state) == ("purpose", "Queries", "asking")
    with pytest.raises(UserError, match="open question"):
        proposals.start(place.app, "2", {}, "test")
    place.through(hours=1)
    assert asks(place) == ["proposal_next/proposal-1/2/2"]
    whole = {"title": "A", "purpose": "B", "wanted": "C"}
    proposals.decline(place.app, 1, "test")
    assert proposals.start(place.app, "2", whole, "test").state == "complete"
    with pytest.raises(UserError, match="does not wait"):
        proposals.decline(place.app, 1, "test")
    assert [w.proposal.id for w in proposals.listing(place.app)] == [2]


def test_erased_author_leaves_no_open_proposal(place: TwoChannels) -> None:
    proposals.start(place.app, "2", {"title": "A"}, "test")
    persons.erase(place.app, "2", "test")
    one = stored.get(place.app.conn, 1)
    assert one is not None
    assert (one.title, one.state) == ("", "withdrawn")


@pytest.mark.parametrize(
    ("name", "text"), [("title", " \n "), ("title", "x" * 201), ("purpose", "What do you mean?"), ("wanted", "متى؟")]
)
def test_answers_that_a_person_must_read(name: str, text: str) -> None:
    with pytest.raises(ValueError):
        checked(name, text)


def test_title_may_be_a_question() -> None:
    assert checked("title", " Who  writes\nhistory? ") == "Who writes history?"
