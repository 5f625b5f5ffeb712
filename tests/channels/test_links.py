"""Fetching a link from a real https server, and refusing to be led elsewhere."""

import contextlib
import io
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import trustme

from channels.links import fetch, is_public
from domain.errors import UserError

SECRET = "d-very-secret-key"
Answer = Callable[[ssl.SSLSocket], None]


def answer(head: str, body: bytes = b"") -> Answer:
    def send(sock: ssl.SSLSocket) -> None:
        sock.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return send


def table(body: bytes = b"Name,Email\n", kind: str = "text/csv; charset=utf-8") -> Answer:
    return answer(f"HTTP/1.1 200 OK\nContent-Type: {kind}\nContent-Length: {len(body)}", body)


def moved(to: str, status: int = 307) -> Answer:
    return answer(f"HTTP/1.1 {status} Moved\nLocation: {to}\nContent-Length: 0")


@dataclass
class Web:
    """An https server for sheets.example and other.example; `answers` maps paths to what is done with a connection."""

    context: ssl.SSLContext
    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)  # (Host, path)

    def url(self, path: str, host: str = "sheets.example") -> str:
        return f"https://{host}:{self.port}{path}?key={SECRET}"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def web(authority: trustme.CA) -> Iterator[Web]:
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("sheets.example", "other.example").configure_cert(server_context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    listener = socket.create_server(("127.0.0.1", 0))
    web = Web(client_context, listener.getsockname()[1])

    def serve(raw: socket.socket) -> None:
        with contextlib.suppress(OSError), server_context.wrap_socket(raw, server_side=True) as sock:
            request = b""
            while b"\r\n\r\n" not in request:
                request += sock.recv(4096) or b"\r\n\r\n"
            lines = request.decode().split("\r\n")
            path = lines[0].split(" ")[1].partition("?")[0]
            host = next(line[6:] for line in lines if line.startswith("Host: "))
            web.asked.append((host.partition(":")[0], path))
            web.answers[path](sock)

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    yield web
    listener.close()


def get(web: Web, url: str, limit: int = 1000, seconds: float = 5, **more: object) -> tuple[str, bytes]:
    target = io.BytesIO()
    settings = {"resolve": lambda host, port: ["127.0.0.1"], "allow_private": True, "context": web.context} | more
    return fetch(url, target, limit=limit, seconds=seconds, **settings), target.getvalue()


def refusal(web: Web, url: str, **more: object) -> str:
    with pytest.raises(UserError) as caught:
        get(web, url, **more)
    (problem,) = caught.value.problems
    assert problem.remedy and problem.where == "LETSCONNECT_SHEET_URL"
    chain: BaseException | None = caught.value
    while chain is not None:
        assert SECRET not in repr(chain) and "sheets.example" not in str(chain)
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return problem.what.removeprefix("the link ")


def test_fetch_table(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    web.answers["/csv"] = table(b"Name\n" * 100)
    assert get(web, web.url("/csv")) == ("text/csv", b"Name\n" * 100)
    assert web.asked == [("sheets.example", "/csv")]
    assert SECRET not in caplog.text


def test_fetch_chunked_table(web: Web) -> None:
    web.answers["/csv"] = answer(
        "HTTP/1.1 200 OK\nContent-Type: text/csv\nTransfer-Encoding: chunked", b"5\r\nName\n\r\n2\r\nA\n\r\n0\r\n\r\n"
    )
    assert get(web, web.url("/csv")) == ("text/csv", b"Name\nA\n")


def test_fetch_follows_three_redirects_each_checked(web: Web) -> None:
    web.answers = {"/a": moved("/b", 301), "/b": moved(web.url("/c", "other.example"), 302), "/c": moved("d", 308),
                   "/d": table()}  # fmt: skip
    asked: list[str] = []
    get(web, web.url("/a"), resolve=lambda host, port: asked.append(host) or ["127.0.0.1"])
    assert web.asked == [("sheets.example", "/a"), ("sheets.example", "/b"), ("other.example", "/c"),
                         ("other.example", "/d")]  # fmt: skip
    assert asked == [host for host, _ in web.asked]


def test_fetch_refuses_the_fourth_redirect(web: Web) -> None:
    web.answers = {f"/{n}": moved(f"/{n + 1}") for n in range(9)}
    assert refusal(web, web.url("/0")) == "redirects too often"
    assert len(web.asked) == 4


def test_fetch_refuses_a_redirect_to_plain_http(web: Web) -> None:
    web.answers = {"/a": moved(f"http://sheets.example:{web.port}/csv")}
    assert refusal(web, web.url("/a")) == "does not lead to https"


def test_fetch_refuses_a_redirect_into_the_private_network(web: Web) -> None:
    web.answers = {"/a": moved(f"https://inside.example:{web.port}/")}
    addresses = {"sheets.example": ["127.0.0.1"], "inside.example": ["10.0.0.7"]}

    def resolve(host: str, port: int) -> list[str]:
        return addresses[host]

    assert refusal(web, web.url("/a"), resolve=resolve, allow_private=False) == "leads into a private network"
    assert web.asked == []  # 127.0.0.1 is private already
    addresses["sheets.example"] = ["93.184.215.14", "192.168.0.1"]
    assert refusal(web, web.url("/a"), resolve=resolve, allow_private=False) == "leads into a private network"


def test_fetch_connects_to_the_address_that_was_checked(web: Web) -> None:
    web.answers = {"/csv": table()}
    get(web, web.url("/csv"))  # sheets.example exists nowhere but in `resolve`
    assert web.asked == [("sheets.example", "/csv")]


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://sheets.example/csv", "does not lead to https"),
        ("file:///etc/passwd", "does not lead to https"),
        ("https:///csv", "does not lead to https"),
        ("https://user:word@sheets.example/csv", "carries a login"),
        ("https://sheets.example:99999/csv", "is not a URL"),
    ],
)
def test_fetch_refuses_other_urls(web: Web, url: str, what: str) -> None:
    assert refusal(web, url) == what


