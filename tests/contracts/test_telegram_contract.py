"""The bot against a Bot API server that is not ours: linking, an answer by a button, /mine."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.telegram import TelegramChannel
from channels.telegram_updates import Updates
from steps import chat_links, telegram
from steps.telegram import TelegramReport
from store import chats, invitations
from tests.judges.telegram_api import TOKEN, BotApiJudge, data_of
from tests.programme import Place

ADA = 7001


@pytest.fixture
def judge() -> Iterator[BotApiJudge]:
    with BotApiJudge() as judge:
        yield judge


@pytest.fixture
def place(tmp_path: Path, judge: BotApiJudge) -> Place:
    place = Place(tmp_path)
    place.environ |= {"LETSCONNECT_TELEGRAM_TOKEN": TOKEN, "LETSCONNECT_TELEGRAM_API": judge.url}
    place.app = place.another()
    return place


def test_judge_takes_who_we_are(judge: BotApiJudge) -> None:
    assert TelegramChannel(TOKEN, api=judge.url).me() == (666, "TestNameBot")


def test_person_links_answers_and_asks(judge: BotApiJudge, place: Place) -> None:
    assert telegram.run_once(place.app) == TelegramReport()
    person = place.person("Ada Lovelace", language="fr")
    session = place.session()
    place.register(person, session)
    place.plan()
    place.deliver()
    link = urlsplit(chat_links.personal_link(place.app, person))
    assert link.path == "/TestNameBot"
    judge.write(ADA, f"/start {parse_qs(link.query)['start'][0]}")
    assert telegram.run_once(place.app).answered == 1
    judge.press(ADA, data_of(judge.said(ADA)[-1])[0])
    assert telegram.run_once(place.app).links == 1
    chat = chats.by_chat(place.app.conn, ADA)
    assert chat is not None
    assert chat.participant_id == person
    judge.write(ADA, "/mine")
    telegram.run_once(place.app)
    mine = judge.said(ADA)[-1]
    invitation = invitations.of_session(place.app.conn, session.id, [person])[person].id
    assert data_of(mine) == [f"rsvp/{invitation}/{choice}/0" for choice in ("yes", "no", "maybe")]
    assert [b["text"] for row in mine["reply_markup"]["inline_keyboard"] for b in row] == ["Oui", "Non", "Peut-être"]
    assert "Proposal writing" in mine["text"]
    judge.press(ADA, data_of(mine)[0])
    assert telegram.run_once(place.app).rsvps == 1
    assert place.partstat(person, session) == "ACCEPTED"
    assert len(judge.said(ADA)) == 4
    states = {state for key, state in place.outbox().items() if key.startswith("chat/")}
    assert states == {"sent"}


def test_long_poll_brings_what_is_written_meanwhile(judge: BotApiJudge) -> None:
    updates = Updates(TOKEN, judge.url)
    try:
        judge.write(ADA, "hello")
        ((number, raw),) = updates.fetch(None, 5)
        assert b'"hello"' in raw
        assert updates.fetch(number + 1, 0) == []
    finally:
        updates.close()
