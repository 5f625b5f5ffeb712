"""Updates by long polling, as they came; and what is said back at once."""

import logging
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from channels.telegram_message import ChatMessage
from channels.telegram_updates import Conflicting, Updates
from domain.errors import DeliveryError, Permanent, Transient
from tests.servers.bot_api import Fault, FaultyBotApi

ADA = 7


@pytest.fixture
def server() -> Iterator[FaultyBotApi]:
    with FaultyBotApi() as server:
        server.api.join(ADA)
        yield server


@pytest.fixture
def updates(server: FaultyBotApi) -> Iterator[Updates]:
    updates = Updates(server.api.token, server.url, answer_timeout=5.0)
    yield updates
    updates.close()


def test_updates_come_until_the_next_offset_is_asked(server: FaultyBotApi, updates: Updates) -> None:
    first, second = server.api.write(ADA, "one"), server.api.write(ADA, "two")
    assert [number for number, _ in updates.fetch(None, 0)] == [first, second]
    assert [number for number, _ in updates.fetch(None, 0)] == [first, second]
    assert [number for number, _ in updates.fetch(second, 0)] == [second]
    assert updates.fetch(second + 1, 0) == []
    assert updates.fetch(None, 0) == []


def test_text_of_any_kind_can_be_filed(server: FaultyBotApi, updates: Updates) -> None:
    server.api.write(ADA, "مرحبا 😀 \ud800 \x00")
    ((_, raw),) = updates.fetch(None, 0)
    assert raw.isascii()
    assert b"\\ud800" in raw


def test_poll_waits_for_the_first_update(server: FaultyBotApi, updates: Updates) -> None:
    timer = threading.Timer(0.3, server.api.write, (ADA, "now"))
    timer.start()
    began = time.monotonic()
    assert len(updates.fetch(None, 10)) == 1
    assert 0.2 < time.monotonic() - began < 3


def test_poll_that_is_stopped_ends_soon_and_takes_nothing(server: FaultyBotApi) -> None:
    stop = threading.Event()
    updates = Updates(server.api.token, server.url, stop=stop.is_set)
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    assert updates.fetch(None, 30) == []
    assert time.monotonic() - began < 3
    updates.close()
    server.api.write(ADA, "kept")
    assert len(server.api.updates) == 1


def test_second_poller_is_a_conflict(server: FaultyBotApi) -> None:
    def poll() -> str:
        updates = Updates(server.api.token, server.url)
        try:
            updates.fetch(None, 2)
        except Conflicting as error:
            return str(error)
        finally:
            updates.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(poll)
        while not server.api.asked:
            time.sleep(0.01)
        other = pool.submit(poll)
        said = [one.result(), other.result()]
    assert "another poller" in said[0]
    assert said[1] == ""


@pytest.mark.parametrize(
    "fault",
    [Fault.RESET, Fault.GARBAGE_STORED, Fault.BAD_GATEWAY, Fault.ODD_STORED, Fault.HALF_STORED, Fault.SLOW_DOWN],
)
def test_failure_is_transient_and_loses_nothing(server: FaultyBotApi, updates: Updates, fault: Fault) -> None:
    server.api.write(ADA, "kept")
    server.next_calls["getUpdates"] = [fault]
    with pytest.raises(Transient):
        updates.fetch(None, 0)
    assert len(updates.fetch(None, 0)) == 1


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.PROXY_403, Fault.REDIRECT])
def test_refusal_is_permanent(server: FaultyBotApi, updates: Updates, fault: Fault) -> None:
    server.next_calls["getUpdates"] = [fault]
    with pytest.raises(Permanent, match="LETSCONNECT_TELEGRAM"):
        updates.fetch(None, 0)


def test_nobody_listening_is_transient() -> None:
    with FaultyBotApi() as gone:
        pass
    updates = Updates(gone.api.token, gone.url)
    with pytest.raises(Transient, match="cannot be reached"):
        updates.fetch(None, 0)
    updates.close()


def test_press_is_answered_and_a_failure_is_of_no_consequence(server: FaultyBotApi, updates: Updates) -> None:
    updates.answer("1", "✓ Yes" + "x" * 300)
    assert server.api.toasts == ["✓ Yes" + "x" * 195]
    for fault in (Fault.BAD_GATEWAY, Fault.RESET, Fault.UNAUTHORIZED, Fault.CONFLICT, Fault.GARBAGE_STORED):
        server.next_calls["answerCallbackQuery"] = [fault]
        updates.answer("1", "")


def test_said_at_most_once(server: FaultyBotApi, updates: Updates) -> None:
    server.api.write(ADA, "/start")
    server.next_calls["sendMessage"] = [Fault.RESET_STORED]
    assert updates.say(ChatMessage(ADA, "one")) is False
    assert updates.say(ChatMessage(ADA, "two")) is True
    assert updates.say(ChatMessage(99, "three")) is False
    assert [one.text for one in server.api.sent] == ["one", "two"]


@pytest.mark.parametrize("fault", [None, *Fault])
def test_token_is_in_no_log_and_no_error(
    server: FaultyBotApi, fault: Fault | None, caplog: pytest.LogCaptureFixture
) -> None:
    secret = server.api.token.partition(":")[2]
    server.silence = 0.4
    updates = Updates(server.api.token, server.url, answer_timeout=0.2)
    seen = [repr(updates)]
    server.api.write(ADA, "a secret of Ada's")
    with caplog.at_level(logging.DEBUG):
        for name in list(logging.root.manager.loggerDict):
            if name.startswith(("httpx", "httpcore")):
                logging.getLogger(name).setLevel(logging.DEBUG)
        server.next_calls["getUpdates"] = [fault] if fault else []
        try:
            updates.fetch(None, 0)
        except DeliveryError as error:
            seen.append("".join(traceback.format_exception(error)))
    updates.close()
    for record in caplog.records:
        seen += [record.getMessage(), str(record.exc_info), str(record.args)]
    assert len(seen) > 1
    assert [line for line in seen if secret in line or "secret of Ada" in line] == []
