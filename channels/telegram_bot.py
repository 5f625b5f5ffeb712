"""The Bot API through python-telegram-bot, in a way that the token stays here and every failure says what is certain.

The library is given a placeholder for a token; the real one is put into the path by the transport, below everything
that logs or raises. So no log line, exception or `repr` of httpx or of the library can hold it. What failures mean
for a message is in `telegram_verdicts.py`.
"""

import ipaddress
import json
import logging
import re
import ssl
import urllib.request
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from telegram import Bot
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from domain.errors import ConfigError, Problem

PLACEHOLDER = "0:token"
# The library logs parameters and unreadable answers, which hold people's words; what matters is said by our verdicts.
logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)

# The request was not written, or not wholly: a connection is made before anything else.
_NEVER_WRITTEN = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
    httpx.LocalProtocolError, httpx.InvalidURL,
)  # fmt: skip
_EXPLAINED = frozenset({400, 401, 403, 404, 409, 429})  # the library knows what these mean, when the API says them


class NotSent(NetworkError):
    """The request never reached the Bot API."""


class NoAnswer(NetworkError):
    """The request was written, and no answer, or half an answer, came back."""


class Status(NetworkError):
    """An answer of a kind that the Bot API itself does not give, as proxies and outages do."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"HTTP {code}")


class _Request(HTTPXRequest):
    """Failures by what they prove, without the request that caused them."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            status, body = await super().do_request(*args, **kwargs)
        except NetworkError as error:
            cause = error.__cause__
            kind = NotSent if isinstance(cause, _NEVER_WRITTEN) else NoAnswer
            raise kind(type(cause).__name__) from None
        if not 200 <= status < 300 and not (status in _EXPLAINED and _is_refusal(body)):
            raise Status(status)  # a proxy's 403, say, is no person who blocked us
        return status, body


def _is_refusal(body: bytes) -> bool:
    """Whether the Bot API itself says no (https://core.telegram.org/bots/api#making-requests)."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and answer.get("ok") is False


class _Transport(httpx.AsyncBaseTransport):
    """Puts the token in the placeholder's place, in a copy of the request that nobody else sees."""

    def __init__(self, token: str, proxy: str | None) -> None:
        self._path = f"/bot{token}/".encode()
        self._inner = httpx.AsyncHTTPTransport(verify=_tls(), proxy=proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.replace(f"/bot{PLACEHOLDER}/".encode(), self._path, 1)
        real = httpx.Request(
            request.method, request.url.copy_with(raw_path=path), headers=request.headers, stream=request.stream,
            extensions=request.extensions,
        )  # fmt: skip
        return await self._inner.handle_async_request(real)

    async def aclose(self) -> None:
        await self._inner.aclose()


@cache
def _tls() -> ssl.SSLContext:
    """The machine's trusted authorities; slow to read, so once."""
    return httpx.create_ssl_context()


class ApiBot(Bot):
    """The library's Bot, with updates as they came, and answers of which only the message's number is read."""

    async def sent(self, method: str, parameters: dict[str, Any]) -> int:
        """Send, and the number of the message that was taken. What else the answer holds cannot make it a failure."""
        result = await self._post(method, parameters)
        return int(result["message_id"])

    async def raw_updates(self, parameters: dict[str, Any], read_timeout: float) -> Any:
        """The result of getUpdates, not made into objects, so that it can be filed as it is."""
        return await self._post("getUpdates", parameters, read_timeout=read_timeout)


def bot(token: str, api: str, *, connections: int, connect: float, read: float) -> ApiBot:
    """A Bot for one event loop. ConfigError when token or address cannot work. Timeouts in seconds."""
    problems = []
    if not re.fullmatch(r"[A-Za-z0-9:_-]{4,200}", token):
        problems.append(Problem("not a bot's token", "LETSCONNECT_TELEGRAM_TOKEN", "Copy it from @BotFather"))
    parts = urlsplit(api)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        remedy = "Write it as https://host"
        problems.append(Problem("not a base URL", "LETSCONNECT_TELEGRAM_API", remedy))
    elif parts.scheme == "http" and not _is_loopback(host):
        remedy = "Use https; http is for a server on this machine"
        problems.append(Problem("token and messages would travel unprotected", "LETSCONNECT_TELEGRAM_API", remedy))
    if problems:
        raise ConfigError(problems)
    # A transport of our own makes httpx ignore the proxy variables, so they are read here.
    proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(parts.scheme)
    request = _Request(
        connection_pool_size=connections,
        connect_timeout=connect,
        read_timeout=read,
        write_timeout=read,
        media_write_timeout=read,
        pool_timeout=connect,
        httpx_kwargs={"transport": _Transport(token, proxy)},
    )
    return ApiBot(PLACEHOLDER, f"{api.rstrip('/')}/bot", request=request, get_updates_request=request)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
