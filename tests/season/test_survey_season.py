"""Surveys lived through: opened, answered by each door, reminded of, closed; nobody is asked after answering."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.sessions import Session
from domain.times import iso
from steps import surveys
from steps.deliver import deliver, telegram_channel
from steps.inbox import read_filed
from steps.survey_words import link
from store import surveys as stored
from tests.servers.bot_api import FaultyBotApi
from tests.steps.bot_place import ADA, BEN, BotPlace
from tests.steps.mails_in import reply_by_text
from tests.visitor import Visitor

STEP = timedelta(hours=6)
FREE = "A purple zebra among the slides"


class SurveyPlace(BotPlace):
    """Time goes in steps; each round is run twice, and the second changes nothing."""

    clinic: Session

    def round(self) -> None:
        self._round()
        before = self.dump()
        self._round()
        assert self.dump() == before

    def _round(self) -> None:
        surveys.look_after(self.app)
        self.plan()
        self.deliver()
        deliver(self.app, channel=telegram_channel(self.app))

    def dump(self) -> list[tuple[object, ...]]:
        tables = ("outbox", "survey_requests", "survey_drafts", "responses", "response_answers", "desk_tasks")
        return [tuple(row) for table in tables for row in self.app.conn.execute(f"select * from {table}")]

    def go(self, **by: float) -> None:
        """Through time, a round every step."""
        end = self.time + timedelta(**by)
        while self.time < end:
            self.time = min(end, self.time + STEP)
            self.round()

    def was_there(self, *people: int) -> None:
        rows = [(self.clinic.id, person, iso(self.time)) for person in people]
        insert = "insert or ignore into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)"
        self.app.conn.executemany(insert, rows)

    def reply(self, person: int, words: str, to: str = "survey_first") -> None:
        """By mail, to the newest letter of that touchpoint."""
        query = "select message_id from outbox where participant_id = ? and touchpoint = ? order by id desc"
        (message_id,) = self.app.conn.execute(query, (person, to)).fetchone()
        self.file(reply_by_text(words, to=message_id, ident=f"{person}-{self.time:%d%H}"))
        read_filed(self.app)

    def asked(self, person: int) -> list[str]:
        """Touchpoints of what left for this person about surveys, in order."""
        rows = self.app.conn.execute(
            "select touchpoint from outbox where participant_id = ? and topic = 'surveys' and state = 'sent'"
            " order by id",
            (person,),
        )
        return [row["touchpoint"] for row in rows]

    def request(self, person: int) -> int:
        query = "select id from survey_requests where participant_id = ? order by id desc"
        return int(self.app.conn.execute(query, (person,)).fetchone()[0])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SurveyPlace]:
    with FaultyBotApi() as server:
        place = SurveyPlace(tmp_path, server)
        place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
        place.app.close()
        place.app = place.another()
        yield place


def test_survey_from_its_opening_to_its_end(place: SurveyPlace) -> None:
    linked = [place.linked(chat, name) for chat, name in ((ADA, "Ada Lovelace"), (BEN, "Ben"))]
    by_chat, stops = linked
    by_mail, by_page, mixed, silent, absent = (
        place.person(name, language=language)
        for name, language in (("Mai", "es"), ("Pia", "fr"), ("Max", "en"), ("Sam", "en"), ("Abe", "en"))
    )
    everybody = [*linked, by_mail, by_page, mixed, silent, absent]
    place.welcomed()
    place.clinic = place.session(start="2026-11-23T14:00Z")
    for person in everybody:
        place.register(person, place.clinic)
    place.go(days=1, hours=4)  # the session is over for two hours; nobody has said who was there
    place.app.conn.execute("update invitations set partstat = 'ACCEPTED', answered_at = ?", (iso(place.time),))
    place.round()
    assert place.app.conn.execute("select count(*) from survey_requests").fetchone()[0] == 0
    assert surveys.look_after(place.app).waiting == 1

    place.was_there(*everybody[:-1])
    place.go(hours=24)
    assert {person: place.asked(person) for person in everybody} == {
        **{person: ["survey_first"] for person in everybody[:-1]}, absent: [],
    }  # fmt: skip

    # a chat, question by question, interrupted for two days
    assert place.last(ADA).data[:5] == [f"survey/{place.request(by_chat)}/rating/{n}" for n in range(1, 6)]
    number = place.request(by_chat)
    place.api.press(ADA, f"survey/{number}/rating/4")
    place.hear()
    assert "2/6" in place.last(ADA).text and "expectations" in place.last(ADA).text
    place.reply(by_mail, "4 muy útil")
    (thanks,) = (key for key, purpose in place.purposes().items() if purpose == "survey_thanks")
    assert place.letter(thanks)["Subject"] == "¡Gracias! Tu opinión sobre la sesión (Proposal writing)"
    place.reply(mixed, "1. 5\n2. yes\n\nThanks!\nMax")
    place.api.press(BEN, f"survey/{place.request(stops)}/rating/2")
    place.hear()
    place.api.write(BEN, "STOP")
    place.hear()
    place.go(days=2)

    place.api.write(ADA, "/survey")
    place.hear()
    assert "2/6" in place.last(ADA).text
    for code in ("met_expectations", "documents_useful", "shared_on", "connectivity_trouble"):
        place.api.press(ADA, f"survey/{number}/{code}/yes")
        place.hear()
    assert "6/6" in place.last(ADA).text
    place.api.write(ADA, FREE)
    place.hear()
    assert "last question" in place.last(ADA).text

    visitor = Visitor(place)
    page = stored.get(place.app.conn, place.request(by_page))
    assert page is not None
    visitor.get(link(place.app, page))
    assert "Question 1 sur 6" in visitor.text
    for answer in ("3", "no", "yes", "no", "yes"):
        visitor.send("save", answer=answer)
    visitor.send("skip")
    mix = stored.get(place.app.conn, place.request(mixed))
    assert mix is not None
    visitor.get(link(place.app, mix))
    assert "Question 3 of 6" in visitor.text
    visitor.send("save", answer="yes")
    place.reply(mixed, "4. no\n5. no\n6. More time", to="survey_thanks")

    place.go(days=14)
    assert {person: place.asked(person) for person in everybody} == {
        by_chat: ["survey_first"],
        stops: ["survey_first"],
        by_mail: ["survey_first", "survey_thanks"],
        by_page: ["survey_first"],
        mixed: ["survey_first", "survey_thanks", "survey_thanks"],
        silent: ["survey_first", "survey_second", "survey_last"],
        absent: [],
    }
    found = stored.answers(place.app.conn, "clinic")
    assert Counter(r.answers.get("rating") for r in found) == {"2": 1, "3": 1, "4": 2, "5": 1}
    assert sorted(r.complete for r in found) == [False, False, True, True, True]
    assert sorted(r.answers.get("open_text", "") for r in found) == ["", "", "", FREE, "More time"]
    assert [(r.participant_id, r.request_id, r.source) for r in found] == [(None, None, "")] * 5
    open_ones = place.app.conn.execute("select count(*) from survey_requests where closed_at is null").fetchone()[0]
    assert (open_ones, place.app.conn.execute("select count(*) from survey_drafts").fetchone()[0]) == (0, 0)
    (standing,) = surveys.standings(place.app)
    assert (standing.asked, standing.answered, standing.complete, standing.open) == (6, 5, 3, 0)


def test_anonymous_words_are_nowhere_beside_a_person(place: SurveyPlace) -> None:
    """Every cell of every table is searched for what two people said, one in a chat, one by mail."""
    ada, max_ = place.linked(ADA, "Ada Lovelace"), place.person("Max")
    place.welcomed()
    place.clinic = place.session(start="2026-11-23T14:00Z")
    for person in (ada, max_):
        place.register(person, place.clinic)
    place.go(days=1, hours=4)
    place.was_there(ada, max_)
    place.go(hours=24)
    number = place.request(ada)
    for code, value in (("rating", "4"), *((code, "yes") for code in ("met_expectations", "documents_useful"))):
        place.api.press(ADA, f"survey/{number}/{code}/{value}")
        place.hear()
    for code in ("shared_on", "connectivity_trouble"):
        place.api.press(ADA, f"survey/{number}/{code}/no")
        place.hear()
    place.api.write(ADA, FREE)
    place.hear()
    place.reply(max_, f"1. 4\n2. yes\n3. yes\n4. yes\n5. no\n6. {FREE}")
    tables = [r[0] for r in place.app.conn.execute("select name from sqlite_master where type = 'table'")]
    holding = {
        table
        for table in tables
        for row in place.app.conn.execute(f'select * from "{table}"')
        for cell in tuple(row)
        if FREE in (cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell))
    }
    assert holding == {"response_answers"}
    raws = place.app.conn.execute("select count(*) from inbox where cast(raw as text) like '%survey/%'").fetchone()
    assert raws[0] == 0
    days = {row["answered_on"] for row in place.app.conn.execute("select answered_on from responses")}
    assert days == {"2026-11-23"}
