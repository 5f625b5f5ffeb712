"""One SMTP client session without a socket or a clock: bytes in, actions out (RFC 5321, 2920, 3207, 4954, 1870).

The driver (`smtp_pool.py`) reads and writes, starts TLS, keeps time and asks for the at-risk marks. It calls
`receive` with what came, `begin` to hand over a parcel after `Idle`, `finish` once the mark for a parcel is granted,
and `lost` when the connection is gone or silent for too long. What a reply means is in `smtp_verdicts.py`.

The rule of this file: the final dot is in what `finish` returns and nowhere else, and what was not followed by it
is never UNSURE.
"""

import base64
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from channels.smtp_replies import Reply, ReplyReader, Unreadable
from channels.smtp_verdicts import objection, refusal, stuffed, trouble
from domain.deliveries import Outcome, Parcel, Phase, Receipt, Trouble


@dataclass(frozen=True, slots=True)
class Send:
    data: bytes


@dataclass(frozen=True, slots=True)
class StartTls:
    """Do the handshake, then call `tls_started`."""


@dataclass(frozen=True, slots=True)
class Idle:
    """The session may be given a parcel."""


@dataclass(frozen=True, slots=True)
class AskMark:
    """The body is out: ask for the at-risk mark, then call `finish` or `give_back`."""

    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Answer:
    parcel: Parcel
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Again:
    """The connection ended before the server said anything about this parcel: it deserves a fresh one."""

    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Broken:
    """The connection is of no more use. `trouble`, if any, is about the channel."""

    trouble: Trouble | None = None


Action = Send | StartTls | Idle | AskMark | Answer | Again | Broken


class Step(StrEnum):
    """What the next reply answers. The steps of setting up, the steps of a message, and three of housekeeping."""

    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH_PLAIN = "auth plain"
    AUTH_LOGIN = "auth login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"
    RSET = "rset"
    LONE_DOT = "lone dot"
    QUIT = "quit"


SETUP = {
    Step.GREETING: Phase.GREETING,
    Step.EHLO: Phase.EHLO,
    Step.STARTTLS: Phase.STARTTLS,
    Step.AUTH_PLAIN: Phase.AUTH,
    Step.AUTH_LOGIN: Phase.AUTH,
}


@dataclass(slots=True, eq=False)
class Exchange:
    """One parcel's way through the dialogue."""

    parcel: Parcel
    phase: Phase = Phase.MAIL  # of the next reply about it
    answered: bool = False  # the server has said something about it
    dot_out: bool = False
    settled: bool = False


