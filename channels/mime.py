"""Takes raw mail apart into its leaves, with bounds on everything a stranger chooses.

The standard library's parser calls itself once a nesting level and is slow on very many parts, so the structure
(RFC 2046) is walked here with a list for a stack; the library reads what header fields say and undoes the transfer
encodings. What the leaves mean is the business of `inbound.py`.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from email.header import decode_header
from email.message import Message
from io import StringIO
from typing import TypeVar

from domain.errors import LetsConnectError

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_HEADER = 128 * 1024  # bytes of header fields read of a mail
_MAX_PART_HEADER = 16 * 1024  # and of a part inside it
MAX_TEXT = 1024 * 1024  # bytes of a decoded part read
_MAX_FIELD = 4000  # characters of one field's value
# Codecs that are no charsets of mail; some take quadratic time.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"})


class Unreadable(LetsConnectError):
    """This mail is beyond the bounds or broken beyond use. The text never holds anything from the mail."""


T = TypeVar("T")


def guarded(read: Callable[[], T]) -> T | None:
    """None where the library stumbles over a field: one bad field must not cost the whole mail."""
    try:
        return read()
    except Exception:  # the library raises a dozen kinds here, RecursionError among them
        return None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that is not itself multipart. `content_type` is in lower case; `body` is still transfer-encoded."""

    fields: "Message[str, str]"
    content_type: str
    body: bytes

    def content(self) -> bytes:
        """The body with the transfer encoding undone, at most MAX_TEXT bytes."""
        # Encodings at worst triple the size; what lies beyond is not even decoded.
        self.fields.set_payload(self.body[: 3 * MAX_TEXT + 1000].decode("ascii", "surrogateescape"))
        content = self.fields.get_payload(decode=True)
        return content[:MAX_TEXT] if isinstance(content, bytes) else b""

    def charset(self) -> str | None:
        return guarded(self.fields.get_content_charset)

    def parameter(self, name: str) -> str | None:
        """A parameter of Content-Type."""
        value = guarded(lambda: self.fields.get_param(name))
        return value.strip() if isinstance(value, str) else None

    def filename(self) -> str:
        return guarded(self.fields.get_filename) or ""

    def is_attachment(self) -> bool:
        return guarded(self.fields.get_content_disposition) == "attachment"


def fields_of(raw: bytes, limit: int = MAX_HEADER) -> "Message[str, str]":
    """The header fields at the start of `raw` (RFC 5322 section 2.2), read with compat32, which never refuses."""
    return _fields(split(raw)[0], limit)


def _fields(header: bytes, limit: int) -> "Message[str, str]":
    fields = _parsed(text_of(header[:limit], None))  # 8-bit: RFC 6532
    for name in ("content-type", "content-disposition"):
        # The library reads parameters in quadratic time: 100 kB of ";" in quotes take 14 s.
        if len(str(fields.get(name, ""))) > _MAX_FIELD:
            fields.replace_header(name, str(fields[name])[:_MAX_FIELD])
    return fields


_LINE = re.compile(r"From |[!-9;-~]*:|[\t ]")


def _parsed(text: str) -> "Message[str, str]":
    """What the library's HeaderParser makes of it, in a tenth of the time."""
    fields: Message[str, str] = Message(policy=policy.compat32)
    lines: list[str] = []
    for line in StringIO(text, newline=""):
        if line[0] in " \t":
            if lines:
                lines.append(line)
            continue
        if lines:
            fields.set_raw(*policy.compat32.header_source_parse(lines))
            lines = []
        if _LINE.match(line) is None:
            break
        if not line.startswith(("From ", ":")):  # a mail folder's mark, a field without a name
            lines = [line]
    if lines:
        fields.set_raw(*policy.compat32.header_source_parse(lines))
    return fields


def split(raw: bytes) -> tuple[bytes, bytes]:
    """(header fields, body): the first blank line parts them, whichever line ends the mail has."""
    if raw.startswith((b"\n", b"\r\n")):
        return raw[:1], raw[1 + raw.startswith(b"\r") :]
    end = raw.find(b"\n\r\n")
    bare = raw.find(b"\n\n", 0, end + 1 if end >= 0 else len(raw))
    if bare >= 0:
        end, size = bare, 2
    elif end >= 0:
        size = 3
    else:
        return raw[:MAX_HEADER], b""
    return raw[: min(end + 1, MAX_HEADER)], raw[end + size :]


def leaves(raw: bytes) -> Iterator[Leaf]:
    """The leaves of a mail in their order. A message inside the mail (message/*) is one leaf, never opened.

    Raises Unreadable beyond MAX_PARTS or MAX_DEPTH.
    """
    stack = [(raw, 0, "text/plain")]
    count = 0
    while stack:
        part, depth, default = stack.pop()
        count += 1
        if count > MAX_PARTS:
            raise Unreadable(f"more than {MAX_PARTS} parts")
        if depth > MAX_DEPTH:
            raise Unreadable(f"nested more than {MAX_DEPTH} levels deep")
        header, body = split(part)
        fields = _fields(header, _MAX_PART_HEADER if depth else MAX_HEADER)
        content_type = (guarded(fields.get_content_type) or default) if "content-type" in fields else default
        boundary = guarded(fields.get_boundary) if content_type.startswith("multipart/") else None
        if not boundary:
            yield Leaf(fields, content_type, body)
            continue
        inner = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        parts = list(_parts(body, boundary))
        if not parts:  # announced but absent: what there is may still be text
            yield Leaf(fields, "text/plain", body)
        stack.extend((p, depth + 1, inner) for p in reversed(parts))


def _parts(body: bytes, boundary: str) -> Iterator[bytes]:
    """RFC 2046 section 5.1.1. A missing closing line is forgiven, as half of all broken mail lacks it."""
    mark = b"--" + boundary.rstrip().encode()
    start = None
    number = 0
    at = body.find(mark)
    while at >= 0:
        line = _REST.match(body, at + len(mark)) if at == 0 or body[at - 1 : at] == b"\n" else None
        if line is None:
            at = body.find(mark, at + 1)
            continue
        if number > MAX_PARTS:
            raise Unreadable(f"more than {MAX_PARTS} parts")
        number += 1
        if start is not None:
            yield body[start:at].removesuffix(b"\n").removesuffix(b"\r")
        start = line.end()
        if line.group(1):
            return
        at = body.find(mark, start)
    if start is not None:
        yield body[start:]


_REST = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")  # of a boundary's line


def text_of(content: bytes, charset: str | None) -> str:
    """Decodes what a mail says is in `charset`. UTF-8 is believed before a wrong label; nothing is refused."""
    for name in (charset, "utf-8"):
        try:
            codec = codecs.lookup(name or "utf-8").name
            if codec not in _NO_CHARSETS and codec != "ascii":
                return content.decode(codec)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def header_text(value: object) -> str:
    """A field's value with encoded words (RFC 2047) decoded, white space folded, control characters removed."""
    raw = str(value or "")[:_MAX_FIELD]
    text = raw
    if "=?" in raw:
        pieces = guarded(lambda: decode_header(raw)) or [(raw, None)]
        text = "".join(p if isinstance(p, str) else text_of(p, charset) for p, charset in pieces)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
