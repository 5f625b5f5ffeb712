"""The demo's child process: an SMTP server that catches every mail, the programme's IMAP mailbox, the mail viewer.

`python -m demo.servers --mailbox ADDRESS --password-env NAME` prints one line of JSON with the three ports and runs
until its standard input closes, which also happens when the parent is killed: no orphan on any system. `start` is
the parent's side. Mail to the programme (also with a +detail) goes into the IMAP mailbox; mail to anybody else is
caught; addresses given with --refuse are answered 550 at RCPT, as a mail server does for a mailbox it never had.
"""

import argparse
import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import uvicorn
from aiosmtpd.smtp import SMTP

from demo.caught import Catch
from demo.imap import ImapServer
from demo.postman import Postman
from demo.viewer import create
from domain.errors import Problem, UserError
from flows import environment
from flows.tether import tethered

HOST = "127.0.0.1"
PASSWORD_ENV = "LETSCONNECT_DEMO_PASSWORD"  # noqa: S105 -- the variable's name; the value is made for each run
MEGABYTES = 32
START_SECONDS = 30


async def serve(mailbox: str, password: str, refused: frozenset[str], viewer_host: str) -> None:
    """Runs the three servers on free ports, mail on loopback only, until standard input closes."""
    catch = Catch()
    imap = ImapServer(mailbox, password)
    imap_port = await imap.start(HOST)
    postman = Postman(mailbox, imap, catch, refused)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(postman, hostname="demo.localhost", data_size_limit=MEGABYTES * 1_000_000, loop=loop), HOST, 0
    )
    family = socket.AF_INET6 if ":" in viewer_host else socket.AF_INET
    web_socket = socket.create_server((viewer_host, 0), family=family)
    web = uvicorn.Server(
        uvicorn.Config(create(catch), log_level="error", access_log=False, lifespan="off", server_header=False)
    )
    viewer = asyncio.create_task(web.serve(sockets=[web_socket]))
    while not web.started and not viewer.done():
        await asyncio.sleep(0.01)
    ports = {
        "smtp": smtp.sockets[0].getsockname()[1], "imap": imap_port, "viewer": web_socket.getsockname()[1]
    }  # fmt: skip
    print(json.dumps(ports), flush=True)
    parent = asyncio.create_task(_stdin_closes())
    await asyncio.wait({parent, viewer}, return_when=asyncio.FIRST_COMPLETED)  # uvicorn ends by itself on SIGTERM
    parent.cancel()
    web.should_exit = True
    smtp.close()
    imap.close()
    await viewer


async def _stdin_closes() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(4096):
        pass


@dataclass
class Servers:
    """The running child, seen from the parent."""

    process: "subprocess.Popen[bytes]"
    smtp_port: int
    imap_port: int
    viewer_port: int
    mailbox: str
    password: str
    viewer_host: str = HOST

    @property
    def viewer_url(self) -> str:
        return f"{environment.origin(self.viewer_host, self.viewer_port)}/"

    def environ(self) -> dict[str, str]:
        """The settings with which the programme finds these servers."""
        name, password = quote(self.mailbox, safe=""), quote(self.password, safe="")
        return {
            "LETSCONNECT_SMTP_URL": f"smtp://{HOST}:{self.smtp_port}?tls=none",
            "LETSCONNECT_IMAP_URL": f"imap://{name}:{password}@{HOST}:{self.imap_port}/INBOX?tls=none",
            "LETSCONNECT_MAILBOX": self.mailbox,
        }

    def stop(self) -> None:
        """Asks the child to end, and sees to it that it does."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def start(
    mailbox: str, password: str, refused: tuple[str, ...], log: Path, viewer_host: str = HOST
) -> Servers:
    """Starts the child and waits for its ports; from the main thread only (see `flows/tether.py`).

    UserError, with the log's name, when it does not come up.
    """
    command = [sys.executable, "-P", "-m", "demo.servers", "--mailbox", mailbox, "--viewer-host", viewer_host]
    for address in refused:
        command += ["--refuse", address]
    with log.open("ab") as errors:
        process = subprocess.Popen(
            tethered(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
            cwd=log.parent, env={**os.environ, PASSWORD_ENV: password},
        )  # fmt: skip
    assert process.stdout is not None
    overdue = threading.Timer(START_SECONDS, process.kill)
    overdue.start()
    line = process.stdout.readline()
    overdue.cancel()
    try:
        ports = json.loads(line)
    except ValueError:
        process.kill()
        process.wait()
        remedy = f"Look into {log.parent.name}/{log.name} in the demo's folder"
        raise UserError(Problem("the demo's mail servers did not start", remedy=remedy)) from None
    return Servers(process, ports["smtp"], ports["imap"], ports["viewer"], mailbox, password, viewer_host)


def main() -> None:
    """The child's side."""
    parser = argparse.ArgumentParser(prog="python -m demo.servers", description=__doc__)
    parser.add_argument("--mailbox", required=True, help="the programme's address")
    parser.add_argument("--viewer-host", default=HOST, help="where the viewer listens")
    parser.add_argument("--refuse", action="append", default=[], help="an address answered 550")
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.ERROR, format="%(asctime)s %(name)s %(message)s")
    os.environ.setdefault("FQDN", "demo.localhost")  # pymap's greeting; spares a slow look-up without a network
    refused = frozenset(address.casefold() for address in wanted.refuse)
    asyncio.run(serve(wanted.mailbox, os.environ[PASSWORD_ENV], refused, wanted.viewer_host))


if __name__ == "__main__":
    main()
