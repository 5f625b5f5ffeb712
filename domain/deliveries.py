"""One attempt to bring a message to the far side, and what the far side answered.

Terminology: a *parcel* is a frozen message as a channel sees it. A *receipt* is the far side's answer to one
parcel. *Trouble* is about the channel itself (no connection, login refused) and says nothing of any parcel.
Channels keep the promise of the outbox: the bytes that make a message final leave only after `AtRisk` granted it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    SENT = "sent"  # the far side took responsibility
    LATER = "later"  # certainly not taken; about this parcel; worth another try
    REFUSED_RECIPIENT = "refused_recipient"  # certainly not taken; the address will not do
    REFUSED_MESSAGE = "refused_message"  # certainly not taken; the message will not do
    UNSURE = "unsure"  # the final step was begun and its answer is not known
    RETURNED = "returned"  # never tried, or stopped before the final step; costs no attempt


class Phase(StrEnum):
    """Where in the dialogue the answer came (RFC 5321 section 3)."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"
    API = "api"  # channels that are one request


@dataclass(frozen=True, slots=True)
class Parcel:
    """`data` is the whole frozen message: for mail RFC 5322 bytes with CRLF lines, 7-bit clean."""

    id: int
    sender: str  # envelope sender (RFC 5321 reverse-path, without brackets)
    recipient: str  # exactly one
    data: bytes
    plain: bool = False  # known to be `is_plain`: need not be looked through again


def is_plain(data: bytes) -> bool:
    """Whether a mail goes over SMTP as it is: 7-bit, every line ended by CRLF and none begun by a dot (RFC 5321
    sections 2.3.8 and 4.5.2)."""
    lines = data.count(b"\r\n")
    whole = data.isascii() and data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r") == lines
    return whole and not data.startswith(b".") and b"\r\n." not in data


@dataclass(frozen=True, slots=True)
class Receipt:
    """`text` is the far side's own words; it may hold an address, so it is stored but never logged."""

    outcome: Outcome
    phase: Phase
    code: int | None = None
    text: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """The channel is not usable now. `permanent`: a person must mend settings (login, certificate)."""

    phase: Phase
    reason: str
    code: int | None = None
    permanent: bool = False
    retry_after: timedelta | None = None


# Called with the ids of parcels whose body is out and whose final step is next. Returns those that may go on;
# when it returns, the mark is on disk. An id left out must not be finished: the connection is dropped.
AtRisk = Callable[[Sequence[int]], Collection[int]]
# Called with answers, in groups, each parcel exactly once. By a channel with several connections now and then with
# none: answers that were kept back to be written together are written then.
Settle = Callable[[Sequence[tuple[int, Receipt]]], None]


class Channel(Protocol):
    """What every channel is to `steps/deliver.py`. Implementations are tested by one contract suite.

    `deliver` pulls parcels lazily (an iterator may claim and check them as it is pulled), sends them over as many
    connections as it has, settles every pulled parcel exactly once, and returns what is wrong with the channel, if
    anything. After trouble it pulls nothing more. It raises nothing for what the network does.
    """

    name: str

    def deliver(self, parcels: Iterable[Parcel], at_risk: AtRisk, settle: Settle) -> Trouble | None: ...
