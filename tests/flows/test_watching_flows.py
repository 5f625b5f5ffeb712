"""The desk, the reminders and Telegram's fall-back, without Prefect's server."""

import fcntl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import desk, reminders, telegram
from flows.supervisor import watchers
from steps import forecast, outbox
from steps.forecast import Foreseen
from steps.statistics import ResponseRow
from steps.telegram import TelegramReport
from tests.programme import Place
from tests.servers.bot_api import FaultyBotApi

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def with_bot(tmp_path: Path) -> Iterator[Place]:
    with FaultyBotApi() as server:
        one = Place(tmp_path)
        one.environ |= {"LETSCONNECT_TELEGRAM_TOKEN": server.api.token, "LETSCONNECT_TELEGRAM_API": server.url}
        one.app = one.another()
        server.api.join(7001)
        server.api.write(7001, "/help")
        yield one


def test_empty_desk_says_so_and_mails_nobody(place: Place) -> None:
    assert desk.listed(*desk.look(place.app, mail=True)) == "Nothing waits for a person."
    assert place.outbox() == {}


def test_desk_lists_what_waits_oldest_first_with_what_settles_it(place: Place) -> None:
    place.person("Adaeze Planted", "adaeze@people.example")
    place.plan()
    outbox.hold(place.app, [message.id for message in outbox.listing(place.app, {})], "test")
    place.file(b"x", received=place.time - timedelta(days=2))
    place.app.conn.execute("update inbox set state = 'quarantined'")
    waiting, mailed = desk.look(place.app, mail=False)
    assert (mailed, desk.listed(waiting)) == (
        0,
        "2 things wait for a person, the oldest since 2026-11-20.\n\n"
        "- **1** · mails could not be read · since 2026-11-20\n\n"
        "  *Settle*; in the terminal: letsconnect inbox list, then inbox settle ID\n"
        "- **1** · messages are held · since 2026-11-22\n\n"
        "  *Approve drafts*; in the terminal: letsconnect outbox release --all",
    )


def test_desk_is_mailed_when_asked_to(place: Place) -> None:
    place.file(b"x")
    place.app.conn.execute("update inbox set state = 'quarantined'")
    waiting, mailed = desk.look(place.app, mail=True)
    assert (mailed, desk.listed(waiting, mailed).endswith("\n\nMailed to 1 coordinator.")) == (1, True)


def test_row_of_the_desk_leads_to_every_form_that_settles_it() -> None:
    one = {"kind": "issues", "count": 1, "why": "a", "do": "send", "oldest": "2026-11-20"}
    forms = {"Newsletter": "/deployments/deployment/1/run", "Opportunities digest": "/deployments/deployment/2/run"}
    assert desk.listed([one], 0, forms).endswith(
        "\n\n  [Newsletter](/deployments/deployment/1/run) or [Opportunities digest](/deployments/deployment/2/run)"
        " or *Advisory brief*; in the terminal: send"
    )


def row(key: str, verdict: str, because: str, channel: str = "email") -> Foreseen:
    return Foreseen(key, 1, 1, "reminder", channel, "en", "UTC", verdict, NOW, because, False)


def test_reminders_are_counted_by_step_channel_verdict_and_reason() -> None:
    rows = [
        row("reminder_two_days/1/0/1", "send", "2 days before"),
        row("reminder_two_days/1/0/2", "send", "2 days before", "telegram"),
        row("reminder_two_days/1/0/3", "hold", "quiet hours in Africa/Lagos"),
        row("reminder_two_days/1/0/4", "hold", "quiet hours in Asia/Dhaka"),
        row("unanswered_mail/1/0/5", "skip", "the e-mail address refuses mail"),
        row("welcome/6", "send", "registered for the programme"),
        row("unanswered_mail/1/0/7", "none", ""),
    ]
    assert reminders.foreseen(rows, ["unanswered_mail", "reminder_two_days"]) == (
        "2 messages leave, 2 wait beyond that, 1 is left out.\n\n"
        "| number | step | channel | what | why |\n"
        "| ---: | --- | --- | --- | --- |\n"
        "| 1 | unanswered mail | email | skip | the e-mail address refuses mail |\n"
        "| 2 | reminder two days | email | hold | quiet hours where they live |\n"
        "| 1 | reminder two days | email | send | 2 days before |\n"
        "| 1 | reminder two days | telegram | send | 2 days before |"
    )


def test_reminders_of_a_programme_name_nobody(place: Place) -> None:
    someone = place.person("Adaeze Planted", "adaeze@people.example")
    session = place.session(start="2026-11-26T14:00Z")
    place.register(someone, session)
    place.tick()
    timed = [point.code for point in place.app.programme.rules.timed]
    shown = reminders.foreseen(forecast.forecast(place.app, 7), timed)
    assert "| reminder two days | email | send |" in shown
    assert ("Adaeze" in shown, "@" in shown, "welcome" in shown) == (False, False, False)


def test_no_reminder_ahead_is_said_in_words() -> None:
    assert reminders.foreseen([], ["reminder_two_days"]) == "No reminder is due in these days."


def test_answers_so_far_are_shown_by_attempt() -> None:
    rows = [
        ResponseRow(1, "invitation", "email", "programme", 40, 10, 2.5),
        ResponseRow(2, "nudge", "email", "coordinator", 8, 0, None),
    ]
    assert reminders.answered(rows) == (
        "10 of 48 messages about a session were answered.\n\n"
        "| what | attempt | channel | from | sent | answered | median hours |\n"
        "| --- | ---: | --- | --- | ---: | ---: | --- |\n"
        "| invitation | 1 | email | programme | 40 | 10 | 2.5 |\n"
        "| nudge | 2 | email | coordinator | 8 | 0 |  |"
    )
    assert reminders.answered([]) == "Nothing has been asked yet."


def test_telegram_without_a_bot_is_no_news(place: Place) -> None:
    assert telegram.read(place.app) == (telegram.NO_BOT, False)


def test_telegram_reads_what_came(with_bot: Place) -> None:
    assert telegram.read(with_bot.app) == (
        "1 update came.\n\n| what | number |\n| --- | ---: |\n| filed | 1 |", True,
    )  # fmt: skip
    assert telegram.read(with_bot.app) == ("Nothing came.", False)


def test_telegram_leaves_everything_to_a_poller_at_work(with_bot: Place) -> None:
    with (with_bot.home / "telegram.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert telegram.read(with_bot.app) == (telegram.ELSEWHERE, False)
    assert telegram.read(with_bot.app)[1] is True


def test_telegram_in_words() -> None:
    assert telegram.said(TelegramReport(filed=4, rsvps=2, links=1, quarantined=1)) == (
        "4 updates came, 2 were answers to invitations, 1 person linked a chat, 1 could not be read."
    )


def test_what_is_watched_follows_from_what_is_set(with_bot: Place) -> None:
    alone = replace(with_bot.app.settings, telegram_token=None)
    assert [child.name for child in watchers(alone)] == []
    (poller,) = watchers(with_bot.app.settings)
    assert (poller.name, list(poller.argv[-3:])) == ("poller", ["run", "telegram", "--watch"])
