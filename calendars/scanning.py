"""From the bytes of a calendar part to its content lines, whatever a mailbox did to them on the way.

Undoes folding (RFC 5545 section 3.1), also where it was lost; guesses the charset; finds the VEVENTs of every
VCALENDAR. Nothing is parsed that an answer does not need: VTIMEZONE, VALARM and RRULE are passed over. So a
rule without end costs nothing, and a sender's VTIMEZONE never reaches the library's process-wide cache.
What the lines mean is left to `calendars/replies.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SIZE_MAX = 256 * 1024  # octets; real replies are below 10 kB
COMPONENTS_MAX = 100
LINE_MAX = 8 * 1024  # characters, of the lines that are read

# What RFC 5545, 5546, 7986 and 9073 allow in a VEVENT or VCALENDAR; used only to tell a property from the
# second half of a line whose folding was lost.
_NAMES = frozenset(
    b"""ATTACH ATTENDEE BEGIN CALSCALE CATEGORIES CLASS COLOR COMMENT CONFERENCE CONTACT CREATED
    DESCRIPTION DTEND DTSTAMP DTSTART DURATION END EXDATE EXRULE GEO IMAGE LAST-MODIFIED LOCATION
    METHOD NAME ORGANIZER PRIORITY PRODID RDATE RECURRENCE-ID REFRESH-INTERVAL RELATED-TO REQUEST-
    STATUS RESOURCES RRULE SEQUENCE SOURCE STATUS STRUCTURED-DATA STYLED-DESCRIPTION SUMMARY TRANSP
    TZID TZNAME TZOFFSETFROM TZOFFSETTO UID URL VERSION""".split()
)
_WANTED = frozenset(("ATTENDEE", "COMMENT", "DTSTAMP", "DTSTART", "SEQUENCE", "UID"))
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_PART = re.compile(r'((?:"[^"]*"|[^":;]+)*+)([:;]?)')  # up to a colon or semicolon outside quotes
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_NAME_BYTES = re.compile(rb"\s*([A-Za-z0-9-]+)\s*[;:]")
_FOLDED_AT_LEAST = 60  # octets; clients fold at 70 to 76

# Charsets in which text is not ASCII-compatible or hides in 7 bits, so that UTF-8 must not be tried first.
_NOT_ASCII = re.compile(r"utf-?(16|32)(-?[lb]e)?|iso-2022-(jp|kr)(-[123])?")
_ONE_BYTE_OR_MORE = re.compile(
    r"windows-[0-9]{3,4}|cp[0-9]{3,4}|iso-8859-[0-9]{1,2}|latin-?1|koi8-[rut]|gbk|gb2312|gb18030|big5|shift_jis|euc-(jp|kr)"
)


class NotACalendar(ValueError):
    """The bytes cannot be split into calendar components; the text says why and holds nothing of a person."""


@dataclass(slots=True)
class Event:
    """The wanted properties of one VEVENT: name in capitals, unfolded line. `whole`: its END was there."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    whole: bool = False


@dataclass(slots=True)
class Calendar:
    method: str = ""
    events: list[Event] = field(default_factory=list)


def scan(data: bytes, charset: str | None) -> list[Calendar]:
    """Every VCALENDAR in order; text before, between and after them is ignored. Raises NotACalendar."""
    if len(data) > SIZE_MAX:
        raise NotACalendar(f"the calendar part is larger than {SIZE_MAX // 1024} kB")
    calendars: list[Calendar] = []
    open_names: list[str] = []
    components = 0
    for line in _lines(data, charset):
        head = line.upper()
        if head.startswith("BEGIN:"):
            name = head[6:].strip()
            if not open_names and name != "VCALENDAR":
                continue
            components += 1
            if components > COMPONENTS_MAX:
                raise NotACalendar(f"the calendar part holds more than {COMPONENTS_MAX} components")
            if name == "VCALENDAR":  # also where the one before was cut off
                calendars.append(Calendar())
                open_names.clear()
            elif open_names == ["VCALENDAR"] and name == "VEVENT":
                calendars[-1].events.append(Event())
            open_names.append(name)
        elif head.startswith("END:") and open_names:
            name = head[4:].strip()
            if name in open_names:
                if open_names[1:2] == ["VEVENT"] and open_names.index(name) == 1:
                    calendars[-1].events[-1].whole = True
                del open_names[open_names.index(name) :]
        elif len(open_names) == 1:
            if head.startswith(("METHOD:", "METHOD;")):
                calendars[-1].method = head.rpartition(":")[2].strip()
        elif len(open_names) == 2 and open_names[1] == "VEVENT":
            _keep(calendars[-1].events[-1], line)
    return calendars


def split(line: str) -> tuple[dict[str, str], str]:
    """Parameters (names in capitals, quotes taken off) and unescaped value of a content line.

    More lenient than the library: commas in an unquoted CN and stray semicolons pass. Raises ValueError.
    """
    params: dict[str, str] = {}
    position, end = 0, len(line)
    while position < end:
        part = _PART.match(line, position)
        if not part or not part[2]:
            break
        name, equals, value = part[1].partition("=")
        if position and equals:
            name, value = name.strip().upper(), value.strip().strip('"')
            if params.setdefault(name, value) != value:
                raise ValueError("a parameter twice, with different values")
        position = part.end()
        if part[2] == ":":
            return params, _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], line[position:])
    raise ValueError("quotes that do not close, or no value")


def _keep(event: Event, line: str) -> None:
    match = _NAME.match(line.lstrip())
    name = match.group().upper() if match else ""
    if name in _WANTED:
        if len(line) > LINE_MAX:
            raise NotACalendar(f"a {name} line is longer than {LINE_MAX} characters")
        event.lines.append((name, line.strip()))


def _lines(data: bytes, charset: str | None) -> Iterator[str]:
    """Unfolded before decoding: some clients fold in the middle of a UTF-8 character."""
    charset = (charset or "").strip().strip("\"'").lower()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    if _NOT_ASCII.fullmatch(charset):
        data = _decode(data, charset).encode(errors="replace")
        charset = ""
    data = data.removeprefix(b"\xef\xbb\xbf")
    for line in _unfold(data):
        yield _decode(line, charset)


def _decode(data: bytes, charset: str) -> str:
    """By the first charset that fits. UTF-8 goes before the declared one, which is often a default."""
    tried = [charset, "utf-8"] if _NOT_ASCII.fullmatch(charset) else ["utf-8"]
    if _ONE_BYTE_OR_MORE.fullmatch(charset):
        tried.append(charset)
    for name in (*tried, "cp1252"):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _unfold(data: bytes) -> Iterator[bytes]:
    """Logical lines. A line that is no property, after one long enough to have been folded, belongs to it."""
    parts: list[bytes] = []
    previous = 0
    for line in re.split(rb"\r\n|\n|\r", data):
        if not line:
            continue
        closed = not parts or parts[0][:4].upper() == b"END:" or parts[0][:6].upper() == b"BEGIN:"
        if not closed and line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
        elif not closed and previous >= _FOLDED_AT_LEAST and not _is_property(line):
            parts.append(line)
        else:
            if parts:
                yield b"".join(parts)
            parts = [line]
        previous = len(line)
    if parts:
        yield b"".join(parts)


def _is_property(line: bytes) -> bool:
    match = _NAME_BYTES.match(line)
    return bool(match and (match.group(1).upper() in _NAMES or match.group(1)[:2].upper() == b"X-"))
