"""The short ways of reading a mail against the standard library's: the same for every input, hostile ones too."""

import re
from email import policy
from email.parser import HeaderParser
from email.utils import getaddresses

from hypothesis import given, settings
from hypothesis import strategies as st

from channels import inbound, mime

PIECES = st.sampled_from([
    "From: a@example.org", "From b@example.org Mon", "Subject", ":", ": x", "X-É: y", "To : c", "\t", " more",
    "=?utf-8?q?a?=", "\r", "\n", "\r\n", "\0", "\x0b", "\u2028", "Content-Type: text/plain;", " boundary=x", "é",
])  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=400, deadline=None)
def test_header_fields_are_the_librarys(text: str) -> None:
    whole = HeaderParser(policy=policy.compat32).parsestr(text)
    assert [*mime._parsed(text).raw_items()] == [*whole.raw_items()]


LINES = st.sampled_from([b"a: b", b" c", b"\n", b"\r\n", b"\r", b"text", b"\n\n", b"\r\n\r\n", b""])


@given(st.lists(LINES, max_size=10).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_split_is_at_the_first_blank_line(raw: bytes) -> None:
    blank = re.search(rb"(?:^|\r?\n)\r?\n", raw)
    header, body = mime.split(raw)
    assert body == (raw[blank.end() :] if blank else b"")
    assert header.rstrip(b"\r\n") == (raw[: blank.start()] if blank else raw).rstrip(b"\r\n")


MARKS = st.sampled_from([b"--b", b"--", b"\n", b"\r\n", b" ", b"\t", b"x", b"--b--", b"\n--b\n", b"\r\n--b--\r\n"])


@given(st.lists(MARKS, max_size=14).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_parts_lie_between_boundary_lines(body: bytes) -> None:
    found: list[bytes] = []
    start = None
    for line in re.finditer(rb"(?:^|(?<=\n))--b(--)?[ \t]*(?:\r?\n|$)", body):
        if start is not None:
            found.append(body[start : line.start()].removesuffix(b"\n").removesuffix(b"\r"))
        start = line.end()
        if line.group(1):
            break
    else:
        found += [body[start:]] if start is not None else []
    assert list(mime._parts(body, "b")) == found


NAMES = st.sampled_from([
    "", "Ada", "Ada B ", '"Ada, B" ', '"x\\" ', "(c) ", "Ada <", "<", ">", "a@example.org", "a.b+c@example.org", ",",
    ";", ":", " ", "..a@b", "é@example.org", "a@b@c", "Ada O'Neil <a@example.org>", "'Ada' <a@b-c.org>", "@", '"', "\\",
])  # fmt: skip


@given(st.lists(NAMES, max_size=5).map("".join))
@settings(max_examples=600, deadline=None)
def test_plain_address_is_what_the_library_finds(field: str) -> None:
    plain = inbound._plain_address(field)
    if plain is not None:
        assert [inbound._address(spec) for _, spec in getaddresses([field])] == [plain]
