"""One mail as frozen bytes, out of plain values: the same letter always gives the same bytes.

Shape: multipart/alternative [text/plain, text/html, text/calendar]; the calendar part last, with its method and no
Content-Disposition, is what makes clients show buttons. With a calendar part it is wrapped in multipart/mixed
together with the same bytes as `invite.ics`. The words come from `templates_email/`, the calendar's bytes from
`calendars/`; who gets what is decided elsewhere. Built by hand: the standard library's EmailMessage takes 2 ms.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import TypeVar

from channels.headers import folded, mailbox, unstructured
from domain.errors import Problem, UserError

RESERVED = frozenset(
    (
        *("from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "in-reply-to", "references"),
        *("mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-language"),
        *("return-path", "received", "resent-to", "resent-cc", "resent-bcc"),
    )
)
METHODS = frozenset({"REQUEST", "CANCEL"})

_MESSAGE_ID = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, loosely
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NO_TEXT = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HALF = re.compile("[\ud800-\udfff]")
_LONGEST_ID = 900
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Letter:
    """`message_id` with or without its angle brackets. `date` is aware. `calendar` is a whole VCALENDAR in UTF-8
    and goes with `calendar_method`, its METHOD.
    `headers` are further fields, such as List-Unsubscribe. An empty `html` leaves that part out."""

    sender_name: str
    sender_address: str
    recipient_name: str
    recipient_address: str
    subject: str
    text: str
    html: str
    date: datetime
    message_id: str
    language: str
    calendar: bytes | None = None
    calendar_method: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    in_reply_to: str | None = None


def build(letter: Letter) -> bytes:
    """RFC 5322 bytes with CRLF lines, 7-bit, no line over 998. Raises UserError with every problem of this letter.

    The problems name the field and never its value.
    """
    problems: list[Problem] = []

    def field(where: str, make: Callable[..., bytes], *values: object) -> bytes:
        try:
            return make(*values)
        except ValueError as error:
            problems.append(Problem(f"{where} {error}", "letter", "Correct it where it was entered"))
            return b""

    head = [
        field("the sender", _sender, letter.sender_name, letter.sender_address),
        field("the recipient", mailbox, "To", letter.recipient_name, letter.recipient_address),
        field("the subject", _subject, letter.subject),
        field("the date", date_field, letter.date),
        field("the Message-ID", _id_field, "Message-ID", letter.message_id),
    ]
    if letter.in_reply_to:
        head.append(field("In-Reply-To", _thread, letter.in_reply_to))
    head.append(field("the language", language_field, letter.language))
    head.extend(field("a further header", further_field, name, value) for name, value in letter.headers)
    text = field("the plain text", _text_part, "plain", letter.text)
    html = field("the HTML", _text_part, "html", letter.html) if letter.html else b""
    calendar = field("the calendar", _calendar, letter.calendar, letter.calendar_method)
    if problems:
        raise UserError(*problems)
    parts = body(letter.message_id, letter.calendar_method, [text], [html] if html else [], [calendar])
    return b"".join([*head, b"MIME-Version: 1.0\r\n", *parts])


T = TypeVar("T")


def body(
    seed: str, method: str | None, text: Sequence[bytes | T], html: Sequence[bytes | T], calendar: Sequence[bytes | T]
) -> list[bytes | T]:
    """Everything from the Content-Type on, of parts that are encoded; the calendar's without its head. What a part is
    made of goes through untouched. `seed`: what the boundaries are made from."""
    words = [text, html] if html else [text]
    if not any(calendar):
        return _multipart("alternative", seed, words)
    encoding = b"Content-Transfer-Encoding: base64\r\n\r\n"
    shown = f"Content-Type: text/calendar; charset=UTF-8; method={method}\r\n".encode("ascii")
    attached = (
        b'Content-Type: application/ics; name="invite.ics"\r\n'
        b'Content-Disposition: attachment; filename="invite.ics"\r\n'
    )
    inner = _multipart("alternative", seed, [*words, [shown + encoding, *calendar]])
    return _multipart("mixed", seed, [inner, [attached + encoding, *calendar]])


def _multipart(kind: str, seed: str, parts: Sequence[Sequence[bytes | T]]) -> list[bytes | T]:
    # No part can hold the boundary: in base64 and quoted-printable "=_" does not occur (RFC 2045 section 6.7).
    boundary = f"=_{kind[:3]}_{hashlib.sha256(seed.encode('utf-8')).hexdigest()[:24]}"
    line = b"--" + boundary.encode("ascii")
    found: list[bytes | T] = [f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")]
    for part in parts:
        found += [line + b"\r\n", *part, b"\r\n"]
    return [*found, line + b"--\r\n"]


def checked(text: str) -> str:
    """A text with LF between its lines. ValueError where no mail could hold it."""
    if _NO_TEXT.search(text):
        raise ValueError("holds control characters")
    if _HALF.search(text):
        raise ValueError("holds half a character (a lone surrogate)")
    return _LINE_END.sub("\n", text) if "\r" in text else text


def part_head(subtype: str, encoding: str) -> bytes:
    """Of a part of text."""
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii")


def _text_part(subtype: str, text: str) -> bytes:
    text = checked(text)
    if not text.endswith("\n"):
        text += "\n"
    data = text.replace("\n", "\r\n").encode("utf-8")
    if suits_quoting(data):
        return part_head(subtype, "quoted-printable") + binascii.b2a_qp(data, istext=True)
    return part_head(subtype, "base64") + _base64(data)


def suits_quoting(data: bytes) -> bool:
    """Whether it is no longer in quoted-printable than in base64."""
    return len(binascii.b2a_qp(data, istext=True)) <= len(data) * 4 // 3


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _calendar(calendar: bytes | None, method: str | None) -> bytes:
    if calendar is None and method is None:
        return b""
    if calendar is None:
        raise ValueError("needs both its bytes and a method, REQUEST or CANCEL")
    check_method(calendar, method)
    return _base64(calendar)


def check_method(calendar: bytes, method: str | None) -> None:
    """ValueError where the calendar says otherwise, or nothing."""
    if method not in METHODS:
        raise ValueError("needs both its bytes and a method, REQUEST or CANCEL")
    # Outlook reports a method that differs from the body's, and shows no buttons.
    if not re.search(rb"^METHOD:" + method.encode("ascii") + rb"\r?$", calendar, re.MULTILINE):
        raise ValueError("has another METHOD inside than outside")


# What many letters of one sending share is made once.


@lru_cache(maxsize=16)
def _sender(name: str, address: str) -> bytes:
    return mailbox("From", name, address)


@lru_cache(maxsize=256)
def _subject(text: str) -> bytes:
    return unstructured("Subject", text)


@lru_cache(maxsize=16)
def date_field(date: datetime) -> bytes:
    if date.utcoffset() is None:
        raise ValueError("has no offset from UTC")
    return folded("Date", format_datetime(date))


def bare_id(message_id: str) -> str:
    """A Message-ID without its angle brackets; ValueError where it is none."""
    bare = message_id.removeprefix("<").removesuffix(">")
    if not _MESSAGE_ID.fullmatch(bare) or bare.count("@") != 1 or len(bare) > _LONGEST_ID:
        raise ValueError("is not of the form left@right (RFC 5322 section 3.6.4)")
    return bare


def _id_field(name: str, message_id: str) -> bytes:
    return folded(name, f"<{bare_id(message_id)}>")


def _thread(message_id: str) -> bytes:
    return _id_field("In-Reply-To", message_id) + _id_field("References", message_id)


@lru_cache(maxsize=64)
def language_field(language: str) -> bytes:
    if not _LANGUAGE.fullmatch(language):
        raise ValueError("is no language tag (RFC 5646)")
    return folded("Content-Language", language)


@lru_cache(maxsize=64)
def further_field(name: str, value: str) -> bytes:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in RESERVED:
        raise ValueError("has a name that is not allowed here")
    return folded(name, value) if value.isascii() else unstructured(name, value)
