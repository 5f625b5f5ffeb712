"""Every SMTP fault we know of against the real channel over a real socket: what is settled, what was stored."""

import itertools
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from channels.smtp import SmtpChannel, Timeouts
from domain.deliveries import Outcome, Parcel, Phase, Receipt, Trouble
from tests.servers.smtp_faults import OF_CONNECTION, OF_MESSAGE, Fault, SmtpFaults

SENT, LATER, UNSURE, RETURNED = Outcome.SENT, Outcome.LATER, Outcome.UNSURE, Outcome.RETURNED
BAD_ADDRESS, BAD_MESSAGE = Outcome.REFUSED_RECIPIENT, Outcome.REFUSED_MESSAGE


def parcel(number: int, size: int = 0) -> Parcel:
    data = f"Message-ID: <{number}@here.test>\r\n\r\n".encode("ascii") + (b"x" * 70 + b"\r\n") * (size // 72)
    return Parcel(number, "us@here.test", f"p{number}@there.test", data)


class Run:
    """One `deliver`, and what the store's side saw of it."""

    def __init__(
        self,
        server: SmtpFaults,
        parcels: Iterable[Parcel],
        at_risk: Callable[[Sequence[int]], Collection[int]] | None = None,
        **settings: Any,
    ) -> None:
        self.groups: list[list[int]] = []
        self.receipts: dict[int, Receipt] = {}
        self.settle_calls: list[int] = []
        self.at_risk = at_risk or (lambda ids: ids)
        settings = {"tls": "none", "connections": 1, "timeouts": Timeouts(5, 5, 5)} | settings
        self.channel = SmtpChannel("127.0.0.1", server.port, **settings)
        self.trouble = self.channel.deliver(parcels, self.mark, self.settle)

    def mark(self, ids: Sequence[int]) -> Collection[int]:
        self.groups.append(list(ids))
        return self.at_risk(ids)

    def settle(self, answers: Sequence[tuple[int, Receipt]]) -> None:
        self.settle_calls.append(len(answers))
        for number, receipt in answers:
            assert number not in self.receipts, "settled twice"
            self.receipts[number] = receipt

    @property
    def outcomes(self) -> dict[int, Outcome]:
        return {number: receipt.outcome for number, receipt in sorted(self.receipts.items())}

    def brief(self, number: int) -> tuple[Outcome, Phase, int | None]:
        receipt = self.receipts[number]
        return receipt.outcome, receipt.phase, receipt.code


# fault -> what becomes of the parcel: outcome, phase, code; phase of the trouble; is it stored?
MESSAGE_FAULTS: dict[Fault, tuple[tuple[Outcome, Phase, int | None], Phase | None, bool]] = {
    Fault.CLOSE_AT_MAIL: ((LATER, Phase.MAIL, None), None, False),
    Fault.MAIL_421: ((LATER, Phase.MAIL, 421), None, False),
    Fault.MAIL_451: ((LATER, Phase.MAIL, 451), None, False),
    Fault.MAIL_530: ((RETURNED, Phase.MAIL, 530), Phase.AUTH, False),
    Fault.MAIL_550: ((RETURNED, Phase.MAIL, 550), Phase.MAIL, False),
    Fault.MAIL_552: ((BAD_MESSAGE, Phase.MAIL, 552), None, False),
    Fault.CLOSE_AT_RCPT: ((LATER, Phase.RCPT, None), None, False),
    Fault.RCPT_421: ((LATER, Phase.RCPT, 421), None, False),
    Fault.RCPT_452: ((LATER, Phase.RCPT, 452), None, False),
    Fault.RCPT_550: ((BAD_ADDRESS, Phase.RCPT, 550), None, False),
    Fault.RCPT_550_354: ((BAD_ADDRESS, Phase.RCPT, 550), None, False),
    Fault.RCPT_554_POLICY: ((BAD_ADDRESS, Phase.RCPT, 554), None, False),
    Fault.CLOSE_AT_DATA: ((LATER, Phase.DATA, None), None, False),
    Fault.DATA_451: ((LATER, Phase.DATA, 451), None, False),
    Fault.DATA_554: ((BAD_MESSAGE, Phase.DATA, 554), None, False),
    Fault.DOT_451: ((LATER, Phase.DOT, 451), None, False),
    Fault.DOT_550: ((BAD_MESSAGE, Phase.DOT, 550), None, False),
    Fault.DOT_421: ((LATER, Phase.DOT, 421), None, False),
    Fault.GARBAGE_STORED: ((UNSURE, Phase.DOT, None), None, True),
    Fault.GARBAGE_LOST: ((UNSURE, Phase.DOT, None), None, False),
    Fault.HANG_STORED: ((UNSURE, Phase.DOT, None), None, True),
    Fault.HANG_LOST: ((UNSURE, Phase.DOT, None), None, False),
    Fault.RESET_STORED: ((UNSURE, Phase.DOT, None), None, True),
    Fault.RESET_LOST: ((UNSURE, Phase.DOT, None), None, False),
}
OWN_TESTS = {Fault.CLOSE_MID_BODY, Fault.MID_BODY_451, Fault.DOT_SLOW}

# fault of every connection -> phase and code of the trouble, and whether a person must mend something
CONNECTION_FAULTS: dict[Fault, tuple[Phase, int | None, bool]] = {
    Fault.CLOSE_BEFORE_GREETING: (Phase.GREETING, None, False),
    Fault.GREETING_421: (Phase.GREETING, 421, False),
    Fault.GREETING_554: (Phase.GREETING, 554, True),
    Fault.GREETING_GARBAGE: (Phase.GREETING, None, False),
    Fault.GREETING_HANG: (Phase.GREETING, None, False),
    Fault.CLOSE_AT_EHLO: (Phase.EHLO, None, False),
    Fault.EHLO_502: (Phase.EHLO, 502, True),
    Fault.AUTH_535: (Phase.AUTH, 535, True),
    Fault.AUTH_454: (Phase.AUTH, 454, False),
}
TLS_TESTS = {
    Fault.CLOSE_AT_STARTTLS,
    Fault.STARTTLS_454,
    Fault.STARTTLS_STRIPPED,
    Fault.STARTTLS_INJECTED,
}  # in test_smtp_tls.py
HARMLESS = {Fault.CLOSE_AT_QUIT, Fault.HANG_AT_QUIT, Fault.DRIP, Fault.ONE_MESSAGE}

both_ways = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])


