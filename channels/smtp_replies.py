"""SMTP replies out of a stream of bytes (RFC 5321 section 4.2), however the network cut it up.

Reads only; what a reply means in which phase is `smtp_verdicts.py`'s affair.
"""

import re
from dataclasses import dataclass

LONGEST_LINE = 4096  # RFC 5321 section 4.5.3.1.5 says 512; servers exceed it
LONGEST_REPLY = 65536

_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


class Unreadable(Exception):
    """What the server sent is no SMTP reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`lines` are the texts after the code, one for each line of a multi-line reply."""

    code: int
    lines: tuple[bytes, ...]

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def text(self) -> str:
        """The server's own words, cut to what a person would read; may hold an address."""
        return " ".join(line.decode("utf-8", "replace") for line in self.lines)[:500]

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463) such as `5.7.1`, or an empty string."""
        found = _ENHANCED.match(self.lines[0]) if self.lines else None
        return found.group().decode("ascii") if found else ""


class ReplyReader:
    """Feed bytes, then take replies until there is none. Raises Unreadable for what is no reply."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[bytes] = []
        self._code = b""
        self._size = 0

    def feed(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data

    @property
    def empty(self) -> bool:
        """Nothing is left over: no byte after the last whole reply."""
        return not self._buffer and not self._lines

    def next(self) -> Reply | None:
        while True:
            end = self._buffer.find(b"\n")
            if end < 0:
                if len(self._buffer) > LONGEST_LINE:
                    raise Unreadable("a line without end")
                return None
            line, self._buffer = self._buffer[:end].rstrip(b"\r"), self._buffer[end + 1 :]
            code, mark = line[:3], line[3:4]
            if len(code) < 3 or not code.isdigit() or not b"200" <= code < b"600" or mark not in (b" ", b"-", b""):
                raise Unreadable("a line that is no reply")
            if self._lines and code != self._code:
                raise Unreadable("one reply with two codes")
            self._size += end
            if end > LONGEST_LINE or self._size > LONGEST_REPLY:
                raise Unreadable("a reply without end")
            self._code = code
            self._lines.append(line[4:])
            if mark != b"-":
                reply = Reply(int(code), tuple(self._lines))
                self._lines, self._size = [], 0
                return reply
