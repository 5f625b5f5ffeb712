"""The Telegram channel against a strict Bot API whose network fails: what is certain, and what is said of it."""

import asyncio
import logging
import time
import traceback
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

import pytest

from channels.telegram import TelegramChannel
from channels.telegram_delivery import Pace
from channels.telegram_message import Button, ChatMessage, Document, freeze
from domain.deliveries import Outcome, Parcel, Phase, Receipt, Trouble
from domain.errors import ConfigError, Permanent, Transient
from tests.servers.bot_api import Fault, FaultyBotApi

CHAT = 700


@pytest.fixture
def server() -> Iterator[FaultyBotApi]:
    with FaultyBotApi() as server:
        for number in range(12):
            server.api.join(CHAT + number)
            server.api.write(CHAT + number, "/start")
        yield server


def channel(server: FaultyBotApi, **options: float) -> TelegramChannel:
    given = {"per_second": 1000.0, "chat_seconds": 0.0, "answer_timeout": 5.0, **options}
    return TelegramChannel(server.api.token, api=server.url, **given)


def parcel(number: int, chat: int | None = None, document: Document | None = None) -> Parcel:
    chat = CHAT + number if chat is None else chat
    return Parcel(number, "", str(chat), freeze(ChatMessage(chat, f"no {number}", document=document)))


class Run:
    """One delivery and what came of it."""

    def __init__(self, channel: TelegramChannel, *parcels: Parcel) -> None:
        self.marked: list[int] = []
        self.receipts: dict[int, Receipt] = {}
        self.pulled = 0
        self.trouble = channel.deliver(self._pull(parcels), self._mark, self._settle)

    def _pull(self, parcels: Sequence[Parcel]) -> Iterator[Parcel]:
        for one in parcels:
            self.pulled += 1
            yield one

    def _mark(self, ids: Sequence[int]) -> Collection[int]:
        self.marked += ids
        return ids

    def _settle(self, answers: Sequence[tuple[int, Receipt]]) -> None:
        for number, receipt in answers:
            assert number not in self.receipts
            self.receipts[number] = receipt

    @property
    def outcome(self) -> tuple[Outcome, int | None]:
        (receipt,) = self.receipts.values()
        return receipt.outcome, receipt.code


# fault, outcome and code of the one message, whether it arrived, (phase, permanent) of the trouble
FATES = [
    (Fault.RESET, Outcome.UNSURE, None, 0, None),
    (Fault.RESET_STORED, Outcome.UNSURE, None, 1, None),
    (Fault.HALF_STORED, Outcome.UNSURE, None, 1, None),
    (Fault.GARBAGE_STORED, Outcome.UNSURE, None, 1, None),
    (Fault.BAD_GATEWAY, Outcome.UNSURE, 502, 0, None),
    (Fault.BAD_GATEWAY_STORED, Outcome.UNSURE, 502, 1, None),
    (Fault.ODD_STORED, Outcome.UNSURE, None, 1, None),
    (Fault.NO_RIGHTS, Outcome.REFUSED_RECIPIENT, 400, 0, None),
    (Fault.KICKED, Outcome.REFUSED_RECIPIENT, 403, 0, None),
    (Fault.BAD_MESSAGE, Outcome.REFUSED_MESSAGE, 400, 0, None),
    (Fault.TOO_LARGE, Outcome.REFUSED_MESSAGE, 413, 0, None),
    (Fault.PROXY_403, Outcome.RETURNED, 403, 0, (Phase.API, True)),
    (Fault.REDIRECT, Outcome.RETURNED, 302, 0, (Phase.API, True)),
    (Fault.CONFLICT, Outcome.RETURNED, 409, 0, (Phase.API, False)),
    (Fault.UNAUTHORIZED, Outcome.RETURNED, 401, 0, (Phase.AUTH, True)),
    (Fault.SLOW_DOWN, Outcome.LATER, 429, 0, (Phase.API, False)),
    (Fault.SLOW_DOWN_UNSAID, Outcome.LATER, 429, 0, (Phase.API, False)),
]


