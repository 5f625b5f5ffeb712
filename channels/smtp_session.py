"""One SMTP client session without a socket or a clock: bytes in, actions out (RFC 5321, 2920, 1870).

The driver (`smtp_pool.py`) reads and writes, starts TLS, keeps time and asks for the at-risk marks. It calls
`receive` with what came, `begin` to hand over a parcel after `Idle`, `finish` once the mark for a parcel is granted,
and `lost` when the connection is gone or silent for too long. The way to the first mail is in `smtp_opening.py`,
the meaning of replies in `smtp_verdicts.py`.

The rule of this file: the final dot is in what `finish` returns and nowhere else, and what was not followed by it
is never UNSURE.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from channels.smtp_actions import Action, Again, Answer, AskMark, Broken, Idle, Send, StartTls
from channels.smtp_opening import Opening
from channels.smtp_replies import LONGEST_LINE, Reply, ReplyReader, Unreadable
from channels.smtp_verdicts import objection, refusal, stuffed
from domain.deliveries import Outcome, Parcel, Phase, Receipt, Trouble

# What a good server says to "final dot, MAIL, RCPT, DATA", all at once: nearly every reply there is.
_ALL_WELL = re.compile(rb"250 ([^\r\n]*)\r\n250 [^\r\n]*\r\n250 [^\r\n]*\r\n354 [^\r\n]*\r\n")


class Step(StrEnum):
    """What the next reply answers, once mail may begin."""

    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"
    RSET = "rset"
    LONE_DOT = "lone dot"
    QUIT = "quit"


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
        self._opening = Opening(
            local_hostname=local_hostname, username=username, password=password, starttls=starttls
        )
        self._reader = ReplyReader()
        self._expected: deque[tuple[Step, Exchange | None]] = deque()
        self._unsent: deque[tuple[Step, Exchange | None, bytes]] = deque()  # lock-step: one at a time
        self._exchanges: deque[Exchange] = deque()  # at most two: one behind its dot, one in its envelope
        self._actions: list[Action] = []
        self._open_transaction = False  # MAIL was accepted and no dot or RSET ended it
        self._served = 0  # parcels this connection has brought to an end
        self._broken = False
        self.replies = 0

    # What the driver calls

    def receive(self, data: bytes) -> Sequence[Action]:
        if self._broken:
            return ()
        if len(self._expected) == 4 and (swift := self._all_well(data)):
            return swift
        self._reader.feed(data)
        while not self._broken:
            if self._opening.handshake:
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
        self._reader = ReplyReader()
        self._actions.append(Send(self._opening.secured()))
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
        self._expected.append((Step.QUIT, None))
        self._actions.append(Send(b"QUIT\r\n"))
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
    def ready(self) -> bool:
        return self._opening.offers is not None

    @property
    def pipelining(self) -> bool:
        return self._opening.offers is not None and self._opening.offers.pipelining

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

    # Replies

    def _take(self, reply: Reply) -> None:
        if not self.ready:
            self._open(reply)
            return
        if not self._expected:
            self._unasked(reply)
            return
        step, exchange = self._expected.popleft()
        if exchange is not None:
            self._about(step, exchange, reply)
        elif step is Step.QUIT:
            self._fail(None)
        elif step is Step.LONE_DOT and reply.positive:
            self._end("the server took a message without a recipient")
        elif reply.positive or (step is Step.LONE_DOT and reply.code >= 500):
            self._open_transaction = False
        else:
            self._end("the server lost its place in the dialogue")
        self._go_on()

    def _all_well(self, data: bytes) -> Sequence[Action]:
        """What the rest of this class would do of such replies, in one step; nothing when they are others.

        Four are expected and nothing was read of them: the dot of one parcel and the envelope of the next.
        """
        (first, done), (_, following) = self._expected[0], self._expected[1]
        if first is not Step.DOT or not self._reader.empty or len(data) > LONGEST_LINE:
            return ()
        found = _ALL_WELL.fullmatch(data)
        if found is None:
            return ()
        assert done is not None and following is not None
        self._expected.clear()
        self._exchanges.popleft()
        self._open_transaction = done.settled = following.answered = True
        following.phase = Phase.DATA
        self.replies += 4
        self._served += 1
        text = found[1].decode("utf-8", "replace")[:500]
        receipt = Receipt(Outcome.SENT, Phase.DOT, 250, text)
        return [Answer(done.parcel, receipt), Send(stuffed(following.parcel)), AskMark(following.parcel)]

    def _open(self, reply: Reply) -> None:
        say = self._opening.take(reply)
        if isinstance(say, Trouble):
            self._fail(say)
        elif say:
            self._actions.append(Send(say))
        else:
            self._actions.append(StartTls() if self._opening.handshake else Idle())

    # A message

    def _envelope(self, parcel: Parcel) -> bytes:
        """The commands up to DATA; in lock-step only the first of them, the others wait in `_unsent`."""
        offers = self._opening.offers
        assert offers is not None
        objected = objection(parcel, offers.size_limit)
        if objected:
            self._actions.append(Answer(parcel, objected))
            self._go_on()
            return b""
        exchange = Exchange(parcel)
        self._exchanges.append(exchange)
        size = f" SIZE={len(parcel.data)}" if offers.size else ""
        mail, rcpt = f"MAIL FROM:<{parcel.sender}>{size}\r\n", f"RCPT TO:<{parcel.recipient}>\r\n"
        reset = "RSET\r\n" if self._open_transaction else ""
        if reset:
            self._expected.append((Step.RSET, None))
        if offers.pipelining:
            self._expected += ((Step.MAIL, exchange), (Step.RCPT, exchange), (Step.DATA, exchange))
            return f"{reset}{mail}{rcpt}DATA\r\n".encode("ascii")
        waiting = [(Step.MAIL, mail), (Step.RCPT, rcpt), (Step.DATA, "DATA\r\n")]
        self._unsent.extend((step, exchange, command.encode("ascii")) for step, command in waiting)
        if not reset:
            step, about, command = self._unsent.popleft()
            self._expected.append((step, about))
            return command
        return reset.encode("ascii")

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
            self._actions.append(Send(stuffed(exchange.parcel)))
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
        if self._broken or self._expected:
            return
        if self._unsent:
            step, exchange, data = self._unsent.popleft()
            self._expected.append((step, exchange))
            self._actions.append(Send(data))
        elif not self._exchanges:
            self._actions.append(Idle())

    def _end(self, why: str) -> None:
        """The connection is over: say of every parcel under way what is certain."""
        setup = None if self.ready else self._opening.phase
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

    def _flush(self) -> Sequence[Action]:
        actions, self._actions = self._actions, []
        return actions