def test_every_fault_has_its_case() -> None:
    assert {*MESSAGE_FAULTS} | OWN_TESTS == set(OF_MESSAGE)
    assert {*CONNECTION_FAULTS} | TLS_TESTS | HARMLESS == set(OF_CONNECTION)


@both_ways
@pytest.mark.parametrize("fault", MESSAGE_FAULTS)
def test_message_fault_on_a_fresh_connection(fault: Fault, pipelining: bool) -> None:
    brief, trouble, stored = MESSAGE_FAULTS[fault]
    with SmtpFaults(messages=[fault], pipelining=pipelining) as server:
        run = Run(server, [parcel(1)], timeouts=Timeouts(5, 5, 0.2))
    assert run.brief(1) == brief
    assert (run.trouble.phase if run.trouble else None) == trouble
    assert [m.message_id for m in server.stored] == (["<1@here.test>"] if stored else [])


@both_ways
@pytest.mark.parametrize("fault", MESSAGE_FAULTS)
def test_message_fault_in_the_middle_leaves_the_others_alone(fault: Fault, pipelining: bool) -> None:
    (outcome, _, _), trouble, stored = MESSAGE_FAULTS[fault]
    with SmtpFaults(messages=[None, fault], pipelining=pipelining) as server:
        run = Run(server, map(parcel, range(5)), timeouts=Timeouts(5, 5, 0.2))
    if fault in (Fault.CLOSE_AT_MAIL, Fault.MAIL_421):
        outcome, stored = SENT, True  # a used connection was closed: the message got a fresh one
    if trouble is None:
        assert run.trouble is None
        assert run.outcomes == {**dict.fromkeys(range(5), SENT), 1: outcome}
    else:
        assert run.trouble is not None
        assert run.outcomes == {0: SENT, 1: outcome}
    kept = [n for n, o in run.outcomes.items() if o is SENT or (n == 1 and stored)]
    assert sorted(m.message_id for m in server.stored) == [f"<{n}@here.test>" for n in kept]