@pytest.mark.parametrize(("fault", "outcome", "code", "arrived", "trouble"), FATES)
def test_failure_says_only_what_is_certain(
    server: FaultyBotApi, fault: Fault, outcome: Outcome, code: int | None, arrived: int,
    trouble: tuple[Phase, bool] | None,
) -> None:  # fmt: skip
    server.by_chat[CHAT] = fault
    run = Run(channel(server), parcel(0))
    assert run.outcome == (outcome, code)
    assert len(server.api.sent) == arrived
    assert (run.trouble and (run.trouble.phase, run.trouble.permanent)) == trouble
    assert run.marked == [0]


def test_every_fault_has_a_fate() -> None:
    assert {fault for fault, *_ in FATES} == set(Fault) - {Fault.SILENT_STORED}


def test_no_answer_in_time_is_unsure(server: FaultyBotApi) -> None:
    server.by_chat[CHAT] = Fault.SILENT_STORED
    run = Run(channel(server, answer_timeout=0.2), parcel(0))
    assert run.outcome == (Outcome.UNSURE, None)
    assert len(server.api.sent) == 1


def test_slow_down_says_how_long_and_nothing_more_is_pulled(server: FaultyBotApi) -> None:
    server.by_chat[CHAT] = Fault.SLOW_DOWN
    run = Run(channel(server, requests=1), *(parcel(n) for n in range(5)))
    assert run.receipts[0].retry_after == timedelta(seconds=9)
    assert run.trouble == Trouble(Phase.API, "asked to wait 9 s", 429, retry_after=timedelta(seconds=9))
    assert (run.pulled, list(run.receipts), server.api.sent) == (1, [0], [])


def test_group_that_migrated_names_its_new_chat(server: FaultyBotApi) -> None:
    server.api.migrated[-4] = -1001234567890
    run = Run(channel(server), parcel(0, chat=-4))
    assert run.outcome == (Outcome.LATER, 400)
    assert run.receipts[0].text == "migrated:-1001234567890"
    assert run.trouble is None


def test_message_goes_to_the_parcels_recipient_wherever_it_was_frozen_for(server: FaultyBotApi) -> None:
    frozen = parcel(0)
    run = Run(channel(server), Parcel(0, "", str(CHAT + 3), frozen.data))
    assert run.outcome == (Outcome.SENT, 200)
    assert [one.chat_id for one in server.api.sent] == [CHAT + 3]


def test_person_who_never_wrote_and_person_who_blocked_are_refused_recipients(server: FaultyBotApi) -> None:
    server.api.people[CHAT].blocked = True
    run = Run(channel(server), parcel(0), parcel(1, chat=99), parcel(2))
    shown = {number: (receipt.outcome, receipt.code) for number, receipt in run.receipts.items()}
    assert shown == {
        0: (Outcome.REFUSED_RECIPIENT, 403),
        1: (Outcome.REFUSED_RECIPIENT, 400),
        2: (Outcome.SENT, 200),
    }


def test_document_goes_with_the_text_as_its_caption(server: FaultyBotApi) -> None:
    content = b"BEGIN:VCALENDAR\r\nSUMMARY:\xd9\x85\r\nEND:VCALENDAR\r\n"
    buttons = ((Button("Yes", "rsvp/1/yes/0"), Button("Open", url="https://pages.example.org/1")),)
    message = ChatMessage(CHAT, "Welcome\nأهلا 😀", buttons, Document("invite.ics", content))
    run = Run(channel(server), Parcel(0, "", str(CHAT), freeze(message)))
    (sent,) = server.api.sent
    assert run.outcome == (Outcome.SENT, 200)
    assert (sent.text, sent.document) == ("Welcome\nأهلا 😀", ("invite.ics", content))
    assert [sorted(button.items()) for button in sent.buttons[0]] == [
        [("callback_data", "rsvp/1/yes/0"), ("text", "Yes")],
        [("text", "Open"), ("url", "https://pages.example.org/1")],
    ]


