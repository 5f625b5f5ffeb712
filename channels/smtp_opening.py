"""The first half of an SMTP session, from the greeting to the point where mail may begin (RFC 5321, 3207, 4954).

Sans-IO like `smtp_session.py`, which owns it. Whatever is refused here is Trouble: it is about no message.
"""

import base64
from collections import deque
from dataclasses import dataclass

from channels.smtp_replies import Reply
from channels.smtp_verdicts import trouble
from domain.deliveries import Phase, Trouble


@dataclass(frozen=True, slots=True)
class Offers:
    """What the server offered in its answer to EHLO (RFC 5321 section 4.1.1.1), as far as we use it."""

    starttls: bool
    pipelining: bool
    size: bool
    size_limit: int | None  # octets; None: no limit was named
    mechanisms: frozenset[str]


class Opening:
    """`take` each reply and send what it returns. `handshake`: start TLS now, then send what `secured` returns.
    `offers` is set, for good, once the session is open."""

    def __init__(self, *, local_hostname: str, username: str, password: str, starttls: bool) -> None:
        self._ehlo = f"EHLO {local_hostname}\r\n".encode("ascii")
        self._username, self._password = username, password
        self._starttls = starttls
        self._logins: deque[bytes] = deque()  # what AUTH LOGIN still has to say
        self._heard: Offers | None = None
        self.phase = Phase.GREETING  # of the next reply
        self.handshake = False
        self.offers: Offers | None = None

    def take(self, reply: Reply) -> bytes | Trouble:
        if self.phase is Phase.AUTH and reply.code == 334 and self._logins:
            return base64.b64encode(self._logins.popleft()) + b"\r\n"
        if not reply.positive:
            return trouble(self.phase, reply)
        match self.phase:
            case Phase.GREETING:
                self.phase = Phase.EHLO
                return self._ehlo
            case Phase.EHLO:
                self._heard = read_offers(reply)
                return self._secure() if self._starttls else self._log_in()
            case Phase.STARTTLS:
                self.handshake = True
            case _:
                self.offers = self._heard
        return b""

    def secured(self) -> bytes:
        """The handshake is done: begin anew and forget what was said in plain text (RFC 3207 section 4.2)."""
        self.handshake = self._starttls = False
        self._heard = None
        self.phase = Phase.EHLO
        return self._ehlo

    def _secure(self) -> bytes | Trouble:
        assert self._heard is not None
        self.phase = Phase.STARTTLS
        if not self._heard.starttls:
            reason = "the server does not offer STARTTLS, or something on the way hides it"
            return Trouble(Phase.STARTTLS, reason, permanent=True)
        return b"STARTTLS\r\n"

    def _log_in(self) -> bytes | Trouble:
        assert self._heard is not None
        if not self._username:
            self.offers = self._heard
            return b""
        self.phase = Phase.AUTH
        user, secret = self._username.encode("utf-8"), self._password.encode("utf-8")
        if "PLAIN" in self._heard.mechanisms:  # RFC 4616
            return b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + secret) + b"\r\n"
        if "LOGIN" in self._heard.mechanisms:
            self._logins.extend((user, secret))
            return b"AUTH LOGIN\r\n"
        return Trouble(Phase.AUTH, "the server offers neither AUTH PLAIN nor AUTH LOGIN", permanent=True)


def read_offers(reply: Reply) -> Offers:
    offers = {}
    for line in reply.lines[1:]:
        keyword, *parameters = line.decode("ascii", "replace").upper().split() or [""]
        offers[keyword] = parameters
    limit = next(iter(offers.get("SIZE", [])), "0")
    return Offers(
        starttls="STARTTLS" in offers,
        pipelining="PIPELINING" in offers,
        size="SIZE" in offers,
        size_limit=int(limit) or None if limit.isdigit() and len(limit) < 20 else None,  # 0: RFC 1870 section 4
        mechanisms=frozenset(offers.get("AUTH", [])),
    )
