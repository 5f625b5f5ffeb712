"""A person's entry in two steps: what everybody shares who gets it, written once, and one person's values.

Filled, it says what `invitations.request` and `cancel` say. A value stands between folds of its own (RFC 5545 section
3.1), so neither side need know how long the other is.
"""

from collections.abc import Sequence

from calendars.contentlines import FOLD_AT, clean_name, clean_piece, escaped, fold, serialise, time_line
from calendars.invitations import Entry, Method, frame, guest, is_good_for_one, normalise, problems_of, when, where
from domain.errors import UserError

# The numbers of every entry's values; of the description's, see `form`.
UID, DTSTAMP, ATTENDEE, DESCRIBED = range(4)

Pieces = tuple[str | int, ...]


def form(method: Method, entry: Entry, description: Sequence[str | int]) -> Pieces:
    """Literals and numbers of values in turn, a literal first and last. `description` stands in place of `entry`'s,
    the value n in it is now DESCRIBED + n; it must not be empty. UserError as for `invitations.request`."""
    entry = normalise(entry)
    head, tail = frame(method)
    params = "".join(f";{name}={value}" for name, value in guest(entry, method).items())
    before, after = _lines([*head]), _lines([*where(entry), *tail])
    found: list[str | int] = [
        f"{before}UID:\r\n ", UID, f"\r\nSEQUENCE:{entry.sequence}\r\nDTSTAMP:", DTSTAMP,
        f"\r\n{_fold(f'ATTENDEE{params}')}\r\n ", ATTENDEE, f"\r\n{_lines(when(entry))}",
    ]  # fmt: skip
    language = f";LANGUAGE={entry.language}" if entry.language else ""
    begin = f"{found.pop()}DESCRIPTION{language}:"
    for piece in description:
        if isinstance(piece, int):
            found += [f"{begin}\r\n ", DESCRIBED + piece]
            begin = ""
        elif piece:
            text = escaped(clean_piece(piece))
            begin = f"{begin}\r\n{_fold(f' {text}')}"
    return (*found, f"{begin}\r\n{after}")


def values(entry: Entry) -> tuple[str, str, str]:
    """Of UID, DTSTAMP and ATTENDEE. UserError as for `invitations.request`."""
    if not is_good_for_one(entry):
        raise UserError(*problems_of(entry))
    name = clean_name(entry.attendee_name)
    whose = f';CN="{name}":mailto:' if name else ":mailto:"
    return (
        _fold(f" {entry.uid}")[1:],
        time_line("", entry.dtstamp)[1:],
        _fold(f" {whose}{entry.attendee_address}")[1:],
    )


def described(text: str) -> str:
    """A value in the description."""
    return _fold(f" {escaped(clean_piece(text))}")[1:]


def _fold(line: str) -> str:
    if line.isascii() and len(line) <= FOLD_AT:
        return line
    return fold(line.encode()).decode()


def _lines(lines: Sequence[str]) -> str:
    return serialise(lines).decode()
