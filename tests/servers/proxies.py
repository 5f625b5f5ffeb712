"""nginx and Caddy on loopback, with the very lines of docs/production.md: only addresses, ports and paths are others.

    with nginx(folder, certificate, upstream_port) as proxy: ...connect to proxy.host at proxy.https...
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import ROOT
from demo.ports import free_port
from tests.needs import needs

HOST = "pages.example.org"
PATIENCE = 20.0  # seconds to start
# What Debian's nginx.conf has around a site, its access log for everybody included.
NGINX = """\
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/logs/error.log;
events {{ }}
http {{
    access_log {folder}/logs/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""


@dataclass(frozen=True)
class Proxy:
    """`folder` has everything that it logged."""

    folder: Path
    http: int
    https: int

    def logged(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.rglob("*.log")))


def lines(kind: str) -> list[str]:
    """The blocks of this kind in the guide."""
    found = re.findall(rf"(?s)```{kind}\n(.*?)```", (ROOT / "docs" / "production.md").read_text("utf-8"))
    assert found, f"docs/production.md has no lines for {kind}"
    return found


@contextmanager
def nginx(folder: Path, certificate: Path, upstream: int) -> Iterator[Proxy]:
    """`certificate` is a PEM file with chain and key."""
    program = shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin")))
    needs(program, "nginx (apt install nginx)")
    proxy = _prepared(folder)
    (site,) = lines("nginx")
    for old, new in (
        (r"(?m)^ *listen \[::\].*\n", ""),  # not every machine has IPv6
        (r"listen 443\b", f"listen 127.0.0.1:{proxy.https}"),
        (r"listen 80\b", f"listen 127.0.0.1:{proxy.http}"),
        (r"127\.0\.0\.1:8080", f"127.0.0.1:{upstream}"),
        (r"/etc/letsencrypt/\S+\.pem", str(certificate)),
        (r"/var/log/nginx", str(folder / "logs")),
    ):
        site, times = re.subn(old, new, site)
        assert times, old
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(NGINX.format(folder=folder, site=site, user=user), "utf-8")
    with _running([str(program), "-p", str(folder), "-c", str(config), "-e", f"{folder}/logs/start.log"], proxy):
        yield proxy


@contextmanager
def caddy(folder: Path, certificate: Path, upstream: int) -> Iterator[Proxy]:
    """Likewise."""
    program = shutil.which("caddy")
    needs(program, "caddy (apt install caddy)")
    proxy = _prepared(folder)
    top, site = lines("caddy")
    ours = f"{{\n    admin off\n    skip_install_trust\n    http_port {proxy.http}\n    https_port {proxy.https}\n"
    site = site.replace("127.0.0.1:8080", f"127.0.0.1:{upstream}")
    site = site.replace(f"{HOST} {{\n", f"{HOST} {{\n    bind 127.0.0.1\n    tls {certificate} {certificate}\n", 1)
    config = folder / "Caddyfile"
    config.write_text(top.replace("{\n", ours, 1) + site, "utf-8")
    with _running([str(program), "run", "--config", str(config), "--adapter", "caddyfile"], proxy):
        yield proxy


def _prepared(folder: Path) -> Proxy:
    (folder / "logs").mkdir(parents=True)
    return Proxy(folder, free_port(), free_port())


@contextmanager
def _running(argv: Sequence[str], proxy: Proxy) -> Iterator[None]:
    home = {"HOME": str(proxy.folder), "XDG_DATA_HOME": str(proxy.folder), "XDG_CONFIG_HOME": str(proxy.folder)}
    with (proxy.folder / "logs" / "said.log").open("wb") as said:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=os.environ | home)
    try:
        for port in (proxy.https, proxy.http):
            _wait(process, port, proxy)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(process: "subprocess.Popen[bytes]", port: int, proxy: Proxy) -> None:
    overdue = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < overdue:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"did not start: {proxy.logged()}")
