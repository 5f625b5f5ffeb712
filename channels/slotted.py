"""Transfer encodings with gaps: what many mails share is encoded once, and one mail's values are encoded to fit in.

Quoted-printable: a value stands on a line of its own between soft line breaks (RFC 2045 section 6.7), so neither side
need know the other. Base64: three bytes are four characters, so a value takes the odd bytes before it along and as many
of those behind it as make its length fit: its *head*, 0 to 2. The literal that follows is encoded without them.

Lines end with CRLF, have at most 76 characters, and none begins with a dot or with "From ". Which text is encoded how
is decided in `forms.py`.
"""

import binascii
import re
from collections.abc import Mapping, Sequence
from functools import cached_property

LINE = 57  # bytes: 76 characters of base64
_ROOM = b"x"  # keeps room for the "=" of a soft line break
_AS_IT_IS = re.compile(r"[!-<>-~](?:[ -<>-~]{0,73}[!-<>-~])?")
# A dot would be doubled on its way (RFC 5321 section 4.5.2); "From " begins a mail in some mailbox files.
_BEGINNING = re.compile(rb"(?m)^(?:\.|F(?=rom ))+")


def quoted(text: str) -> bytes:
    """Quoted-printable of what is followed by a soft line break. LF between lines."""
    if _AS_IT_IS.fullmatch(text) and text[0] not in ".F":
        return text.encode("ascii")
    return _quoted(_lines(text) + _ROOM)[: -len(_ROOM)]


def quoted_pieces(pieces: Sequence[str | int]) -> list[bytes | int]:
    """A text of literals and numbers of values in turn, with the soft line breaks around values in the literals."""
    found: list[bytes | int] = []
    for n, piece in enumerate(pieces):
        if isinstance(piece, int):
            found.append(piece)
            continue
        begin = b"=\r\n" if n else b""
        if n == len(pieces) - 1:
            found.append(begin + _quoted(_lines(piece)))
        else:
            data = quoted(piece)
            found.append(begin + data + (b"=\r\n" if data and not data.endswith(b"\n") else b""))
    return found


def _quoted(data: bytes) -> bytes:
    found = binascii.b2a_qp(data, istext=True)
    if b"\r" not in data:  # then its soft line breaks have none either
        found = found.replace(b"\n", b"\r\n")
    return _BEGINNING.sub(lambda match: b"".join(b"=%02X=\r\n" % sign for sign in match[0]), found)


def _lines(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-8")


def base64_lines(data: bytes) -> bytes:
    """Without a line break at the end."""
    if len(data) <= LINE:
        return binascii.b2a_base64(data, newline=False)
    lines = [binascii.b2a_base64(data[n : n + LINE], newline=False) for n in range(0, len(data), LINE)]
    return b"\r\n".join(lines)


class Base64:
    """A stream of bytes with gaps. A literal too short to be parted from the value before it stands in its gap."""

    def __init__(self, pieces: Sequence[bytes | int]) -> None:
        """`pieces`: literals and numbers of values in turn, a literal first and last."""
        self._literals: list[bytes] = []
        self._gaps: list[tuple[bytes | int, ...]] = []
        gap: list[bytes | int] = []
        for n, piece in enumerate(pieces):
            if isinstance(piece, int) or (n and len(piece) < 2):
                gap.append(piece)
            else:
                if n:
                    self._gaps.append(tuple(gap))
                    gap = []
                self._literals.append(piece)
        self._ends_in_gap = bool(gap)
        if gap:
            self._gaps.append(tuple(gap))
            self._literals.append(b"")
        self._known: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    @property
    def gaps(self) -> int:
        return len(self._gaps)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Of the values in the gaps."""
        return tuple({piece: None for gap in self._gaps for piece in gap if isinstance(piece, int)})

    def encode(self, values: Mapping[int, bytes]) -> tuple[list[bytes], tuple[int, ...]]:
        """What stands in the gaps, and the heads."""
        found, heads, head = [], [], 0
        for number, gap in enumerate(self._gaps, 1):
            data = self._literal(number - 1, head)[1]
            for piece in gap:
                data += values[piece] if isinstance(piece, int) else piece
            head = 0 if self._ends_in_gap and number == len(self._gaps) else -len(data) % 3
            found.append(base64_lines(data + self._literals[number][:head]))
            heads.append(head)
        return found, tuple(heads)

    def literals(self, heads: Sequence[int]) -> list[bytes]:
        """What stands around the gaps when those are their heads, with the line breaks: one more than gaps."""
        found = [self._literal(number, head)[0] for number, head in enumerate((0, *heads))]
        return [(b"\r\n" if n else b"") + (lines and lines + b"\r\n") for n, lines in enumerate(found)]

    def _literal(self, number: int, head: int) -> tuple[bytes, bytes]:
        """One without its head: its lines, and the odd bytes at its end, which go with the value behind it."""
        if (number, head) not in self._known:
            data = self._literals[number][head:]
            whole = len(data) if number == len(self._gaps) else len(data) - len(data) % 3
            self._known[number, head] = base64_lines(data[:whole]), data[whole:]
        return self._known[number, head]
