"""Moving, cancelling and announcing sessions from a form, without Prefect's server."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from config.programme import Group
from demo.ports import free_port
from domain.errors import UserError
from domain.sessions import Session, SessionState
from flows import announce_session, cancel_session, move_session
from flows.choices import label, upcoming
from steps import sessions, setup
from steps.announce import announce
from steps.app import App, open_app
from steps.deliver import deliver
from steps.imports import import_registrations
from steps.plan import PlanReport, plan
from templates_email import skeletons
from templates_email.samples import samples
from tests.flows.running import Caught

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PEOPLE = 3


@pytest.fixture
def caught() -> Caught:
    return Caught()


@pytest.fixture
def app(tmp_path: Path, caught: Caught) -> Iterator[App]:
    """Three people in UTC who have a session in Lagos in their calendars."""
    mails = Controller(caught, hostname="127.0.0.1", port=free_port())
    mails.start()
    environ = {
        "LETSCONNECT_HOME": str(tmp_path),
        "LETSCONNECT_MAILBOX": "us@programme.example",
        "LETSCONNECT_SMTP_URL": f"smtp://127.0.0.1:{mails.port}?tls=none",
    }
    setup.init(open_app(NOW, environ))
    one = open_app(NOW, environ)
    rows = "".join(f"Person {n},person{n}@people.example,UTC,Yes\n" for n in range(PEOPLE))
    file = tmp_path / "people.csv"
    file.write_text(f"Name,Email,Time zone,General invitations\n{rows}", "utf-8")
    import_registrations(one, file)
    fields = {"title": "Proposal writing", "start": "2026-12-03T15:00", "zone": "Africa/Lagos"}
    sessions.add(one, fields | {"invites": "everybody", "minutes": "90"}, "test")
    plan(one)
    assert deliver(one).sent == 2 * PEOPLE
    yield one
    mails.stop()


def only(app: App) -> Session:
    (session,) = sessions.listing(app)
    return session


def outbox(app: App) -> dict[str, int]:
    query = "select purpose || ' ' || state, count(*) from outbox group by 1 order by 1"
    return dict(app.conn.execute(query).fetchall())


def text(mail: bytes) -> str:
    part = message_from_bytes(mail, policy=SMTP).get_body(("plain",))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def test_dry_run_of_a_move_counts_who_would_be_told_and_changes_nothing(app: App) -> None:
    session, had = only(app), outbox(app)
    before, after, planned, _ = move_session.move(app, label(session), "2026-12-04T16:30", 60, dry_run=True)
    assert move_session.moved(before, after, planned, dry_run=True) == (
        "Nothing was changed: this was a dry run.\n\n"
        "The session would move from 2026-12-03 15:00 Africa/Lagos (14:00 UTC), 90 minutes"
        " to 2026-12-04 16:30 Africa/Lagos (15:30 UTC), 60 minutes. 3 people would be told."
    )
    assert (only(app), outbox(app), app.conn.in_transaction) == (session, had, False)


def test_moved_session_is_told_at_once(app: App) -> None:
    session = only(app)
    before, after, planned, delivered = move_session.move(app, label(session), "2026-12-04T16:30", 0, dry_run=False)
    assert move_session.moved(before, after, planned, dry_run=False).endswith("minutes. 3 people are told.")
    assert (only(app).starts_at, only(app).minutes) == (datetime(2026, 12, 4, 15, 30, tzinfo=UTC), 90)
    assert (delivered.sent, app.conn.in_transaction) == (PEOPLE, False)


def test_move_to_the_time_it_has_tells_nobody(app: App) -> None:
    before, after, planned, _ = move_session.move(app, label(only(app)), "2026-12-03T15:00", 0, dry_run=False)
    assert move_session.moved(before, after, planned, dry_run=False) == "The session is at that time already."
    assert planned == PlanReport()


def test_move_into_the_past_is_refused_and_leaves_no_transaction_open(app: App) -> None:
    with pytest.raises(UserError, match="start: is in the past"):
        move_session.move(app, label(only(app)), "2026-11-03T15:00", 0, dry_run=True)
    assert not app.conn.in_transaction


def test_dry_run_of_a_cancellation_counts_who_would_be_told_and_changes_nothing(app: App) -> None:
    session = only(app)
    planned, _ = cancel_session.cancel(app, label(session), "technical", "", dry_run=True)
    assert cancel_session.cancelled(planned, dry_run=True) == (
        "Nothing was changed: this was a dry run. 3 people would be told."
    )
    assert only(app) == session


@pytest.mark.parametrize(("reason", "words"), cancel_session.REASONS.items())
def test_cancelled_session_is_told_with_its_reason(app: App, reason: str, words: str) -> None:
    planned, delivered = cancel_session.cancel(app, label(only(app)), reason, "", dry_run=False)
    assert cancel_session.cancelled(planned, dry_run=False) == "The session is cancelled. 3 people are told."
    session = only(app)
    assert (session.state, session.cancel_reason, delivered.sent) == (SessionState.CANCELLED, words, PEOPLE)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("technical", "The reason: technical difficulties\n\nWe try again in March.\n"),
        ("other", "The reason: We try again in March.\n"),
    ],
)
def test_own_words_stand_in_the_mail_after_the_reason(app: App, caught: Caught, reason: str, said: str) -> None:
    caught.contents.clear()
    cancel_session.cancel(app, label(only(app)), reason, " We try again in March.\n", dry_run=False)
    assert [said in text(mail) for mail in caught.contents] == [True] * PEOPLE


def test_cancelled_session_is_offered_no_more(app: App) -> None:
    assert upcoming(app) == [label(only(app))]
    cancel_session.cancel(app, label(only(app)), "other", "", dry_run=False)
    assert upcoming(app) == []


def test_announcement_says_to_how_many_groups(app: App) -> None:
    groups = (Group("North", -1001), Group("South", -1002))
    settings = replace(app.settings, telegram_token="10001:stand-in")
    one = replace(app, settings=settings, programme=replace(app.programme, groups=groups))
    told = [announce_session.posted(announce(one, "1", "test", dry_run), dry_run) for dry_run in (True, False, False)]
    assert told == [
        "It would be posted to 2 groups.",
        "It is on its way to 2 groups.",
        "Every group has had it at its present time.",
    ]


@pytest.mark.parametrize("language", ["es", "fr", "pt", "ar"])
@pytest.mark.parametrize("words", [words for words in cancel_session.REASONS.values() if words])
def test_reason_of_the_form_is_said_in_the_readers_language(words: str, language: str) -> None:
    sample = samples(language)["cancellation-session"]
    mail = skeletons.render("cancellation", (language,), replace(sample, reason=words))
    assert (mail.language, [words in said for said in (mail.text, mail.chat, mail.html)]) == (language, [False] * 3)