@pytest.mark.parametrize(
    ("recipient", "data", "outcome"),
    [
        ("700", b"{}", Outcome.REFUSED_MESSAGE),
        ("700", b"[" * 100_000, Outcome.REFUSED_MESSAGE),
        ("someone@example.org", parcel(0).data, Outcome.REFUSED_RECIPIENT),
    ],
)
def test_impossible_payload_is_refused_unmarked(
    server: FaultyBotApi, recipient: str, data: bytes, outcome: Outcome
) -> None:
    run = Run(channel(server), Parcel(0, "", recipient, data), parcel(1))
    assert run.receipts[0].outcome is outcome
    assert run.receipts[1].outcome is Outcome.SENT
    assert run.marked == [1]


@pytest.mark.parametrize(
    ("fault", "permanent"), [(Fault.UNAUTHORIZED, True), (Fault.BAD_GATEWAY, False), (Fault.RESET, False)]
)
def test_trouble_is_found_before_any_message_is_at_risk(
    server: FaultyBotApi, fault: Fault, permanent: bool
) -> None:
    server.next_calls["getMe"] = [fault]
    run = Run(channel(server), parcel(0), parcel(1))
    assert run.trouble is not None
    assert run.trouble.permanent is permanent
    assert (run.pulled, run.marked, run.receipts[0].outcome) == (1, [], Outcome.RETURNED)


def test_nobody_listening_returns_the_message() -> None:
    with FaultyBotApi() as gone:
        pass
    run = Run(channel(gone), parcel(0))
    assert run.outcome == (Outcome.RETURNED, None)
    assert run.trouble == Trouble(Phase.CONNECT, "the Bot API cannot be reached (ConnectError)")


def test_server_that_goes_away_after_the_mark_leaves_it_certainly_not_sent() -> None:
    server = FaultyBotApi(keep_alive=False)
    server.__enter__()
    answers: list[tuple[int, Receipt]] = []

    def mark(ids: Sequence[int]) -> Collection[int]:
        server.__exit__()
        return ids

    trouble = channel(server, requests=1).deliver([parcel(0), parcel(1)], mark, answers.extend)
    assert [(number, receipt.outcome) for number, receipt in answers] == [(0, Outcome.RETURNED)]
    assert trouble == Trouble(Phase.CONNECT, "the Bot API cannot be reached (ConnectError)")


def test_outage_leaves_few_messages_unsure(server: FaultyBotApi) -> None:
    server.by_chat = {CHAT + n: Fault.BAD_GATEWAY for n in range(12)}
    run = Run(channel(server, requests=2, breaker=3), *(parcel(n) for n in range(12)))
    unsure = [n for n, receipt in run.receipts.items() if receipt.outcome is Outcome.UNSURE]
    assert 3 <= len(unsure) <= 4
    assert run.trouble is not None
    assert run.pulled <= 5
    assert set(run.marked) == set(unsure)


# -- pace -------------------------------------------------------------------------------------------------


def test_pace_is_even_over_all_chats_and_slower_to_one() -> None:
    seconds = [0.0]
    pace = Pace(0.04, 1.0, 3.0, lambda: seconds[0])
    assert [round(pace.reserve(chat), 2) for chat in (1, 2, 1, 3)] == [0.0, 0.04, 1.0, 0.12]
    assert [round(pace.reserve(-5), 2) for _ in range(3)] == [0.16, 3.16, 6.16]
    seconds[0] = 60.0
    assert pace.reserve(1) == 0.0


def test_one_chat_gets_no_faster_than_it_may(server: FaultyBotApi) -> None:
    server.api.chat_seconds = 0.15
    run = Run(channel(server, chat_seconds=0.2), *(parcel(n, chat=CHAT) for n in range(4)))
    assert {receipt.outcome for receipt in run.receipts.values()} == {Outcome.SENT}
    assert [one.text for one in server.api.sent] == ["no 0", "no 1", "no 2", "no 3"]


def test_many_chats_take_no_longer_than_the_pace(server: FaultyBotApi) -> None:
    began = time.monotonic()
    Run(channel(server, per_second=50.0), *(parcel(n) for n in range(11)))
    assert 0.2 <= time.monotonic() - began < 1.5


