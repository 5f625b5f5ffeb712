"""Reads what mail servers send back: which address did not do, for how long, and about which mail of ours.

Delivery status notifications (RFC 3464) are read with the standard library (`inbound.py` has done it), other
programs' formats with flufl.bounce, and what neither knows from the words. Complaints are RFC 5965 reports. Whose
address it is and what follows is for `steps/`; what a refusal says of an address is in `domain/reachability.py`.

A mail is asked only when a mail system wrote it: a person's letter or a holiday notice that speaks of addresses and
failures is no bounce.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes

from flufl.bounce import all_failures

from channels.fields import Fields, guarded, header_text, text_of
from channels.html_text import text_from_html
from channels.inbound import DsnRecipient, Inbound
from channels.mime import Leaf, fields_of
from domain.reachability import Permanence, permanence, status_in

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # its complaints quote the mail

_MAX_RAW = 256 * 1024  # bytes that flufl.bounce is given
_MAX_LINES = 4000  # each is looked at a hundred times
_MAX_MARKS = 300  # boundary-like lines that its parser is given: it is slow on many parts
_MAX_TEXT = 64 * 1024
_MAX_RECIPIENTS = 50
_MAX_IDS = 20
_MAX_TEXTS = 10
_COMPLAINTS = ("abuse", "fraud", "opt-out", "virus", "other")  # RFC 5965 section 7.3; "not-spam" is none


@dataclass(frozen=True, slots=True)
class Bounced:
    """One recipient. `status`: "5.1.1" (RFC 3463) or "". `diagnostic`: the far side's words, perhaps with addresses."""

    address: str
    permanence: Permanence
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """`message_ids` and `return_paths` are of the mail that came back, best guess first; often there are none.

    Without `recipients` it is a bounce in which nobody is named; `permanence` is of the whole then.
    """

    recipients: tuple[Bounced, ...]
    message_ids: tuple[str, ...] = ()
    return_paths: tuple[str, ...] = ()
    complained: bool = False  # the reader called it spam; `recipients` may be hidden
    permanence: Permanence = Permanence.SOFT


def read(raw: bytes, letter: Inbound) -> Bounce | None:
    """What came back; None when this is neither bounce nor complaint. `letter`: inbound.read(raw). Raises nothing."""
    return guarded(lambda: _read(raw, letter))


def _read(raw: bytes, letter: Inbound) -> Bounce | None:
    parts = letter.mail.leaves
    of_a_system = bool(letter.dsn) or _from_a_mail_system(letter.mail.fields, letter)
    report = next((leaf for leaf in parts if leaf.content_type == "message/feedback-report"), None)
    if report is None and not of_a_system:
        return None
    words, returned = _texts(parts)
    fields = fields_of(returned.encode("utf-8", "surrogateescape")) if returned else None
    ids = [d.original_message_id for d in letter.dsn if d.original_message_id]
    ids += _found(r"^[ >]*message-id: *(?:\r?\n[ \t]+)?(<[^<>\s]{3,250}>)", returned)
    message_ids = tuple(i for i in dict.fromkeys(ids) if i != letter.message_id)[:_MAX_IDS]
    found = _found(r"^[ >]*(?:return-path|x-envelope-from|x-env-sender): *<?([^<>\s]+@[^<>\s]+?)>?\s*$", returned)
    paths = tuple(dict.fromkeys(path.lower() for path in found))[:_MAX_IDS]
    to = _addresses(header_text(fields.get("to"))) if fields is not None else []
    if report is not None:
        said = fields_of(report.content())
        if header_text(said.get("feedback-type")).lower() not in _COMPLAINTS:
            return None
        named = _addresses(" ".join(header_text(value) for value in said.get_all("original-rcpt-to"))) or to
        gone = tuple(Bounced(address, Permanence.SOFT) for address in named[:_MAX_RECIPIENTS])
        return Bounce(gone, message_ids, paths, complained=True)
    recipients = (
        _of_dsn(letter.dsn, words)
        or _of_others(raw, letter, words)
        or _of_words(words, letter)
        or [_worded(address, words) for address in to if len(to) == 1]
    )
    whole = max((r.permanence for r in recipients), key=_WORST.index, default=permanence(words[:4000]))
    return Bounce(tuple(recipients[:_MAX_RECIPIENTS]), message_ids, paths, permanence=whole)


_WORST = [Permanence.DELIVERED, Permanence.DELAYED, Permanence.SOFT, Permanence.HARD]


# -- is it one? -------------------------------------------------------------------------------------------

_MAIL_SYSTEM = re.compile(
    r"(mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail[._-]?(delivery[._-]?)?(sub)?system|smtp-?daemon|ndr|mmdf"
    r"|uucp|maildelivery)([+=._-][^@]*)?@",
    re.I,
)
_SUBJECT = re.compile(
    r"\W*(undeliver|non.?deliver|returned (mail|to sender)|return(ed)? (message|e-?mail)"
    r"|delivery (status|failure|problem|has failed|notification|report|delayed)"
    r"|((your )?(e-?)?(mail|message)|system) (delivery )?(status|failed|failure|error|warning|problem|could not"
    r"|not deliver|delayed|delivery)|failure (notice|delivery)|failed (mail|delivery)|could not|unable to deliver"
    r"|user unknown|postmaster notify|warning: (message|could|mail)|automatically rejected mail"
    r"|.*\(delivery failed\)$)",
    re.I,
)


