"""A small world at a stop-clock with a real SMTP server, and a channel that does something at an exact moment."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from domain.deliveries import AtRisk, Channel, Parcel, Receipt, Settle, Trouble
from steps.app import App
from steps.deliver import DeliverReport, deliver, email_channel
from tests.season.crash_world import START, World, new_world, record
from tests.servers.smtp_faults import SmtpFaults


class Between:
    """A channel that does something once, before it pulls its second parcel, asks for marks or settles."""

    name = "email"

    def __init__(
        self,
        channel: Channel,
        *,
        pull: Callable[[], object] | None = None,
        mark: Callable[[], object] | None = None,
        settle: Callable[[], object] | None = None,
    ) -> None:
        self.channel, self.todo = channel, {"pull": pull, "mark": mark, "settle": settle}

    def deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        def pulling() -> Iterator[Parcel]:
            for parcel in parcels:
                yield parcel
                self._once("pull")

        def marking(ids: Sequence[int]) -> Collection[int]:
            self._once("mark")
            return at_risk(ids)

        def settling(answers: Sequence[tuple[int, Receipt]]) -> None:
            if answers:
                self._once("settle")
            settle(answers)

        return self.channel.deliver(pulling(), marking, settling)

    def _once(self, moment: str) -> None:
        if action := self.todo.pop(moment, None):
            action()


class Post:
    """A world whose clock stands at START until it is put, with its server."""

    def __init__(self, home: Path, server: SmtpFaults) -> None:
        self.server = server
        self.world: World = new_world(home, server.port, speed=0.0)
        self.app = self.world.app()

    def record(self, *numbers: int) -> None:
        """Numbers divisible by four are invitations, which may be repeated; the others are welcomes."""
        record(self.app, numbers)

    def put_clock(self, ahead: timedelta) -> None:
        self.app.clock = lambda: START + ahead

    def deliver(
        self,
        channel: Channel | None = None,
        *,
        pull: Callable[[], object] | None = None,
        mark: Callable[[], object] | None = None,
        settle: Callable[[], object] | None = None,
    ) -> DeliverReport:
        """Over SMTP, or `channel`. The actions: see `Between`."""
        between = Between(channel or email_channel(self.app), pull=pull, mark=mark, settle=settle)
        return deliver(self.app, channel=between)

    def deliver_when(self, moment: str, action: Callable[[], object]) -> DeliverReport:
        """`moment`: mark or settle."""
        return self.deliver(mark=action) if moment == "mark" else self.deliver(settle=action)

    @contextmanager
    def another(self, ahead: timedelta = timedelta(0)) -> Iterator[App]:
        """A second process's view of the same world."""
        with closing(self.world.app(ahead)) as app:
            yield app

    def delivery_by_another(self, ahead: timedelta, limit: int | None = None) -> DeliverReport:
        """In a thread, for a channel has an event loop of its own, and one in this thread may be running."""
        found = []

        def work() -> None:
            with self.another(ahead) as app:
                found.append(deliver(app, limit=limit))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return found[0]

    @property
    def stored(self) -> dict[str, int]:
        """Recipient -> how often."""
        return dict(Counter(one.recipient for one in self.server.stored))

    def states(self) -> dict[int, str]:
        """Participant -> state."""
        with self.another() as app:
            return dict(app.conn.execute("select participant_id, state from outbox order by id").fetchall())


def everyone(*numbers: int) -> dict[str, int]:
    return {f"p{number}@there.test": 1 for number in numbers}
