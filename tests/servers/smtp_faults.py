"""An SMTP server on loopback that misbehaves by script, and remembers what it has stored.

In a test:      with SmtpFaults(messages=[Fault.DOT_451]) as server: ... server.port, server.stored
As a process:   python -m tests.servers.smtp_faults --port 0 --journal FILE --seed N --fault-rate P
It prints its port, appends the Message-ID of each stored message to the journal before it answers, and injects faults
at random, repeatably. One thread a connection: simple, not fast.
"""

import argparse
import base64
import contextlib
import os
import random
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    # of a connection
    CLOSE_BEFORE_GREETING = "close before greeting"
    GREETING_421 = "greeting 421"
    GREETING_554 = "greeting 554"
    GREETING_GARBAGE = "greeting garbage"
    GREETING_HANG = "greeting hang"
    CLOSE_AT_EHLO = "close at EHLO"
    EHLO_502 = "EHLO 502"
    CLOSE_AT_STARTTLS = "close at STARTTLS"
    STARTTLS_454 = "STARTTLS 454"
    STARTTLS_STRIPPED = "STARTTLS stripped"
    STARTTLS_INJECTED = "plain text injected after STARTTLS"
    AUTH_535 = "AUTH 535"
    AUTH_454 = "AUTH 454"
    CLOSE_AT_QUIT = "close at QUIT"
    HANG_AT_QUIT = "hang at QUIT"
    DRIP = "every reply byte by byte"
    ONE_MESSAGE = "421 to the second MAIL"
    # of a message
    CLOSE_AT_MAIL = "close at MAIL"
    MAIL_421 = "MAIL 421"
    MAIL_451 = "MAIL 451"
    MAIL_530 = "MAIL 530"
    MAIL_550 = "MAIL 550"
    MAIL_552 = "MAIL 552"
    CLOSE_AT_RCPT = "close at RCPT"
    RCPT_421 = "RCPT 421"
    RCPT_452 = "RCPT 452"
    RCPT_550 = "RCPT 550"
    RCPT_550_354 = "RCPT 550, and yet 354 to DATA"
    RCPT_554_POLICY = "RCPT 554 5.7.1"
    CLOSE_AT_DATA = "close at DATA"
    DATA_451 = "DATA 451"
    DATA_554 = "DATA 554"
    CLOSE_MID_BODY = "close mid-body"
    MID_BODY_451 = "451 in the middle of the body"
    DOT_451 = "dot 451"
    DOT_550 = "dot 550"
    DOT_421 = "dot 421"
    GARBAGE_STORED = "garbage after the dot, stored"
    GARBAGE_LOST = "garbage after the dot, not stored"
    DOT_SLOW = "half a second before the 250 to the dot"
    HANG_STORED = "hang after the dot, stored"
    HANG_LOST = "hang after the dot, not stored"
    RESET_STORED = "reset after the dot, stored"
    RESET_LOST = "reset after the dot, not stored"


# What a person, a log or a test cannot tell apart from outside: kept or not, the answer does not say.
STORES_ANYWAY = frozenset({Fault.GARBAGE_STORED, Fault.HANG_STORED, Fault.RESET_STORED})
OF_CONNECTION = tuple(Fault)[: tuple(Fault).index(Fault.CLOSE_AT_MAIL)]
OF_MESSAGE = tuple(Fault)[tuple(Fault).index(Fault.CLOSE_AT_MAIL) :]
# For a run of many messages: neither settings' faults (no TLS there) nor what pauses a channel for a person.
AT_RANDOM_CONNECTION = (
    *(Fault.CLOSE_BEFORE_GREETING, Fault.GREETING_421, Fault.CLOSE_AT_EHLO),
    *(Fault.CLOSE_AT_QUIT, Fault.DRIP, Fault.ONE_MESSAGE),
)
AT_RANDOM_MESSAGE = tuple(f for f in OF_MESSAGE if f not in (Fault.MAIL_530, Fault.MAIL_550))

SIMPLE = {  # reply instead of the usual one
    Fault.MAIL_421: b"421 4.3.2 shutting down\r\n",
    Fault.MAIL_451: b"451 4.3.0 try later\r\n",
    Fault.MAIL_530: b"530 5.7.0 authentication required\r\n",
    Fault.MAIL_550: b"550 5.7.1 sender refused\r\n",
    Fault.MAIL_552: b"552 5.3.4 too large\r\n",
    Fault.RCPT_421: b"421 4.3.2 shutting down\r\n",
    Fault.RCPT_452: b"452 4.2.2 mailbox full\r\n",
    Fault.RCPT_550: b"550 5.1.1 no such user\r\n",
    Fault.RCPT_550_354: b"550 5.1.1 no such user\r\n",
    Fault.RCPT_554_POLICY: b"554 5.7.1 relay access denied\r\n",
    Fault.DATA_451: b"451 4.3.0 try later\r\n",
    Fault.DATA_554: b"554 5.6.0 refused\r\n",
    Fault.DOT_451: b"451 4.3.0 try later\r\n",
    Fault.DOT_550: b"550 5.6.0 content refused\r\n",
    Fault.DOT_421: b"421 4.3.2 shutting down\r\n",
}