@pytest.mark.parametrize("fault", CONNECTION_FAULTS)
def test_connection_fault_is_trouble_and_costs_no_attempt(fault: Fault) -> None:
    account = ("me", "secret") if fault.name.startswith("AUTH") else None
    with SmtpFaults(connections=[fault] * 9, account=account) as server:
        login = {"username": "me", "password": "secret"} if account else {}
        run = Run(server, map(parcel, range(9)), connections=8, timeouts=Timeouts(5, 0.2, 5), **login)
    assert run.trouble is not None
    assert (run.trouble.phase, run.trouble.code, run.trouble.permanent) == CONNECTION_FAULTS[fault]
    assert run.outcomes == {0: RETURNED}
    assert server.connected == 1
    assert "secret" not in repr(run.trouble)
    assert "me" not in run.trouble.reason.split()


def test_server_not_there_is_trouble() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        server = SmtpFaults(port=reserved.getsockname()[1])  # never started
        run = Run(server, [parcel(1)])
    assert run.trouble == Trouble(Phase.CONNECT, "the server refused the connection")
    assert run.outcomes == {1: RETURNED}


@pytest.mark.parametrize("fault", sorted(HARMLESS))
@both_ways
def test_harmless_fault_loses_nothing(fault: Fault, pipelining: bool) -> None:
    with SmtpFaults(connections=[fault] * 9, pipelining=pipelining) as server:
        run = Run(server, map(parcel, range(4)))
    assert (run.trouble, run.outcomes) == (None, dict.fromkeys(range(4), SENT))
    assert len(server.stored) == 4
    assert server.connected == (4 if fault is Fault.ONE_MESSAGE else 1)


@both_ways
def test_server_that_takes_one_message_a_connection_gets_all_over_several(pipelining: bool) -> None:
    with SmtpFaults(connections=[Fault.ONE_MESSAGE] * 99, pipelining=pipelining) as server:
        run = Run(server, map(parcel, range(60)), connections=6)
    assert (run.trouble, run.outcomes) == (None, dict.fromkeys(range(60), SENT))
    assert len(server.stored) == 60


# Mid-body


def test_close_mid_body_of_a_long_message_is_certain() -> None:
    with SmtpFaults(messages=[Fault.CLOSE_MID_BODY]) as server:
        run = Run(server, [parcel(1, size=16_000_000)])
    assert run.brief(1) == (LATER, Phase.DATA, None)
    assert (run.groups, server.stored) == ([], [])


def test_close_mid_body_seen_before_the_dot_is_certain() -> None:
    with SmtpFaults(messages=[Fault.CLOSE_MID_BODY]) as server:

        def slow_disk(ids: Sequence[int]) -> Sequence[int]:
            assert server.body_cut.wait(5)
            return ids

        run = Run(server, [parcel(1, size=2000)], at_risk=slow_disk)
    assert run.brief(1) == (LATER, Phase.DATA, None)


def test_refusal_in_the_middle_of_the_body_stores_nothing() -> None:
    with SmtpFaults(messages=[Fault.MID_BODY_451]) as server:
        run = Run(server, [parcel(1, size=16_000_000), parcel(2)])
    assert run.outcomes == {1: LATER, 2: SENT}
    assert [m.message_id for m in server.stored] == ["<2@here.test>"]


def test_long_message_arrives_whole() -> None:
    with SmtpFaults() as server:
        run = Run(server, [parcel(1, size=16_000_000)])
    assert run.outcomes == {1: SENT}
    assert [m.data for m in server.stored] == [parcel(1, size=16_000_000).data]


# Marks


def test_marks_of_one_round_are_asked_together() -> None:
    with SmtpFaults() as server:
        run = Run(server, map(parcel, range(64)), connections=8, at_risk=slowly)
    assert sorted(i for group in run.groups for i in group) == list(range(64))
    assert len(run.groups) < 40
    assert len(run.settle_calls) < 50


def slowly(ids: Sequence[int]) -> Sequence[int]:
    time.sleep(0.005)  # as a disk does; meanwhile the other connections become ready
    return ids


def test_no_dot_is_stored_before_its_mark_is_granted() -> None:
    granted: set[int] = set()
    early: list[object] = []

    with SmtpFaults() as server:

        def at_risk(ids: Sequence[int]) -> Sequence[int]:
            time.sleep(0.002)
            early.extend(m for m in server.stored if int(m.message_id[1:].split("@")[0]) not in granted)
            granted.update(ids)
            return ids

        Run(server, map(parcel, range(40)), connections=8, at_risk=at_risk)
    assert (early, len(server.stored)) == ([], 40)


def test_mark_granted_too_late_is_not_used() -> None:
    def stopped_meanwhile(ids: Sequence[int]) -> Sequence[int]:
        time.sleep(0.05)
        return ids

    with SmtpFaults() as server:
        run = Run(server, [parcel(1)], at_risk=stopped_meanwhile, max_mark_age=0.01)
    assert (run.outcomes, server.stored) == ({1: RETURNED}, [])


