"""What flows do around their steps, without Prefect's server."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import UserError
from domain.sessions import Invites
from flows.approve_messages import DRAFTS, HELD, approve
from flows.choices import label
from flows.forecast import listed
from flows.plan_and_deliver import check, told
from flows.send_invitations import invite
from flows.skin import StepFailed
from steps import forecast, outbox, plan, sessions, setup
from steps.app import App, open_app
from steps.deliver import DeliverReport
from steps.imports import import_registrations
from steps.plan import PlanReport

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PEOPLE = 3


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Three people in UTC, one session for those who registered, which nobody did. A plan of two is guarded."""
    environ = {"LETSCONNECT_HOME": str(tmp_path), "LETSCONNECT_MAILBOX": "us@programme.example"}
    setup.init(open_app(NOW, environ))
    one = open_app(NOW, environ)
    one = replace(one, programme=replace(one.programme, mass_plan=2))
    rows = "".join(f"Person {n},person{n}@people.example,UTC,Yes\n" for n in range(PEOPLE))
    file = tmp_path / "people.csv"
    file.write_text(f"Name,Email,Time zone,General invitations\n{rows}", "utf-8")
    import_registrations(one, file)
    fields = {"title": "Proposal writing", "start": "2026-12-03T14:00Z", "invites": "registered"}
    sessions.add(one, fields, "test")
    return one


def test_dry_run_of_a_general_invitation_counts_everybody_and_changes_nothing(app: App) -> None:
    (session,) = sessions.listing(app)
    registered, _ = invite(app, label(session), everybody=False, dry_run=True)
    everybody, _ = invite(app, label(session), everybody=True, dry_run=True)
    assert (registered.send, everybody.send, everybody.drafts) == (0, PEOPLE, PEOPLE)
    assert sessions.listing(app) == [session]
    assert session.invites is Invites.REGISTERED
    assert outbox.listing(app, {}) == []
    assert not app.conn.in_transaction


def test_invitation_to_a_label_that_is_no_session_leaves_no_transaction_open(app: App) -> None:
    with pytest.raises(UserError):
        invite(app, "99 · Gone · 2026-12-03 14:00 UTC", everybody=True, dry_run=True)
    assert not app.conn.in_transaction


def test_drafts_are_approved_only_with_the_number_that_was_shown(app: App) -> None:
    plan.plan(app)
    waiting = len(outbox.listing(app, {"state": "draft"}))
    assert waiting == PEOPLE  # the welcomes, more than the guard lets through
    shown = approve(app, DRAFTS, 0, dry_run=True)
    assert shown["together"] == waiting
    with pytest.raises(UserError) as refused:
        approve(app, DRAFTS, waiting - 1, dry_run=False)
    assert str(refused.value) == (
        f"number: {waiting} messages wait by now, not {waiting - 1}."
        f" Look at the preview again, then give {waiting}"
    )
    assert len(outbox.listing(app, {"state": "draft"})) == waiting
    assert approve(app, DRAFTS, waiting, dry_run=False) == shown
    assert {message.state.value for message in outbox.listing(app, {})} == {"queued"}


def test_held_messages_are_released_and_drafts_left_alone(app: App) -> None:
    plan.plan(app)
    first, *others = outbox.listing(app, {})
    outbox.hold(app, [first.id], "test")
    assert approve(app, HELD, 1, dry_run=False)["together"] == 1
    states = {message.id: message.state.value for message in outbox.listing(app, {})}
    assert states == {first.id: "queued"} | {message.id: "draft" for message in others}


def test_forecast_lists_ids_and_no_person(app: App) -> None:
    unguarded = replace(app, programme=replace(app.programme, mass_plan=PEOPLE))
    found = forecast.forecast(unguarded, 2)
    table = listed([one for one in found if one.verdict == "send"])
    assert table.count("\n") == 1 + PEOPLE
    assert ("Person" in table, "@" in table) == (False, False)


def test_delivery_in_trouble_fails_the_run_without_an_address() -> None:
    report = DeliverReport(later=2, trouble="the server refused us@programme.example")
    with pytest.raises(StepFailed) as failed:
        check("Plan and deliver", report)
    assert str(failed.value) == (
        "Plan and deliver: the server refused (address). Nothing is lost: what waits is tried again"
    )
    shown = told(PlanReport(send=2, by_purpose={"invitation": 2}), report)
    assert shown.startswith("**the server refused (address)**\n\n2 will be tried again.\n\n| planned | number |")
    assert "| of which invitation | 2 |" in shown
    check("Plan and deliver", DeliverReport(sent=2))
