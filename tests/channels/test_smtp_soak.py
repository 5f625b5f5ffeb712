"""Many messages through a server that fails at random, in a process of its own: is every receipt true?"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.smtp import SmtpChannel, Timeouts
from domain.deliveries import Outcome, Parcel, Receipt

ROOT = Path(__file__).parents[2]
NOT_STORED = {Outcome.LATER, Outcome.RETURNED, Outcome.REFUSED_RECIPIENT, Outcome.REFUSED_MESSAGE}


def parcels(first: int, last: int) -> Iterator[Parcel]:
    for number in range(first, last):
        data = f"Message-ID: <{number}@here.test>\r\n\r\n" + "x" * (number % 7 * 400) + "\r\n"
        yield Parcel(number, "us@here.test", f"p{number}@there.test", data.encode("ascii"))


@pytest.mark.parametrize("options", [(), ("--no-pipelining",)], ids=["pipelined", "lock-step"])
def test_every_receipt_is_true_whatever_the_server_does(tmp_path: Path, options: tuple[str, ...]) -> None:
    journal = tmp_path / "journal"
    command = [sys.executable, "-m", "tests.servers.smtp_faults", "--journal", str(journal), "--hang", "0.5"]
    receipts: dict[int, Receipt] = {}
    pulled = 0

    def counted(source: Iterator[Parcel]) -> Iterator[Parcel]:
        nonlocal pulled
        for parcel in source:
            pulled = parcel.id + 1
            yield parcel

    def settle(answers: list[tuple[int, Receipt]]) -> None:
        for number, receipt in answers:
            assert number not in receipts, "settled twice"
            receipts[number] = receipt

    with subprocess.Popen(
        [*command, "--seed", "7", "--fault-rate", "0.3", *options], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            channel = SmtpChannel(
                "127.0.0.1", port, tls="none", connections=8, breaker=20, timeouts=Timeouts(2, 2, 0.2)
            )
            for _ in range(500):  # trouble ends a run; the next one goes on
                if pulled == 500:
                    break
                channel.deliver(counted(parcels(pulled, 500)), lambda ids: ids, settle)
        finally:
            server.kill()
    stored = Counter(line[1:].split("@")[0] for line in journal.read_text().split())
    assert sorted(receipts) == list(range(500))
    assert [n for n, count in stored.items() if count > 1] == []
    kept = {int(n) for n in stored}
    assert [n for n, r in receipts.items() if r.outcome is Outcome.SENT and n not in kept] == []
    assert [n for n, r in receipts.items() if r.outcome in NOT_STORED and n in kept] == []
    assert {r.outcome for r in receipts.values()} == set(Outcome)
