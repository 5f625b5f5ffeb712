"""Reads one raw mail into facts that are the same for replies, answers and bounces.

It decides nothing: whether this is an RSVP, an answer or a bounce, whose it is and what follows, is for
`steps/`; the calendar data is read by `calendars/`, the words by `domain/replies.py`. `mime.py` gives the parts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import getaddresses

from channels.fields import Fields, guarded, header_text, text_of
from channels.html_text import text_from_html
from channels.mime import Leaf, Mail, Unreadable, fields_of, taken_apart

__all__ = ["CalendarPart", "DsnRecipient", "Inbound", "Unreadable", "read"]

_MAX_IDS = 50
_MAX_ADDRESSES = 100
_MAX_CALENDARS = 20
_MAX_RECIPIENTS = 100
_MAX_TEXTS = 20  # empty text parts looked at before giving up


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """`data` as it came, transfer encoding undone. `method` is what MIME says, in upper case; the body's METHOD is
    the one that counts."""

    data: bytes
    charset: str | None
    method: str | None


@dataclass(frozen=True, slots=True)
class DsnRecipient:
    """One recipient of a delivery status notification (RFC 3464 section 2.3).

    `action`: failed, delayed, delivered, relayed, expanded or "". `status`: "5.1.1" (RFC 3463) or "".
    `original_message_id`: of the mail that was returned with it, in angle brackets, if it was.
    """

    final_recipient: str | None
    action: str
    status: str
    diagnostic: str
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Inbound:
    """Message ids are in angle brackets, addresses in lower case, both None or left out where they make no sense."""

    message_id: str | None
    in_reply_to: tuple[str, ...]  # In-Reply-To, then References from the newest to the oldest
    from_address: str | None  # proves nothing
    to_addresses: tuple[str, ...]  # Delivered-To and its like first (they hold a plus-address), then To and Cc
    subject: str
    text: str  # text/plain, else made from HTML; "\n" line ends
    calendars: tuple[CalendarPart, ...]  # identical data once
    auto_submitted: bool  # nobody typed this. True for every reply of Google Calendar: look for `calendars` first
    dsn: tuple[DsnRecipient, ...]
    mail: Mail = field(repr=False, compare=False)  # for whoever looks further, as `bounces.py` does
    files: int = 0  # that the writer put into it; pictures within the text, signatures and cards left out


def read(raw: bytes) -> Inbound:
    """Reads a mail as it came (RFC 5322, MIME). Raises Unreadable, and nothing else."""
    try:
        return _read(raw)
    except Unreadable:
        raise
    except Exception as error:  # a stranger's bytes: whatever goes wrong, the mailbox moves on
        raise Unreadable(f"cannot be read ({type(error).__name__})") from None


def _read(raw: bytes) -> Inbound:
    mail = taken_apart(raw)
    fields, parts = mail.fields, mail.leaves
    subject = header_text(fields.get("subject"))
    dsn = tuple(_dsn(parts))
    return Inbound(
        message_id=next(_ids(fields.get_all("message-id")), None),
        in_reply_to=_in_reply_to(fields),
        from_address=next(_addresses(fields, "from"), None) or next(_addresses(fields, "sender"), None),
        to_addresses=_unique(
            _addresses(fields, "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc"),
            _MAX_ADDRESSES,
        ),
        subject=subject,
        text=_text(parts),
        calendars=_calendars(parts),
        auto_submitted=bool(dsn) or _is_automatic(fields, subject),
        dsn=dsn,
        mail=mail,
        files=sum(_is_file(leaf) for leaf in parts),
    )


# -- header fields ---------------------------------------------------------------------------------------

_ID = re.compile(r"<([^<>\s]{1,900})>")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\]{1,255}")


def _ids(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        for match in _ID.finditer(re.sub(r"\r?\n[ \t]+", " ", value)):
            yield f"<{match.group(1)}>"


def _in_reply_to(fields: Fields) -> tuple[str, ...]:
    references = list(_ids(fields.get_all("references")))
    return _unique([*_ids(fields.get_all("in-reply-to")), *reversed(references)], _MAX_IDS)


def _unique(values: Iterable[str], limit: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))[:limit]


def _address(value: str) -> str | None:
    value = unicodedata.normalize("NFC", value.strip()).lower()
    return value if _ADDRESS.fullmatch(value) and value.isprintable() else None


# One address with or without a plain name before it: most fields, without the library's careful walk.
_SPEC = r"[\w+=-]+(?:\.[\w+=-]+)*@[\w-]+(?:\.[\w-]+)*"
_PLAIN = re.compile(rf"(?:\"[^\"\\\r\n]*\" |[\w'-]+(?: [\w'-]+)* )?<({_SPEC})>|({_SPEC})")
_PLAIN_LENGTH = 400


def _plain_address(value: str) -> str | None:
    text = value.strip()
    plain = _PLAIN.fullmatch(text) if len(text) <= _PLAIN_LENGTH else None
    return _address(plain[1] or plain[2]) if plain is not None else None


def _addresses(fields: Fields, *names: str) -> Iterator[str]:
    for name in names:
        for value in fields.get_all(name):
            plain = _plain_address(value)
            if plain is not None:
                yield plain
                continue
            # Deep comments make the library recurse and long lists cost it time: one field is read to a bound.
            pairs = guarded(lambda value=value: getaddresses([value[:20_000]])) or []  # type: ignore[misc]  # bound now
            for _, spec in pairs:
                address = _address(spec)
                if address:
                    yield address


_AUTOMATIC_FIELDS = frozenset((
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress", "x-auto-reply", "auto-reply",
    "x-failed-recipients", "x-ms-exchange-inbox-rules-loop", "x-mail-autoreply",
))  # fmt: skip
_AUTOMATIC_SUBJECT = re.compile(
    r"(out of (the )?office|automatic reply|auto(matic)?[ -]?(reply|response)|autoreply"
    r"|respuesta autom[aá]tica|fuera de la oficina|r[eé]ponse automatique|absence du bureau|message d.absence"
    r"|resposta autom[aá]tica|fora do escrit[oó]rio|رد تلقائي|خارج المكتب)",
    re.I,
)


def _is_automatic(fields: Fields, subject: str) -> bool:
    """RFC 3834 section 5, and what programs did before it or do without it."""
    submitted = header_text(fields.get("auto-submitted")).split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or header_text(fields.get("precedence")).lower() in ("bulk", "junk", "auto_reply", "auto-reply")
        or not _AUTOMATIC_FIELDS.isdisjoint(fields.names)
        or header_text(fields.get("return-path")) == "<>"
        or fields.content_type() == "multipart/report"
        or _AUTOMATIC_SUBJECT.match(subject) is not None
    )


# -- parts -----------------------------------------------------------------------------------------------


def _text(parts: Sequence[Leaf]) -> str:
    """The first text/plain part that says anything; else the first HTML part as text."""
    for wanted, convert in (("text/plain", str), ("text/html", text_from_html)):
        candidates = [leaf for leaf in parts if leaf.content_type == wanted and not leaf.is_attachment()]
        for leaf in candidates[:_MAX_TEXTS]:
            text = convert(text_of(leaf.content(), leaf.fields.charset()))
            if text.strip():
                return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return ""


_NO_FILES = frozenset(
    {"text/calendar", "application/ics", "text/vcard", "text/x-vcard", "application/pgp-signature",
     "application/pgp-keys", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)  # fmt: skip


def _is_file(leaf: Leaf) -> bool:
    """Some programs send documents as "inline" (Apple Mail); a picture so is part of the text, or of a signature."""
    name = leaf.fields.filename().lower()
    if not name or leaf.content_type in _NO_FILES or name.endswith((".ics", ".vcf", ".asc", ".p7s")):
        return False
    within = not leaf.is_attachment() or leaf.fields.get("content-id") is not None
    return not (within and leaf.content_type.startswith("image/"))


def _calendars(parts: Sequence[Leaf]) -> tuple[CalendarPart, ...]:
    found: dict[bytes, CalendarPart] = {}
    for leaf in parts:
        named = leaf.fields.filename().lower().endswith(".ics") and not leaf.content_type.startswith("message/")
        if leaf.content_type in ("text/calendar", "application/ics") or named:
            data = leaf.content()
            method = leaf.fields.parameter("method")
            if data.strip() and (data not in found or (method and not found[data].method)):
                found[data] = CalendarPart(data, leaf.fields.charset(), method.upper() if method else None)
    return tuple(found.values())[:_MAX_CALENDARS]


_MESSAGES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


def _dsn(parts: Sequence[Leaf]) -> Iterator[DsnRecipient]:
    returned = next((leaf for leaf in parts if leaf.content_type in _MESSAGES), None)
    original = next(_ids(fields_of(returned.content()).get_all("message-id")), None) if returned else None
    for leaf in parts:
        if leaf.content_type in ("message/delivery-status", "message/global-delivery-status"):
            groups = re.split(rb"(?:\r?\n){2,}", leaf.content().strip())
            for group in groups[:_MAX_RECIPIENTS]:
                recipient = _recipient(fields_of(group + b"\n\n"), original)
                if recipient:
                    yield recipient


def _recipient(group: Fields, original: str | None) -> DsnRecipient | None:
    """None for the group about the whole message, which has no recipient (RFC 3464 section 2.2)."""
    final = group.get("final-recipient") or group.get("original-recipient")
    action = header_text(group.get("action")).split(" ")[0].lower()
    if final is None and not action:
        return None
    status = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", header_text(group.get("status")))
    spec = header_text(final).rsplit(";", 1)[-1].strip().strip("<>")
    return DsnRecipient(
        final_recipient=_address(spec),
        action="failed" if action == "failure" else action,
        status=status.group() if status else "",
        diagnostic=header_text(group.get("diagnostic-code"))[:1000],
        original_message_id=original,
    )