@dataclass(frozen=True)
class Stored:
    sender: str
    recipient: str
    data: bytes  # without dot-stuffing

    @property
    def message_id(self) -> str:
        found = re.search(rb"^Message-ID:\s*(\S+)", self.data, re.MULTILINE | re.IGNORECASE)
        return found.group(1).decode("ascii", "replace") if found else ""


@dataclass
class SmtpFaults:
    """`connections` and `messages`: one fault (or None) for each connection and each MAIL, in order of arrival; when
    they run out, all is well. `by_recipient`: a fault from RCPT on. `size`: the SIZE limit offered. `account`:
    (user, password) if a login is wanted. `auth`: the mechanisms offered. `hang`: seconds that a hang lasts before
    the connection is closed."""

    connections: Iterable[Fault | None] = ()
    messages: Iterable[Fault | None] = ()
    by_recipient: dict[str, Fault] = field(default_factory=dict)
    pipelining: bool = True
    size: int | None = None
    context: ssl.SSLContext | None = None
    implicit: bool = False
    account: tuple[str, str] | None = None
    auth: str = "PLAIN LOGIN"
    hang: float = 30.0
    port: int = 0
    journal: str | None = None
    most_connections: int | None = None  # beyond it: 421
    refuse_after_dot: bool = False  # MAIL is refused only once the dot of another message is in

    def __post_init__(self) -> None:
        self.stored: list[Stored] = []
        self.connected = 0  # connections taken
        self.open = 0
        self.logins = 0  # AUTH commands seen
        self.commands: list[str] = []  # verbs, in order of arrival
        self.hanging = threading.Event()  # a message's end has no answer yet
        self.body_cut = threading.Event()  # a connection was closed mid-body
        self.dot_seen = threading.Event()
        self.empty_dots = 0  # dots with no message before them
        self.asked_for: set[str] = set()  # recipients whose message was asked for with 354
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._connections: Iterator[Fault | None] = iter(self.connections)
        self._messages: Iterator[Fault | None] = iter(self.messages)
        self._socks: set[socket.socket] = set()
        self._journal_fd = (
            os.open(self.journal, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o644) if self.journal else None
        )

    def __enter__(self) -> "SmtpFaults":
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # to cut a long body in its middle
        self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with self._lock:
            socks = list(self._socks)
        for sock in (self._listener, *socks):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._socks.add(sock)
                self.connected += 1
                self.open += 1
                fault = next(self._connections, None)
                if self.most_connections is not None and self.open > self.most_connections:
                    fault = Fault.GREETING_421
            threading.Thread(target=self._serve, args=(sock, fault), daemon=True).start()

    def _serve(self, sock: socket.socket, fault: Fault | None) -> None:
        dialogue = _Dialogue(self, sock, fault)
        try:
            dialogue.run()
        except (OSError, _Over):
            pass
        finally:
            with self._lock:
                self.open -= 1
                self._socks.discard(sock)
            dialogue.sock.close()

    def keep(self, stored: Stored) -> None:
        with self._lock:
            self.stored.append(stored)
            if self._journal_fd is not None:
                os.write(self._journal_fd, stored.message_id.encode("ascii") + b"\n")

    def next_message_fault(self) -> Fault | None:
        with self._lock:
            return next(self._messages, None)


class _Over(Exception):
    """This connection has ended."""