def _from_a_mail_system(fields: Fields, letter: Inbound) -> bool:
    """Whether a mail server wrote this, by its sender, its headers, or (less sure: see _SUBJECT) its subject."""
    kind = header_text(fields.get("content-type")).lower()
    if kind.startswith("multipart/report") and "disposition-notification" not in kind:  # that: RFC 8098, was it read?
        return True
    if "x-failed-recipients" in fields.names or _MAIL_SYSTEM.match(letter.from_address or ""):
        return True
    if _MAIL_SYSTEM.match(header_text(fields.get("return-path")).lstrip("< ") + "@"):
        return True
    if _SUBJECT.match(letter.subject) is None:
        return False
    return not letter.in_reply_to or letter.auto_submitted


# -- who ---------------------------------------------------------------------------------------------------

_ACTIONS = {
    "delayed": Permanence.DELAYED,
    "delivered": Permanence.DELIVERED,
    "relayed": Permanence.DELIVERED,
    "expanded": Permanence.DELIVERED,
}


def _of_dsn(dsn: Iterable[DsnRecipient], words: str) -> list[Bounced]:
    found: dict[str, Bounced] = {}
    for one in dsn:
        if one.final_recipient is not None:
            # Where the notification is vague, the words of the same mail say more.
            says = one.diagnostic if one.diagnostic or one.status else words[:4000]
            lasting = _ACTIONS.get(one.action) or permanence(says, one.status)
            status = status_in(f"{one.status} {one.diagnostic}") or one.status
            bounced = Bounced(one.final_recipient, lasting, status, one.diagnostic)
            known = found.setdefault(one.final_recipient, bounced)
            if _WORST.index(bounced.permanence) > _WORST.index(known.permanence):
                found[one.final_recipient] = bounced
    return list(found.values())


def _of_others(raw: bytes, letter: Inbound, words: str) -> list[Bounced]:
    """What flufl.bounce finds."""
    if raw.count(b"\n--", 0, _MAX_RAW) > _MAX_MARKS:
        return []
    lines = b"\n".join(line[:1000] for line in raw[:_MAX_RAW].splitlines()[:_MAX_LINES])
    found = guarded(lambda: all_failures(message_from_bytes(lines)))
    if not found:
        return []
    waiting, failed = (_others(filter(None, map(_address, sorted(group))), letter) for group in found)
    late = (Bounced(one, Permanence.DELAYED, status_in(words[:4000])) for one in waiting)
    return [*(_worded(one, words) for one in failed), *late]


def _others(addresses: Iterable[str], letter: Inbound) -> list[str]:
    """Without our own and the mail system's, unless there are no others."""
    given = list(dict.fromkeys(addresses))
    ours = {*letter.to_addresses, letter.from_address}
    return [one for one in given if one not in ours and not _MAIL_SYSTEM.match(one)] or given


_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


def _of_words(words: str, letter: Inbound) -> list[Bounced]:
    """A mail that a mail system wrote in its own way: the address it speaks of, when there is just one."""
    named = _others(_addresses(words[:8000]), letter)
    return [_worded(named[0], words)] if len(named) == 1 else []


def _address(value: object) -> str | None:
    text = value.decode("ascii", "ignore") if isinstance(value, bytes) else str(value)
    match = _ADDRESS.fullmatch(text.strip().strip("<>").lower())
    return match.group() if match else None


def _addresses(text: str) -> list[str]:
    return list(dict.fromkeys(match.group().lower().strip(".'`") for match in _ADDRESS.finditer(text)))


def _worded(address: str, words: str) -> Bounced:
    """What is said of this address: the lines from its last mention on, or else the whole."""
    at = words.lower().rfind(address)
    near = words[max(at - 300, 0) : at + 700] if at >= 0 else words[:4000]
    status = status_in(near)
    return Bounced(address, permanence(near, status), status, " ".join(near[-700:].split())[:300])


# -- texts -------------------------------------------------------------------------------------------------

_MESSAGES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
# The first line of a header that was pasted into the text: there the mail that came back begins.
_PASTED = re.compile(r"^[ >]*(return-path|received|message-id|dkim-signature|x-[\w-]+): ?\S", re.I | re.M)


def _texts(parts: Sequence[Leaf]) -> tuple[str, str]:
    """(what the mail system says, the mail that came back or its header fields)."""
    plain = [p for p in parts if p.content_type == "text/plain" and not p.is_attachment()]
    said = [text_of(p.content(), p.fields.charset()) for p in plain[:_MAX_TEXTS]]
    if not any(text.strip() for text in said):
        html = [p for p in parts if p.content_type == "text/html"]
        said = [text_from_html(text_of(p.content()[:_MAX_TEXT], p.fields.charset())) for p in html[:_MAX_TEXTS]]
    words = "\n".join(said)[:_MAX_TEXT].replace("\r\n", "\n")
    back = next((p for p in parts if p.content_type in _MESSAGES), None)
    returned = text_of(back.content()[:_MAX_TEXT], None) if back else ""
    pasted = _PASTED.search(words)
    if pasted:
        returned = returned or words[pasted.start() :]
        words = words[: pasted.start()]
    return words, returned


def _found(pattern: str, text: str) -> Iterator[str]:
    return (match.group(1) for match in re.finditer(pattern, text, re.I | re.M))
