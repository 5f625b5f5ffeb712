"""Takes raw mail apart into its leaves, with bounds on everything a stranger chooses.

The standard library's parser calls itself once a nesting level and is slow on very many parts, so the structure
(RFC 2046) is walked here with a list for a stack. What header fields say is in `fields.py`; what the leaves mean is
the business of `inbound.py`.
"""

import re
from binascii import Error, a2b_base64, a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message

from channels.fields import Fields
from domain.errors import LetsConnectError

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_HEADER = 128 * 1024  # bytes of header fields read of a mail
_MAX_PART_HEADER = 16 * 1024  # and of a part inside it
MAX_TEXT = 1024 * 1024  # bytes of a decoded part read


class Unreadable(LetsConnectError):
    """This mail is beyond the bounds or broken beyond use. The text never holds anything from the mail."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that is not itself multipart. `content_type` is in lower case; `body` is still transfer-encoded."""

    fields: Fields
    content_type: str
    body: bytes

    def content(self) -> bytes:
        """The body with the transfer encoding (RFC 2045 section 6) undone, at most MAX_TEXT bytes."""
        # Encodings at worst triple the size; what lies beyond is not even decoded.
        encoded = self.body[: 3 * MAX_TEXT + 1000]
        return _decoded(encoded, (self.fields.get("content-transfer-encoding") or "").strip().lower())[:MAX_TEXT]

    def is_attachment(self) -> bool:
        return self.fields.disposition() == "attachment"


def _decoded(body: bytes, encoding: str) -> bytes:
    """As the library does it, which is asked where the data are broken."""
    if encoding == "base64":
        try:
            return a2b_base64(body.translate(None, b"\r\n"), strict_mode=True)
        except Error:
            return _by_library(body, encoding)
    if encoding == "quoted-printable":
        return a2b_qp(body)
    return _by_library(body, encoding) if "uue" in encoding else body


def _by_library(body: bytes, encoding: str) -> bytes:
    message: Message[str, str] = Message(policy=policy.compat32)
    message.set_raw("Content-Transfer-Encoding", encoding)
    message.set_payload(body.decode("ascii", "surrogateescape"))
    content = message.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


@dataclass(frozen=True, slots=True)
class Mail:
    """Its header fields, and its leaves in their order. A message inside it (message/*) is one leaf, never opened."""

    fields: Fields
    leaves: tuple[Leaf, ...]


def fields_of(raw: bytes) -> Fields:
    """The header fields at the start of `raw`."""
    return Fields(split(raw)[0])


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


def taken_apart(raw: bytes) -> Mail:
    """Raises Unreadable beyond MAX_PARTS or MAX_DEPTH."""
    root: Fields | None = None
    found: list[Leaf] = []
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
        fields = Fields(header[:_MAX_PART_HEADER] if depth else header)
        root = root or fields
        content_type = fields.content_type(default)
        boundary = fields.boundary() if content_type.startswith("multipart/") else None
        if not boundary:
            found.append(Leaf(fields, content_type, body))
            continue
        inner = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        parts = list(_parts(body, boundary))
        if not parts:  # announced but absent: what there is may still be text
            found.append(Leaf(fields, "text/plain", body))
        stack.extend((p, depth + 1, inner) for p in reversed(parts))
    assert root is not None
    return Mail(root, tuple(found))


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
