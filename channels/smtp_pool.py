"""The sockets under `smtp_session.py`: bytes, TLS and deadlines of one connection. No decisions on mail.

`smtp_delivery.py` waits on the selector, calls `ready`, and says what to do with what a session wants. How a
connection comes about is `smtp_dial.py`'s affair.
"""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

from channels.smtp_actions import Action, AskMark, Broken, Send, StartTls
from channels.smtp_dial import Directory, Steps, describe, opened, secured
from channels.smtp_session import SmtpSession
from domain.deliveries import Phase

QUIT_PATIENCE = 0.5  # seconds to wait for the answer to QUIT, on which nothing depends
READ_AT_ONCE = 65536
# "More follows at once": the end of a body goes in one packet with its final dot, and if the dot is long in coming,
# the kernel sends it without (tcp(7), 200 ms). Halves the packets and the server's reads.
_MORE = getattr(socket, "MSG_MORE", 0)
_RDHUP = getattr(select, "POLLRDHUP", 0)


class Connection:
    """One connection and its session. `act` receives what the session wants, always from this class's methods.

    `act(connection, actions)` handles everything but Send and StartTls, which are done here. Nothing happens before
    `open`.
    """

    def __init__(
        self,
        directory: Directory,
        session: SmtpSession,
        act: "Callable[[Connection, Sequence[Action]], None]",
        selector: BaseSelector,
    ) -> None:
        self.session = session
        self.alive = True
        self.deadline = float("inf")
        self._directory, self._point, self._act, self._selector = directory, directory.endpoint, act, selector
        self._sock: socket.socket | None = None  # connected
        self._steps: Steps | None = None  # on the way to a connection, or through STARTTLS
        self._watched: int | None = None  # the file that the selector knows
        self._events = 0
        self._outgoing: deque[memoryview] = deque()  # what the kernel had no room for
        self._cut = False  # nothing can be written any more; what the server still said is read first
        self._more = _MORE
        self._poll = select.poll() if hasattr(select, "poll") else None
        self._seen = 0  # replies at the last look; a drip of bytes that makes no reply buys no time

    # What the delivery calls

    def open(self) -> None:
        self._step_on(opened(self._directory))

    def ready(self, events: int) -> None:
        """The selector found that something can be done."""
        if not self.alive:
            return
        if self._steps is not None:
            self._step()
            return
        if self._outgoing:
            self._flush()
        if events & EVENT_READ and self.alive:
            self._read()

    def do(self, actions: Sequence[Action]) -> None:
        """Carry out what the session answered to a call of the delivery's."""
        self._do(actions)

    def check_deadline(self, now: float) -> None:
        if not self.alive or now < self.deadline:
            return
        if self._steps is not None:
            self._failed(TimeoutError())
        else:
            self._do(self.session.lost("the server did not answer in time"))

    def drained(self) -> bool:
        """Everything written has left this process (a long body may take a while)."""
        return not (self._outgoing or self._cut)

    def hung_up(self) -> bool:
        """The server has already closed. One system call that keeps a final dot from being written into the void."""
        return self._cut or bool(self._poll and self._poll.poll(0))

    def drop(self) -> None:
        """End the connection now; what was not written is not written any more. Asks the session nothing."""
        self.alive = False
        self._unwatch()
        self._outgoing.clear()
        if self._steps is not None:
            self._steps.close()
        if self._sock is not None:
            self._sock.close()

    # On the way to a connection

    def _step_on(self, steps: Steps) -> None:
        self._steps = steps
        self.deadline = time.monotonic() + self._point.connect_timeout
        self._step()

    def _step(self) -> None:
        assert self._steps is not None
        self._unwatch()  # the file may be closed now, and its number be another's
        try:
            sock, events = next(self._steps)
        except StopIteration as end:
            self._steps = None
            self._connected(end.value)
        except (OSError, ValueError) as error:  # ValueError: a name that no certificate can have
            self._failed(error)
        else:
            self._watch(sock, events)

    def _connected(self, sock: socket.socket) -> None:
        secure = self._sock is not None
        self._sock = sock
        self._watch(sock, EVENT_READ)
        if isinstance(sock, ssl.SSLSocket):
            self._more = 0  # which TLS sockets do not have
        if self._poll:
            self._poll.register(sock.fileno(), _RDHUP)
        self._restart_clock()
        if secure:
            self._do(self.session.tls_started())

    def _failed(self, error: Exception) -> None:
        phase = Phase.CONNECT if self._sock is None else Phase.STARTTLS
        self.drop()
        self._act(self, [Broken(describe(phase, error))])

    # Bytes

    def _read(self) -> None:
        assert self._sock is not None
        while True:
            try:
                data = self._sock.recv(READ_AT_ONCE)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError:
                data = b""
            if not data:
                self._do(self.session.lost("the connection was lost"))
                return
            self._do(self.session.receive(data))
            # What TLS has decrypted already, no selector tells of.
            if not (isinstance(self._sock, ssl.SSLSocket) and self.alive and not self._steps and self._sock.pending()):
                return

    def _write(self, data: bytes, more: int) -> None:
        if self._outgoing:
            self._outgoing.append(memoryview(data))
            return
        sent = self._send(data, more)
        if sent < len(data) and not self._cut:
            self._outgoing.append(memoryview(data)[sent:])
            self._flush()

    def _flush(self) -> None:
        while self._outgoing:
            data = self._outgoing[0]
            sent = self._send(data, 0)
            if self._cut:
                self._outgoing.clear()
            elif sent == len(data):
                self._outgoing.popleft()
            elif sent:
                self._outgoing[0] = data[sent:]
            else:
                break
        assert self._sock is not None
        self._watch(self._sock, EVENT_READ | EVENT_WRITE if self._outgoing else EVENT_READ)

    def _send(self, data: bytes | memoryview, more: int) -> int:
        """How much of it the kernel took."""
        assert self._sock is not None
        try:
            return self._sock.send(data, more)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        except OSError:  # the next read tells the end, after what the server had to say
            self._cut = True
            return 0

    # Within

    def _do(self, actions: Sequence[Action]) -> None:
        others: list[Action] = []
        more = self._more if actions and type(actions[-1]) is AskMark else 0  # a body, and its dot when it may go
        for action in actions:
            if type(action) is Send:
                self._write(action.data, more)
            elif type(action) is StartTls:
                assert self._sock is not None
                self._step_on(secured(self._sock, self._point))
            else:
                others.append(action)
        if actions or self.session.replies != self._seen:
            self._restart_clock()
        if others:
            if type(others[-1]) is Broken:
                self.drop()
            self._act(self, others)

    def _restart_clock(self) -> None:
        if self._steps is not None:
            return
        self._seen = self.session.replies
        wait = self._point.dot_timeout if self.session.dot_out else self._point.command_timeout
        self.deadline = time.monotonic() + wait

    def _watch(self, sock: socket.socket, events: int) -> None:
        if self._watched is None:
            self._watched = sock.fileno()
            self._selector.register(self._watched, events, self.ready)
        elif events != self._events:
            self._selector.modify(self._watched, events, self.ready)
        self._events = events

    def _unwatch(self) -> None:
        if self._watched is not None:
            self._selector.unregister(self._watched)
            self._watched = None
