"""A delivery over a Dask cluster whose workers die: no message leaves twice, none is lost, those in doubt are named."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from distributed import Client, Queue

from channels import fan_out
from channels.fan_out import Batch, FanOutChannel
from channels.smtp import SmtpChannel
from config.settings import Server
from domain.deliveries import Outcome, Parcel, Receipt
from flows.fan_out import delivered
from steps import fan_out as large
from tests.servers.dask_cluster import dask_cluster, process_of, set_environ
from tests.servers.smtp_faults import Fault, SmtpFaults
from tests.steps.deliver_post import Post, everyone

WELCOMES = [n for n in range(1, 48) if n % 4]  # invitations may be repeated by themselves; these may not

HI = b"Message-ID: <1@here.test>\r\n\r\nhi\r\n"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    with dask_cluster() as client:
        yield client


def channel(cluster: Client, server: SmtpFaults) -> FanOutChannel:
    make = partial(SmtpChannel, "127.0.0.1", server.port, tls="none", connections=1)
    return FanOutChannel(cluster, make, batch=5)


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_worker_leaves_its_batch_in_doubt_and_doubles_nothing(cluster: Client, tmp_path: Path) -> None:
    stuck = "p10@there.test"
    with SmtpFaults(by_recipient={stuck: Fault.HANG_STORED}) as server:
        post = Post(tmp_path, server)
        post.record(*WELCOMES)
        over = channel(cluster, server)
        killed: list[int] = []

        def kill_the_stuck() -> None:
            """Once the other worker has done all the rest, the only one at work is the stuck one."""
            until(lambda: stuck in post.stored)
            until(lambda: sum(map(len, cluster.processing().values())) == 1)
            (worker,) = [worker for worker, keys in cluster.processing().items() if keys]
            killed.append(process_of(cluster, worker))
            os.kill(killed[0], signal.SIGKILL)

        killer = threading.Thread(target=kill_the_stuck)
        killer.start()
        report = post.deliver(over)
        killer.join()
        states = post.states()
        doubtful = {n for n, state in states.items() if state == "unsure"}
        assert (len(killed), report.trouble) == (1, "")
        assert 10 in doubtful
        assert len(doubtful) <= 5
        assert {n for n, state in states.items() if state == "sent"} == set(WELCOMES) - doubtful
        assert set(post.stored.values()) == {1}
        assert set(everyone(*(set(WELCOMES) - doubtful))) <= set(post.stored)
        assert post.deliver(over).sent == 0  # what is in doubt waits for a person


def test_large_send_goes_out_by_the_workers(
    cluster: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "WORTH", len(WELCOMES))
    with SmtpFaults() as server:
        post = Post(tmp_path, server)
        post.record(*WELCOMES)
        # Only the workers know where the mail server is.
        url = f"smtp://127.0.0.1:{server.port}?tls=none"
        cluster.run(set_environ, {"LETSCONNECT_SMTP_URL": url, "LETSCONNECT_HOME": str(tmp_path / "nowhere")})
        nowhere = Server("127.0.0.1", 9, "", "", "none")
        post.app.settings = replace(post.app.settings, smtp=nowhere, dask=cluster.scheduler.address)
        report = delivered(post.app)
        assert (report.sent, report.trouble) == (len(WELCOMES), "")
        assert post.stored == everyone(*WELCOMES)
        assert not (tmp_path / "nowhere").exists()


def test_cluster_out_of_reach_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "WORTH", 2)
    with SmtpFaults() as server:
        post = Post(tmp_path, server)
        post.record(1, 2)
        post.app.settings = replace(post.app.settings, dask="tcp://127.0.0.1:9")

        @contextmanager
        def nobody(address: str) -> Iterator[object]:
            raise OSError(address)
            yield

        report = large.over_cluster(post.app, nobody)
        assert (report.sent, report.trouble, post.stored) == (2, large.ALONE, everyone(1, 2))


def test_small_send_stays_here(tmp_path: Path) -> None:
    with SmtpFaults() as server:
        post = Post(tmp_path, server)
        post.record(1, 2)
        post.app.settings = replace(post.app.settings, dask="tcp://127.0.0.1:9")
        assert (delivered(post.app).sent, post.stored) == (2, everyone(1, 2))


def test_second_run_of_a_batch_sends_nothing(cluster: Client) -> None:
    with SmtpFaults() as server:
        parcels = [Parcel(n, "us@here.test", f"p{n}@there.test", HI) for n in (1, 2)]
        batch = Batch("letsconnect-twice", parcels, channel(cluster, server).make, 60)
        permit = Queue(batch.name, client=cluster)
        permit.put(True)
        first, second = (cluster.submit(fan_out.send, batch, pure=False).result() for _ in range(2))
        assert ([r.outcome for _, r in first.receipts], second) == ([Outcome.SENT] * 2, None)
        assert Counter(one.recipient for one in server.stored) == Counter(everyone(1, 2))


def test_batch_that_no_worker_begins_goes_back(cluster: Client) -> None:
    hanging = {f"p{n}@there.test": Fault.HANG_STORED for n in range(2, 6)}
    with SmtpFaults(by_recipient=hanging) as server:
        over = channel(cluster, server)
        over.batch = 1
        later = count(0, 400)
        over.clock = lambda: next(later) if len(server.stored) == 3 else 0.0  # time flies once both workers hang
        settled: list[tuple[int, Receipt]] = []
        parcels = (Parcel(n, "us@here.test", f"p{n}@there.test", HI) for n in range(1, 6))
        assert over.deliver(parcels, lambda ids: ids, settled.extend) is None
        fates = Counter(receipt.outcome for _, receipt in settled)
        assert fates == {Outcome.SENT: 1, Outcome.UNSURE: 2, Outcome.RETURNED: 2}
        unsure = [i for i, receipt in settled if receipt.outcome is Outcome.UNSURE]
        assert Counter(one.recipient for one in server.stored) == Counter(everyone(1, *unsure))


def test_worker_whose_mark_is_too_old_finishes_nothing() -> None:
    with SmtpFaults() as server:
        make = partial(SmtpChannel, "127.0.0.1", server.port, tls="none", connections=1)
        answer = fan_out._sent(Batch("x", [Parcel(1, "us@here.test", "p1@there.test", b"\r\nhi\r\n")], make, -1.0))
        assert ([(i, r.outcome) for i, r in answer.receipts], server.stored) == ([(1, Outcome.RETURNED)], [])


def test_worker_that_cannot_make_its_channel_returns_everything() -> None:
    make = partial(SmtpChannel, "mail.example.org", 25, tls="none")
    answer = fan_out._sent(Batch("x", [Parcel(n, "", "p", b"") for n in (1, 2)], make, 60))
    assert [(i, r.outcome) for i, r in answer.receipts] == [(1, Outcome.RETURNED), (2, Outcome.RETURNED)]
    assert answer.trouble is not None
    assert answer.trouble.permanent


def test_repr_of_a_batch_says_nothing_of_anybody() -> None:
    batch = Batch("x", [Parcel(1, "us@here.test", "p1@there.test", b"hi")], partial(SmtpChannel, password="s"), 60)
    assert repr(batch) == "<batch of 1>"
