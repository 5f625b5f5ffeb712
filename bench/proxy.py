"""A TCP proxy on loopback that makes the way as long as to another continent: every byte comes 10 ms later, each way.

A process of its own: `python -P -m bench.proxy PORT`; prints the port that it listens on.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.smtp_tools import HOST
from flows.tether import tethered

ONE_WAY = 0.010  # seconds


@contextmanager
def far_away(port: int) -> Iterator[int]:
    """The port at which that server is 20 ms further away. From the main thread only."""
    argv = [sys.executable, "-P", "-m", "bench.proxy", str(port)]
    process = subprocess.Popen(tethered(argv), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


class Side(asyncio.Protocol):
    """One end of a connection; what it hears, the other end says a little later."""

    def __init__(self) -> None:
        self.other: Side | None = None
        self.early: list[bytes] = []
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(ONE_WAY, self._pass, data)

    def _pass(self, data: bytes) -> None:
        if self.other is None or self.other.transport is None:
            self.early.append(data)
        elif not self.other.transport.is_closing():
            self.other.transport.write(data)

    def meet(self, other: "Side") -> None:
        self.other, other.other = other, self
        for data in self.early:
            self._pass(data)

    def connection_lost(self, _: Exception | None) -> None:
        asyncio.get_running_loop().call_later(ONE_WAY, self._part)

    def _part(self) -> None:
        if self.other is not None and self.other.transport is not None:
            self.other.transport.close()


class Near(Side):
    """The end of whoever connects to the proxy."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.task = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        await asyncio.sleep(2 * ONE_WAY)  # the handshake goes there and back
        _, far = await asyncio.get_running_loop().create_connection(Side, HOST, self.port)
        self.meet(far)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Near(port), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
