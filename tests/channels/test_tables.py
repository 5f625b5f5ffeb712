"""Reading tables in the dialects and encodings that people's programs write."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.tables import open_table, safe_cell, write_csv
from channels.tables_json import Row
from domain.errors import UserError

DATA = Path(__file__).resolve().parents[1] / "data" / "registrations"
LIMIT = 1_000_000


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "header", "rows"),
    [
        ("bom-crlf.csv", "utf-8-sig", ",", ("Name", "Email"), [Row(2, ("Amina", "amina@example.org"))]),
        ("excel-hint.csv", "utf-8", ";", ("Name", "Email", "Country"),
         [Row(3, ("Amina", "amina@example.org", "NG"))]),
        ("utf16-be-unmarked.csv", "utf-16-be", "\t", ("Name", "Email", "Country"),
         [Row(2, ("Amina", "amina@example.org", "NG"))]),
        ("utf16-tab.csv", "utf-16", "\t", ("الاسم", "البريد الإلكتروني", "البلد", "اللغات"),
         [Row(2, ("منى", "mona@example.org", "مصر", "العربية، الإنجليزية"))]),
        ("semicolon-cp1252.csv", "cp1252", ";", ("Nom", "E-mail", "Pays", "Quelles langues, s'il vous plaît ?"),
         [Row(2, ("Élodie Lefèvre", "elodie@example.org", "Côte d’Ivoire", "français, anglais")),
          Row(3, ("François Noël", "francois@example.org", "France", "français"))]),
        ("multiline.csv", "utf-8", ",", ('Name\r\nof the "person"', "Email", "What do you\r\nhope for?"),
         [Row(4, ("Amina", "amina@example.org", "To learn,\r\nshare\r\nand grow")),
          Row(8, ("Kofi", "kofi@example.org", "")), Row(9, ("Broken", "not an address", "x"))]),
        ("array.json", "json", "", ("name", "email", "languages", "newsletter", "score", "country", "extra"),
         [Row(2, ("Amina", "amina@example.org", "ha\nen", "yes", "", "", "")),
          Row(4, ("Kofi", "kofi@example.org", "", "", "5", "", '{"a": 1}')),
          Row(6, ("not an object",), "is not an object with named fields")]),
        ("object.json", "json", "", ("name", "email"),
         [Row(2, ("Amina", "amina@example.org")), Row(3, ("Kofi", "kofi@example.org"))]),
        ("lines.jsonl", "json", "", ("name", "email"),
         [Row(1, ("Amina", "amina@example.org")), Row(3, ("Kofi", "kofi@example.org"))]),
    ],
)  # fmt: skip
def test_open_table_of_each_kind(
    name: str, encoding: str, delimiter: str, header: tuple[str, ...], rows: list[Row]
) -> None:
    table = open_table(DATA / name, LIMIT)
    assert (table.encoding, table.delimiter, table.header) == (encoding, delimiter, header)
    assert list(table.rows()) == rows == list(table.rows())


def test_open_table_with_broken_rows_names_each_and_reads_on() -> None:
    rows = list(open_table(DATA / "broken-quotes.csv", LIMIT).rows())
    assert [(r.line, r.error.partition(";")[0]) for r in rows] == [
        (2, ""),
        (3, "a quote inside a quoted cell is not doubled"),
        (4, "has 5 cells where the header has 3"),
        (5, ""),
        (6, "a quote is opened here and never closed, so nothing after it could be read"),
    ]
    assert rows[3].cells == ("Short", "short@example.org", "")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"PK\x03\x04xl/workbook", "is a spreadsheet or document, not text"),
        (b"<!DOCTYPE html><title>Sign in</title>", "is a web page, not a table"),
        (b"Name,Email\nAm\x00\x01\x02\x00\x00\x00\x00\x00\x00\x00\x00", "is not text"),
        (b"Name,Email\nAmina,a\nB\x81\xff,b\n", "has a character of an unknown encoding in line 3"),
        ("Name,Email\nAmina é".encode()[:-1], "ends in the middle of a character"),
        (b'[{"name": "a"} {"name": "b"}]', "is not JSON: a comma or ] is missing"),
        (b'[{"name": "a"}', "is not JSON: a comma or ] is missing"),
        (b"[" * 100_000, "is not JSON that can be read"),
        (b"x" * (LIMIT + 1), "is bigger than 1 MB"),
        (b"\xff\xfeN\x00a\x00\n\x00x", "is not UTF-16 text"),
        (b"\xff\xfe" + "Name\n".encode("utf-16-le") + "Amina\n".encode("utf-16-le") * 10_000 + b"x",
         "is not UTF-16 text to its end"),
    ],
)  # fmt: skip
def test_open_table_of_what_is_no_table(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "form.csv"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        list(open_table(path, LIMIT).rows())
    (problem,) = caught.value.problems
    assert problem.where.startswith("form.csv") and problem.remedy
    assert problem.what == what


def test_open_table_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.csv: cannot be read \(No such file or directory\)"):
        open_table(tmp_path / "none.csv", LIMIT)


def test_open_table_settles_the_delimiter_by_known_names(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    path.write_text("Name;Question, long, very long;Email\na;b, c, d;e\n")
    assert open_table(path, LIMIT).delimiter == ","
    assert open_table(path, LIMIT, {"Name", "Email"}.__contains__).delimiter == ";"


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\u2028\u2029\x85")
    | st.sampled_from('",;\t\n\' '),
    max_size=12,
)


@settings(max_examples=150)
@given(
    rows=st.lists(st.tuples(cells, cells, cells), max_size=6),
    extra=cells,
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le-marked"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_open_table_reads_what_any_dialect_wrote(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, ...]],
    extra: str,
    delimiter: str,
    encoding: str,
    newline: str,
    quoting: int,
) -> None:
    out = io.StringIO()
    header = ("Full name", "Email", extra)
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    starts = []
    for row in (header, *rows):
        starts.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    text = out.getvalue()
    data = text.encode("utf-8") if encoding == "utf-8" else text.encode("utf-16")
    if encoding == "utf-8-sig":
        data = text.encode("utf-8-sig")
    if encoding == "utf-16-le-marked":
        data = b"\xff\xfe" + text.encode("utf-16-le")
    path = tmp_path_factory.mktemp("dialect") / "form.csv"
    path.write_bytes(data)
    table = open_table(path, LIMIT, {"Full name", "Email"}.__contains__)
    assert table.header == header
    expected = [Row(line, row) for line, row in zip(starts[1:], rows, strict=True) if any(c.strip() for c in row)]
    assert list(table.rows()) == expected


@pytest.mark.parametrize("cell", ["=1+1", "+234", "-1", "@x", "\tx", "\rx"])
def test_safe_cell_defuses_formulas(cell: str) -> None:
    assert safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "Amina", "a=b", "'=1", " =1"])
def test_safe_cell_leaves_the_rest(cell: str) -> None:
    assert safe_cell(cell) == cell


def test_write_csv_is_private_and_safe(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write_csv(path, ["Name", "=cmd"], [["Ámina", "-1"]])
    assert path.read_text("utf-8-sig") == "Name,'=cmd\nÁmina,'-1\n"
    assert path.stat().st_mode & 0o777 == 0o600
