"""What a session (`smtp_session.py`) asks of its driver (`smtp_pool.py`, `smtp_delivery.py`). Values, no behaviour."""

from dataclasses import dataclass

from domain.deliveries import Parcel, Receipt, Trouble


@dataclass(slots=True)
class Send:
    data: bytes


@dataclass(slots=True)
class StartTls:
    """Do the handshake, then call `tls_started`."""


@dataclass(slots=True)
class Idle:
    """The session may be given a parcel."""


@dataclass(slots=True)
class AskMark:
    """The body is out: ask for the at-risk mark, then call `finish` or `give_back`."""

    parcel: Parcel


@dataclass(slots=True)
class Answer:
    parcel: Parcel
    receipt: Receipt


@dataclass(slots=True)
class Again:
    """The connection ended before the server said anything about this parcel: it deserves a fresh one."""

    parcel: Parcel


@dataclass(slots=True)
class Broken:
    """The connection is of no more use. `trouble`, if any, is about the channel."""

    trouble: Trouble | None = None


Action = Send | StartTls | Idle | AskMark | Answer | Again | Broken