class SmtpSession:
    """`starttls`: insist on STARTTLS (RFC 3207). With an empty `username` there is no login.

    Read by the driver: `pipelining` (may `finish` take the next parcel?), `dot_out` (is the answer to a final dot
    outstanding?), `ready` (has it ever been ready for mail?), `replies` (whole replies read; for timeouts).
    """

    def __init__(self, *, local_hostname: str, username: str = "", password: str = "", starttls: bool) -> None:
        self._ehlo = f"EHLO {local_hostname}\r\n".encode("ascii")
        self._username, self._password = username, password
        self._starttls = starttls
        self._reader = ReplyReader()
        self._expected: deque[tuple[Step, Exchange | None]] = deque([(Step.GREETING, None)])
        self._unsent: deque[tuple[Step, Exchange | None, bytes]] = deque()  # lock-step: one at a time
        self._logins: deque[bytes] = deque()  # what AUTH LOGIN still has to say
        self._exchanges: deque[Exchange] = deque()  # at most two: one behind its dot, one in its envelope
        self._actions: list[Action] = []
        self._handshake = False
        self._open_transaction = False  # MAIL was accepted and no dot or RSET ended it
        self._size_limit: int | None = None
        self._size_offered = False
        self._served = 0  # parcels this connection has brought to an end
        self._broken = False
        self.pipelining = False
        self.ready = False
        self.replies = 0

    # What the driver calls

    def receive(self, data: bytes) -> Sequence[Action]:
        if self._broken:
            return ()
        self._reader.feed(data)
        while not self._broken:
            if self._handshake:
                # RFC 3207 section 6: whatever came in plain text after STARTTLS was put there by somebody else.
                if not self._reader.empty:
                    self._fail(Trouble(Phase.STARTTLS, "plain text was injected after STARTTLS", permanent=True))
                break
            try:
                reply = self._reader.next()
            except Unreadable:
                self._end("the server's reply cannot be read")
                break
            if reply is None:
                break
            self.replies += 1
            self._take(reply)
        return self._flush()

    def tls_started(self) -> Sequence[Action]:
        """The handshake is done: begin anew and forget what was said in plain text (RFC 3207 section 4.2)."""
        self._handshake = self._starttls = False
        self._reader = ReplyReader()
        self._say(Step.EHLO, self._ehlo)
        return self._flush()

    def begin(self, parcel: Parcel) -> Sequence[Action]:
        """Start the envelope. Call only after Idle."""
        envelope = self._envelope(parcel)
        if envelope:
            self._actions.append(Send(envelope))
        return self._flush()

    def finish(self, following: Parcel | None = None) -> Sequence[Action]:
        """The mark is granted: the final dot, and in the same write the envelope of the parcel after it.

        From here on the driver must write what it gets, at once. `following` only where `pipelining` is true.
        """
        exchange = self._exchanges[0]
        exchange.dot_out, exchange.phase = True, Phase.DOT
        self._open_transaction = False
        self._expected.append((Step.DOT, exchange))
        envelope = self._envelope(following) if following else b""
        self._actions.insert(0, Send(b".\r\n" + envelope))
        return self._flush()

    def quit(self) -> Sequence[Action]:
        self._say(Step.QUIT, b"QUIT\r\n")
        return self._flush()

    def lost(self, why: str) -> Sequence[Action]:
        """The connection is gone or silent. `why` is ours and short, such as "timed out"."""
        if not self._broken:
            self._end(why)
        return self._flush()

    def give_back(self) -> Sequence[Action]:
        """Stop here for a reason of our own. What is behind its dot is UNSURE; all else goes back as it was."""
        for exchange in self._exchanges:
            outcome = Outcome.UNSURE if exchange.dot_out else Outcome.RETURNED
            self._settle(exchange, Receipt(outcome, exchange.phase, None, "stopped by the sender"))
        self._broken = True
        self._actions.append(Broken())
        return self._flush()

    @property
    def dot_out(self) -> bool:
        return bool(self._exchanges) and self._exchanges[0].dot_out

    @property
    def fresh(self) -> bool:
        """Nothing was sent over it, and nothing is on its way."""
        return not self._served and not self._exchanges

    @property
    def carries(self) -> Sequence[Parcel]:
        """The parcels that are under way and not settled."""
        return tuple(e.parcel for e in self._exchanges if not e.settled)

    # Setting up

    def _take(self, reply: Reply) -> None:
        if not self._expected:
            self._unasked(reply)
            return
        step, exchange = self._expected.popleft()
        if step in SETUP:
            self._set_up(step, reply)
        elif exchange is not None:
            self._about(step, exchange, reply)
        elif step is Step.QUIT:
            self._fail(None)
        elif not reply.positive and not (step is Step.LONE_DOT and reply.code >= 500):
            self._end("the server lost its place in the dialogue")
        elif step is Step.LONE_DOT and reply.positive:
            self._end("the server took a message without a recipient")
        else:
            self._open_transaction = False
        self._go_on()

    def _set_up(self, step: Step, reply: Reply) -> None:
        phase = SETUP[step]
        if step is Step.AUTH_LOGIN and reply.code == 334 and self._logins:
            self._say(step, base64.b64encode(self._logins.popleft()) + b"\r\n")
        elif not reply.positive:
            self._fail(trouble(phase, reply))
        elif step is Step.GREETING:
            self._say(Step.EHLO, self._ehlo)
        elif step is Step.EHLO:
            self._offered(reply)
        elif step is Step.STARTTLS:
            self._handshake = True
            self._actions.append(StartTls())
        else:
            self.ready = True

    def _offered(self, reply: Reply) -> None:
        """Read the extensions (RFC 5321 section 4.1.1.1) and take the next step of setting up."""
        offers = {}
        for line in reply.lines[1:]:
            keyword, *parameters = line.decode("ascii", "replace").upper().split()[:20] or [""]
            offers[keyword] = parameters
        if self._starttls:
            if "STARTTLS" not in offers:
                reason = "the server does not offer STARTTLS, or something on the way hides it"
                self._fail(Trouble(Phase.STARTTLS, reason, permanent=True))
            else:
                self._say(Step.STARTTLS, b"STARTTLS\r\n")
            return
        self.pipelining = "PIPELINING" in offers
        self._size_offered = "SIZE" in offers
        limit = offers.get("SIZE", [])[:1]
        self._size_limit = int(limit[0]) if limit and limit[0].isdigit() and int(limit[0]) > 0 else None
        if not self._username:
            self.ready = True
            return
        mechanisms = offers.get("AUTH", [])
        user, secret = self._username.encode("utf-8"), self._password.encode("utf-8")
        if "PLAIN" in mechanisms:  # RFC 4616
            token = base64.b64encode(b"\0" + user + b"\0" + secret)
            self._say(Step.AUTH_PLAIN, b"AUTH PLAIN " + token + b"\r\n")
        elif "LOGIN" in mechanisms:
            self._logins.extend((user, secret))
            self._say(Step.AUTH_LOGIN, b"AUTH LOGIN\r\n")
        else:
            self._fail(Trouble(Phase.AUTH, "the server offers neither AUTH PLAIN nor AUTH LOGIN", permanent=True))

    # A message

    def _envelope(self, parcel: Parcel) -> bytes:
        """The commands up to DATA; in lock-step only the first of them, the others wait in `_unsent`."""
        objected = objection(parcel, self._size_limit)
        if objected:
            self._actions.append(Answer(parcel, objected))
            self._go_on()
            return b""
        exchange = Exchange(parcel)
        self._exchanges.append(exchange)
        size = f" SIZE={len(parcel.data)}" if self._size_offered else ""
        commands: list[tuple[Step, Exchange | None, bytes]] = [
            (Step.MAIL, exchange, f"MAIL FROM:<{parcel.sender}>{size}\r\n".encode("ascii")),
            (Step.RCPT, exchange, f"RCPT TO:<{parcel.recipient}>\r\n".encode("ascii")),
            (Step.DATA, exchange, b"DATA\r\n"),
        ]
        if self._open_transaction:
            commands.insert(0, (Step.RSET, None, b"RSET\r\n"))
        if not self.pipelining:
            self._unsent.extend(commands[1:])
            commands = commands[:1]
        self._expected.extend((step, about) for step, about, _ in commands)
        return b"".join(data for _, _, data in commands)

    def _about(self, step: Step, exchange: Exchange, reply: Reply) -> None:
        if step is Step.DOT:
            self._after_dot(exchange, reply)
        elif step is Step.DATA and reply.code == 354:
            self._body(exchange)
        elif step is not Step.DATA and reply.positive:
            exchange.answered = True
            exchange.phase = Phase.RCPT if step is Step.MAIL else Phase.DATA
            self._open_transaction = self._open_transaction or step is Step.MAIL
        elif reply.code == 421 and step is Step.MAIL and self._served:
            self._end("the server ended a used connection")  # its own limit, and nothing about this parcel
        else:
            self._refused(step, exchange, reply)

    def _refused(self, step: Step, exchange: Exchange, reply: Reply) -> None:
        exchange.answered = True
        verdict = refusal(Phase(step.value), reply)
        if isinstance(verdict, Trouble):
            self._fail(verdict)
        elif verdict is None:
            self._end("the server lost its place in the dialogue")
        else:
            self._settle(exchange, verdict)
            if reply.code == 421:
                self._end("the server ended the connection")
            elif step is Step.DATA or not self.pipelining:
                self._unsent.clear()
                self._exchanges.remove(exchange)

    def _body(self, exchange: Exchange) -> None:
        if not exchange.settled:
            exchange.answered = True
            self._actions.append(Send(stuffed(exchange.parcel.data)))
            self._actions.append(AskMark(exchange.parcel))
        elif self._open_transaction:
            # RFC 2920 section 3.1: DATA was accepted although no recipient was. With nobody to deliver to, a dot
            # stores nothing; a server that says otherwise is not one to go on with.
            self._exchanges.remove(exchange)
            self._expected.append((Step.LONE_DOT, None))
            self._actions.append(Send(b".\r\n"))
        else:
            self._end("the server lost its place in the dialogue")

    def _after_dot(self, exchange: Exchange, reply: Reply) -> None:
        if 250 <= reply.code < 260:
            receipt: Receipt | Trouble | None = Receipt(Outcome.SENT, Phase.DOT, reply.code, reply.text)
        else:
            receipt = refusal(Phase.DOT, reply)
        if not isinstance(receipt, Receipt):
            self._end("the server's answer to the message makes no sense")
            return
        self._settle(exchange, receipt)
        self._exchanges.remove(exchange)
        self._served += 1
        if reply.code == 421:
            self._end("the server ended the connection")

    def _unasked(self, reply: Reply) -> None:
        """A reply to nothing. Before the dot a refusal is taken at its word; either way the connection ends."""
        if self._exchanges and reply.code >= 400:
            verdict = refusal(Phase.DATA, reply)
            if isinstance(verdict, Receipt):
                self._settle(self._exchanges[0], verdict)
        self._end("the server ended the connection" if reply.code == 421 else "the server spoke out of turn")

    # The end of things

    def _go_on(self) -> None:
        if self._broken or self._handshake or self._expected:
            return
        if self._unsent:
            step, exchange, data = self._unsent.popleft()
            self._expected.append((step, exchange))
            self._actions.append(Send(data))
        elif self.ready and not self._exchanges:
            self._actions.append(Idle())

    def _end(self, why: str) -> None:
        """The connection is over: say of every parcel under way what is certain."""
        setup = None if self.ready or not self._expected else SETUP.get(self._expected[0][0])
        if self._handshake:
            setup = Phase.STARTTLS
        for place, exchange in enumerate(self._exchanges):
            if exchange.settled:
                continue
            if exchange.dot_out:
                self._settle(exchange, Receipt(Outcome.UNSURE, Phase.DOT, None, why))
            elif not exchange.answered and (self._served or place > 0):
                exchange.settled = True
                self._actions.append(Again(exchange.parcel))
            else:
                # It costs an attempt: a message that makes a server hang up must not come round for ever.
                self._settle(exchange, Receipt(Outcome.LATER, exchange.phase, None, why))
        self._broken = True
        self._actions.append(Broken(Trouble(setup, why) if setup else None))

    def _fail(self, about_channel: Trouble | None) -> None:
        if about_channel is None:
            self._broken = True
            self._actions.append(Broken())
            return
        for exchange in self._exchanges:
            outcome = Outcome.UNSURE if exchange.dot_out else Outcome.RETURNED
            self._settle(exchange, Receipt(outcome, exchange.phase, about_channel.code, about_channel.reason))
        self._broken = True
        self._actions.append(Broken(about_channel))

    def _settle(self, exchange: Exchange, receipt: Receipt) -> None:
        if not exchange.settled:
            exchange.settled = True
            self._actions.append(Answer(exchange.parcel, receipt))

    def _say(self, step: Step, data: bytes) -> None:
        self._expected.append((step, None))
        self._actions.append(Send(data))

    def _flush(self) -> Sequence[Action]:
        actions, self._actions = self._actions, []
        return actions
