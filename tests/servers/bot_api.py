"""The strict Bot API of `demo/`, with the network's faults, by method or by chat.

Faults that end in `_STORED` happen after the message was kept, so the bot cannot know that it arrived.
"""

import socket
import struct
import time
from enum import Enum, auto
from typing import Any

from demo.bot_api import BotApi, Refused
from demo.bot_server import BotServer, Handler


class Fault(Enum):
    RESET = auto()  # before anything was kept
    RESET_STORED = auto()
    HALF_STORED = auto()  # half an answer
    SILENT_STORED = auto()  # no answer until the bot has given up
    GARBAGE_STORED = auto()  # 200 and a web page
    BAD_GATEWAY = auto()  # 502 and a web page
    BAD_GATEWAY_STORED = auto()
    ODD_STORED = auto()  # ok, but the result is no message
    PROXY_403 = auto()  # a web page that says 403, from between
    REDIRECT = auto()
    TOO_LARGE = auto()
    NO_RIGHTS = auto()  # 400 about the chat
    BAD_MESSAGE = auto()  # 400 about the message
    SLOW_DOWN = auto()  # 429 that says how long
    SLOW_DOWN_UNSAID = auto()
    CONFLICT = auto()
    KICKED = auto()
    UNAUTHORIZED = auto()


REFUSALS = {
    Fault.NO_RIGHTS: Refused(400, "Bad Request: not enough rights to send text messages to the chat"),
    Fault.BAD_MESSAGE: Refused(400, "Bad Request: can't parse entities"),
    Fault.SLOW_DOWN: Refused(429, "Too Many Requests: retry after 9", retry_after=9),
    Fault.SLOW_DOWN_UNSAID: Refused(429, "Too Many Requests"),
    Fault.CONFLICT: Refused(409, "Conflict: can't use getUpdates method while webhook is active"),
    Fault.KICKED: Refused(403, "Forbidden: bot was kicked from the supergroup chat"),
    Fault.UNAUTHORIZED: Refused(401, "Unauthorized"),
}
PAGES = {
    Fault.GARBAGE_STORED: 200, Fault.BAD_GATEWAY: 502, Fault.BAD_GATEWAY_STORED: 502, Fault.PROXY_403: 403,
    Fault.TOO_LARGE: 413,
}  # fmt: skip
PAGE = b"<html><body>Somebody in between</body></html>"


class _Faulty(Handler):
    server_side: "FaultyBotApi"

    def reply(self, method: str, given: dict[str, str], files: dict[str, tuple[str, bytes]]) -> None:
        fault = self.server_side.fault(method, given.get("chat_id", ""))
        if fault is None:
            return super().reply(method, given, files)
        if fault in REFUSALS:
            raise REFUSALS[fault]
        if fault.name.endswith("_STORED"):
            self.api.call(method, given, files)
        return self._spoil(fault)

    def _spoil(self, fault: Fault) -> None:
        self.close_connection = fault is not Fault.ODD_STORED
        if fault in (Fault.RESET, Fault.RESET_STORED):
            # RST instead of FIN
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault is Fault.HALF_STORED:
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok": true, "resu')
            self.wfile.flush()
        elif fault is Fault.SILENT_STORED:
            time.sleep(self.server_side.silence)
        elif fault is Fault.ODD_STORED:
            self.answer(200, {"ok": True, "result": "what?"})
        elif fault is Fault.REDIRECT:
            self._page(302, b"", "Location: https://elsewhere.test/")
        else:
            self._page(PAGES[fault], PAGE)

    def _page(self, status: int, body: bytes, header: str = "Content-Type: text/html") -> None:
        head = f"HTTP/1.1 {status} X\r\n{header}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_error(self, format: str, *args: Any) -> None:
        pass


class FaultyBotApi(BotServer):
    """`by_chat`: a chat's fault, each time. `next_calls`: a method's faults, in order, before it works."""

    handler = _Faulty

    def __init__(
        self,
        api: BotApi | None = None,
        *,
        by_chat: dict[int, Fault] | None = None,
        next_calls: dict[str, list[Fault]] | None = None,
        silence: float = 1.0,
        keep_alive: bool = True,
    ) -> None:
        if not keep_alive:
            self.handler = type("Once", (_Faulty,), {"protocol_version": "HTTP/1.0"})
        super().__init__(api)
        self.by_chat, self.next_calls, self.silence = by_chat or {}, next_calls or {}, silence

    def __enter__(self) -> "FaultyBotApi":
        super().__enter__()
        return self

    def fault(self, method: str, chat: str) -> Fault | None:
        if waiting := self.next_calls.get(method):
            return waiting.pop(0)
        return self.by_chat.get(int(chat)) if chat else None