def test_error_while_a_dot_is_out_settles_it_unsure_and_writes_no_further_dot() -> None:
    receipts: dict[int, Receipt] = {}
    calls: list[int] = []

    def full_the_second_time(ids: Sequence[int]) -> Sequence[int]:
        calls.append(len(ids))
        if len(calls) == 2:
            raise OSError("disk full")
        return ids

    with SmtpFaults(messages=[Fault.HANG_STORED]) as server:
        channel = SmtpChannel("127.0.0.1", server.port, tls="none", connections=2)
        with pytest.raises(OSError, match="disk full"):
            channel.deliver(map(parcel, range(9)), full_the_second_time, receipts.update)
        for _ in range(500):  # the server may still have to read what is on its way
            if server.stored:
                break
            time.sleep(0.01)
        assert [m.message_id for m in server.stored] == ["<0@here.test>"]
    outcomes = {number: receipt.outcome for number, receipt in receipts.items()}
    assert outcomes.pop(0) is UNSURE
    assert set(outcomes.values()) == {RETURNED}


# The circuit breaker


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.DOT_550, BAD_MESSAGE),
        (Fault.DATA_554, BAD_MESSAGE),
        (Fault.DOT_451, LATER),
        (Fault.MAIL_451, LATER),
        (Fault.CLOSE_AT_DATA, LATER),
        (Fault.CLOSE_AT_MAIL, LATER),
        (Fault.RESET_LOST, UNSURE),
        (Fault.RCPT_554_POLICY, BAD_ADDRESS),
    ],
)
def test_breaker_opens_after_so_many_in_a_row(fault: Fault, outcome: Outcome) -> None:
    with SmtpFaults(messages=[fault] * 99) as server:
        run = Run(server, map(parcel, range(99)), breaker=3)
    assert run.trouble is not None
    assert list(run.outcomes.values()).count(outcome) == 3
    assert set(run.outcomes.values()) <= {outcome, RETURNED}
    assert len(run.outcomes) <= 4


@pytest.mark.parametrize("fault", [Fault.RCPT_550, Fault.RCPT_452])
def test_breaker_stays_closed_for_bad_addresses(fault: Fault) -> None:
    with SmtpFaults(messages=[fault] * 20) as server:
        run = Run(server, map(parcel, range(20)), breaker=3)
    assert run.trouble is None
    assert len(run.outcomes) == 20


def test_breaker_counts_only_failures_in_a_row() -> None:
    with SmtpFaults(messages=[Fault.DOT_550, Fault.DOT_550, None] * 5) as server:
        run = Run(server, map(parcel, range(15)), breaker=3)
    assert run.trouble is None
    assert list(run.outcomes.values()).count(SENT) == 5


# Connections


def test_no_more_connections_than_parcels() -> None:
    with SmtpFaults() as server:
        Run(server, map(parcel, range(3)), connections=8)
    assert server.connected <= 3


def test_server_that_allows_few_connections_gets_few() -> None:
    with SmtpFaults(most_connections=2) as server:
        run = Run(server, map(parcel, range(60)), connections=8)
    assert (run.trouble, set(run.outcomes.values())) == (None, {SENT})
    assert len(server.stored) == 60


def test_wrong_password_is_tried_once() -> None:
    with SmtpFaults(account=("me", "right")) as server:
        run = Run(server, map(parcel, range(20)), connections=8, username="me", password="wrong")
    assert run.trouble == Trouble(Phase.AUTH, "the server refused the login (535 5.7.8)", 535, permanent=True)
    assert server.logins == 1


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "CRAM-MD5 LOGIN PLAIN"])
def test_login_with_what_the_server_offers(mechanisms: str) -> None:
    with SmtpFaults(account=("mé", "p ss wörd"), auth=mechanisms) as server:
        run = Run(server, [parcel(1)], username="mé", password="p ss wörd")
    assert run.outcomes == {1: SENT}


def test_login_not_offered_is_trouble() -> None:
    with SmtpFaults(account=("me", "right"), auth="CRAM-MD5") as server:
        run = Run(server, [parcel(1)], username="me", password="right")
    assert run.trouble is not None
    assert (run.trouble.phase, run.trouble.permanent, server.logins) == (Phase.AUTH, True, 0)