# -- interruption -----------------------------------------------------------------------------------------


def test_interruption_hears_the_answers_of_what_is_in_flight(server: FaultyBotApi) -> None:
    server.by_chat[CHAT] = Fault.SILENT_STORED
    server.silence = 0.4
    target = channel(server, requests=1, answer_timeout=0.8)
    answers: list[tuple[int, Receipt]] = []

    async def interrupted() -> None:
        task = asyncio.create_task(target._deliver([parcel(0), parcel(1)], lambda ids: ids, answers.extend))
        await asyncio.sleep(0.25)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupted())
    assert [(number, receipt.outcome) for number, receipt in answers] == [(0, Outcome.UNSURE)]


# -- the token --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, *Fault])
def test_token_is_in_no_log_and_no_error(
    server: FaultyBotApi, fault: Fault | None, caplog: pytest.LogCaptureFixture
) -> None:
    secret = server.api.token.partition(":")[2]
    if fault:
        server.by_chat[CHAT] = fault
        server.next_calls["getMe"] = [Fault.BAD_GATEWAY if fault is Fault.SILENT_STORED else fault]
    target = channel(server, answer_timeout=0.3)
    with caplog.at_level(logging.DEBUG):
        for name in list(logging.root.manager.loggerDict):
            if name.startswith(("httpx", "httpcore")):
                logging.getLogger(name).setLevel(logging.DEBUG)
        seen = [repr(target), str(vars(target).get("name"))]
        try:
            seen.append(target.check())
        except Exception:
            seen.append(traceback.format_exc())
        run = Run(target, parcel(0))
        seen += [repr(run.trouble), repr(run.receipts)]
    for record in caplog.records:
        seen += [record.getMessage(), str(record.exc_info), str(record.args)]
    assert any("HTTP Request" in line for line in seen) or fault is not None
    assert [line for line in seen if secret in line] == []
    assert [line for line in seen if "no 0" in line and "httpx" not in line] == []


# -- questions --------------------------------------------------------------------------------------------


def test_check_names_the_bot(server: FaultyBotApi) -> None:
    assert channel(server).check() == "bot @letsconnect_bot"
    assert channel(server).me() == (10001, "letsconnect_bot")


def test_refused_token_is_permanent_and_names_the_setting(server: FaultyBotApi) -> None:
    with pytest.raises(Permanent, match="LETSCONNECT_TELEGRAM_TOKEN"):
        TelegramChannel("10001:another", api=server.url).me()


def test_outage_of_a_question_is_transient(server: FaultyBotApi) -> None:
    server.next_calls["getMe"] = [Fault.BAD_GATEWAY]
    with pytest.raises(Transient, match="502"):
        channel(server).me()


def test_menu_is_set_in_each_language(server: FaultyBotApi) -> None:
    target = channel(server)
    target.set_commands([("mine", "Your sessions")])
    target.set_commands([("mine", "Vos séances")], "fr")
    assert server.api.commands == {
        "": [{"command": "mine", "description": "Your sessions"}],
        "fr": [{"command": "mine", "description": "Vos séances"}],
    }


@pytest.mark.parametrize(
    ("token", "api", "where"),
    [
        ("1001:a b", "https://api.telegram.org", ["LETSCONNECT_TELEGRAM_TOKEN"]),
        ("1001:abc/../x", "https://api.telegram.org", ["LETSCONNECT_TELEGRAM_TOKEN"]),
        ("1001:abc", "http://bot-api.example.org", ["LETSCONNECT_TELEGRAM_API"]),
        ("", "ftp://x", ["LETSCONNECT_TELEGRAM_TOKEN", "LETSCONNECT_TELEGRAM_API"]),
    ],
)
def test_settings_that_cannot_work_are_said_at_once(token: str, api: str, where: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        TelegramChannel(token, api=api)
    assert [problem.where for problem in caught.value.problems] == where
    assert token == "" or token not in str(caught.value)
