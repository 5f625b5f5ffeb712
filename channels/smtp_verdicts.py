"""What a server's reply means, by the phase it came in. Tables and pure functions; no state.

A 4xx or 5xx is about the channel at greeting, EHLO, STARTTLS, AUTH and (5xx) MAIL, about the recipient at RCPT,
and about this one message at DATA and after the final dot (RFC 5321 sections 4.2.1, 4.3.2). The words of a Trouble
are ours: the server's own could hold a user name or an address, and troubles are logged.
"""

import re

from channels.smtp_replies import Reply
from domain.deliveries import Outcome, Parcel, Phase, Receipt, Trouble

REFUSALS = {
    Phase.CONNECT: "the server cannot be reached",
    Phase.GREETING: "the server refused the connection",
    Phase.EHLO: "the server refused EHLO",
    Phase.STARTTLS: "the server refused STARTTLS",
    Phase.AUTH: "the server refused the login",
    Phase.MAIL: "the server refused the sender",
}
LOGIN_WANTED = frozenset({530, 535, 538})  # RFC 4954 section 6, in whatever phase it comes

_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # printable ASCII; no space, no angle bracket


def trouble(phase: Phase, reply: Reply) -> Trouble:
    """A refusal that is about the channel. 5xx: the server means it, so a person must look."""
    status = f"{reply.code} {reply.enhanced}".rstrip()
    return Trouble(phase, f"{REFUSALS[phase]} ({status})", reply.code, permanent=reply.code >= 500)


def refusal(phase: Phase, reply: Reply) -> Receipt | Trouble | None:
    """What a reply that does not let the message go on means; None: the reply has no place in this phase."""
    code = reply.code
    if code in LOGIN_WANTED and phase is not Phase.DOT:
        return trouble(Phase.AUTH, reply)
    if 400 <= code < 500:
        return Receipt(Outcome.LATER, phase, code, reply.text)
    if code < 500:
        return None
    if phase is Phase.MAIL and code != 552:  # 552: larger than the server takes (RFC 1870 section 6.1)
        return trouble(phase, reply)
    if phase is Phase.RCPT:
        # RFC 5321 section 4.5.3.1.10: 552 here is to be read as a temporary refusal.
        outcome = Outcome.LATER if code == 552 else Outcome.REFUSED_RECIPIENT
        return Receipt(outcome, phase, code, reply.text)
    return Receipt(Outcome.REFUSED_MESSAGE, phase, code, reply.text)


def about_the_server(receipt: Receipt) -> bool:
    """Many of these in a row say more of the server (or of us) than of the messages: the circuit breaker counts them.

    A refused recipient counts only when the refusal is one of policy (RFC 3463 X.7.X, such as "relay access denied").
    """
    if receipt.outcome is Outcome.REFUSED_RECIPIENT:
        return receipt.text.startswith("5.7.")
    if receipt.code is None:  # a lost connection counts; what we refused ourselves says nothing of the server
        return receipt.outcome in (Outcome.LATER, Outcome.UNSURE)
    return receipt.outcome is Outcome.REFUSED_MESSAGE or (
        receipt.outcome in (Outcome.LATER, Outcome.UNSURE) and receipt.phase is not Phase.RCPT
    )


def objection(parcel: Parcel, size_limit: int | None) -> Receipt | None:
    """Why a parcel cannot be sent at all over SMTP as it is, or None. Nothing is written for such a parcel."""
    if not _ADDRESS.fullmatch(parcel.recipient):
        return Receipt(Outcome.REFUSED_RECIPIENT, Phase.RCPT, None, "not an address that SMTP can carry")
    if parcel.sender and not _ADDRESS.fullmatch(parcel.sender):
        return Receipt(Outcome.REFUSED_MESSAGE, Phase.MAIL, None, "the sender is not an address that SMTP can carry")
    data = parcel.data
    # A bare CR or LF is how one message is smuggled inside another (RFC 5321 section 2.3.8).
    if not parcel.plain and not _is_lines(data):
        return Receipt(Outcome.REFUSED_MESSAGE, Phase.DATA, None, "the message is not 7-bit text with CRLF lines")
    if size_limit is not None and len(data) > size_limit:
        text = f"the message has {len(data)} octets, the server takes {size_limit}"
        return Receipt(Outcome.REFUSED_MESSAGE, Phase.MAIL, None, text)
    return None


def _is_lines(data: bytes) -> bool:
    lines = data.count(b"\r\n")
    return data.isascii() and data.count(b"\n") == lines and data.count(b"\r") == lines


def stuffed(parcel: Parcel) -> bytes:
    """The message as it goes over the wire before the final dot (RFC 5321 section 4.5.2)."""
    data = parcel.data
    if parcel.plain:
        return data
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"