def test_message_larger_than_size_is_refused_without_asking() -> None:
    with SmtpFaults(size=1000) as server:
        run = Run(server, [parcel(1), parcel(2, size=2000), parcel(3)])
    assert run.outcomes == {1: SENT, 2: BAD_MESSAGE, 3: SENT}
    assert server.commands.count("MAIL") == 2


def test_parcels_that_smtp_cannot_carry_are_refused_without_asking() -> None:
    fine = parcel(0)
    parcels = [
        Parcel(1, fine.sender, "a@there.test> SIZE=1\r\nRCPT TO:<evil@x.test", fine.data),
        Parcel(2, fine.sender, "jörg@there.test", fine.data),
        Parcel(3, "us\r\n@here.test", fine.recipient, fine.data),
        Parcel(4, fine.sender, fine.recipient, b"bare\nline feed\r\n"),
        Parcel(5, fine.sender, fine.recipient, b"smuggled\r\n.\n\r\n"),
        Parcel(6, fine.sender, fine.recipient, "ö\r\n".encode()),
        fine,
    ]
    with SmtpFaults() as server:
        run = Run(server, parcels)
    refused = {1: BAD_ADDRESS, 2: BAD_ADDRESS, **dict.fromkeys((3, 4, 5, 6), BAD_MESSAGE)}
    assert run.outcomes == {0: SENT, **refused}
    assert len(server.stored) == 1


def test_dots_are_stuffed_and_arrive_as_they_were() -> None:
    data = b".\r\n..\r\n.a\r\n\r\n.\r\nMessage-ID: <x>\r\n."
    with SmtpFaults() as server:
        Run(server, [Parcel(1, "", "p@there.test", data)])
    assert [(m.sender, m.data) for m in server.stored] == [("", data + b"\r\n")]


# The lone dot of RFC 2920 section 3.1


def test_data_accepted_without_recipient_is_ended_with_a_lone_dot() -> None:
    with SmtpFaults(messages=[Fault.RCPT_550_354]) as server:
        run = Run(server, map(parcel, range(3)))
    assert run.outcomes == {0: BAD_ADDRESS, 1: SENT, 2: SENT}
    assert (server.empty_dots, server.connected, len(server.stored)) == (1, 1, 2)
    assert 0 not in [i for group in run.groups for i in group]


# Pace


def test_pace_is_even_and_has_no_bursts() -> None:
    started = []

    def parcels() -> Iterable[Parcel]:
        for number in range(6):
            started.append(time.monotonic())
            yield parcel(number)

    with SmtpFaults() as server:
        Run(server, parcels(), connections=4, per_minute=3000)
    gaps = [later - earlier for earlier, later in itertools.pairwise(started)]
    assert len(gaps) == 5
    assert min(gaps) >= timedelta(milliseconds=20).total_seconds()
    assert len(server.stored) == 6


# The end


def test_trouble_elsewhere_waits_for_the_answer_to_a_dot() -> None:
    faults = [Fault.DOT_SLOW, Fault.MAIL_550]
    with SmtpFaults(messages=faults, pipelining=False, refuse_after_dot=True) as server:
        run = Run(server, map(parcel, range(9)), connections=2)
    assert run.trouble is not None
    assert (run.trouble.phase, run.outcomes) == (Phase.MAIL, {0: SENT, 1: RETURNED})


def test_interrupt_waits_for_the_answer_to_a_dot_and_sends_no_more() -> None:
    receipts: dict[int, Receipt] = {}

    def at_risk(ids: Sequence[int]) -> Sequence[int]:
        threading.Timer(0.1, signal.raise_signal, [signal.SIGINT]).start()
        return ids

    with SmtpFaults(messages=[Fault.DOT_SLOW]) as server:
        channel = SmtpChannel("127.0.0.1", server.port, tls="none", connections=1)
        with pytest.raises(KeyboardInterrupt):
            channel.deliver(map(parcel, range(9)), at_risk, receipts.update)
    outcomes = {number: receipt.outcome for number, receipt in receipts.items()}
    assert outcomes == {0: SENT, 1: RETURNED}
    assert len(server.stored) == 1


def test_connections_are_closed_when_delivery_ends() -> None:
    before = threading.active_count()
    with SmtpFaults() as server:
        Run(server, map(parcel, range(20)), connections=8)
        for _ in range(200):
            if not server.open:
                break
            time.sleep(0.01)
        assert server.open == 0
    assert threading.active_count() <= before + 2
