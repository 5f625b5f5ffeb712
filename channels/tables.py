"""Tables out of files that people make: CSV in any dialect and encoding that is met, JSON and JSON Lines.

Only cells: what a column means is decided elsewhere. CSV is read as a stream, so memory does not grow with the
file; JSON is read whole, up to the size limit. Writing CSV for people's spreadsheets is here too.
"""

import codecs
import csv
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from channels import tables_json
from channels.tables_json import Row
from domain.errors import Problem, UserError

DELIMITERS = (",", ";", "\t")
_CHUNK = 1 << 16
_SAMPLE_RECORDS = 20


@dataclass(frozen=True, slots=True)
class Table:
    """A readable table. `rows()` starts again at each call. `encoding` is "json" for JSON."""

    header: tuple[str, ...]
    encoding: str
    delimiter: str
    sha256: str
    rows: Callable[[], Iterator[Row]]


def open_table(
    path: Path,
    limit: int,
    recognises: Callable[[str], bool] = bool,
    is_header: Callable[[Sequence[str]], bool] | None = None,
) -> Table:
    """The table in `path`, of at most `limit` bytes. `recognises` tells a header cell that is known, which settles
    what the delimiter is. `is_header`: the first record for which it holds names the columns, and what stands above
    it is left out; without it, or where it holds for none of the first ones, the first record does.

    UserError for what is no table at all: too big, empty, a spreadsheet's own format, a web page, binary.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise _refusal(path, f"is bigger than {limit // 1_000_000} MB", "Split it, or raise import_megabytes")
        with path.open("rb") as file:
            start = file.read(_CHUNK)
            sha256 = hashlib.sha256(start)
            while chunk := file.read(_CHUNK):
                sha256.update(chunk)
        encoding = _encoding(path, start)
    except OSError as error:
        remedy = "Check its name and that you may read it"
        raise _refusal(path, f"cannot be read ({error.strerror})", remedy) from None
    first = start.decode(encoding, "replace").lstrip("\ufeff").lstrip()
    if not first.strip("\x00 \r\n\t"):
        raise _refusal(path, "is empty", "Export it again, with the column names in its first line")
    if first[:15].casefold().startswith(("<!doctype", "<html", "<?xml")):
        raise _refusal(path, "is a web page, not a table", "Download or publish the sheet as CSV")
    if first[0] in "[{":
        header, rows = tables_json.read(path, encoding)
        return Table(header, "json", "", sha256.hexdigest(), rows)
    return _csv_table(path, encoding, sha256.hexdigest(), recognises, is_header)


def _refusal(path: Path, what: str, remedy: str) -> UserError:
    return UserError(Problem(what, path.name, remedy))


def _encoding(path: Path, start: bytes) -> str:
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise _refusal(path, "is a spreadsheet or document, not text", "Save it as CSV (UTF-8) and use that file")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        return _checked(path, "utf-8-sig")
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if even + odd > len(start) // 8:  # Latin text in UTF-16 without its mark: every other byte is zero
        if min(even, odd) * 8 > max(even, odd):
            raise _refusal(path, "is not text", "Save it as CSV (UTF-8) and use that file")
        return "utf-16-be" if even > odd else "utf-16-le"
    return _checked(path, "utf-8")


def _checked(path: Path, encoding: str) -> str:
    """UTF-8 if the whole file is; else Windows-1252, which older spreadsheet programs write."""
    utf8, windows = codecs.getincrementaldecoder("utf-8")(), codecs.getincrementaldecoder("cp1252")()
    line = 1
    with path.open("rb") as file:
        try:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                utf8.decode(chunk)
            utf8.decode(b"", final=True)
            return encoding
        except UnicodeDecodeError as error:
            if "unexpected end" in error.reason:
                remedy = "It was cut off; export or copy it again"
                raise _refusal(path, "ends in the middle of a character", remedy) from None
        file.seek(0)
        try:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                windows.decode(chunk)
                line += chunk.count(b"\n")
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            remedy = "Save it as CSV (UTF-8) and use that file"
            raise _refusal(path, f"has a character of an unknown encoding in line {line}", remedy) from None
    return "cp1252"


def _csv_table(
    path: Path,
    encoding: str,
    sha256: str,
    recognises: Callable[[str], bool],
    is_header: Callable[[Sequence[str]], bool] | None,
) -> Table:
    def lines() -> TextIO:
        return path.open(encoding=encoding, newline="")

    try:
        with lines() as file:
            first = file.readline().strip("\r\n\ufeff")
            skip = 1 if first[:4].casefold() == "sep=" and len(first) == 5 else 0  # Excel's own hint
        anywhere = is_header is not None
        delimiter = first[4] if skip else max(DELIMITERS, key=lambda d: _fitness(lines, d, recognises, anywhere))
        first_ones = list(itertools.islice(_records(lines, delimiter, skip), _SAMPLE_RECORDS))
        first_ones = first_ones or [Row(1, (), "is empty")]
        above = next((n for n, row in enumerate(first_ones) if is_header and is_header(row.cells)), 0)
        head = first_ones[above]
    except UnicodeError:
        raise _refusal(path, f"is not {encoding.upper()} text", "Save it as CSV (UTF-8) and use that file") from None
    if head.error:
        raise _refusal(path, f"line {head.line}: {head.error}", "Mend the first line: it must name the columns")
    width = len(head.cells)

    def rows() -> Iterator[Row]:
        try:
            for row in itertools.islice(_records(lines, delimiter, skip), above + 1, None):
                yield _fitted(row, width)
        except UnicodeError:
            remedy = "It was cut off or damaged; export or copy it again"
            raise _refusal(path, f"is not {encoding.upper()} text to its end", remedy) from None

    return Table(head.cells, encoding, delimiter, sha256, rows)


def _fitness(
    lines: Callable[[], TextIO], delimiter: str, recognises: Callable[[str], bool], anywhere: bool
) -> tuple[float, ...]:
    """How well the delimiter parts the first records. `anywhere`: the columns' names may stand in any of them."""
    records = [r for r in itertools.islice(_records(lines, delimiter, 0), _SAMPLE_RECORDS) if not r.error]
    if not records:
        return (0, 0, 0)
    width = len(records[0].cells)
    fitting = sum(len(r.cells) == width for r in records) / len(records)
    named = max(sum(map(recognises, r.cells)) for r in (records if anywhere else records[:1]))
    return (named if recognises is not bool else 0, fitting if width > 1 else 0, width)


