"""What every channel promises to `steps/deliver.py`, run against each of them. See domain/deliveries.py."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from functools import cache, partial

import pytest
from distributed import Client

from channels.fan_out import FanOutChannel
from channels.memory import MemoryChannel
from channels.memory_telegram import MemoryTelegram
from channels.smtp import SmtpChannel
from channels.telegram import TelegramChannel
from channels.telegram_message import Button, ChatMessage, freeze, thaw
from domain.deliveries import Channel, Outcome, Parcel, Phase, Receipt, Trouble
from tests.servers import bot_api
from tests.servers.bot_api import FaultyBotApi
from tests.servers.dask_cluster import dask_cluster
from tests.servers.smtp_faults import Fault, SmtpFaults

FAULTS = {
    Outcome.LATER: Fault.RCPT_452,
    Outcome.REFUSED_RECIPIENT: Fault.RCPT_550,
    Outcome.REFUSED_MESSAGE: Fault.DOT_550,
    Outcome.UNSURE: Fault.GARBAGE_STORED,
}
TELEGRAM_FAULTS = {  # LATER: the group has a new id
    Outcome.REFUSED_RECIPIENT: bot_api.Fault.KICKED,
    Outcome.REFUSED_MESSAGE: bot_api.Fault.BAD_MESSAGE,
    Outcome.UNSURE: bot_api.Fault.GARBAGE_STORED,
}
CHAT = 5_000  # the chat of parcel 0


def mail(number: int) -> Parcel:
    data = f"Message-ID: <{number}@here.test>\r\nSubject: no {number}\r\n\r\n.a line with a dot\r\n..\r\n"
    return Parcel(number, "us@here.test", f"p{number}@there.test", data.encode("ascii"))


def chat_message(number: int) -> Parcel:
    buttons = ((Button("نعم 😀", f"rsvp/{number}/yes/0"), Button("Page", url="https://pages.example.org/x")),)
    message = ChatMessage(CHAT + number, f"<no> *{number}*\nمرحبا", buttons)
    return Parcel(number, "", str(CHAT + number), freeze(message))


class Books:
    """The outbox's side: what was marked, what was settled, what may be marked."""

    def __init__(self, far: "Far", refused: Collection[int] = ()) -> None:
        self.far, self.refused = far, set(refused)
        self.marked: list[int] = []
        self.settled: list[tuple[int, Receipt]] = []
        self.pulled: list[int] = []

    def parcels(self, numbers: Collection[int]) -> Iterator[Parcel]:
        for number in numbers:
            self.pulled.append(number)
            yield self.far.parcel(number)

    def at_risk(self, ids: Sequence[int]) -> Collection[int]:
        assert ids, "a mark asked for nothing"
        self.marked.extend(ids)
        return [i for i in ids if i not in self.refused]

    def settle(self, answers: Sequence[tuple[int, Receipt]]) -> None:
        assert answers, "nothing to settle"
        self.settled.extend(answers)

    @property
    def outcomes(self) -> dict[int, Outcome]:
        return {i: receipt.outcome for i, receipt in self.settled}


