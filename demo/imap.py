"""The programme's mailbox of the demo: pymap's in-memory IMAP server inside this process, for one account.

Real enough for the IMAP client: LOGIN, IDLE, SEARCH, FETCH. No TLS, loopback only, gone when the process ends.
"""

import asyncio
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any, cast

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext


class _WholeResponses:
    """A StreamWriter that sends a response in one piece when it is complete.

    pymap writes word by word, and imapclient in IDLE takes a line that is not there to its end for a broken one.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer, self._pending = writer, bytearray()

    def write(self, data: bytes) -> None:
        self._pending += data

    async def drain(self) -> None:
        if self._pending:
            self._writer.write(bytes(self._pending))
            self._pending.clear()
        await self._writer.drain()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


class ImapServer:
    """One account with one INBOX. Everything runs in the loop that called `start`."""

    def __init__(self, user: str, password: str) -> None:
        self._config = Config(
            Namespace(passlib_cfg=None, proxy_protocol=None), host=None, port=0, tls_enabled=False,
            hash_context=Cleartext(), demo_data=False, demo_user=user, demo_password=password,
        )  # fmt: skip
        login = Login(self._config)
        login.users_dict[user] = UserMetadata(self._config, user, password=password)
        self._login = login
        self._owner = Identity(user, login, None, frozenset())
        self._server: asyncio.Server | None = None

    async def start(self, host: str) -> int:
        """Listens on a free port of `host` and returns it."""
        self._config.apply_context()
        answer = ProxyProtocolReader(self._config.proxy_protocol).get_callback(IMAPServer(self._login, self._config))

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await answer(reader, cast(asyncio.StreamWriter, _WholeResponses(writer)))

        self._server = await asyncio.start_server(connected, host, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def append(self, data: bytes) -> None:
        """Puts one mail into INBOX; clients in IDLE hear of it at once."""
        async with self._owner.new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(data, datetime.now(UTC), frozenset()), recent=True)

    def close(self) -> None:
        if self._server:
            self._server.close()
