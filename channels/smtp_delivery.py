"""One run of delivery over several SMTP connections: who gets the next parcel, when marks are asked, when to stop.

A loop of its own: wait until the kernel has something (`selectors`), let every connection that can go on do so, then
act on all of it together (`_round`): answers are settled in one call, then marks are asked in one call, then the final
dots are written. Only `_round` calls the store's functions, and between the grant and the dots nothing is waited for.
What replies mean is left to `smtp_session.py`, bytes to `smtp_pool.py`.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from selectors import DefaultSelector

from channels.pacing import Pacer
from channels.smtp_actions import Action, Again, Answer, AskMark, Broken, Idle
from channels.smtp_dial import Directory, Endpoint
from channels.smtp_interrupts import Interrupts
from channels.smtp_pool import QUIT_PATIENCE, Connection
from channels.smtp_session import SmtpSession
from channels.smtp_verdicts import about_the_server
from domain.deliveries import AtRisk, Outcome, Parcel, Phase, Receipt, Settle, Trouble

GRACE = 5.0  # seconds to wait for outstanding answers when interrupted
# Seconds to let answers gather where they come one by one, from a server slower than we are: to wake up for each,
# with a lock, a mark and a sync of its own, costs a fifth more CPU. From so many connections on.
GATHER, MANY = 0.001, 5


class Delivery:
    """Used once. `run` returns what is wrong with the channel and raises what the store's functions raise."""

    def __init__(
        self,
        endpoint: Endpoint,
        new_session: Callable[[], SmtpSession],
        *,
        connections: int,
        pacer: Pacer,
        breaker: int,
        max_mark_age: float,
    ) -> None:
        self._directory, self._new_session = Directory(endpoint), new_session
        self._selector = DefaultSelector()
        self._limit, self._pacer = connections, pacer
        self._breaker, self._max_mark_age = breaker, max_mark_age
        self._open: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._asking: deque[tuple[Connection, Parcel]] = deque()  # bodies handed to the transport
        self._waiting: deque[Parcel] = deque()  # pulled, and not in any session
        self._repeated: set[int] = set()  # lost a connection that had not come to them
        self._answers: list[tuple[int, Receipt]] = []
        self._in_a_row = 0  # answers that speak against the server
        self._trouble: Trouble | None = None
        self._exhausted = False
        self._proven = False  # a connection got through its login
        self._settle_failed = False
        self._over = False
        self._round_due = False  # something came up that no selector will tell of
        self._next_start = float("inf")  # when the pace allows the next parcel, if it does not now
        self._idle_for_long = False  # so long that what was answered may still wait to be written down

    def run(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        self._parcels: Iterator[Parcel] = iter(parcels)
        self._at_risk, self._settle = at_risk, settle
        with self._selector, Interrupts() as interrupts:
            try:
                self._go(interrupts)
            finally:
                if not self._over:
                    self._abandon()
        if interrupts.came:
            raise KeyboardInterrupt
        return self._trouble

    def _go(self, interrupts: Interrupts) -> None:
        """Until everything is settled, or so long after Ctrl-C that what was not answered by then is unknown."""
        point = self._directory.endpoint
        tick = min(0.25, point.command_timeout / 4, point.dot_timeout / 4)
        looked, end, came = time.monotonic(), float("inf"), 0
        while True:
            self._round()
            now = time.monotonic()
            if self._over or now >= end:
                return
            wait = 0.0 if self._round_due else max(0.0, min(looked + tick, self._next_start) - now)
            if wait and len(self._open) >= MANY and 0 < came <= len(self._open) / 4:
                time.sleep(GATHER)
            found = self._selector.select(wait)
            came = len(found)
            for key, events in found:
                key.data(events)
            # After the reading: however long the store took, an answer that has come is never too late.
            now = time.monotonic()
            if now >= self._next_start:
                self._next_start = float("inf")
            if now - looked >= tick:
                looked = now
                self._idle_for_long = True
                for connection in list(self._open):
                    connection.check_deadline(now)
            if interrupts.came and end == float("inf"):  # hear what the server says of messages whose dot is out
                end = now + GRACE
                self._stop(Trouble(Phase.CONNECT, "delivery was interrupted"))

    # What sessions want; called from the connections' callbacks, acted on at the end of the round

    def _act(self, connection: Connection, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case AskMark(parcel):
                    self._asking.append((connection, parcel))
                case Answer(parcel, receipt):
                    self._answered(parcel, receipt)
                case Idle():
                    self._proven = True
                    connection.deadline = float("inf")
                    self._idle.append(connection)
                case Again(parcel):
                    self._again(parcel)
                case Broken(trouble):
                    self._ended(connection, trouble)
        self._round_due = True

    def _answered(self, parcel: Parcel, receipt: Receipt) -> None:
        self._answers.append((parcel.id, receipt))
        if receipt.outcome is Outcome.SENT:
            self._in_a_row = 0
        elif about_the_server(receipt):
            self._in_a_row += 1
            if self._in_a_row >= self._breaker:
                reason = f"{self._in_a_row} messages in a row came to nothing"
                self._stop(Trouble(receipt.phase, reason, receipt.code))

    def _again(self, parcel: Parcel) -> None:
        if parcel.id in self._repeated:
            self._answered(parcel, Receipt(Outcome.LATER, Phase.MAIL, None, "the connection was lost twice"))
        else:
            self._repeated.add(parcel.id)
            self._waiting.append(parcel)

    def _ended(self, connection: Connection, trouble: Trouble | None) -> None:
        self._open.discard(connection)
        if trouble is None:
            return
        if not trouble.permanent and any(other.session.ready for other in self._open):
            # Many servers allow only so many connections at once. Those that are up go on with the work.
            self._limit = len(self._open)
        else:
            self._stop(trouble)

    def _stop(self, trouble: Trouble) -> None:
        self._trouble = self._trouble or trouble

    # The end of a round

    def _round(self) -> None:
        self._round_due = False
        self._report()
        if self._trouble:
            self._shed()
        else:
            self._finish_ready()
            self._hand_out()
        self._report()
        self._close_when_over()

    def _report(self) -> None:
        if self._answers or self._idle_for_long:
            self._idle_for_long = False
            answers, self._answers = self._answers, []
            try:
                self._settle(answers)
            except BaseException:
                self._settle_failed = True
                raise

    def _finish_ready(self) -> None:
        """Ask for the marks of all bodies that are out, then write their final dots."""
        ready: list[tuple[Connection, Parcel]] = []
        undrained: deque[tuple[Connection, Parcel]] = deque()
        for connection, parcel in self._asking:
            if connection.alive:
                (ready if connection.drained() else undrained).append((connection, parcel))
        self._asking = undrained  # the selector tells when the kernel has room for more of them
        if not ready:
            return
        # Pulled before the marks are asked: it may take a while, or raise, and a marked message must not wait.
        following = [self._take(c) if c.session.pipelining else None for c, _ in ready]
        asked = time.monotonic()
        granted = self._at_risk([parcel.id for _, parcel in ready])
        # Stopped for long (SIGSTOP, a frozen machine), others may think us dead: the mark is no longer ours to use.
        stale = time.monotonic() - asked > self._max_mark_age
        for (connection, parcel), following_parcel in zip(ready, following, strict=True):
            if not stale and parcel.id in granted and not connection.hung_up():
                connection.do(connection.session.finish(following_parcel))
                continue
            if following_parcel is not None:
                self._waiting.appendleft(following_parcel)
            if stale or parcel.id not in granted:
                connection.do(connection.session.give_back())
            else:
                connection.do(connection.session.lost("the connection was lost before the end of the message"))

    def _hand_out(self) -> None:
        """Give parcels to idle connections, and open more while there are parcels for them.

        Until the first connection is through its login no second one is opened: a wrong password is tried once.
        """
        left: deque[Connection] = deque()
        while (connection := self._next_idle()) is not None:
            parcel = self._take(connection)
            if parcel is None:
                left.append(connection)
            else:
                connection.do(connection.session.begin(parcel))
        self._idle = left
        while len(self._open) < self._limit and (self._proven or not self._open) and not self._trouble:
            connecting = sum(not c.session.ready for c in self._open)
            if len(self._waiting) <= connecting:
                parcel = None if self._idle else self._pull()
                if parcel is None:
                    return
                self._waiting.append(parcel)
            connection = Connection(self._directory, self._new_session(), self._act, self._selector)
            self._open.add(connection)
            connection.open()

    def _next_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.popleft()
            if connection.alive:
                return connection
        return None

    def _take(self, connection: Connection) -> Parcel | None:
        """The next parcel for this connection. One that lost its connection gets a fresh one if there can be one."""
        if self._waiting and not (
            self._waiting[0].id in self._repeated
            and not connection.session.fresh
            and (len(self._open) < self._limit or any(c.session.fresh for c in self._open))
        ):
            return self._waiting.popleft()
        return self._pull()

    def _pull(self) -> Parcel | None:
        """The next parcel, if there is one and the pace allows it."""
        if self._exhausted or self._trouble:
            return None
        pause = self._pacer.wait()
        self._next_start = time.monotonic() + pause if pause > 0 else float("inf")
        if pause > 0:
            return None
        parcel = next(self._parcels, None)
        if parcel is None:
            self._exhausted = True
        else:
            self._pacer.start()
        return parcel

    def _shed(self) -> None:
        """After trouble: what is behind its dot is waited for, everything else goes back."""
        for connection in list(self._open):
            session = connection.session
            if not session.dot_out and (session.carries or not session.ready):
                connection.do(session.give_back())
        self._asking.clear()
        while self._waiting:
            returned = Receipt(Outcome.RETURNED, Phase.CONNECT, None, "the channel is in trouble")
            self._answers.append((self._waiting.popleft().id, returned))

    def _close_when_over(self) -> None:
        over = bool(self._trouble) or (self._exhausted and not self._waiting)
        if not over:
            return
        while self._idle:
            connection = self._idle.popleft()
            if connection.alive:
                connection.do(connection.session.quit())
                connection.deadline = time.monotonic() + QUIT_PATIENCE
        if not self._trouble:
            for connection in [c for c in self._open if not c.session.ready]:
                connection.drop()  # opened for a parcel that another connection has taken since
                self._open.discard(connection)
        if not self._open and not self._answers:
            self._over = True

    def _abandon(self) -> None:
        """Something went wrong on our side: no further dot, and say what is certain where that still works."""
        for connection in list(self._open):
            connection.drop()
            for action in connection.session.give_back():
                if isinstance(action, Answer):
                    self._answers.append((action.parcel.id, action.receipt))
        self._open.clear()
        self._answers.extend((p.id, Receipt(Outcome.RETURNED, Phase.CONNECT)) for p in self._waiting)
        self._waiting.clear()
        if not self._settle_failed:
            with contextlib.suppress(Exception):  # the first error is the one to tell
                self._report()
