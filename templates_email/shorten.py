"""Makes other people's words short enough for a messenger: whole words first, and never half a link."""

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://\S+")
_AT_A_SPACE = re.compile(r"\s+\S*\Z")


@dataclass(frozen=True, slots=True)
class Room:
    """How long one value may be: words, and a web address, which cannot be cut, only left out. In UTF-16 units."""

    words: int
    address: int


# Tried from the first on until a message fits. Ordinary messages fit at once, and a link is the last thing to go.
ROOMS = (*(Room(words, 350) for words in (300, 160, 80, 40, 24)), Room(24, 200), Room(24, 60))


def length(text: str) -> int:
    """UTF-16 code units, as Telegram counts: an emoji is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str, room: Room) -> str:
    """`text`, or as many whole words of it as fit, and "…"."""
    if _ADDRESS.fullmatch(text):
        return text if length(text) <= room.address else "…"
    if length(text) <= room.words:
        return text
    cut = text[: room.words - 1]
    while length(cut) > room.words - 1:
        cut = cut[:-1]
    shorter = cut if text[len(cut)].isspace() else _AT_A_SPACE.sub("", cut)
    return f"{shorter.rstrip()}…"
