"""Surveys, proposals and checklist items through the planner: rows in, messages out, and nothing once they are closed.

The rows are made by SQL: who makes them in a programme is tested with that.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.cadences import EVENTS, Anchor, Audience, Channel, Purpose, Rules, Touchpoint
from domain.sessions import Session
from domain.times import iso
from steps.forecast import forecast
from steps.inbox import read_filed
from steps.plan import PlanReport
from steps.why import why
from tests.programme import NOON
from tests.season.season_place import TwoChannels
from tests.steps.mails_in import reply_by_text

DAY = timedelta(days=1)


def point(code: str, anchor: Anchor, days: float, *audience: Audience, use: float = 7) -> Touchpoint:
    """A letter that every person can get, or a task on the desk."""
    desk = code.startswith("task")
    letter = Purpose.SURVEY if anchor is Anchor.SURVEY_OPENED else Purpose.ONBOARDING_SKILLS
    return Touchpoint(
        code, Purpose.ASK_COORDINATOR if desk else letter, "asks", quiet_hours=False,
        expires_after=use * DAY, anchor=anchor, offset=days * DAY, audience=audience,
        channel=Channel.DESK if desk else Channel.BEST,
    )  # fmt: skip


def rules(known: Rules) -> Rules:
    points = [
        point("survey_first", Anchor.SURVEY_OPENED, 0, Audience.SILENT),
        point("survey_again", Anchor.SURVEY_OPENED, 3, Audience.SILENT),
        point("task_survey", Anchor.SURVEY_OPENED, 5),
        point("go_on", Anchor.PROPOSAL, 2),
    ]
    events = {code: known.touchpoints[code] for code in EVENTS}
    return replace(known, touchpoints=events | {p.code: p for p in points})


@pytest.fixture
def place(tmp_path: Path) -> TwoChannels:
    """Ada, a session that is over, and nothing else to hear."""
    place = TwoChannels(tmp_path)
    place.programme = replace(place.programme, rules=rules(place.programme.rules))
    place.app = place.another()
    place.person("Ada")
    place.welcomed()
    place.past = place.session(start="2026-11-22T12:30Z")
    place.plan()
    place.later(hours=3)
    return place


def survey(place: TwoChannels, session: Session | None = None, days: float = 10) -> int:
    row = place.app.conn.execute(
        "insert into survey_requests (survey, version, session_id, participant_id, opened_at, closes_at)"
        " values ('clinic', 1, ?, 1, ?, ?) returning id",
        (session.id if session else None, iso(place.time), iso(place.time + days * DAY)),
    ).fetchone()
    return int(row[0])


def proposal(place: TwoChannels) -> None:
    values = (iso(place.time), iso(place.time))
    place.app.conn.execute("insert into proposals (participant_id, asked_at, created_at) values (1, ?, ?)", values)


def run(place: TwoChannels, statement: str) -> None:
    place.app.conn.execute(statement)


def test_survey_is_asked_about_twice_and_comes_to_the_desk(place: TwoChannels) -> None:
    survey(place)
    assert place.through(days=12) == [
        ("11-22 15:00", "survey_first/survey-1/1", "email"),
        ("11-25 15:00", "survey_again/survey-1/1", "email"),
        ("11-27 15:00", "task_survey/survey-1/1", "desk"),
    ]
    assert place.plan() == PlanReport()


def test_two_surveys_of_one_person_are_told_apart(place: TwoChannels) -> None:
    survey(place)
    place.app.conn.execute("update survey_requests set survey = 'orientation'")
    survey(place)
    assert [key for _, key, _ in place.round()] == ["survey_first/survey-1/1", "survey_first/survey-2/1"]
    run(place, f"update survey_requests set answered_at = '{iso(place.time)}' where id = 1")
    assert [key for _, key, _ in place.through(days=4)] == ["survey_again/survey-2/1"]


def test_survey_of_a_session_names_it(place: TwoChannels) -> None:
    """Its letter needs words of its own; here is what the planner decides and the forecast shows."""
    survey(place, place.past)
    found = {one.key: (one.session_id, one.verdict) for one in forecast(place.app, 1)}
    assert found == {"survey_first/survey-1/1": (1, "send")}


CLOSE: dict[str, tuple[str, str]] = {
    "answered": ("update survey_requests set answered_at = '{now}'", "answered the survey"),
    "closed": ("update survey_requests set closed_at = '{now}'", "the survey is closed"),
    "gone": ("delete from survey_requests", "the person or session is gone"),
    "complete": ("update proposals set state = 'complete'", "the proposal is complete"),
    "declined": ("update proposals set state = 'declined', settled_at = '{now}'", "the proposal was declined"),
}


@pytest.mark.parametrize("change", CLOSE)
def test_closed_between_plan_and_delivery_stops_the_message(place: TwoChannels, change: str) -> None:
    survey(place)
    proposal(place)
    place.later(days=2)
    place.plan()
    assert place.outbox() == {"survey_first/survey-1/1": "queued", "go_on/proposal-1/0/1": "queued"}
    statement, note = CLOSE[change]
    run(place, statement.format(now=iso(place.time)))
    key = "go_on/proposal-1/0/1" if "proposals" in statement else "survey_first/survey-1/1"
    place.deliver()
    other = next(k for k in place.outbox() if k != key)
    assert place.outbox() == {key: "cancelled", other: "sent"}
    assert place.by_key(key).note == note
    place.plan()
    assert place.outbox()[key] == "cancelled"  # nor is it written anew


def test_session_cancelled_closes_its_survey(place: TwoChannels) -> None:
    survey(place, place.past)
    place.cancel(place.past)
    assert place.plan() == PlanReport()
    assert [one.verdict for one in forecast(place.app, 5)] == ["none"]


def test_survey_that_ended_is_not_sent_late(place: TwoChannels) -> None:
    survey(place, days=1)
    place.later(days=1)
    assert place.plan() == PlanReport(skip=3)
    reasons = {reason.because for reason in why(place.app, "1") if reason.what == "survey"}
    assert reasons == {"too late to be of use"}


def test_forecast_of_subjects_is_what_comes(place: TwoChannels) -> None:
    place.person("Ben")
    place.welcomed()
    survey(place)
    proposal(place)
    place.plan()
    place.later(hours=30)
    survey_two = "insert into survey_requests (survey, version, participant_id, opened_at, closes_at)"
    run(place, f"{survey_two} values ('orientation', 1, 2, '{iso(place.time)}', '{iso(place.time + 4 * DAY)}')")
    foreseen = {(one.at, one.key, one.channel) for one in forecast(place.app, 9) if one.verdict == "send"}
    came = place.through(days=9)
    assert {(f"{at:%m-%d %H:%M}", key, channel) for at, key, channel in foreseen} == set(came)
    assert [key for _, key, _ in came] == [
        "survey_first/survey-1/1", "survey_first/survey-2/2", "go_on/proposal-1/0/1", "survey_again/survey-1/1",
        "survey_again/survey-2/2", "task_survey/survey-1/1",
    ]  # fmt: skip


SETTLED: dict[str, Callable[[TwoChannels, str], object]] = {
    "answered": lambda p, now: run(p, f"update survey_requests set answered_at = '{now}'"),
    "closed": lambda p, now: run(p, f"update survey_requests set closed_at = '{now}'"),
}


@pytest.mark.parametrize("change", SETTLED)
def test_desk_task_about_a_survey_is_settled_by_it_alone(place: TwoChannels, change: str) -> None:
    survey(place)
    place.through(days=6)
    query = "select subject, settled_at is not null from desk_tasks"
    place.writes(1)  # a sign of life is no answer
    assert [tuple(row) for row in place.app.conn.execute(query)] == [("survey-1", 0)]
    SETTLED[change](place, iso(place.time))
    assert [tuple(row) for row in place.app.conn.execute(query)] == [("survey-1", 1)]


def test_reply_of_yes_to_a_survey_is_no_answer_to_the_invitation(place: TwoChannels) -> None:
    place.register(1, place.past)
    place.time = NOON - timedelta(hours=1)
    place.tick()
    place.time = NOON + timedelta(hours=3)
    survey(place)
    place.tick()
    message = place.by_key("survey_first/survey-1/1")
    place.app.conn.execute("update outbox set session_id = 1 where id = ?", (message.id,))
    place.file(reply_by_text("Yes", to=message.message_id))
    assert read_filed(place.app).for_person == 1
    assert place.partstat(1, place.past) == "NEEDS-ACTION"


