"""What a form sent: its bytes within bounds, its fields as values, and the key that shows that we made the form.

A form's key is made for its address. Behind a link that is enough: nobody else knows the address. Elsewhere the key is
bound to a random cookie as well (signed double-submit), so that another site cannot have a visitor send our form.
"""

import hmac
from collections.abc import Collection
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Literal
from urllib.parse import parse_qsl

from starlette.requests import Request

from domain.imports import Mail
from steps.addresses import check_mail
from steps.app import App
from steps.sessions import clean
from web.refusals import Refused

LARGEST = 64 * 1024  # bytes of a body
MOST_FIELDS = 1000
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

Trouble = Literal["missing", "long", "unknown", "address", "people", "link"]


class Problems(dict[str, Trouble]):
    """Field -> what is wrong with it. `labels`: what the page calls them, as its controls say while they are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, str] = {}

    def named(self, field: str, label: str) -> str:
        """For templates: notes a label, prints nothing."""
        self.labels[field] = label
        return ""

    def in_order(self) -> list[str]:
        """The fields as they stand on the page."""
        return list(dict.fromkeys((*self.labels, *self)))


async def body_of(request: Request) -> bytes:
    """The whole body. Refused when it is too large, whatever its length was said to be."""
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said) > LARGEST:
        raise Refused(413, "large")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise Refused(413, "large")
        parts.append(part)
    return b"".join(parts)


def fields_of(body: bytes, content_type: str) -> dict[str, list[str]]:
    """Field -> values, in order. Refused for what no form of ours sends."""
    kind = content_type.partition(";")[0].strip().lower()
    found: dict[str, list[str]] = {}
    try:
        if kind == URLENCODED:
            text = body.decode("utf-8", "replace")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
        elif kind == MULTIPART:  # what mail services send (RFC 8058 section 3.2)
            pairs = _parts(body, content_type)
        else:
            raise Refused(415, "form")
    except ValueError as error:
        raise Refused(400, "form") from error
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _parts(body: bytes, content_type: str) -> list[tuple[str, str]]:
    """RFC 7578, texts only."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("ascii", "replace")
    whole = BytesParser(policy=policy.compat32).parsebytes(head + body)
    parts = whole.get_payload()
    if not isinstance(parts, list) or len(parts) > MOST_FIELDS:
        raise ValueError("no parts, or too many")
    found = []
    for part in parts:
        if not isinstance(part, Message):
            continue
        name, data = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(data, bytes):
            found.append((name, data.decode("utf-8", "replace")))
    return found


def key_of(app: App, path: str, cookie: str = "") -> str:
    """The key of the form at `path` (a link's token included)."""
    return app.token("form", f"{path}\0{cookie}")


def is_key(app: App, given: str, path: str, cookie: str = "") -> bool:
    return hmac.compare_digest(given.encode(), key_of(app, path, cookie).encode())


class Form:
    """Reads fields as values and collects what is wrong in `problems` (field -> Trouble), which `_fields.html` words.

    Texts are cleaned: composed form, no control characters, trimmed.
    """

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields
        self.problems = Problems()

    def raw(self, name: str) -> str:
        return next(iter(self._fields.get(name, ())), "")

    def text(self, name: str, longest: int, needed: bool = False) -> str:
        """Any text; lines end with LF."""
        value = clean(self.raw(name).replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode())
        if len(value) > longest:
            self.problems[name] = "long"
        elif needed and not value:
            self.problems[name] = "missing"
        return value

    def line(self, name: str, longest: int, needed: bool = False) -> str:
        """Text on one line."""
        return " ".join(self.text(name, longest, needed).split())

    def choice(self, name: str, known: Collection[str], needed: bool = False) -> str:
        """One of `known`, or ""."""
        value = self.raw(name).strip()
        if value and value not in known:
            self.problems[name] = "unknown"
            return ""
        if needed and not value:
            self.problems[name] = "missing"
        return value

    def many(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """Those of `known` that were ticked or chosen, in the order they came, each once."""
        found = dict.fromkeys(value.strip() for value in self._fields.get(name, ()) if value.strip())
        if any(value not in known for value in found):
            self.problems[name] = "unknown"
        return tuple(value for value in found if value in known)

    def flag(self, name: str) -> bool:
        return bool(self.raw(name).strip())

    def mail(self, name: str, needed: bool = True) -> Mail | None:
        """A checked address."""
        value = self.line(name, 254, needed)
        if not value or name in self.problems:
            return None
        checked = check_mail(value)
        if isinstance(checked, str):
            self.problems[name] = "address"
            return None
        return checked
