"""What every channel promises to `steps/deliver.py`, run against each of them. See domain/deliveries.py."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import pytest

from channels.memory import MemoryChannel
from channels.smtp import SmtpChannel
from domain.deliveries import Channel, Outcome, Parcel, Phase, Receipt, Trouble
from tests.servers.smtp_faults import Fault, SmtpFaults

FAULTS = {
    Outcome.LATER: Fault.RCPT_452,
    Outcome.REFUSED_RECIPIENT: Fault.RCPT_550,
    Outcome.REFUSED_MESSAGE: Fault.DOT_550,
    Outcome.UNSURE: Fault.GARBAGE_STORED,
}


def parcel(number: int) -> Parcel:
    data = f"Message-ID: <{number}@here.test>\r\nSubject: no {number}\r\n\r\n.a line with a dot\r\n..\r\n"
    return Parcel(number, "us@here.test", f"p{number}@there.test", data.encode("ascii"))


class Books:
    """The outbox's side: what was marked, what was settled, what may be marked."""

    def __init__(self, refused: Collection[int] = ()) -> None:
        self.refused = set(refused)
        self.marked: list[int] = []
        self.settled: list[tuple[int, Receipt]] = []
        self.pulled: list[int] = []

    def parcels(self, numbers: Collection[int]) -> Iterator[Parcel]:
        for number in numbers:
            self.pulled.append(number)
            yield parcel(number)

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
    """The far side of one channel, scripted by recipient number."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.server: SmtpFaults | None = None
        self.memory: MemoryChannel | None = None

    def channel(self, outcomes: dict[int, Outcome] | None = None, in_trouble: bool = False) -> Channel:
        fates = {f"p{i}@there.test": outcome for i, outcome in (outcomes or {}).items()}
        if self.kind == "memory":
            trouble = Trouble(Phase.GREETING, "scripted", 554, permanent=True) if in_trouble else None
            self.memory = MemoryChannel(outcomes=fates, trouble=trouble)
            return self.memory
        self.server = SmtpFaults(
            connections=[Fault.GREETING_554] * 9 if in_trouble else (),
            by_recipient={recipient: FAULTS[outcome] for recipient, outcome in fates.items()},
            pipelining=self.kind == "smtp pipelined",
        )
        self.server.__enter__()
        return SmtpChannel("127.0.0.1", self.server.port, tls="none", connections=4)

    @property
    def stored(self) -> list[tuple[str, str, bytes]]:
        kept = self.server.stored if self.server else self.memory.stored if self.memory else []
        return sorted((m.sender, m.recipient, m.data) for m in kept)

    def close(self) -> None:
        if self.server:
            self.server.__exit__()


@pytest.fixture(params=["smtp pipelined", "smtp lock-step", "memory"])
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    far = Far(request.param)
    yield far
    far.close()


def as_stored(*numbers: int) -> list[tuple[str, str, bytes]]:
    return sorted((p.sender, p.recipient, p.data) for p in map(parcel, numbers))


def deliver(channel: Channel, books: Books, numbers: Collection[int]) -> Trouble | None:
    return channel.deliver(books.parcels(numbers), books.at_risk, books.settle)


def test_messages_arrive_once_and_unchanged(far: Far) -> None:
    books = Books()
    assert deliver(far.channel(), books, range(30)) is None
    assert far.stored == as_stored(*range(30))
    assert books.outcomes == dict.fromkeys(range(30), Outcome.SENT)
    assert sorted(books.marked) == list(range(30))


def test_nothing_to_send_does_nothing(far: Far) -> None:
    books = Books()
    assert deliver(far.channel(), books, []) is None
    assert (books.marked, books.settled, far.stored) == ([], [], [])


@pytest.mark.parametrize("outcome", list(FAULTS))
def test_outcome_of_one_among_many_is_told_apart(far: Far, outcome: Outcome) -> None:
    books = Books()
    assert deliver(far.channel({7: outcome}), books, range(12)) is None
    assert books.outcomes == {**dict.fromkeys(range(12), Outcome.SENT), 7: outcome}
    arrived = set(range(12)) if outcome is Outcome.UNSURE else set(range(12)) - {7}
    assert far.stored == as_stored(*arrived)


def test_every_pulled_parcel_is_settled_exactly_once(far: Far) -> None:
    books = Books()
    fates = dict(zip(range(0, 40, 8), FAULTS, strict=False))
    deliver(far.channel(fates), books, range(40))
    assert Counter(i for i, _ in books.settled) == Counter(range(40))


def test_mark_refused_stores_nothing_and_returns_the_parcel(far: Far) -> None:
    books = Books(refused=[3, 4])
    assert deliver(far.channel(), books, range(8)) is None
    assert far.stored == as_stored(0, 1, 2, 5, 6, 7)
    assert books.outcomes == {**dict.fromkeys(range(8), Outcome.SENT), 3: Outcome.RETURNED, 4: Outcome.RETURNED}


def test_all_marks_refused_stores_nothing(far: Far) -> None:
    books = Books(refused=range(8))
    assert deliver(far.channel(), books, range(8)) is None
    assert far.stored == []
    assert books.outcomes == dict.fromkeys(range(8), Outcome.RETURNED)


def test_refused_recipient_needs_no_mark(far: Far) -> None:
    books = Books()
    deliver(far.channel({0: Outcome.REFUSED_RECIPIENT}), books, range(2))
    assert books.marked == [1]


def test_trouble_returns_what_was_pulled_and_pulls_no_more(far: Far) -> None:
    books = Books()
    trouble = deliver(far.channel(in_trouble=True), books, range(20))
    assert trouble is not None
    assert (trouble.phase, trouble.code, trouble.permanent) == (Phase.GREETING, 554, True)
    assert books.pulled == [0]
    assert books.outcomes == {0: Outcome.RETURNED}
    assert far.stored == []


def test_error_from_at_risk_comes_out_and_nothing_is_stored(far: Far) -> None:
    books = Books()

    def full(_: Sequence[int]) -> Collection[int]:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        far.channel().deliver(books.parcels(range(9)), full, books.settle)
    assert far.stored == []
    assert Outcome.SENT not in books.outcomes.values()


def test_error_from_settle_comes_out_and_settle_is_not_called_again(far: Far) -> None:
    books, calls = Books(), []

    def full(answers: Sequence[tuple[int, Receipt]]) -> None:
        calls.append(len(answers))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        far.channel().deliver(books.parcels(range(9)), books.at_risk, full)
    assert len(calls) == 1
    arrived = {recipient for _, recipient, _ in far.stored}
    assert arrived <= {f"p{i}@there.test" for i in books.marked}


def test_error_from_the_parcels_comes_out(far: Far) -> None:
    books = Books()

    def parcels() -> Iterator[Parcel]:
        yield from books.parcels(range(3))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        far.channel().deliver(parcels(), books.at_risk, books.settle)
    assert {recipient for _, recipient, _ in far.stored} <= {f"p{i}@there.test" for i in books.marked}


def test_channel_can_be_used_again(far: Far) -> None:
    books, channel = Books(), far.channel()
    for numbers in ([0, 1], [2, 3]):
        assert deliver(channel, books, numbers) is None
    assert far.stored == as_stored(0, 1, 2, 3)
