"""Registrations as JSON: an array of objects, `{"registrations": [...]}`, or one object a line."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Problem, UserError

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()
_FORMS = 'Write an array of objects, {"registrations": [...]}, or one object a line'


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is the physical line on which the row starts, from 1; `error` says why its cells are not to be used."""

    line: int
    cells: tuple[str, ...]
    error: str = ""


def read(path: Path, encoding: str) -> tuple[tuple[str, ...], Callable[[], Iterator[Row]]]:
    """The columns (all keys, in the order met) and the rows. UserError with line and column when it is not JSON."""
    text = path.read_text(encoding).lstrip("\ufeff")
    try:
        items = [(line, item) for line, item in _items(text)]
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError):
            where = f"{path.name}, line {error.lineno}, column {error.colno}"
            raise UserError(Problem(f"is not JSON: {error.msg}", where, _FORMS)) from None
        raise UserError(Problem("is not JSON that can be read", path.name, _FORMS)) from None
    header = tuple(dict.fromkeys(key for _, item in items if isinstance(item, dict) for key in item))

    def rows() -> Iterator[Row]:
        for line, item in items:
            if not isinstance(item, dict):
                yield Row(line, (_cell(item),), "is not an object with named fields")
            elif item:
                yield Row(line, tuple(_cell(item.get(key)) for key in header))

    return header, rows


def _items(text: str) -> Iterator[tuple[int, object]]:
    at = _skip(text, 0)
    if text[at] == "{":
        inner = _registrations_at(text, at)
        if inner is None:
            yield from _lines(text, at)
            return
        at = inner
    line, counted = text.count("\n", 0, at) + 1, at
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        item, at = _DECODER.raw_decode(text, at)
        yield line, item
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise json.JSONDecodeError("a comma or ] is missing", text, at)


def _lines(text: str, at: int) -> Iterator[tuple[int, object]]:
    line, counted = 1, 0
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        item, at = _DECODER.raw_decode(text, at)
        yield line, item
        at = _skip(text, at)


def _registrations_at(text: str, at: int) -> int | None:
    """Where the array of the key "registrations" of the object at `at` begins."""
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("a colon is missing", text, at)
        at = _skip(text, at + 1)
        if key == "registrations" and text[at : at + 1] == "[":
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            return None
        at = _skip(text, at + 1)
    return None


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match is not None
    return match.end()


def _cell(value: object) -> str:
    """A value as the cell a form would have: yes and no, one item of a list a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(_cell(item) for item in value)
    return json.dumps(value, ensure_ascii=False)