class Far:
    """The far side of one channel, scripted by parcel number."""

    def __init__(self, kind: str, cluster: Callable[[], Client]) -> None:
        self.kind, self.cluster = kind, cluster
        self.fans_out = kind == "fan-out"
        self.server: SmtpFaults | FaultyBotApi | None = None
        self.memory: MemoryChannel | MemoryTelegram | None = None
        self.telegram = "telegram" in kind

    def parcel(self, number: int) -> Parcel:
        return chat_message(number) if self.telegram else mail(number)

    @property
    def trouble(self) -> tuple[Phase, int, bool]:
        return (Phase.AUTH, 401, True) if self.telegram else (Phase.GREETING, 554, True)

    def channel(self, outcomes: dict[int, Outcome] | None = None, in_trouble: bool = False) -> Channel:
        fates = {self.parcel(i).recipient: outcome for i, outcome in (outcomes or {}).items()}
        if "memory" in self.kind:
            phase, code, permanent = self.trouble
            trouble = Trouble(phase, "scripted", code, permanent) if in_trouble else None
            kind = MemoryTelegram if self.telegram else MemoryChannel
            self.memory = kind(outcomes=fates, trouble=trouble)
            return self.memory
        return self._telegram(fates, in_trouble) if self.telegram else self._smtp(fates, in_trouble)

    def _smtp(self, fates: dict[str, Outcome], in_trouble: bool) -> Channel:
        self.server = SmtpFaults(
            connections=[Fault.GREETING_554] * 9 if in_trouble else (),
            by_recipient={recipient: FAULTS[outcome] for recipient, outcome in fates.items()},
            pipelining=self.kind == "smtp pipelined",
        )
        self.server.__enter__()
        make = partial(SmtpChannel, "127.0.0.1", self.server.port, tls="none", connections=4)
        return FanOutChannel(self.cluster(), make, batch=8) if self.fans_out else make()

    def _telegram(self, fates: dict[str, Outcome], in_trouble: bool) -> Channel:
        later = [int(chat) for chat, outcome in fates.items() if outcome is Outcome.LATER]
        faults = {int(chat): TELEGRAM_FAULTS[outcome] for chat, outcome in fates.items() if int(chat) not in later}
        self.server = FaultyBotApi(by_chat=faults)
        self.server.__enter__()
        for number in range(50):
            self.server.api.join(CHAT + number)
            self.server.api.write(CHAT + number, "/start")
        self.server.api.migrated.update({chat: -chat for chat in later})
        token = "10001:revoked" if in_trouble else self.server.api.token
        return TelegramChannel(token, api=self.server.url, per_second=10_000, chat_seconds=0)

    @property
    def stored(self) -> list[tuple[object, ...]]:
        """What arrived: the envelope and every byte, or all that a chat shows."""
        if isinstance(self.server, FaultyBotApi):
            return sorted((str(m.chat_id), m.text, _pairs(m.buttons)) for m in self.server.api.sent)
        kept = self.server.stored if self.server else self.memory.stored if self.memory else []
        return sorted(self._shown(Parcel(0, m.sender, m.recipient, m.data)) for m in kept)

    def as_stored(self, *numbers: int) -> list[tuple[object, ...]]:
        return sorted(self._shown(self.parcel(number)) for number in numbers)

    def _shown(self, parcel: Parcel) -> tuple[object, ...]:
        if not self.telegram:
            return parcel.sender, parcel.recipient, parcel.data
        message = thaw(parcel.data)
        names = {"data": "callback_data", "url": "url"}
        buttons = [
            [{names[n]: v for n in names if (v := getattr(b, n))} | {"text": b.text} for b in row]
            for row in message.buttons
        ]
        return parcel.recipient, message.text, _pairs(buttons)

    def close(self) -> None:
        if self.server:
            self.server.__exit__()


def _pairs(buttons: list[list[dict[str, str]]]) -> str:
    return str([[sorted(button.items()) for button in row] for row in buttons])