def _records(lines: Callable[[], TextIO], delimiter: str, skip: int) -> Iterator[Row]:
    """Records with the physical line each starts on; blank ones are left out. A record that csv cannot read is a
    Row with an error, and reading goes on at the next line."""
    with lines() as file:
        for _ in range(skip):
            file.readline()
        reader = csv.reader(_unmarked(file), delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1 + skip
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, (), _explained(str(error)))
                continue
            if any(cell.strip() for cell in cells):
                yield Row(line, tuple(cells))


def _unmarked(file: TextIO) -> Iterator[str]:
    for number, line in enumerate(file):
        yield line.lstrip("\ufeff") if number == 0 else line


def _explained(error: str) -> str:
    if "unexpected end" in error:
        return "a quote is opened here and never closed, so nothing after it could be read"
    if "expected after" in error:
        return "a quote inside a quoted cell is not doubled"
    if "field limit" in error:
        return "a cell is longer than 131,072 characters; probably a quote is never closed"
    return "cannot be read as CSV"


def _fitted(row: Row, width: int) -> Row:
    if row.error or len(row.cells) == width:
        return row
    if len(row.cells) < width:  # spreadsheets leave out empty cells at the end
        return Row(row.line, row.cells + ("",) * (width - len(row.cells)))
    if any(cell.strip() for cell in row.cells[width:]):
        wrong = f"has {len(row.cells)} cells where the header has {width}; a quote or a separator is probably missing"
        return Row(row.line, row.cells, wrong)
    return Row(row.line, row.cells[:width])


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula: a dangerous first character gets a quote before it."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """CSV that spreadsheet programs open rightly: UTF-8 with its mark, every cell safe, for the owner's eyes."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file)
        writer.writerow([safe_cell(cell) for cell in header])
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)

