"""The pages behind nginx and Caddy as docs/production.md sets them up: who the visitor is, TLS, bounds, and no log that
holds a link."""

import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
import trustme

from config.settings import ROOT
from steps import proposing
from tests.programme import Place
from tests.servers.proxies import HOST, Proxy, caddy, nginx
from tests.visitor import with_pages
from web.forms import LARGEST

MOST = 5  # requests that one visitor has, and no more come
# The pages as `python -m web.serve` runs them, with those bounds and the proxies of the settings.
PAGES = f"""
import sys, logging
from steps.app import open_app
from web.limits import Limits, Rate, Rates
from web.serve import log_to, serve
log_to(logging.FileHandler(sys.argv[1]))
serve(open_app, "127.0.0.1", 0, lambda port: print(port, flush=True), Limits(Rates(pages=Rate({MOST}, 1e-9))),
      open_app().settings.pages_proxies)
"""
Start = Callable[[Path, Path, int], AbstractContextManager[Proxy]]


@dataclass
class Site:
    """`link`: the path of somebody's page."""

    proxy: Proxy
    pages: "subprocess.Popen[str]"
    port: int
    log: Path
    link: str
    trust: ssl.SSLContext

    def ask(
        self, visitor: str, path: str, method: str = "GET", body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str]]:
        """Over TLS, from that address of loopback: status and headers."""
        return _asked(_Tls(self, visitor), method, path, body, headers)

    def ask_plainly(self, visitor: str, path: str, port: int, **headers: str) -> tuple[int, dict[str, str]]:
        plain = HTTPConnection("127.0.0.1", port, source_address=(visitor, 0), timeout=20)
        return _asked(plain, "GET", path, b"", headers)


class _Tls(HTTPSConnection):
    """To the proxy's port on loopback, for the name that its certificate has."""

    def __init__(self, site: Site, visitor: str) -> None:
        super().__init__(HOST, site.proxy.https, source_address=(visitor, 0), timeout=20, context=site.trust)

    def connect(self) -> None:
        name, self.host = self.host, "127.0.0.1"
        HTTPConnection.connect(self)
        self.host = name
        self.sock = self._context.wrap_socket(self.sock, server_hostname=name)


def _asked(
    connection: HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, {"Host": HOST, **named})
    answer: HTTPResponse = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    start: Start = request.param
    place = with_pages(Place(tmp_path), f"https://{HOST}")
    link = proposing.link(place.app, place.person()).removeprefix(f"https://{HOST}")
    authority, certificate, trust = trustme.CA(), tmp_path / "certificate.pem", ssl.create_default_context()
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(certificate))
    authority.configure_trust(trust)
    log = tmp_path / "pages.log"
    with subprocess.Popen(
        [sys.executable, "-c", PAGES, str(log)], cwd=ROOT, env=os.environ | place.environ,
        stdout=subprocess.PIPE, text=True,
    ) as pages:
        assert pages.stdout is not None
        port = int(pages.stdout.readline())
        try:
            with start(tmp_path / "proxy", certificate, port) as proxy:
                yield Site(proxy, pages, port, log, link, trust)
        finally:
            pages.kill()


def test_who_the_visitor_is_and_that_no_log_holds_a_link(site: Site) -> None:
    status, headers = site.ask("127.0.0.2", site.link)
    assert (status, headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert "secure" in site.ask("127.0.0.7", "/propose")[1]["set-cookie"].lower().split("; ")

    # The limits count the visitor's own address, not the proxy's, and not what the visitor says.
    statuses = [site.ask("127.0.0.2", site.link)[0] for _ in range(MOST)]
    assert statuses == [200] * (MOST - 1) + [429]
    lies = [{"X_Forwarded_For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"} for n in range(3)]
    assert [site.ask("127.0.0.2", site.link, **lie)[0] for lie in lies] == [429] * 3
    assert site.ask("127.0.0.3", site.link)[0] == 200

    # Who reaches the pages beside the proxy, from an address that is none of a proxy's, is not believed either.
    beside = [site.ask_plainly("127.0.0.4", site.link, site.port, **lies[0])[0] for _ in range(MOST + 1)]
    assert beside == [200] * MOST + [429]
    plain = site.ask_plainly("127.0.0.5", site.link, site.port, X_Forwarded_Proto="https")
    assert (plain[0], "strict-transport-security" in plain[1]) == (200, False)

    # Bounds, and the way to TLS.
    assert site.ask("127.0.0.3", site.link, "POST", b"x" * (2 * LARGEST))[0] == 413
    status, headers = site.ask_plainly("127.0.0.3", site.link, site.proxy.http)
    assert (status // 100, headers["location"].endswith(site.link)) == (3, True)

    # The pages are gone: that is where proxies like to write the address into a log.
    site.pages.kill()
    site.pages.wait()
    assert site.ask("127.0.0.6", site.link)[0] == 502
    token, ours = site.link.rpartition("/")[2], site.log.read_text()
    assert "/propose/{token} 200" in ours
    assert [token in ours, token in site.proxy.logged()] == [False, False]
