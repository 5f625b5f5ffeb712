"""Header fields of a mail, of a part, or of a report's group: found by name, and the parameters of two of them.

What is written plainly, as nearly everything is, is read by a few lines here; all else by the standard library, whose
answer these lines give too (`tests/channels/test_mime.py`). Where a header ends is for `mime.py`.
"""

import codecs
import re
from collections.abc import Callable, Collection, Sequence
from email import policy
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from functools import lru_cache
from io import StringIO
from typing import TypeVar

_MAX_FIELD = 4000  # characters of one field's value that are looked into: the library's time is quadratic
# Codecs that are no charsets of mail; some take quadratic time.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"})

T = TypeVar("T")


def guarded(read: Callable[[], T]) -> T | None:
    """None where the library stumbles over a field: one bad field must not cost the whole mail."""
    try:
        return read()
    except Exception:  # the library raises a dozen kinds here, RecursionError among them
        return None


class Fields:
    r"""RFC 5322 section 2.2. Names are asked for in lower case; values are as they came, still encoded and folded,
    with \n line ends. Of several fields of one name the first counts."""

    __slots__ = ("_found",)

    def __init__(self, header: bytes) -> None:
        text = text_of(header, None).replace("\r\n", "\n")  # 8-bit: RFC 6532
        found = _plain(text)
        self._found = _careful(text) if found is None else found

    def get(self, name: str) -> str | None:
        values = self._found.get(name)
        return values[0] if values else None

    def get_all(self, name: str) -> Sequence[str]:
        return self._found.get(name, ())

    @property
    def names(self) -> Collection[str]:
        return self._found.keys()

    # -- Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2183, RFC 2231) ------------------------

    def content_type(self, default: str = "text/plain") -> str:
        """In lower case. `default`: where there is no such field; one that makes no sense is text/plain."""
        value = self.get("content-type")
        if value is None:
            return default
        kind = _before_parameters(value)
        return kind if kind.count("/") == 1 else "text/plain"

    def disposition(self) -> str:
        return _before_parameters(self.get("content-disposition") or "")

    def parameter(self, name: str) -> str | None:
        """Of Content-Type."""
        value = self._parameter("content-type", name)
        return value.strip() if isinstance(value, str) else None

    def charset(self) -> str | None:
        value = self._parameter("content-type", "charset")
        if isinstance(value, tuple):
            return guarded(self._message("content-type").get_content_charset)
        return value.lower() if value is not None and value.isascii() else None

    def boundary(self) -> str | None:
        value = self._parameter("content-type", "boundary")
        return None if value is None else guarded(lambda: collapse_rfc2231_value(value).rstrip())

    def filename(self) -> str:
        value = self._parameter("content-disposition", "filename")
        if value is None:
            value = self._parameter("content-type", "name")
        return "" if value is None else guarded(lambda: collapse_rfc2231_value(value).strip()) or ""

    def _parameter(self, field: str, name: str) -> str | tuple[str | None, str | None, str] | None:
        value = self.get(field)
        if value is None:
            return None
        plain = _plain_parameters(value) if len(value) <= _MAX_FIELD else None
        if plain is not None:
            return plain.get(name)
        return guarded(lambda: self._message(field).get_param(name, header=field))

    def _message(self, field: str) -> "Message[str, str]":
        """The library's, with this field alone."""
        message: Message[str, str] = Message(policy=policy.compat32)
        message.set_raw(field, (self.get(field) or "")[:_MAX_FIELD])
        return message


# -- a header's lines ------------------------------------------------------------------------------------------

_NEXT = re.compile(r"\n(?![ \t])")
_NAME = re.compile(r"[!-9;-~]+")
_LINE = re.compile(r"From |[!-9;-~]*:|[\t ]")


def _plain(text: str) -> dict[str, list[str]] | None:
    r"""Name -> values; None for a header with anything but fields, or with a line that ends with \r."""
    if not text:
        return {}
    if "\r" in text:
        return None
    found: dict[str, list[str]] = {}
    for field in _NEXT.split(text.removesuffix("\n")):
        name, colon, value = field.partition(":")
        known = _lower(name)
        if not colon or not known:
            return None
        found.setdefault(known, []).append(value.lstrip(" \t"))
    return found


@lru_cache(maxsize=1024)
def _lower(name: str) -> str:
    """Empty for what is no field's name."""
    return name.lower() if _NAME.fullmatch(name) else ""


def _careful(text: str) -> dict[str, list[str]]:
    """What the library's HeaderParser makes of it, in a tenth of the time."""
    found: dict[str, list[str]] = {}

    def end_field() -> None:
        if lines:
            name, value = policy.compat32.header_source_parse(lines)
            found.setdefault(name.lower(), []).append(value)

    lines: list[str] = []
    for line in StringIO(text, newline=""):
        if line[0] in " \t":
            if lines:
                lines.append(line)
            continue
        end_field()
        lines = []
        if _LINE.match(line) is None:
            break
        if not line.startswith(("From ", ":")):  # a mail folder's mark, a field without a name
            lines = [line]
    end_field()
    return found


# -- values ----------------------------------------------------------------------------------------------------

_KIND = re.compile(r"[ \t\n]*(?:[\w!#$&^.+-]+/[\w!#$&^.+-]+|attachment|inline)[ \t\n]*", re.A | re.I)
_ASSIGNED = re.compile(r';[ \t\n]*(?:([\w-]+)[ \t\n]*=[ \t\n]*(?:"([^"\\]*)"|([!#-:=?-\[\]-~]+))[ \t\n]*)?', re.A)


def _before_parameters(value: str) -> str:
    return value[:_MAX_FIELD].partition(";")[0].strip().lower()


@lru_cache(maxsize=1024)
def _plain_parameters(value: str) -> dict[str, str] | None:
    """Name -> value; None where only the library knows."""
    kind = _KIND.match(value)
    if kind is None:
        return None
    found: dict[str, str] = {}
    at = kind.end()
    while at < len(value):
        one = _ASSIGNED.match(value, at)
        if one is None:
            return None
        if one[1] is not None:
            found.setdefault(one[1].lower(), one[2] if one[2] is not None else one[3])
        at = one.end()
    return found


def text_of(content: bytes, charset: str | None) -> str:
    """Decodes what a mail says is in `charset`. UTF-8 is believed before a wrong label; nothing is refused."""
    for name in (charset, "utf-8"):
        try:
            codec = _codec(name or "utf-8")
            if codec not in _NO_CHARSETS and codec != "ascii":
                return content.decode(codec)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _codec(name: str) -> str:
    return "utf-8" if name == "utf-8" else codecs.lookup(name).name


def header_text(value: str | None) -> str:
    """A field's value with encoded words (RFC 2047) decoded, white space folded, control characters removed."""
    if not value:
        return ""
    text = raw = value[:_MAX_FIELD]
    if "=?" in raw:
        pieces = guarded(lambda: decode_header(raw)) or [(raw, None)]
        text = "".join(p if isinstance(p, str) else text_of(p, charset) for p, charset in pieces)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
