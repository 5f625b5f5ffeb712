"""Whatever is asked and sent, to every address: no fault of ours, and what holds of all pages.

Schemathesis drives the whole application with what `tests/site_schema.py` says of it: links and fields that are right,
nearly right or nothing of the kind, forms with and without their key. The same requests in every run.
"""

import logging
import re
import sqlite3
from collections import defaultdict

import pytest
import schemathesis
from schemathesis.engine import events, from_schema
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.programme import Place
from tests.site import everything
from tests.site_schema import OURS, document
from tests.visitor import HOST, Visitor, with_pages
from web.app import SPOTS
from web.forms import key_of
from web.headers import HEADERS, OVER_TLS, POLICY
from web.visit import COOKIE

HEAVIEST = 14_000  # bytes over the wire
BROWSER = "c" * 32  # the cookie of whoever sends public forms
EXAMPLES = 12  # made up for each address and method, besides those at the borders of what the document says
OF_ALL = dict([*HEADERS, (b"content-security-policy", POLICY.encode()), OVER_TLS])
Label = tuple[str, str]  # method and address


class Watch(logging.Handler):
    """ASGI middleware: gives forms their key, looks at every answer, and puts the store back if it was changed.

    `wrong`: what did not hold; `answers`: statuses; `changed`: who changed something.
    """

    def __init__(self, app: ASGIApp, place: Place) -> None:
        super().__init__()
        self.app, self.place, self.lines = app, place, list[str]()
        self.wrong: dict[Label, set[str]] = defaultdict(set)
        self.answers: dict[Label, set[int]] = defaultdict(set)
        self.changed: set[Label] = set()
        self._conn = sqlite3.connect(place.app.settings.db, check_same_thread=False)  # we live in the server's thread
        self._conn.execute("pragma synchronous = off")
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        self._conn.backup(self._kept)
        self._version = self._now()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, body, more, status, headers = scope["path"], b"", True, 0, list[tuple[bytes, bytes]]()
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        scope["headers"] = [*scope["headers"], (b"cookie", f"{COOKIE}={BROWSER}".encode())]
        personal = re.search(r"-[a-z2-7]{24}(/|$)", path)
        key = key_of(self.place.app, path, "" if personal else BROWSER)
        assert len(key) == len(OURS)
        sent = [{"type": "http.request", "body": body.replace(OURS.encode(), key.encode()), "more_body": False}]

        async def give() -> Message:
            return sent.pop() if sent else await receive()

        async def take(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
            await send(message)

        raised = set[str]()
        try:
            await self.app(scope, give, take)
        except Exception as error:  # was answered with 500 before
            raised = {f"raised {error!r}"}
        label = (scope["method"], getattr(scope.get("endpoint"), "pattern", "-"))
        self.answers[label].add(status)
        allowed = scope["method"] == "POST" and (OURS.encode() in body or b"One-Click" in body)
        self.wrong[label].update(raised, self._wrong(status, headers), self._said(path), self._changes(label, allowed))

    def _wrong(self, status: int, headers: list[tuple[bytes, bytes]]) -> set[str]:
        found, given = set(), dict(headers)
        if status >= 500:
            found.add(f"answered {status}")
        if len(given) != len(headers):
            found.add("a header twice")
        for name, value in OF_ALL.items():
            if given.get(name) != value and (name != b"cache-control" or name not in given):  # some have their own
                found.add(f"{name.decode()}: {given.get(name)!r}")
        size = int(given.get(b"content-length", 0))
        if size >= HEAVIEST and given[b"content-type"] != b"application/pdf":
            found.add(f"weighs {size} bytes")
        return found

    def _said(self, path: str) -> set[str]:
        said, self.lines = "\n".join(self.lines), []
        held = "@" in said or any(part in said for part in re.findall(r"[\w.]+-\d+-\w+", path))
        return {f"logged {said!r}"} if held else set()

    def _changes(self, label: Label, allowed: bool) -> set[str]:
        if self._now() == self._version:
            return set()
        self._kept.backup(self._conn)
        self._version = self._now()
        self.changed.add(label)
        return set() if allowed else {"changed something"}

    def _now(self) -> int:
        """Another number after another connection has changed something."""
        (version,) = self._conn.execute("pragma data_version").fetchone()
        return int(version)


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    place = with_pages(Place(tmp_path_factory.mktemp("any")))
    pages = everything(place)
    visitor = Visitor(place)
    schema = schemathesis.openapi.from_dict(document(visitor, pages.values()))
    schema.app = watch = Watch(visitor.pages, place)
    schema.config.update(base_url=HOST)
    schema.config.generation.update(max_examples=EXAMPLES, deterministic=True, database="none", allow_x00=True)
    schema.config.phases.update(phases=["coverage", "fuzzing"])
    schema.config.checks.update(included_check_names=["not_a_server_error"])
    log, pages_log = logging.getLogger(), logging.getLogger("letsconnect.pages")
    before = pages_log.level
    pages_log.setLevel(logging.INFO)
    log.addHandler(watch)
    try:
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                checks = [one for of_case in event.recorder.checks.values() for one in of_case]
                watch.wrong["Schemathesis", str(event.label)] |= {
                    str(one.failure_info.failure) for one in checks if one.failure_info
                }
            elif isinstance(event, events.NonFatalError | events.FatalError):
                watch.wrong["Schemathesis", "itself"].add(str(event))
    finally:
        log.removeHandler(watch)
        pages_log.setLevel(before)
    return watch


def test_everything_is_answered_and_every_promise_kept(watch: Watch) -> None:
    assert {where: what for where, what in watch.wrong.items() if what} == {}


def test_it_came_in_everywhere(watch: Watch) -> None:
    """Every page was seen, and every form changed something."""
    seen = {path for (method, path), answers in watch.answers.items() if method == "GET" and 200 in answers}
    assert seen == {spot.path for spot in SPOTS if spot.get}
    assert watch.changed == {("POST", spot.path) for spot in SPOTS if spot.post}
