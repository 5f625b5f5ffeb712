"""Who is looked at when: every change of a fact sets a person due again, and nobody else costs anything."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.invitations import RsvpSource
from domain.participants import ConsentTopic
from domain.sessions import Session
from domain.support import Ask, State
from domain.times import iso
from steps import persons, plan, planned
from store import (
    badges,
    chats,
    consents,
    contact_points,
    facts,
    looks,
    next_due,
    participants,
    resources,
    support,
)
from tests.programme import NOON
from tests.season.season_place import TwoChannels

ROOT = Path(__file__).parents[2]
# Tables of which the planner reads nothing that decides: words, or what the person said is written down elsewhere.
NOT_DECIDING = {"participant_roles", "sharers", "session_skills", "payloads", "skeletons", "desk_tasks", "decisions",
                "sheet_answers", "session_translations"}  # fmt: skip
# Rows that no step deletes, or changes, once they are there.
NEVER_DELETED = {"registrations", "invitations", "rsvps", "sessions", "outbox", "participants",
                 "survey_requests", "proposals", "checklists", "support_requests"}  # fmt: skip
NEVER_UPDATED = {"rsvps", "attendances", "participant_skills", "followups"}
# Of the whole set, the triggers that the schema must have: a new row of the outbox is the planner's own.
OWN = {("outbox", "insert"), ("participants", "insert")}


@pytest.fixture
def place(tmp_path: Path) -> TwoChannels:
    """Ada with everything, and Ben to whom nothing of hers matters. A round has passed."""
    place = TwoChannels(tmp_path)
    place.person("Ada", consents={"newsletter": True})
    place.person("Ben")
    place.link(1, NOON - timedelta(days=1))
    place.clinic = place.session(start="2026-12-20T14:00Z")
    place.past = place.session("Past", start="2026-11-22T12:30Z")
    place.register(1, place.clinic)
    place.skilled(2)
    place.through(hours=3)
    return place


def due(place: TwoChannels) -> set[int]:
    return {person for page in next_due.due_pages(place.app.conn, place.time) for person in page}


def sql(statement: str) -> Callable[[TwoChannels], object]:
    return lambda place: place.app.conn.execute(statement)


def clinic(place: TwoChannels) -> Session:
    return place.clinic


MOMENT = "'2026-11-22T15:00:00+00:00'"
SURVEY = (
    "insert into survey_requests (survey, version, session_id, participant_id, opened_at, closes_at)"
    f" values ('s', 1, 2, 1, {MOMENT}, '2026-12-02T15:00:00+00:00')"
)
CHECKLIST = f"insert into checklists (session_id, participant_id, position, created_at) values (2, 1, 0, {MOMENT})"
ITEM = (
    "insert into checklist_items (session_id, code, owner, after, offset_minutes, way, created_at)"
    f" values (2, 'slides', 'sharer', 1, 600, 'link', {MOMENT})"
)
BADGE = (
    "insert into badges (badge, participant_id, sessions, earned_at, issued_at)"
    f" values ('learner', 1, '[2]', {MOMENT}, {MOMENT})"
)
CHANGES: dict[str, Callable[[TwoChannels], object]] = {
    "registered for a session": lambda p: p.register(1, p.past),
    "withdrew": lambda p: p.withdraw(1, clinic(p)),
    "answered": lambda p: p.answer(1, clinic(p)),
    "answered the same from elsewhere": lambda p: (p.answer(1, clinic(p)), p.round(),
                                                   p.answer(1, clinic(p), source=RsvpSource.TELEGRAM)),
    "wrote": lambda p: p.writes(1),
    "pressed a button": lambda p: p.presses(1),
    "blocked the chat": lambda p: chats.set_health(p.app.conn, 9001, participants.Health.BLOCKED),
    "linked another chat": lambda p: p.link(1),
    "unlinked": sql("delete from contact_points where channel = 'telegram'"),
    "new address": sql("insert into contact_points (participant_id, channel, address, canonical, created_at)"
                       " values (1, 'email', 'n@example.org', 'n@example.org', '2026-11-22T12:00:00+00:00')"),
    "bounced": lambda p: contact_points.event(
        p.app.conn, "bounced", p.time, contact_point_id=1, lasting=contact_points.Permanence.HARD),
    "away": lambda p: contact_points.away(p.app.conn, 1, p.time + timedelta(days=3)),
    "suppressed": lambda p: contact_points.suppress(p.app.conn, 1, "reminders", "test", p.time),
    "suppressed in the chat": lambda p: contact_points.suppress(p.app.conn, 1, "*", "t", p.time, channel="telegram"),
    "allowed again": lambda p: (contact_points.suppress(p.app.conn, 1, "reminders", "test", p.time), p.round(),
                                contact_points.lift(p.app.conn, 1, "reminders", p.time)),
    "agreed": lambda p: consents.put(p.app.conn, 1, ConsentTopic.INVITATIONS, True, "page", p.time),
    "disagreed": lambda p: consents.put(p.app.conn, 1, ConsentTopic.NEWSLETTER, False, "page", p.time),
    "took part": lambda p: p.attended(1, p.past),
    "did not take part after all": lambda p: (p.attended(1, p.past), p.round(),
                                              p.app.conn.execute("delete from attendances")),
    "said what to learn": lambda p: p.skilled(1),
    "moved": lambda p: p.moved_to(1, "Asia/Tokyo"),
    "prefers the evening": sql("update participants set preferred_hour = 19 where id = 1"),
    "prefers French": sql("update participants set languages = '[\"fr\"]' where id = 1"),
    "another name": sql("update participants set name = 'Augusta' where id = 1"),
    "registered for the programme": sql("update participants set registered_at = updated_at where id = 1"),
    "erased": lambda p: persons.erase(p.app, "1", "test"),
    "session moved": lambda p: p.change(clinic(p), start="2026-12-21T14:00Z"),
    "session renamed": lambda p: p.change(clinic(p), title="Grants"),
    "session cancelled": lambda p: p.cancel(clinic(p)),
    "asked in a survey": sql(SURVEY),
    "answered a survey": lambda p: (sql(SURVEY)(p), p.round(), sql("update survey_requests set answered_at = '0'")(p)),
    "survey's session cancelled": lambda p: (sql(SURVEY)(p), p.round(), p.cancel(p.past)),
    "proposed a session": sql("insert into proposals (participant_id, asked_at, created_at) values (1, '0', '0')"),
    "checklist made": sql(CHECKLIST),
    "item made": lambda p: (sql(CHECKLIST)(p), p.round(), sql(ITEM)(p)),
    "item done": lambda p: (sql(CHECKLIST)(p), sql(ITEM)(p), p.round(),
                            sql("update checklist_items set state = 'done'")(p)),
    "item gone": lambda p: (sql(CHECKLIST)(p), sql(ITEM)(p), p.round(), sql("delete from checklist_items")(p)),
    "no longer a sharer": lambda p: (sql(CHECKLIST)(p), p.round(), sql("update checklists set ended_at = '0'")(p)),
    "session to share moved": lambda p: (sql(CHECKLIST)(p), p.round(), p.change(p.past, start="2026-11-28T14:00Z")),
    "materials in": lambda p: (p.register(1, p.past), p.round(), resources.materials_in(p.app.conn, 2, p.time)),
    "session closed": lambda p: (sql(CHECKLIST)(p), p.round(), resources.close(p.app.conn, 2, p.time)),
    "badge issued": sql(BADGE),
    "badge taken back": lambda p: (sql(BADGE)(p), p.round(), badges.revoke(p.app.conn, 1, p.time)),
    "asked for support": lambda p: support.ask(p.app.conn, 1, Ask.REVIEW, "mail", p.time),
    "request settled": lambda p: (support.ask(p.app.conn, 1, Ask.REVIEW, "mail", p.time), p.round(),
                                  support.settle(p.app.conn, 1, State.GRANTED, p.time)),
    "proposal complete": lambda p: (
        sql(f"insert into proposals (participant_id, asked_at, created_at) values (1, {MOMENT}, {MOMENT})")(p),
        p.round(),
        sql(f"update proposals set state = 'complete', completed_at = {MOMENT}")(p)),
    "message left": sql("update outbox set state = 'sent' where key = 'welcome/1'"),
    "message failed": sql("update outbox set state = 'failed' where key = 'welcome/1'"),
    "message taken back": sql("update outbox set state = 'cancelled' where key = 'welcome/1'"),
    "message doubtful": sql("update outbox set state = 'unsure' where key = 'welcome/1'"),
    "message too late": sql("update outbox set state = 'expired' where key = 'welcome/1'"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_next_due_after_a_change_of_facts(place: TwoChannels, change: str) -> None:
    assert due(place) == set()
    before = looks.versions(place.app.conn, [1])[1]
    CHANGES[change](place)
    after = looks.versions(place.app.conn, [1])[1]
    assert due(place) == {1}
    assert after > before


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.session("Open", kind="orientation"),
        lambda p: p.change(clinic(p), invites="everybody"),
    ],
)
def test_next_due_general_invitation_concerns_everybody(place: TwoChannels, change: Callable[..., object]) -> None:
    change(place)
    assert due(place) == {1, 2}


def test_next_due_who_was_there_says_who_was_not(place: TwoChannels) -> None:
    """Ada said yes; only Ben is noted as having come."""
    place.answer(1, clinic(place))
    place.through(days=30)
    assert due(place) == set()
    place.attended(2, clinic(place))
    assert due(place) == {1, 2}


def test_next_due_new_person(place: TwoChannels) -> None:
    assert place.person("Cy") in due(place)


def test_next_due_new_rules_concern_everybody(place: TwoChannels) -> None:
    place.programme = replace(place.programme, rules=replace(place.programme.rules, weekly_cap=3))
    place.app = place.another()
    looked: list[int] = []
    gathered = facts.gather
    plan.facts.gather = lambda conn, ids, *rest: looked.extend(ids) or gathered(conn, ids, *rest)
    try:
        place.plan()
    finally:
        plan.facts.gather = gathered
    assert set(looked) == {1, 2}


def reads(statements: list[str]) -> set[str]:
    found = {table for text in statements for table in re.findall(r"(?:from|join)\s+([a-z_]+)", text)}
    return found - {"json_each"}


def test_gathering_searches_by_person_whoever_else_there_is(place: TwoChannels) -> None:
    conn, seen = place.app.conn, list[str]()
    conn.set_trace_callback(seen.append)
    facts.gather(conn, [1, 2], place.time, timedelta())
    conn.set_trace_callback(None)
    selects = [text for text in seen if text.startswith("select")]
    steps = [row["detail"] for text in selects for row in conn.execute(f"explain query plan {text}")]
    everybody = re.compile(r"SCAN (?!json_each|sessions)|.*contact_points_1 \(channel=\?\)")
    assert [step for step in steps if everybody.match(step)] == []


def test_every_table_that_the_planner_reads_sets_people_due(place: TwoChannels) -> None:
    """Watches what is read, and looks for a trigger for each way in which such a table is written."""
    conn, seen = place.app.conn, list[str]()
    place.app.conn.set_trace_callback(seen.append)
    facts.gather(conn, [1, 2], place.time, timedelta())
    conn.set_trace_callback(None)
    tables = reads(seen) - NOT_DECIDING
    assert {"participants", "registrations", "invitations", "rsvps", "outbox", "contact_points"} <= tables
    assert {"suppressions", "consents", "attendances", "participant_skills", "sessions"} <= tables
    triggers = conn.execute("select tbl_name, sql from sqlite_master where type = 'trigger'").fetchall()
    there = {
        (row["tbl_name"], verb)
        for row in triggers
        for verb in ("insert", "update", "delete")
        if re.search(rf"after {verb}\b", row["sql"]) and "next_due" in row["sql"]
    }
    wanted = {(table, verb) for table in tables for verb in ("insert", "update", "delete")} - OWN
    wanted -= {(table, "delete") for table in NEVER_DELETED} | {(table, "update") for table in NEVER_UPDATED}
    assert wanted - there == ERASED_ALONE


# Deleted only with everything else of a person, in the transaction that sets `erased_at`.
ERASED_ALONE = {("consents", "delete"), ("badges", "delete"), ("followups", "delete"), ("suppressions", "delete")}


def test_tables_said_to_be_never_written_so_are_not(place: TwoChannels) -> None:
    """What the lists above claim, against every statement of the code."""
    code = "\n".join(
        re.sub(r'"\s*\n\s*f?"', "", path.read_text())
        for floor in ("store", "steps", "commands", "web", "flows")
        for path in sorted((ROOT / floor).rglob("*.py"))
        if "migrations" not in path.parts
    )
    deleted = set(re.findall(r"delete from ([a-z_]+)", code))
    updated = set(re.findall(r"update ([a-z_]+) set", code))
    assert deleted & NEVER_DELETED == set()
    # erasing empties the comments of answers; nothing that decides
    assert (updated & NEVER_UPDATED) - {"rsvps"} == set()


# -- what it costs, and what must not be lost -------------------------------------------------------------


def test_plan_again_looks_at_nobody(place: TwoChannels) -> None:
    conn, seen = place.app.conn, list[str]()
    place.plan()
    conn.set_trace_callback(seen.append)
    changes = conn.total_changes
    report = place.plan()
    conn.set_trace_callback(None)
    assert report == plan.PlanReport()
    assert reads(seen) & {"registrations", "invitations", "rsvps", "contact_points"} == set()
    assert conn.total_changes == changes


def test_plan_looks_again_when_the_next_touch_is_due(place: TwoChannels) -> None:
    rows = place.app.conn.execute("select next_due from participants order by id").fetchall()
    # onboarding for both, at ten on the fourth day
    assert [row[0] for row in rows] == ["2026-11-26T10:00:00+00:00"] * 2
    place.time = NOON + timedelta(days=3, hours=21, minutes=59)
    assert due(place) == set()
    place.later(minutes=1)
    assert due(place) == {1, 2}


class Meddling:
    """Something happens between reading and recording."""

    def __init__(self, place: TwoChannels, change: Callable[[TwoChannels], object]) -> None:
        self.place, self.change, self.times = place, change, 0

    def __call__(self, *values: object) -> object:
        self.times += 1
        if self.times == 1:
            self.change(self.place)
        return self.place_compose(*values)

    @staticmethod
    def place_compose(*values: object) -> object:
        from steps.compose import compose

        return compose(*values)


@pytest.mark.parametrize("change", ["withdrew", "session moved", "suppressed in the chat", "wrote"])
def test_change_under_the_planner_is_not_lost(
    tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = TwoChannels(tmp_path)
    place.person()
    place.welcomed()
    place.link(1)
    place.clinic = place.session(start="2026-12-20T14:00Z")
    place.register(1, clinic(place))
    meddling = Meddling(place, CHANGES[change])
    monkeypatch.setattr(planned, "compose", meddling)
    assert place.plan().send == 0  # made from what is no longer so
    assert (place.outbox(), due(place)) == ({}, {1})
    place.plan()
    keys = {"withdrew": [], "session moved": ["invite/1/1/1"]}.get(change, ["invite/1/0/1"])
    assert list(place.outbox()) == keys


def test_planner_that_knows_nothing_of_anothers_record_records_nothing(tmp_path: Path) -> None:
    """Both see room for one. The slower finds another touch due by then, and more urgent: still one a week."""
    place = TwoChannels(tmp_path)
    rules = place.programme.rules
    ask = replace(rules.touchpoints["onboarding_start"], preferred_hour=False)
    points = {
        **{code: point for code, point in rules.touchpoints.items() if point.anchor is None},
        "a": replace(ask, code="a"),
        "b": replace(ask, code="b", priority=1, offset=ask.offset + timedelta(minutes=5)),
    }
    place.programme = replace(place.programme, rules=replace(rules, weekly_cap=1, touchpoints=points))
    place.app = place.another()
    place.person()
    place.through(days=3)
    slow = place.another()
    gathered = plan.looked_at(slow, [1], None, place.time)
    assert place.plan().send == 1
    place.later(minutes=5)
    assert planned.record(slow, gathered, True, set(), place.time)["send"] == 0
    assert list(place.outbox()) == ["welcome/1", "a/1"]
    assert due(place) == {1}
    place.plan()
    assert list(place.outbox()) == ["welcome/1", "a/1"]


def test_look_again_moments_are_text_that_sorts_as_time(place: TwoChannels) -> None:
    rows = place.app.conn.execute("select next_due from participants").fetchall()
    assert all(row[0] in (None, next_due.NOW) or len(row[0]) == len(iso(NOON)) for row in rows)


def test_trigger_of_a_failed_statement_changes_nothing(place: TwoChannels) -> None:
    before = looks.versions(place.app.conn, [1])
    with pytest.raises(sqlite3.IntegrityError):
        place.app.conn.execute("update contact_points set health = 'tired' where participant_id = 1")
    assert (looks.versions(place.app.conn, [1]), due(place)) == (before, set())