class _Dialogue:
    def __init__(self, server: SmtpFaults, sock: socket.socket, fault: Fault | None) -> None:
        self.server, self.sock, self.fault = server, sock, fault
        self.buffer = b""
        self.secure = False
        self.logged_in = server.account is None
        self.sender: str | None = None
        self.recipient: str | None = None
        self.trouble: Fault | None = None  # of the message under way
        self.taken = 0

    # Bytes

    def line(self) -> bytes:
        while b"\n" not in self.buffer:
            self.fill()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r")

    def fill(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise _Over
        self.buffer += data

    def say(self, data: bytes) -> None:
        if self.fault is Fault.DRIP:
            for i in range(len(data)):
                self.sock.sendall(data[i : i + 1])
        else:
            self.sock.sendall(data)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _Over

    def hang(self) -> None:
        self.server.stopping.wait(self.server.hang)
        raise _Over

    # Dialogue

    def run(self) -> None:
        server, fault = self.server, self.fault
        if server.implicit:
            self.wrap()
        if fault is Fault.CLOSE_BEFORE_GREETING:
            return
        if fault is Fault.GREETING_HANG:
            self.hang()
        greetings = {
            Fault.GREETING_421: b"421 4.3.2 too many connections\r\n",
            Fault.GREETING_554: b"554 5.3.2 no mail here\r\n",
            Fault.GREETING_GARBAGE: b"hello there\r\n",
        }
        if fault in greetings:
            self.say(greetings[fault])
            return
        self.say(b"220 faults.test ESMTP\r\n")
        while True:
            line = self.line()
            verb, _, rest = line.partition(b" ")
            name = verb.upper().decode("ascii", "replace")
            self.server.commands.append(name)
            handler = getattr(self, f"do_{name.lower()}", None)
            if handler is None:
                self.say(b"502 5.5.1 what?\r\n")
            else:
                handler(rest)

    def wrap(self) -> None:
        assert self.server.context is not None
        self.sock = self.server.context.wrap_socket(self.sock, server_side=True)
        self.secure = True

    def do_ehlo(self, _: bytes) -> None:
        if self.fault is Fault.CLOSE_AT_EHLO:
            raise _Over
        if self.fault is Fault.EHLO_502:
            self.say(b"502 5.5.1 no\r\n")
            return
        offers = ["faults.test", "8BITMIME"]
        if self.server.pipelining:
            offers.append("PIPELINING")
        if self.server.size is not None:
            offers.append(f"SIZE {self.server.size}")
        if self.server.context and not self.secure and self.fault is not Fault.STARTTLS_STRIPPED:
            offers.append("STARTTLS")
        if self.server.account:
            offers.append(f"AUTH {self.server.auth}")
        lines = [f"250-{offer}\r\n" for offer in offers[:-1]] + [f"250 {offers[-1]}\r\n"]
        self.say("".join(lines).encode("ascii"))

    def do_starttls(self, _: bytes) -> None:
        if self.fault is Fault.CLOSE_AT_STARTTLS:
            raise _Over
        if self.fault is Fault.STARTTLS_454:
            self.say(b"454 4.7.0 not now\r\n")
            return
        injected = b"250 injected\r\n" if self.fault is Fault.STARTTLS_INJECTED else b""
        self.say(b"220 2.0.0 go on\r\n" + injected)
        self.wrap()

    def do_auth(self, rest: bytes) -> None:
        self.server.logins += 1
        mechanism, _, initial = rest.partition(b" ")
        if mechanism.upper() == b"PLAIN":
            given = base64.b64decode(initial).split(b"\0")[1:]
        else:
            self.say(b"334 VXNlcm5hbWU6\r\n")
            given = [base64.b64decode(self.line())]
            self.say(b"334 UGFzc3dvcmQ6\r\n")
            given.append(base64.b64decode(self.line()))
        if self.fault is Fault.AUTH_454:
            self.say(b"454 4.7.0 not now\r\n")
        elif self.fault is Fault.AUTH_535 or tuple(g.decode() for g in given) != self.server.account:
            self.say(b"535 5.7.8 wrong for " + given[0] + b"\r\n")
        else:
            self.logged_in = True
            self.say(b"235 2.7.0 welcome\r\n")

    def do_mail(self, rest: bytes) -> None:
        if self.sender is not None:
            self.say(b"503 5.5.1 nested MAIL\r\n")
            return
        if self.fault is Fault.ONE_MESSAGE and self.taken:
            self.say(b"421 4.7.0 one message a connection\r\n")
            raise _Over
        if not self.logged_in:
            self.say(b"530 5.7.0 authentication required\r\n")
            return
        self.trouble = self.server.next_message_fault()
        if self.trouble is Fault.CLOSE_AT_MAIL:
            raise _Over
        if self.trouble in SIMPLE and self.trouble.startswith("MAIL"):
            if self.server.refuse_after_dot:
                self.server.dot_seen.wait(self.server.hang)
            self.say(SIMPLE[self.trouble])
            if self.trouble is Fault.MAIL_421:
                raise _Over
            return
        self.sender = _bracketed(rest)
        self.say(b"250 2.1.0 ok\r\n")

    def do_rcpt(self, rest: bytes) -> None:
        if self.sender is None:
            self.say(b"503 5.5.1 MAIL first\r\n")
            return
        recipient = _bracketed(rest)
        self.trouble = self.server.by_recipient.get(recipient, self.trouble)
        if self.trouble is Fault.CLOSE_AT_RCPT:
            raise _Over
        if self.trouble in SIMPLE and self.trouble.startswith("RCPT"):
            self.say(SIMPLE[self.trouble])
            if self.trouble is Fault.RCPT_421:
                raise _Over
            return
        self.recipient = recipient
        self.say(b"250 2.1.5 ok\r\n")

    def do_data(self, _: bytes) -> None:
        if self.trouble is Fault.CLOSE_AT_DATA:
            raise _Over
        if self.recipient is None and self.trouble is not Fault.RCPT_550_354:
            self.say(b"503 5.5.1 RCPT first\r\n")
            return
        if self.trouble in SIMPLE and self.trouble.startswith("DATA"):
            self.say(SIMPLE[self.trouble])
            return
        if self.recipient is not None:
            self.server.asked_for.add(self.recipient)
        self.say(b"354 go on\r\n")
        data = self.body()
        sender, recipient, self.sender, self.recipient = self.sender, self.recipient, None, None
        if recipient is None:
            self.server.empty_dots += not data
            self.say(b"554 5.5.1 no valid recipients\r\n")
            return
        assert sender is not None
        self.after_dot(Stored(sender, recipient, data))

    def body(self) -> bytes:
        if self.trouble is Fault.CLOSE_MID_BODY:
            while len(self.buffer) < 100:
                self.fill()
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.sock.close()
            self.server.body_cut.set()
            raise _Over
        if self.trouble is Fault.MID_BODY_451:
            self.say(b"451 4.3.0 try later\r\n")
            raise _Over
        if self.buffer.startswith(b".\r\n") or (not self.buffer and self._only_dot()):
            self.buffer = self.buffer[3:]
            return b""
        end = self.buffer.find(b"\r\n.\r\n")
        while end < 0:
            start = max(0, len(self.buffer) - 4)
            self.fill()
            end = self.buffer.find(b"\r\n.\r\n", start)
        raw, self.buffer = self.buffer[: end + 2], self.buffer[end + 5 :]
        raw = raw[1:] if raw.startswith(b".") else raw
        return raw.replace(b"\r\n..", b"\r\n.")

    def _only_dot(self) -> bool:
        while len(self.buffer) < 3:
            self.fill()
        return self.buffer.startswith(b".\r\n")

    def after_dot(self, stored: Stored) -> None:
        self.server.dot_seen.set()
        trouble = self.trouble
        if trouble in STORES_ANYWAY:
            self.server.keep(stored)
        if trouble in (Fault.HANG_STORED, Fault.HANG_LOST):
            self.server.hanging.set()
            self.hang()
        if trouble in (Fault.RESET_STORED, Fault.RESET_LOST):
            self.reset()
        if trouble in (Fault.GARBAGE_STORED, Fault.GARBAGE_LOST):
            self.say(b"\xff\xfewhat is this\r\n")
            raise _Over
        if trouble is Fault.DOT_SLOW:
            self.server.stopping.wait(0.5)
        if trouble in SIMPLE and trouble.startswith("dot"):
            self.say(SIMPLE[trouble])
            if trouble is Fault.DOT_421:
                raise _Over
            return
        self.server.keep(stored)
        self.taken += 1
        self.say(b"250 2.0.0 kept\r\n")

    def do_rset(self, _: bytes) -> None:
        self.sender = self.recipient = None
        self.say(b"250 2.0.0 ok\r\n")

    def do_quit(self, _: bytes) -> None:
        if self.fault is Fault.CLOSE_AT_QUIT:
            raise _Over
        if self.fault is Fault.HANG_AT_QUIT:
            self.hang()
        self.say(b"221 2.0.0 bye\r\n")
        raise _Over


def _bracketed(rest: bytes) -> str:
    found = re.search(rb"<([^>]*)>", rest)
    return found.group(1).decode("ascii") if found else ""


def at_random(seed: int, rate: float, faults: tuple[Fault, ...]) -> Iterator[Fault | None]:
    dice = random.Random(seed)
    while True:
        yield dice.choice(faults) if dice.random() < rate else None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--journal")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fault-rate", type=float, default=0.0, help="share of messages, and of connections")
    parser.add_argument("--hang", type=float, default=1.0, help="seconds a hang lasts")
    parser.add_argument("--no-pipelining", action="store_true")
    given: Any = parser.parse_args(arguments)
    server = SmtpFaults(
        connections=at_random(given.seed, given.fault_rate, AT_RANDOM_CONNECTION),
        messages=at_random(given.seed + 1, given.fault_rate, AT_RANDOM_MESSAGE),
        pipelining=not given.no_pipelining,
        hang=given.hang,
        port=given.port,
        journal=given.journal,
    )
    with server:
        print(server.port, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
