"""One line a request: method, which page, status, milliseconds, bytes. No address of a page and none of a client:
the first may hold somebody's link, the second is personal.
"""

import logging
from time import monotonic

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("letsconnect.pages")


class AccessLog:
    """ASGI middleware. A page is named by its route's pattern, such as /rsvp/{token}; "-" is none of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not log.isEnabledFor(logging.INFO):
            await self.app(scope, receive, send)
            return
        began, status, size = monotonic(), 500, 0

        async def count(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, count)
        finally:
            page = getattr(scope.get("endpoint"), "pattern", "-")
            took = (monotonic() - began) * 1000
            log.info("%s %s %d %.1fms %dB", _method(scope["method"]), page, status, took, size)


def _method(text: str) -> str:
    """A method's name; anybody may send anything there."""
    return text if text.isalpha() and text.isascii() and len(text) < 10 else "-"
