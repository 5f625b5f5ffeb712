"""What a form of letters is made of: what its letters share, and what stands where in one of them.

How it is encoded and filled is `forms.py`'s.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from domain.errors import Problem

T = TypeVar("T")

# Literals and numbers of values in turn, a literal first and last.
Pieces = tuple[str | int, ...]


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
class Own:
    """A value that every letter has: the name of its field."""

    field: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A value by its number, as `code` writes it."""

    code: Callable[[str], bytes]
    number: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands in a gap of a stream of base64."""

    stream: int
    number: int


@dataclass(frozen=True, slots=True)
class Around:
    """A literal of such a stream, which depends on what is in the gaps before it."""

    stream: int
    number: int


Value = Own | Coded | Gap
Layout = list[bytes | Value | Around]


def in_turn(pieces: Iterable[str | int]) -> Pieces:
    """Text and numbers in any order as literals and numbers in turn."""
    found: list[str | int] = [""]
    for piece in pieces:
        if isinstance(piece, int):
            found += [piece, ""]
        else:
            found[-1] = f"{found[-1]}{piece}"
    return tuple(found)


def attempt(problems: list[Problem], where: str, otherwise: T, make: Callable[..., T], *values: object) -> T:
    """What `make` makes of these; `otherwise`, and a problem that says `where`, when it refuses them (ValueError)."""
    try:
        return make(*values)
    except ValueError as error:
        problems.append(Problem(f"{where} {error}", "letter", "Correct it where it was entered"))
        return otherwise
