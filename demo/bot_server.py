"""The HTTP side of `bot_api.py`: paths, tokens, forms and uploads, as the Bot API takes them."""

import json
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from demo.bot_api import BotApi, Refused


class Handler(BaseHTTPRequestHandler):
    """One connection. A test's subclass may spoil `answer`."""

    protocol_version = "HTTP/1.1"
    api: ClassVar[BotApi]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, _, rest = self.path.partition("/bot")
        token, _, method = rest.partition("/")
        try:
            if token != self.api.token:
                raise Refused(401, "Unauthorized")
            given, files = _form(self.headers.get("Content-Type", ""), body)
            self.reply(method, given, files)
        except Refused as no:
            self.answer(no.code, _refusal(no))

    def do_GET(self) -> None:
        self.answer(404, _refusal(Refused(404, "Not Found")))

    def reply(self, method: str, given: dict[str, str], files: dict[str, tuple[str, bytes]]) -> None:
        """Does what was asked, and answers."""
        result = self.api.call(method, given, files)
        self.answer(200, {"ok": True, "result": result})

    def answer(self, status: int, fields: dict[str, Any]) -> None:
        body = json.dumps(fields).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # the path holds the token
        pass


class BotServer:
    """Serves one BotApi in a thread: `with BotServer(api) as server: server.url`."""

    handler: type[Handler] = Handler

    def __init__(self, api: BotApi | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        self.api = api or BotApi()
        bound = type("Bound", (self.handler,), {"api": self.api, "server_side": self})
        self._server = _Server((host, port), bound)
        self.port = self._server.server_address[1]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "BotServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A lost connection is the other side's business."""


def _refusal(no: Refused) -> dict[str, Any]:
    fields: dict[str, Any] = {"ok": False, "error_code": no.code, "description": no.description}
    return {**fields, "parameters": no.parameters} if no.parameters else fields


def _form(kind: str, body: bytes) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """Fields, and files as name -> (file name, content)."""
    if kind.startswith("application/json"):
        return {k: v if isinstance(v, str) else json.dumps(v) for k, v in json.loads(body or b"{}").items()}, {}
    if not kind.startswith("multipart/form-data"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))), {}
    given: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    parsed = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is not None:
            files[str(name)] = (str(part.get_filename()), content)
        else:
            given[str(name)] = content.decode()
    # A document is named by reference: attach://NAME.
    for name, value in list(given.items()):
        if value.startswith("attach://"):
            files[name] = files.pop(value.removeprefix("attach://"))
            del given[name]
    return given, files
