"""E-mail out: the channel that `steps/deliver.py` talks to. Settings in, `deliver` and `check` out.

The dialogue is in `smtp_session.py`, meanings in `smtp_verdicts.py`, sockets in `smtp_pool.py` and `smtp_dial.py`, the
run of a delivery in `smtp_delivery.py`. The mail itself is made by `letter.py`, long before it comes here.
"""

import ipaddress
import re
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from channels.pacing import Pacer
from channels.smtp_delivery import Delivery
from channels.smtp_dial import Endpoint
from channels.smtp_probe import in_words, probe
from channels.smtp_session import SmtpSession
from domain.deliveries import AtRisk, Parcel, Settle, Trouble
from domain.errors import ConfigError, Problem

Tls = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. RFC 5321 section 4.5.3.2 gives the minima; after the dot nothing below 600 is wise."""

    connect: float = 30.0
    command: float = 300.0
    after_dot: float = 600.0


class SmtpChannel:
    """One relay and one account. Raises ConfigError, with every problem, for settings that cannot work.

    `tls`: "starttls" (RFC 3207), "implicit" (RFC 8314 section 3.3), or "none", which only a loopback host may have.
    `per_minute`: messages started a minute, evenly spaced, over all calls. `breaker`: so many failures in a row that
    speak against the server are Trouble. `max_mark_age`: seconds after which an at-risk mark is not used any more.
    `ca_file` or `ssl_context` replace the machine's trusted authorities. `clock` is for the pace alone.
    """

    name = "email"

    def __init__(
        self,
        host: str,
        port: int,
        *,
        username: str = "",
        password: str = "",
        tls: Tls = "starttls",
        ca_file: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        connections: int = 8,
        per_minute: int | None = None,
        timeouts: Timeouts | None = None,
        local_hostname: str = "[127.0.0.1]",
        breaker: int = 5,
        max_mark_age: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        times = timeouts or Timeouts()
        problems = []
        if tls not in ("starttls", "implicit", "none"):
            problems.append(Problem("unknown kind of TLS", "SMTP tls", "Use starttls, implicit or none"))
        elif tls == "none" and not _is_loopback(host):
            remedy = "Use starttls or implicit; none is for a server on this machine"
            problems.append(Problem("mail and password would travel unprotected", "SMTP tls", remedy))
        if not re.fullmatch(r"[!-~]+", local_hostname):
            problems.append(Problem("not a host name or address literal", "SMTP local_hostname"))
        if not host or not 0 < port < 65536:
            problems.append(Problem("not a host and port", "SMTP host"))
        if connections < 1 or breaker < 1 or (per_minute is not None and per_minute < 1):
            problems.append(Problem("connections, breaker and per_minute are at least 1", "SMTP limits"))
        if min(times.connect, times.command, times.after_dot, max_mark_age) <= 0:
            problems.append(Problem("timeouts are more than 0 seconds", "SMTP timeouts"))
        if password and not username:
            problems.append(Problem("a password without a user name", "SMTP username"))
        if problems:
            raise ConfigError(problems)
        context = None
        if tls != "none":
            context = ssl_context or ssl.create_default_context(cafile=ca_file)
        self._endpoint = Endpoint(
            host, port, context, tls == "implicit", times.connect, times.command, times.after_dot
        )
        self._starttls = tls == "starttls"
        self._account = (username, password)
        self._local_hostname = local_hostname
        self._connections, self._breaker, self._max_mark_age = connections, breaker, max_mark_age
        self._pacer = Pacer(per_minute, clock)

    def __repr__(self) -> str:
        return f"SmtpChannel({self._endpoint.host!r}, {self._endpoint.port})"

    def deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None:
        """See `domain.deliveries.Channel`. Blocks.

        What `parcels`, `at_risk` or `settle` raise comes out of here after every connection was dropped.
        """
        delivery = Delivery(
            self._endpoint,
            self._session,
            connections=self._connections,
            pacer=self._pacer,
            breaker=self._breaker,
            max_mark_age=self._max_mark_age,
        )
        return delivery.run(parcels, at_risk, settle)

    def check(self) -> str:
        """Connect, log in and quit. A short line, or UserError with the remedy."""
        trouble = probe(self._endpoint, self._session())
        return in_words(self._endpoint, trouble, bool(self._account[0]))

    def _session(self) -> SmtpSession:
        username, password = self._account
        return SmtpSession(
            local_hostname=self._local_hostname, username=username, password=password, starttls=self._starttls
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
