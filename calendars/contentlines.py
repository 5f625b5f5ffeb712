"""How values become iCalendar content lines: cleaning, escaping, folding (RFC 5545 sections 3.1 and 3.3.11).

For everything in `calendars/` that writes. TEXT is escaped here and not by `icalendar.prop.vText`, which puts
a line break for the two characters "\\N" inside a text (a Windows path). The quoting of parameters is the
library's. What a line means is left to the caller.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar.parser import Parameters

PRODID = "-//Let's Connect//letsconnect//EN"
FOLD_AT = 75  # octets without the line break

_BREAKS = re.compile("\r\n|[\r\n\u2028\u2029]")
# C0, DEL, C1, lone surrogates and U+FEFF. Directional marks and joiners stay: Arabic and Persian need them.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
# RFC 5545 has no escape for these inside a parameter, and few clients know the one of RFC 6868.
_NAME = str.maketrans({'"': "'", "\\": "/", "^": " "})


def clean_text(text: str) -> str:
    """Several lines as a TEXT value can hold them: LF between lines, no control characters, ends trimmed."""
    return clean_piece(text).strip()


def clean_piece(text: str) -> str:
    """Likewise a piece of such a text, with its ends."""
    return _UNWANTED.sub("", _BREAKS.sub("\n", text))


def clean_line(text: str) -> str:
    """One line: as `clean_text`, and every run of white space is one space."""
    return " ".join(clean_text(text).split())


def clean_name(text: str) -> str:
    """A person's or the programme's name as a CN parameter that every client reads alike."""
    return clean_line(text.translate(_NAME))


def text_line(name: str, text: str, language: str = "") -> str:
    """A TEXT property (RFC 5545 section 3.3.11) of cleaned text, LANGUAGE where known."""
    return f"{name};LANGUAGE={language}:{escaped(text)}" if language else f"{name}:{escaped(text)}"


def escaped(text: str) -> str:
    """TEXT as it stands in a line."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def time_line(name: str, moment: datetime) -> str:
    """A date-time in UTC with Z (RFC 5545 section 3.3.5, form 2): no TZID, so no VTIMEZONE to differ from."""
    return f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def address_line(name: str, address: str, params: dict[str, str]) -> str:
    """A CAL-ADDRESS (RFC 5545 section 3.3.3) with a bare mailto:; empty parameters are left out."""
    given = Parameters({key: value for key, value in params.items() if value})
    head = ";".join((name, given.to_ical(sorted=False).decode())) if given else name
    return f"{head}:mailto:{address}"


def serialise(lines: Iterable[str]) -> bytes:
    """UTF-8, folded at 75 octets between characters, CRLF after every line (RFC 5545 section 3.1)."""
    return b"".join(fold(line.encode()) + b"\r\n" for line in lines)


def fold(line: bytes) -> bytes:
    """One line in lines of 75 octets; to begin in the middle of a line, begin with its space."""
    if len(line) <= FOLD_AT:
        return line
    parts, start, room = [], 0, FOLD_AT
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:  # inside a UTF-8 character
            end -= 1
        if line[end - 1] in b"\\^":  # some clients unescape before they unfold
            end -= 1
        parts.append(line[start:end])
        start, room = end, FOLD_AT - 1  # the space counts
    return b"\r\n ".join([*parts, line[start:]])
