"""A message's frozen bytes where many letters share most of them: a skeleton, and the values that fill it.

Both are frozen when the message is recorded. Filling puts bytes between bytes and does nothing else, so that no later
version of this programme fills one differently; every encoding was done before (`channels/forms.py`). Where they are
kept, and the hash that a filled letter is held against, is the business of `store/payloads.py`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from domain import deliveries

# Between values where they are kept. In 7-bit mail no control character but CR and LF occurs.
SEPARATOR = b"\x1f"


class Skeleton:
    """A letter without its values. `data`: what all share. `slots`: where in it which value goes, (offset, number), in
    the order of the offsets. `twins`: (number, earlier number): the one, where it is empty, is as the other.

    Nothing in it is one person's. Known by `sha256`, hexadecimal, of all three.
    """

    __slots__ = ("_parts", "_places", "_plain", "data", "sha256", "slots", "twins", "values")

    def __init__(self, data: bytes, slots: Sequence[tuple[int, int]], twins: Sequence[tuple[int, int]] = ()) -> None:
        self.data, self.slots, self.twins = data, tuple(slots), tuple(twins)
        self.values = 1 + max((number for _, number in slots), default=-1)
        self.sha256 = hashlib.sha256(self.layout().encode() + b"\n" + data).hexdigest()
        self._parts: list[bytes] = []
        self._places: list[tuple[int, int]] = []
        end = 0
        for offset, number in self.slots:
            self._parts += [data[end:offset], b""]
            self._places.append((len(self._parts) - 1, number))
            end = offset
        self._parts.append(data[end:])
        self._plain: bool | None = None

    def layout(self) -> str:
        """Slots and twins as JSON: with `data`, the whole of a skeleton."""
        return json.dumps({"slots": self.slots, "twins": self.twins}, separators=(",", ":"))

    @classmethod
    def read(cls, data: bytes, layout: str) -> "Skeleton":
        found = json.loads(layout)
        return cls(data, [(at, number) for at, number in found["slots"]], [(a, b) for a, b in found["twins"]])

    def fill(self, values: Sequence[bytes]) -> bytes:
        """The whole letter. ValueError when there are not as many values as this skeleton has."""
        if len(values) != self.values:
            raise ValueError(f"{len(values)} values for a skeleton of {self.values}")
        given = list(values)
        for number, twin in self.twins:
            if not given[number]:
                given[number] = given[twin]
        parts = self._parts.copy()
        for place, number in self._places:
            parts[place] = given[number]
        return b"".join(parts)

    def is_plain(self) -> bool:
        """Whether it is `domain.deliveries.is_plain` with values that `are_plain`."""
        if self._plain is None:
            tried = (b"", b"x")  # what is empty joins what stands around it
            self._plain = all(deliveries.is_plain(self.fill([value] * self.values)) for value in tried)
        return self._plain


@dataclass(frozen=True, slots=True)
class Filled:
    """One letter: its own `values`, none of which holds SEPARATOR, in a `skeleton`."""

    skeleton: Skeleton
    values: tuple[bytes, ...]

    def whole(self) -> bytes:
        return self.skeleton.fill(self.values)

    def is_plain(self) -> bool:
        """False where it takes a look at the whole to know."""
        return _are_plain(joined(self.values)) and self.skeleton.is_plain()


def joined(values: Sequence[bytes]) -> bytes:
    """As they are kept. ValueError where a value could not be told from two."""
    kept = SEPARATOR.join(values)
    if kept.count(SEPARATOR) != max(0, len(values) - 1):
        raise ValueError("a value holds a control character")
    return kept


def _are_plain(kept: bytes) -> bool:
    """Whether these values leave a mail plain wherever they stand: their lines are, and none begins or ends one."""
    begins, ends = SEPARATOR + b".", b"\n" + SEPARATOR
    inside = not kept.startswith(b".") and begins not in kept and ends not in kept and not kept.endswith(b"\n")
    return inside and deliveries.is_plain(kept + b"\r\n")


def parted(kept: bytes) -> list[bytes]:
    return kept.split(SEPARATOR)
