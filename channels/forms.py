"""A mail in two steps: a `Form` is what many letters share, encoded once; `fill` puts one reader's values in.

A filled letter reads as `letter.build`'s does from the same values; it is kept as a skeleton and the values in it
(`domain/payloads.py`). How text is encoded around a gap is in `slotted.py`. The boundary is the form's own: no part can
hold it, and no letter of ours is put into another.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from channels import letter
from channels.headers import mailbox, unstructured
from channels.slotted import Base64, quoted, quoted_pieces
from domain.errors import Problem, UserError
from domain.payloads import Filled, Skeleton

# Literals and numbers of values in turn, a literal first and last.
Pieces = tuple[str | int, ...]

LONGEST_WORD = 320  # of a value in a header field
_WORD = re.compile(rf"[!-~]{{0,{LONGEST_WORD}}}")
_LINE = 998  # RFC 5322 section 2.1.1
_MOST = 64  # skeletons of one form


@dataclass(frozen=True, slots=True)
class Shared:
    """What the letters of a form have in common; the fields are those of `letter.Letter`.

    `fields`: twice so many values come first, each plain and then escaped: often the same. A value in a header holds no
    space. `answers`: they have an In-Reply-To.
    """

    sender_name: str
    sender_address: str
    subject: Pieces
    text: Pieces
    html: Pieces
    language: str
    fields: int
    calendar: Pieces = ()
    calendar_method: str | None = None
    headers: tuple[tuple[str, Pieces], ...] = ()
    answers: bool = False


@dataclass(frozen=True, slots=True)
class _Own:
    """A value that every letter has: the name of its field."""

    field: str


@dataclass(frozen=True, slots=True)
class _Coded:
    """A value by its number, as `code` writes it."""

    code: Callable[[str], bytes]
    number: int


@dataclass(frozen=True, slots=True)
class _Gap:
    """What stands in a gap of a stream of base64."""

    stream: int
    number: int


@dataclass(frozen=True, slots=True)
class _Around:
    """A literal of such a stream, which depends on what is in the gaps before it."""

    stream: int
    number: int


_Value = _Own | _Coded | _Gap
_Layout = list[bytes | _Value | _Around]
T = TypeVar("T")


class Form:
    """UserError, with every problem, where these could not be a letter's. Not for several threads at once."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._streams: list[tuple[Base64, bool]] = []  # whether it is text
        self._skeletons: dict[tuple[tuple[int, ...], ...], Skeleton] = {}
        problems: list[Problem] = []
        nothing: _Layout = []
        head = _head(shared, problems)
        text = _try(problems, "the plain text", nothing, self._text, "plain", shared.text)
        html = _try(problems, "the HTML", nothing, self._text, "html", shared.html) if any(shared.html) else nothing
        calendar = _try(problems, "the calendar", nothing, self._calendar) if shared.calendar else nothing
        if problems:
            raise UserError(*problems)
        seed = hashlib.sha256(repr(shared).encode("utf-8", "backslashreplace")).hexdigest()
        self._layout: _Layout = [*head, b"MIME-Version: 1.0\r\n"]
        self._layout += letter.body(seed, shared.calendar_method, text, html, calendar)
        self._own = list(dict.fromkeys(one for one in self._layout if isinstance(one, _Own)))
        self._coded = list(dict.fromkeys(one for one in self._layout if isinstance(one, _Coded)))
        gaps = [_Gap(n, gap) for n, (stream, _) in enumerate(self._streams) for gap in range(stream.gaps)]
        values: list[_Value] = [*self._own, *self._coded, *gaps]
        self._place = {one: n for n, one in enumerate(values)}

    def _text(self, subtype: str, pieces: Pieces) -> _Layout:
        made = [piece if isinstance(piece, int) else letter.checked(piece) for piece in pieces]
        if not str(made[-1]).endswith("\n"):
            made[-1] = f"{made[-1]}\n"
        data = [one if isinstance(one, int) else one.replace("\n", "\r\n").encode() for one in made]
        if letter.suits_quoting(b"".join(one for one in data if isinstance(one, bytes))):
            words: _Layout = [_Coded(_quoted, one) if isinstance(one, int) else one for one in quoted_pieces(made)]
            return [letter.part_head(subtype, "quoted-printable"), *words]
        return [letter.part_head(subtype, "base64"), *self._stream(data, True)]

    def _calendar(self) -> _Layout:
        data = [piece if isinstance(piece, int) else piece.encode() for piece in self._shared.calendar]
        known = b"".join(piece for piece in data if isinstance(piece, bytes))
        letter.check_method(known, self._shared.calendar_method)
        return self._stream(data, False)

    def _stream(self, data: Sequence[bytes | int], is_text: bool) -> _Layout:
        stream, n = Base64(data), len(self._streams)
        self._streams.append((stream, is_text))
        found: _Layout = [_Around(n, 0)]
        for gap in range(stream.gaps):
            found += [_Gap(n, gap), _Around(n, gap + 1)]
        return found

    # -- one letter ---------------------------------------------------------------------------------------------

    def fill(
        self,
        recipient_name: str,
        recipient_address: str,
        date: datetime,
        message_id: str,
        values: Sequence[str],
        in_reply_to: str | None = None,
    ) -> Filled:
        """The letter with these values. Raises UserError with every problem; none tells the value."""
        problems: list[Problem] = []
        own: dict[str, bytes] = {
            "To": _try(problems, "the recipient", b"", _mailbox, recipient_name, recipient_address),
            "Date": _try(problems, "the date", b"", _date, date),
            "Message-ID": _try(problems, "the Message-ID", b"", _id, message_id),
        }
        if self._shared.answers:
            own["In-Reply-To"] = _try(problems, "In-Reply-To", b"", _id, in_reply_to or "")
        if len(self._shared.subject) > 1:
            subject = "".join([one if isinstance(one, str) else values[one] for one in self._shared.subject])
            own["Subject"] = _try(problems, "the subject", b"", _subject, subject)
        encoded = [own[one.field] for one in self._own]
        encoded += [_try(problems, "a value", b"", one.code, values[one.number]) for one in self._coded]
        heads = []
        for stream, is_text in self._streams:
            code = _text_bytes if is_text else _bytes
            given = {n: _try(problems, "a value", b"", code, values[n]) for n in stream.numbers}
            found, of_stream = stream.encode(given)
            encoded += found
            heads.append(of_stream)
        if problems:
            raise UserError(*problems)
        skeleton = self._skeleton(tuple(heads))
        for number, twin in skeleton.twins:
            if encoded[number] == encoded[twin]:
                encoded[number] = b""
            elif not encoded[number]:
                raise ValueError("a value is empty in one of its two forms only")
        return Filled(skeleton, tuple(encoded))

    def _skeleton(self, heads: tuple[tuple[int, ...], ...]) -> Skeleton:
        found = self._skeletons.get(heads)
        if found is None:
            if len(self._skeletons) >= _MOST:
                self._skeletons.clear()
            found = self._skeletons[heads] = self._made(heads)
        return found

    def _made(self, heads: tuple[tuple[int, ...], ...]) -> Skeleton:
        around = [stream.literals(of_stream) for (stream, _), of_stream in zip(self._streams, heads, strict=True)]
        data, slots = bytearray(), []
        for one in self._layout:
            if isinstance(one, bytes):
                data += one
            elif isinstance(one, _Around):
                data += around[one.stream][one.number]
            else:
                slots.append((len(data), self._place[one]))
        return Skeleton(bytes(data), slots, self._twins())

    def _twins(self) -> list[tuple[int, int]]:
        """Values of one field, each with the first of them."""
        fields: defaultdict[int, list[int]] = defaultdict(list)
        for one in self._coded:
            if one.number < 2 * self._shared.fields:
                fields[one.number // 2].append(self._place[one])
        return [(other, first) for first, *others in fields.values() for other in others]


def in_turn(pieces: Iterable[str | int]) -> Pieces:
    """Text and numbers in any order as literals and numbers in turn."""
    found: list[str | int] = [""]
    for piece in pieces:
        if isinstance(piece, int):
            found += [piece, ""]
        else:
            found[-1] = f"{found[-1]}{piece}"
    return tuple(found)


def _head(shared: Shared, problems: list[Problem]) -> _Layout:
    found: _Layout = [
        _try(problems, "the sender", b"", mailbox, "From", shared.sender_name, shared.sender_address),
        b"To: ", _Own("To"), b"\r\n",
    ]  # fmt: skip
    if len(shared.subject) == 1:
        found.append(_try(problems, "the subject", b"", unstructured, "Subject", str(shared.subject[0])))
    else:
        found += [b"Subject: ", _Own("Subject"), b"\r\n"]
    found += [b"Date: ", _Own("Date"), b"\r\nMessage-ID: <", _Own("Message-ID"), b">\r\n"]
    if shared.answers:
        to = _Own("In-Reply-To")
        found += [b"In-Reply-To: <", to, b">\r\nReferences: <", to, b">\r\n"]
    found.append(_try(problems, "the language", b"", letter.language_field, shared.language))
    nothing: _Layout = []
    for name, pieces in shared.headers:
        found += _try(problems, "a further header", nothing, _header, name, pieces)
    return found


def _header(name: str, pieces: Pieces) -> _Layout:
    if len(pieces) == 1:
        return [letter.further_field(name, str(pieces[0]))]
    known = "".join(piece for piece in pieces if isinstance(piece, str))
    letter.further_field(name, known)
    if not known.isascii():
        raise ValueError("holds characters that this header cannot have")
    # Every word is on a line of its own: how long the values are, nobody knows yet.
    found: _Layout = [f"{name}: ".encode("ascii")]
    found += [_Coded(_word, one) if isinstance(one, int) else one.replace(" ", "\r\n ").encode() for one in pieces]
    longest = b"".join(one if isinstance(one, bytes) else b"x" * LONGEST_WORD for one in found)
    if max(map(len, longest.split(b"\r\n"))) > _LINE:
        raise ValueError("has a word that is too long for a line of mail")
    return [*found, b"\r\n"]


def _try(problems: list[Problem], where: str, otherwise: T, make: Callable[..., T], *values: object) -> T:
    try:
        return make(*values)
    except ValueError as error:
        problems.append(Problem(f"{where} {error}", "letter", "Correct it where it was entered"))
        return otherwise


# How a value is written where it stands: as the rest of a field's first line, without its line break.


def _mailbox(name: str, address: str) -> bytes:
    return mailbox("To", name, address)[len("To: ") : -2]


def _subject(text: str) -> bytes:
    return unstructured("Subject", text)[len("Subject: ") : -2]


def _date(date: datetime) -> bytes:
    return letter.date_field(date)[len("Date: ") : -2]


def _id(message_id: str) -> bytes:
    return letter.bare_id(message_id).encode("ascii")


def _word(value: str) -> bytes:
    if not _WORD.fullmatch(value):
        raise ValueError("holds characters that a header's word cannot have, or too many")
    return value.encode("ascii")


def _quoted(value: str) -> bytes:
    return quoted(value if value.isprintable() else letter.checked(value))


def _text_bytes(value: str) -> bytes:
    return (value if value.isprintable() else letter.checked(value)).replace("\n", "\r\n").encode()


def _bytes(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
