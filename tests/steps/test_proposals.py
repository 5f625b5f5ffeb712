"""Proposals: three questions one at a time, by mail or chat, each once more at most; complete ones on the desk."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.deliveries import Outcome
from domain.errors import UserError
from domain.messages import State
from domain.proposals import checked
from steps import persons, proposals, status
from steps.deliver import deliver, telegram_channel
from steps.inbox import read_filed
from store import proposals as stored
from tests.season.season_place import TwoChannels
from tests.servers.bot_api import FaultyBotApi
from tests.steps.bot_place import ADA, BotPlace
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


def test_answer_in_the_chat_that_was_asked_in(tmp_path: Path) -> None:
    with FaultyBotApi() as server:
        bot = BotPlace(tmp_path, server)
        ada = bot.linked()
        proposals.start(bot.app, str(ada), {}, "test")
        bot.later(hours=22)  # ten in the morning
        bot.plan()
        deliver(bot.app, channel=telegram_channel(bot.app))
        assert "what could you share with others" in bot.said()
        for words in ("Counting with queries", "And one more thing"):
            bot.api.write(ADA, words)
            bot.hear()
        one = stored.get(bot.app.conn, 1)
        assert one is not None
        # the second message came before the second question was put: it may be about anything
        assert (one.title, one.purpose, one.state) == ("Counting with queries", "", "asking")
        bot.plan()
        deliver(bot.app, channel=telegram_channel(bot.app))
        assert "what will people be able to do" in bot.said()
        bot.api.write(ADA, "no")
        bot.hear()
        one = stored.get(bot.app.conn, 1)
        assert one is not None
        assert one.state == "withdrawn"


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