@pytest.mark.parametrize(
    ("reply", "what"),
    [
        (table(b"<html>", "text/html; charset=utf-8"), "leads to a web page, not to a table"),
        (answer("HTTP/1.1 403 No\nContent-Length: 0"), "is not public (status 403)"),
        (answer("HTTP/1.1 404 No\nContent-Length: 0"), "leads to nothing (status 404)"),
        (answer("HTTP/1.1 500 No\nContent-Length: 0"), "was answered with status 500"),
        (answer("HTTP/1.1 302 No\nContent-Length: 0"), "was answered with status 302"),
        (answer("HTTP/1.1 200 OK\nContent-Type: text/csv\nContent-Encoding: gzip", b"x"),
         "was answered in compressed form"),
        (answer("HTTP/1.1 200 OK\nContent-Type: text/csv\nContent-Length: 50", b"short"),
         "could not be fetched to its end"),
        (answer("HTTP/1.1 200 OK\nContent-Type: text/csv\nTransfer-Encoding: chunked", b"50\r\nshort"),
         "could not be fetched to its end"),
        (answer("nonsense"), "could not be fetched to its end"),
        (answer(""), "could not be fetched to its end"),
        (table(b"x" * 1001), "serves more than 0 MB"),
    ],
)  # fmt: skip
def test_fetch_refuses_bad_answers(web: Web, reply: Answer, what: str) -> None:
    web.answers["/csv"] = reply
    assert refusal(web, web.url("/csv")) == what


def _drip(sock: ssl.SSLSocket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
        sock.sendall(bytes([byte]))
        time.sleep(0.05)


def _hang(sock: ssl.SSLSocket) -> None:
    time.sleep(20)


def _drip_body(sock: ssl.SSLSocket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\n")
    _drip(sock)


@pytest.mark.parametrize("slowly", [_drip, _hang, _drip_body])
def test_fetch_ends_at_its_deadline_whatever_the_server_does(web: Web, slowly: Answer) -> None:
    web.answers["/csv"] = slowly
    begun = time.monotonic()
    assert refusal(web, web.url("/csv"), seconds=0.6) == "takes too long"
    assert time.monotonic() - begun < 3


def test_fetch_ends_at_its_deadline_when_nobody_shakes_hands() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        web = Web(ssl.create_default_context(), silent.getsockname()[1])
        assert refusal(web, web.url("/csv"), seconds=0.4) == "takes too long"


def test_fetch_refuses_a_certificate_of_another_host_or_authority(web: Web) -> None:
    web.answers["/csv"] = table()
    untrusted = "is on a server whose certificate is not trusted"
    assert refusal(web, web.url("/csv", "third.example")) == untrusted
    assert refusal(web, web.url("/csv"), context=ssl.create_default_context()) == untrusted
    assert web.asked == []


def test_fetch_tries_the_next_address(web: Web) -> None:
    web.answers["/csv"] = table()
    with socket.create_server(("127.0.0.2", 0)) as taken:
        assert taken.getsockname()[1] != web.port
    assert get(web, web.url("/csv"), resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])[0] == "text/csv"


def test_fetch_from_an_unknown_host(web: Web) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror("Name or service not known")

    assert refusal(web, web.url("/csv"), resolve=resolve) == "leads to a host that cannot be found"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("127.0.0.1", False),
        ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False), ("240.0.0.1", False),
        ("255.255.255.255", False), ("::1", False), ("::", False), ("fe80::1%eth0", False), ("fc00::1", False),
        ("ff02::1", False), ("::ffff:127.0.0.1", False), ("::ffff:93.184.215.14", True), ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False), ("64:ff9b::5db8:d70e", True), ("2001:0:4136:e378::1", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public
