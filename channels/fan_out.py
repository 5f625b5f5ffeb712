"""Mail out over many machines: batches of finished letters to the workers of a Dask cluster, receipts back.

The owner of the store, who calls `deliver`, keeps claims, marks and receipts. A worker gets envelopes and bytes, sends
them over a channel of its own (`make`, called there), and has no access to the store.

No message leaves twice, whatever dies:
- a batch is marked at risk, on disk, before it goes out; what nobody answers for stays unsure.
- Dask runs the work of a lost worker again by itself. So each batch has one permit, an item in a queue of the
  scheduler: who takes it may send, and a second run finds it gone and sends nothing.
- a worker that slept stops asking for more once its mark is too old to be used.
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Client, Future, Queue

from domain.deliveries import AtRisk, Channel, Outcome, Parcel, Phase, Receipt, Settle, Trouble
from domain.errors import ConfigError, UserError

BATCH = 100
START_SECONDS = 300.0  # for a worker to begin; after that the permit is taken back
MARK_SECONDS = 300.0  # after its beginning a worker begins no final step any more
END_SECONDS = 1200.0  # for the answer: the mark's age, and ten minutes for the final dot; less than a lease
PATIENCE = 2.0  # seconds for a permit that should be there
WORKERS_SECONDS = 30.0
LOOK_SECONDS = 1.0  # between two looks at the clock

Receipts = list[tuple[int, Receipt]]


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """What goes to a worker. `make` is called there. Dask writes reprs into logs: this one says nothing of anybody."""

    name: str
    parcels: Sequence[Parcel]
    make: Callable[[], Channel]
    mark_seconds: float

    def __repr__(self) -> str:
        return f"<batch of {len(self.parcels)}>"


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    receipts: Receipts
    trouble: Trouble | None


def send(batch: Batch) -> Answer | None:
    """On a worker: send the batch, or None where another run of it may have begun. Raises nothing, as Dask logs it."""
    try:
        Queue(batch.name).get(timeout=PATIENCE)
    except Exception:  # gone, or the scheduler is: in either case nothing may leave from here
        return None
    return _sent(batch)


def _sent(batch: Batch) -> Answer:
    until = time.monotonic() + batch.mark_seconds
    pulled: set[int] = set()
    receipts: Receipts = []

    def parcels() -> Iterator[Parcel]:
        for parcel in batch.parcels:
            pulled.add(parcel.id)
            yield parcel

    def at_risk(ids: Sequence[int]) -> Sequence[int]:
        return ids if time.monotonic() < until else ()

    fate = Outcome.UNSURE
    try:
        trouble = batch.make().deliver(parcels(), at_risk, receipts.extend)
    except (ConfigError, UserError) as error:
        fate = Outcome.RETURNED
        what = "; ".join(f"{problem.where} {problem.what}" for problem in error.problems)
        trouble = Trouble(Phase.CONNECT, f"a worker of the cluster cannot send: {what}", permanent=True)
    except Exception as error:  # a stranger's machine: whatever happens there, what is pulled is in doubt
        trouble = Trouble(Phase.CONNECT, f"a worker of the cluster failed ({type(error).__name__})")
    settled = {i for i, _ in receipts}
    left = [parcel.id for parcel in batch.parcels if parcel.id not in settled]
    receipts += [(i, _receipt(fate if i in pulled else Outcome.RETURNED)) for i in left]
    return Answer(receipts, trouble)


def _receipt(outcome: Outcome, text: str = "") -> Receipt:
    return Receipt(outcome, Phase.DOT if outcome is Outcome.UNSURE else Phase.CONNECT, text=text)


LOST = "the worker that had it did not answer"


@dataclass(slots=True)
class _Out:
    """A batch that is under way. `permit` is the queue with its one item."""

    ids: Sequence[int]
    permit: Queue
    since: float
    offered: bool = True  # nobody is known to have begun


@dataclass
class FanOutChannel:
    """See `domain.deliveries.Channel`. `make` makes the channel that a worker sends with; it must be picklable.

    `client` is connected to the cluster and stays open. `batch`: letters that a lost worker leaves in doubt.
    """

    client: Client
    make: Callable[[], Channel]
    batch: int = BATCH
    start_seconds: float = START_SECONDS
    mark_seconds: float = MARK_SECONDS
    end_seconds: float = END_SECONDS
    name: str = "email"
    clock: Callable[[], float] = time.monotonic
    _numbers: Iterator[int] = field(default_factory=count)
    _done: "SimpleQueue[Future]" = field(default_factory=SimpleQueue)

    def deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        """One parcel goes first, so that trouble shows before many are pulled."""
        waiting = iter(parcels)
        under_way: dict[Future, _Out] = {}
        trouble: Trouble | None = None
        proven = False
        try:
            while True:
                while trouble is None and len(under_way) < (self._most() if proven else 1):
                    page = list(islice(waiting, self.batch if proven else 1))
                    if not page:
                        break
                    trouble = self._submit(page, at_risk, settle, under_way)
                if not under_way:
                    return trouble
                for out, answer in self._answered(under_way):
                    settle(answer.receipts if answer else [(i, _receipt(Outcome.UNSURE, LOST)) for i in out.ids])
                    trouble = trouble or (answer.trouble if answer else None)
                    proven = True
        finally:
            for future, out in under_way.items():  # an error of ours: nothing more may begin
                self._taken_back(out)
                future.cancel()

    def _most(self) -> int:
        """Two batches a thread of a worker: one at work, one at hand."""
        try:
            threads: int = sum(self.client.nthreads().values())
        except OSError:
            return 1
        return max(2 * threads, 1)

    def _submit(
        self, page: list[Parcel], at_risk: AtRisk, settle: Settle, under_way: dict[Future, _Out]
    ) -> Trouble | None:
        def returned(parcels: Sequence[Parcel]) -> None:
            if parcels:
                settle([(parcel.id, _receipt(Outcome.RETURNED)) for parcel in parcels])

        try:
            self.client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except (TimeoutError, OSError):
            returned(page)
            return Trouble(Phase.CONNECT, "the cluster has no worker")
        granted = set(at_risk([parcel.id for parcel in page]))
        returned([parcel for parcel in page if parcel.id not in granted])
        going = [parcel for parcel in page if parcel.id in granted]
        if not going:
            return None
        name = f"letsconnect-{self.client.id}-{next(self._numbers)}"
        try:
            permit = Queue(name, client=self.client)
            permit.put(True)
            future = self.client.submit(
                send, Batch(name, going, self.make, self.mark_seconds), key=name, pure=False
            )
        except OSError:  # nobody was told of the batch
            returned(going)
            return Trouble(Phase.CONNECT, "the cluster is out of reach")
        future.add_done_callback(self._done.put)
        under_way[future] = _Out([parcel.id for parcel in going], permit, self.clock())
        return None

    def _answered(self, under_way: dict[Future, _Out]) -> Iterator[tuple[_Out, Answer | None]]:
        """What came back, or will not come any more, taken off `under_way`. None: nobody knows what became of it."""
        with contextlib.suppress(Empty):
            self._done.get(timeout=LOOK_SECONDS)
        now = self.clock()
        for future, out in list(under_way.items()):
            if future.done():
                del under_way[future]
                yield out, _result(future)
            elif out.offered and now - out.since > self.start_seconds:
                out.offered = False
                if self._taken_back(out):
                    del under_way[future]
                    future.cancel()
                    yield out, Answer([(i, _receipt(Outcome.RETURNED)) for i in out.ids], None)
            elif now - out.since > self.end_seconds:
                del under_way[future]
                future.cancel()
                yield out, None

    def _taken_back(self, out: _Out) -> bool:
        """Whether nobody had begun; nobody can any more then."""
        try:
            out.permit.get(timeout=PATIENCE)
        except Exception:  # taken, or the scheduler is gone
            return False
        return True


def _result(future: Future) -> Answer | None:
    """None for a run that failed, was lost, or found that another had begun."""
    try:
        found: Any = future.result()
    except Exception:
        return None
    return found if isinstance(found, Answer) else None
