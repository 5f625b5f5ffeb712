"""pymap, an IMAP server written in Python, in a thread of the test: one account, mails in memory.

    with pymap_server() as server:
        ...connect to server.host, server.imap_port as server.username with server.password...
        server.deliver(server.username, raw)

No TLS, no custom keywords, no CONDSTORE. It writes its answers word by word, which a client must bear.
"""

import asyncio
import socket
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import Cleartext


@dataclass(frozen=True, slots=True)
class Pymap:
    host: str
    imap_port: int
    username: str
    password: str

    def deliver(self, recipient: str, data: bytes) -> None:
        """Puts one mail into INBOX; there is only one account."""
        assert recipient == self.username
        with IMAPClient(self.host, self.imap_port, ssl=False) as client:
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else 45 ms a mail
            client.login(self.username, self.password)
            client.append("INBOX", data)


@contextmanager
def pymap_server(username: str = "team@example.org", password: str = "secret") -> Iterator[Pymap]:
    """Starts a server with an empty INBOX on a free port of loopback and stops it at the end."""
    loop = asyncio.new_event_loop()
    started: asyncio.Server | None = None
    ready = threading.Event()
    failed: list[BaseException] = []

    async def start() -> asyncio.Server:
        args = Namespace(
            host=None, port=0, debug=False, cert=None, key=None, tls=False, proxy_protocol=None, passlib_cfg=None,
            demo_data=False, demo_user=username, demo_password=password, inherited_sockets=None,
        )  # fmt: skip
        backend, config = await DictBackend.init(args, hash_context=Cleartext())  # a real hash takes a second
        config.apply_context()
        answer = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        return await asyncio.start_server(answer, "127.0.0.1", 0)

    def run() -> None:
        nonlocal started
        asyncio.set_event_loop(loop)
        try:
            started = loop.run_until_complete(start())
        except BaseException as error:
            failed.append(error)
            return
        finally:
            ready.set()
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()

    thread = threading.Thread(target=run, name="pymap", daemon=True)
    thread.start()
    ready.wait(15)
    if failed or started is None:
        raise RuntimeError("pymap did not start") from (failed[0] if failed else None)
    try:
        yield Pymap("127.0.0.1", started.sockets[0].getsockname()[1], username, password)
    finally:
        loop.call_soon_threadsafe(started.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