@pytest.fixture(scope="module")
def cluster() -> Iterator[Callable[[], Client]]:
    """Started when first asked for."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(dask_cluster()))


@pytest.fixture(params=["smtp pipelined", "smtp lock-step", "memory", "telegram", "memory telegram", "fan-out"])
def far(request: pytest.FixtureRequest, cluster: Callable[[], Client]) -> Iterator[Far]:
    far = Far(request.param, cluster)
    yield far
    far.close()


def deliver(channel: Channel, books: Books, numbers: Collection[int]) -> Trouble | None:
    return channel.deliver(books.parcels(numbers), books.at_risk, books.settle)


def test_messages_arrive_once_and_unchanged(far: Far) -> None:
    books = Books(far)
    assert deliver(far.channel(), books, range(30)) is None
    assert far.stored == far.as_stored(*range(30))
    assert books.outcomes == dict.fromkeys(range(30), Outcome.SENT)
    assert sorted(books.marked) == list(range(30))


def test_nothing_to_send_does_nothing(far: Far) -> None:
    books = Books(far)
    assert deliver(far.channel(), books, []) is None
    assert (books.marked, books.settled, far.stored) == ([], [], [])


@pytest.mark.parametrize("outcome", list(FAULTS))
def test_outcome_of_one_among_many_is_told_apart(far: Far, outcome: Outcome) -> None:
    books = Books(far)
    assert deliver(far.channel({7: outcome}), books, range(12)) is None
    assert books.outcomes == {**dict.fromkeys(range(12), Outcome.SENT), 7: outcome}
    arrived = set(range(12)) if outcome is Outcome.UNSURE else set(range(12)) - {7}
    assert far.stored == far.as_stored(*arrived)


def test_every_pulled_parcel_is_settled_exactly_once(far: Far) -> None:
    books = Books(far)
    fates = dict(zip(range(0, 40, 8), FAULTS, strict=False))
    deliver(far.channel(fates), books, range(40))
    assert Counter(i for i, _ in books.settled) == Counter(range(40))


def test_mark_refused_stores_nothing_and_returns_the_parcel(far: Far) -> None:
    books = Books(far, refused=[3, 4])
    assert deliver(far.channel(), books, range(8)) is None
    assert far.stored == far.as_stored(0, 1, 2, 5, 6, 7)
    assert books.outcomes == {**dict.fromkeys(range(8), Outcome.SENT), 3: Outcome.RETURNED, 4: Outcome.RETURNED}


def test_all_marks_refused_stores_nothing(far: Far) -> None:
    books = Books(far, refused=range(8))
    assert deliver(far.channel(), books, range(8)) is None
    assert far.stored == []
    assert books.outcomes == dict.fromkeys(range(8), Outcome.RETURNED)


def test_refused_recipient_needs_no_mark(far: Far) -> None:
    books = Books(far)
    deliver(far.channel({0: Outcome.REFUSED_RECIPIENT}), books, range(2))
    # A channel of one request hears of the recipient only when all is out; one of batches marks them whole.
    assert sorted(books.marked) == ([0, 1] if far.telegram or far.fans_out else [1])


def test_trouble_returns_what_was_pulled_and_pulls_no_more(far: Far) -> None:
    books = Books(far)
    trouble = deliver(far.channel(in_trouble=True), books, range(20))
    assert trouble is not None
    assert (trouble.phase, trouble.code, trouble.permanent) == far.trouble
    assert books.pulled == [0]
    assert books.outcomes == {0: Outcome.RETURNED}
    assert far.stored == []


def test_error_from_at_risk_comes_out_and_nothing_is_stored(far: Far) -> None:
    books = Books(far)

    def full(_: Sequence[int]) -> Collection[int]:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        far.channel().deliver(books.parcels(range(9)), full, books.settle)
    assert far.stored == []
    assert Outcome.SENT not in books.outcomes.values()


def test_error_from_settle_comes_out_and_settle_is_not_called_again(far: Far) -> None:
    books, calls = Books(far), []

    def full(answers: Sequence[tuple[int, Receipt]]) -> None:
        calls.append(len(answers))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        far.channel().deliver(books.parcels(range(9)), books.at_risk, full)
    assert len(calls) == 1
    assert set(far.stored) <= set(far.as_stored(*books.marked))


def test_error_from_the_parcels_comes_out(far: Far) -> None:
    books = Books(far)

    def parcels() -> Iterator[Parcel]:
        yield from books.parcels(range(3))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        far.channel().deliver(parcels(), books.at_risk, books.settle)
    assert set(far.stored) <= set(far.as_stored(*books.marked))


def test_channel_can_be_used_again(far: Far) -> None:
    books, channel = Books(far), far.channel()
    for numbers in ([0, 1], [2, 3]):
        assert deliver(channel, books, numbers) is None
    assert far.stored == far.as_stored(0, 1, 2, 3)
