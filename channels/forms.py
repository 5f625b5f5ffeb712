"""A mail in two steps: a `Form` is what many letters share, encoded once; `fill` puts one reader's values in.

A filled letter reads as `letter.build`'s does from the same values; it is kept as a skeleton and the values in it
(`domain/payloads.py`). The header is `form_head.py`'s, how text is encoded around a gap `slotted.py`'s. The boundary is
the form's own: no part can hold it, and no letter of ours is put into another.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from channels import letter
from channels.form_head import head, own_fields
from channels.form_parts import Around, Coded, Gap, Layout, Own, Pieces, Shared, Value, attempt
from channels.slotted import Base64, quoted, quoted_pieces
from domain.errors import Problem, UserError
from domain.payloads import Filled, Skeleton

_MOST = 64  # skeletons of one form


class Form:
    """UserError, with every problem, where these could not be a letter's. Not for several threads at once."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._streams: list[tuple[Base64, bool]] = []  # whether it is text
        self._skeletons: dict[tuple[tuple[int, ...], ...], Skeleton] = {}
        problems: list[Problem] = []
        nothing: Layout = []
        fields = head(shared, problems)
        text = attempt(problems, "the plain text", nothing, self._text, "plain", shared.text)
        html = attempt(problems, "the HTML", nothing, self._text, "html", shared.html) if any(shared.html) else nothing
        calendar = attempt(problems, "the calendar", nothing, self._calendar) if shared.calendar else nothing
        if problems:
            raise UserError(*problems)
        seed = hashlib.sha256(repr(shared).encode("utf-8", "backslashreplace")).hexdigest()
        self._layout: Layout = [*fields, b"MIME-Version: 1.0\r\n"]
        self._layout += letter.body(seed, shared.calendar_method, text, html, calendar)
        self._own = list(dict.fromkeys(one for one in self._layout if isinstance(one, Own)))
        self._coded = list(dict.fromkeys(one for one in self._layout if isinstance(one, Coded)))
        gaps = [Gap(n, gap) for n, (stream, _) in enumerate(self._streams) for gap in range(stream.gaps)]
        values: list[Value] = [*self._own, *self._coded, *gaps]
        self._place = {one: n for n, one in enumerate(values)}

    def _text(self, subtype: str, pieces: Pieces) -> Layout:
        made = [piece if isinstance(piece, int) else letter.checked(piece) for piece in pieces]
        if not str(made[-1]).endswith("\n"):
            made[-1] = f"{made[-1]}\n"
        data = [one if isinstance(one, int) else one.replace("\n", "\r\n").encode() for one in made]
        if letter.suits_quoting(b"".join(one for one in data if isinstance(one, bytes))):
            words: Layout = [Coded(_quoted, one) if isinstance(one, int) else one for one in quoted_pieces(made)]
            return [letter.part_head(subtype, "quoted-printable"), *words]
        return [letter.part_head(subtype, "base64"), *self._stream(data, True)]

    def _calendar(self) -> Layout:
        data = [piece if isinstance(piece, int) else piece.encode() for piece in self._shared.calendar]
        known = b"".join(piece for piece in data if isinstance(piece, bytes))
        letter.check_method(known, self._shared.calendar_method)
        return self._stream(data, False)

    def _stream(self, data: Sequence[bytes | int], is_text: bool) -> Layout:
        stream, n = Base64(data), len(self._streams)
        self._streams.append((stream, is_text))
        found: Layout = [Around(n, 0)]
        for gap in range(stream.gaps):
            found += [Gap(n, gap), Around(n, gap + 1)]
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
        own = own_fields(
            self._shared, recipient_name, recipient_address, date, message_id, values, in_reply_to, problems
        )
        encoded = [own[one.field] for one in self._own]
        encoded += [attempt(problems, "a value", b"", one.code, values[one.number]) for one in self._coded]
        heads = []
        for stream, is_text in self._streams:
            code = _text_bytes if is_text else _bytes
            given = {n: attempt(problems, "a value", b"", code, values[n]) for n in stream.numbers}
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
            elif isinstance(one, Around):
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


def _quoted(value: str) -> bytes:
    return quoted(value if value.isprintable() else letter.checked(value))


def _text_bytes(value: str) -> bytes:
    return (value if value.isprintable() else letter.checked(value)).replace("\n", "\r\n").encode()


def _bytes(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
