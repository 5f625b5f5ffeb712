"""Asking links whether they lead somewhere: against a server here, and never into a private network."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from channels.link_check import Checked, check

STATUS = {"/there": 200, "/gone": 404, "/shy": 403, "/moved": 302, "/round": 302}


class Pages(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._answer(405 if self.path == "/no-head" else STATUS.get(self.path, 404))

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/no-head" else STATUS.get(self.path, 404))

    def _answer(self, status: int) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/there" if self.path == "/moved" else "/round")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_links_are_good_bad_or_nobodys_guess(url: str) -> None:
    wanted = ["/there", "/gone", "/shy", "/moved", "/round", "/no-head", "/there"]
    assert check([url + path for path in wanted], allow_private=True) == [
        Checked(f"{url}/there", True, "status 200"),
        Checked(f"{url}/gone", False, "status 404"),
        Checked(f"{url}/shy", None, "answers programs with status 403: open it yourself"),
        Checked(f"{url}/moved", True, "status 200"),
        Checked(f"{url}/round", False, "redirects too often"),
        Checked(f"{url}/no-head", True, "status 200"),
    ]


def test_private_networks_are_not_asked(url: str) -> None:
    private = Checked(f"{url}/there", False, "leads into a private network, or to a host that cannot be found")
    assert check([f"{url}/there"]) == [private]


def test_what_cannot_be_opened_is_no_error() -> None:
    found = check(["http://127.0.0.1:9/x", "http://[", "mailto:a@b.example"], allow_private=True)
    assert [(one.good, one.because.partition(" (")[0]) for one in found] == [(False, "cannot be opened")] * 3
