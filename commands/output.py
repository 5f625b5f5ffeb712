"""How commands print: tables for people, one JSON document with stable keys for programs."""

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from domain.times import iso


def plain(value: Any) -> Any:
    """Dataclasses, enums and moments as what JSON knows; times are UTC with offset."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    return value


def count(text: str) -> int:
    """An option's value: a whole number from 1."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= 10**9:
        raise ArgumentTypeError(f"not a whole number from 1: {text!r}")
    return int(text)


def days(text: str) -> int:
    """An option's value: so many days ahead, at most ten years."""
    if not text.isascii() or not text.isdigit() or len(text) > 4 or int(text) > 3653:
        raise ArgumentTypeError(f"not a number of days from 0 to 3653: {text!r}")
    return int(text)


def print_json(value: Any) -> None:
    print(json.dumps(plain(value), ensure_ascii=False, indent=2))


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Aligned columns; `empty` is said when there are no rows. The last column is not padded."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        print(empty)
        return
    widths = [max(len(row[i]) for row in [list(headers), *cells]) for i in range(len(headers))]
    for row in [list(headers), *cells]:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        print(line.rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}Z"
    return " ".join(str(plain(value)).split())


def say(text: str) -> None:
    print(text, flush=True)  # a service's log is read while it runs


def complain(text: str) -> None:
    print(f"letsconnect: {text}", file=sys.stderr)
