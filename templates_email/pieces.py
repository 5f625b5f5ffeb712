"""Cuts a printed text at its tokens: known values go in, escaped for where they landed; one person's become numbers.

`skeletons.py` says which text is cut when; what is trusted is said in `fields.py`.
"""

import re
from collections.abc import Sequence
from html import escape

from templates_email import markup, plain
from templates_email.directions import attributes, bare
from templates_email.directions import isolated as isolated_text
from templates_email.fields import Form, Part
from templates_email.shorten import ROOMS, Room, length, shorten
from templates_email.slots import Slot, Slots, is_web_address

# Literal text, and numbers of values: two for each personal field, in order: plain, and escaped for HTML.
Pieces = tuple[str | int, ...]
PLAIN, ESCAPED = range(2)

_BEGIN, _END = "<bdi>", "</bdi>"
_IN_TAG, _IN_TITLE, _IN_TEXT = "tag", "title", "text"
_PERSONAL_LENGTH = 200  # at most: a name of 100 characters, each two UTF-16 units, or an address
_ONE_LINE = 1_000_000  # columns: a messenger wraps by itself


def in_html(text: str, slots: Slots, personal: Sequence[str]) -> Pieces:
    """RuntimeError where a value landed inside a tag and is neither a web address nor a checked one."""
    return _cut(text, slots, personal, html=True, room=None)


def in_text(text: str, slots: Slots, personal: Sequence[str]) -> Pieces:
    return _cut(text, slots, personal, html=False, room=None)


def in_header(text: str, slots: Slots, personal: Sequence[str]) -> Pieces:
    """As plain text, without the controls that `channels/headers.py` keeps out of every field."""
    return tuple(bare(piece) if isinstance(piece, str) else piece for piece in in_text(text, slots, personal))


def in_chat(text: str, slots: Slots, personal: Sequence[str], longest: int) -> Pieces:
    """As plain text, with other people's words cut as little as makes it fit into `longest` UTF-16 units."""
    for room in ROOMS:
        pieces = _cut(text, slots, personal, html=False, room=room)
        if sum(length(piece) if isinstance(piece, str) else _PERSONAL_LENGTH for piece in pieces) <= longest:
            break
    return pieces


def values_of(value: str | Part) -> tuple[str, str]:
    """One person's value in the two ways that a piece's number may ask for."""
    if isinstance(value, Part):
        return value.text, value.html
    return value, escape(value)


def isolated(escaped: str, language: str = "") -> str:
    """`language` (BCP 47), where it is known to be another than that of the text around it."""
    return f"{_BEGIN[:-1]}{attributes(language)}>{escaped}{_END}"


def with_value(parts: Pieces, place: int, known: Sequence[str]) -> Pieces:
    """With the values of the field at `place` put in, and those of later fields counted anew."""
    found: list[str | int] = [""]
    for piece in parts:
        if isinstance(piece, int) and piece // 2 == place:
            piece = known[piece % 2]
        if isinstance(piece, int):
            found += [piece - 2 if piece // 2 > place else piece, ""]
        else:
            found[-1] = f"{found[-1]}{piece}"
    return tuple(found)


def with_known(line: str, slots: Slots) -> str:
    """A line of plain text with the values that are known; a person's tokens stay."""

    def put(match: re.Match[str]) -> str:
        slot = slots.find(match[0])
        return match[0] if slot.personal is not None else _in_text(slot, slot.value)

    return slots.pattern.sub(put, line)


def _cut(text: str, slots: Slots, personal: Sequence[str], html: bool, room: Room | None) -> Pieces:
    pieces: list[str | int] = []
    known: list[str] = []
    end = 0
    for match in slots.pattern.finditer(text):
        known.append(text[end : match.start()])
        end = match.end()
        slot = slots.find(match[0])
        place = _lands(text, match.start()) if html else _IN_TEXT
        if place == _IN_TAG and not _may_stand_in_a_tag(slot):
            raise RuntimeError("only a web address that everybody shares, or a checked one, may stand inside a tag")
        apart = html and slot.isolate and place == _IN_TEXT and slot.form is not Form.PART
        if slot.personal is not None:
            number = 2 * personal.index(slot.personal) + (ESCAPED if html else PLAIN)
            pieces += ["".join([*known, _BEGIN if apart else ""]), number]
            known = [_END] if apart else []
        elif html:
            bare = _in_text(slot, slot.value) if place == _IN_TITLE else slot.value
            known.append(isolated(escape(bare), slot.language) if apart else escape(bare))
        else:
            known.append(_in_text(slot, slot.value if room is None else _in_room(slot, room)))
    return (*pieces, "".join([*known, text[end:]]))


def _may_stand_in_a_tag(slot: Slot) -> bool:
    return slot.form is Form.ADDRESS if slot.personal is not None else is_web_address(slot.value)


def _in_text(slot: Slot, value: str) -> str:
    """A few words that run against the text around them; a paragraph of its own begins with its own direction."""
    return isolated_text(value) if slot.against else value


def _in_room(slot: Slot, room: Room) -> str:
    if slot.form is Form.MARKDOWN:
        tokens = markup.parse(slot.value, lambda _: None)
        return shorten(plain.to_text(tokens, lambda line: line, width=_ONE_LINE).strip(), room)
    return shorten(slot.value, room) if slot.isolate else slot.value


def _lands(html: str, at: int) -> str:
    if html.rfind("<", 0, at) > html.rfind(">", 0, at):
        return _IN_TAG
    return _IN_TITLE if html.rfind("<title>", 0, at) > html.rfind("</title>", 0, at) else _IN_TEXT
