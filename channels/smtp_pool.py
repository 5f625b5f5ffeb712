"""The sockets under `smtp_session.py`: one asyncio protocol for each connection, TLS, timeouts. No decisions on mail.

`smtp_delivery.py` says what to do with what a session wants; this file only carries bytes and tells the end.
"""

import asyncio
import select
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels.smtp_actions import Action, Broken, Send, StartTls
from channels.smtp_session import SmtpSession
from domain.deliveries import Phase, Trouble

DRAIN_POLL = 0.003  # seconds between two looks at whether a long body has left
QUIT_PATIENCE = 0.5  # seconds to wait for the answer to QUIT, on which nothing depends


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to connect. `context` is None without TLS. Times in seconds (RFC 5321 section 4.5.3.2)."""

    host: str
    port: int
    context: ssl.SSLContext | None
    implicit: bool
    connect_timeout: float
    command_timeout: float
    dot_timeout: float


class Connection(asyncio.Protocol):
    """One connection and its session. `act` receives what the session wants, always from this class's callbacks.

    `act(connection, actions)` handles everything but Send and StartTls, which are done here.
    """

    def __init__(
        self, endpoint: Endpoint, session: SmtpSession, act: "Callable[[Connection, Sequence[Action]], None]"
    ) -> None:
        self.session = session
        self.alive = True
        self.deadline = float("inf")
        self._gone = False
        self._endpoint, self._act = endpoint, act
        self._loop = asyncio.get_running_loop()
        self._raw: asyncio.Transport | None = None
        self._transport: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._seen = 0  # replies at the last look; a drip of bytes that makes no reply buys no time
        self._task = self._loop.create_task(self._open())

    async def _open(self) -> None:
        point = self._endpoint
        try:
            async with asyncio.timeout(point.connect_timeout):
                await self._loop.create_connection(lambda: self, point.host, point.port)
                if point.implicit:
                    await self._secure()
        except (OSError, TimeoutError) as error:
            self._failed(Phase.CONNECT, error)
        else:
            self._restart_clock()
            if self._gone:
                self._tell_gone()

    async def _secure(self) -> None:
        assert self._raw is not None and self._endpoint.context is not None
        secured = await self._loop.start_tls(
            self._raw,
            self,
            self._endpoint.context,
            server_hostname=self._endpoint.host,
            ssl_handshake_timeout=self._endpoint.connect_timeout,
        )
        if secured is None:
            raise ConnectionResetError("closed during the TLS handshake")
        self._transport = secured

    async def _start_tls(self) -> None:
        try:
            await self._secure()
        except (OSError, TimeoutError) as error:
            self._failed(Phase.STARTTLS, error)
        else:
            if self._gone:
                self._tell_gone()
            elif self.alive:
                self._do(self.session.tls_started())

    def _failed(self, phase: Phase, error: Exception) -> None:
        if self.alive:
            self._close(Broken(describe(phase, error)))

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._raw = self._transport = transport
        sock = transport.get_extra_info("socket")
        # With Nagle and delayed acknowledgements every message would wait 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(sock.fileno(), getattr(select, "POLLRDHUP", 0))

    def data_received(self, data: bytes) -> None:
        if self.alive:
            self._do(self.session.receive(data))

    def connection_lost(self, _: Exception | None) -> None:
        self._gone = True
        if self._task.done():  # otherwise `_open` or `_start_tls` knows better why
            self._tell_gone()

    # What the delivery calls

    def do(self, actions: Sequence[Action]) -> None:
        """Carry out what the session answered to a call of the delivery's."""
        self._do(actions)

    def check_deadline(self, now: float) -> None:
        # While connecting, `asyncio.timeout` and the handshake's own limit tell.
        if self.alive and now >= self.deadline and self._task.done():
            self._do(self.session.lost("the server did not answer in time"))

    def drained(self) -> bool:
        """Everything written has left this process (a long body may take a while)."""
        assert self._raw is not None and self._transport is not None
        return not (self._raw.get_write_buffer_size() or self._transport.get_write_buffer_size())

    def hung_up(self) -> bool:
        """The server has already closed. One system call that keeps a final dot from being written into the void."""
        if self._transport is None or self._transport.is_closing():
            return True
        return bool(self._poll and self._poll.poll(0))

    def drop(self) -> None:
        """End the connection now; what was not written is not written any more. Asks the session nothing."""
        self.alive = False
        self._task.cancel()
        for transport in (self._transport, self._raw):
            if transport is not None:
                transport.abort()

    # Within

    def _do(self, actions: Sequence[Action]) -> None:
        others: list[Action] = []
        for action in actions:
            if type(action) is Send:
                assert self._transport is not None
                self._transport.write(action.data)
            elif type(action) is StartTls:
                assert self._raw is not None
                self._raw.pause_reading()  # what follows belongs to the handshake
                self._task = self._loop.create_task(self._start_tls())
            else:
                others.append(action)
        if actions or self.session.replies != self._seen:
            self._restart_clock()
        if others:
            if type(others[-1]) is Broken:
                self.drop()
            self._act(self, others)

    def _tell_gone(self) -> None:
        if self.alive:
            self._do(self.session.lost("the connection was lost"))

    def _close(self, broken: Broken) -> None:
        self.drop()
        self._act(self, [broken])

    def _restart_clock(self) -> None:
        self._seen = self.session.replies
        point = self._endpoint
        wait = point.dot_timeout if self.session.dot_out else point.command_timeout
        self.deadline = self._loop.time() + wait


def describe(phase: Phase, error: Exception) -> Trouble:
    """A connection or handshake that failed, in our words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(phase, f"the server's certificate is not trusted: {error.verify_message}", permanent=True)
    if isinstance(error, ssl.SSLError):
        return Trouble(phase, "the TLS handshake failed")
    if isinstance(error, TimeoutError):
        return Trouble(phase, "the server did not answer in time")
    if isinstance(error, socket.gaierror):
        return Trouble(phase, "the server's name cannot be resolved")
    if isinstance(error, ConnectionRefusedError):
        return Trouble(phase, "the server refused the connection")
    return Trouble(phase, "the server cannot be reached" if phase is Phase.CONNECT else "the connection was lost")
