"""The short ways of reading a mail against the standard library's: the same for every input, hostile ones too."""

import re
from email import policy
from email.message import Message
from email.parser import HeaderParser
from email.utils import getaddresses

from hypothesis import given, settings
from hypothesis import strategies as st

from channels import fields, inbound, mime
from channels.fields import Fields

PIECES = st.sampled_from([
    "From: a@example.org", "From b@example.org Mon", "Subject", ":", ": x", "X-É: y", "To : c", "\t", " more",
    "=?utf-8?q?a?=", "\r", "\n", "\r\n", "\0", "\x0b", "\u2028", "Content-Type: text/plain;", " boundary=x", "é",
    "a: b\n",
])  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=400, deadline=None)
def test_header_fields_are_the_librarys(text: str) -> None:
    text = text.replace("\r\n", "\n")
    whole: dict[str, list[str]] = {}
    for name, value in HeaderParser(policy=policy.compat32).parsestr(text).raw_items():
        whole.setdefault(name.lower(), []).append(value)
    assert fields._careful(text) == whole
    assert fields._plain(text) in (whole, None)
    assert Fields(text.encode())._found == whole


def test_plain_header_is_read_the_short_way() -> None:
    text = "Received: from a\n\tby b;\n\tMon\nTo:c@example.org\nX-A: \nTO: d\n"
    assert fields._plain(text) == {"received": ["from a\n\tby b;\n\tMon"], "to": ["c@example.org", "d"], "x-a": [""]}


KINDS = ["text/plain", "multipart/mixed", "attachment", " Inline ", "text", "", "a/b/c", "é/x", "Text/Calendar\t"]
BEFORE = [";", "; ", " ;", ";\n ", ";;", " ", "", ";\u00a0", ";\r"]
NAMED = ["name", "filename", "boundary", "charset", "CHARSET", "name*", "name*0", "name*1*", "filename*", "", "é", "b "]
EQUAL = ["=", "=", "=", " = ", "", "=\n "]
VALUES = [
    "utf-8", '"x"', '"', "\\", '"a\\"b"', "<a>", '"<a>"', '""a""', "UTF-8''a%C3%A9", "''", "(c)", "é", '"é"', "a b",
    '"a b"', "", '""', '"a;b"', '"a\n b"', "x\u00a0", "x\x1f", "a,b", "a=b", "'a'", "a.ics ", '"a.ics "', "=b", '"a" b',
    "a\rb", '"a\rb"',
]  # fmt: skip
PARAMETERS = st.lists(st.tuples(*map(st.sampled_from, (BEFORE, NAMED, EQUAL, VALUES))).map("".join), max_size=3)
SAID = st.tuples(st.sampled_from(KINDS), PARAMETERS.map("".join), st.sampled_from(["", ";", "; "])).map("".join)


@given(SAID, st.booleans())
@settings(max_examples=800, deadline=None)
def test_parameters_are_the_librarys(said: str, disposition: bool) -> None:
    whole: Message[str, str] = Message(policy=policy.compat32)
    whole.set_raw("content-disposition" if disposition else "content-type", said)
    short = Fields(b"")
    short._found = {"content-disposition" if disposition else "content-type": [said]}
    guarded, parameter = fields.guarded, fields.guarded(lambda: whole.get_param("name"))
    assert short.content_type() == whole.get_content_type()
    assert short.charset() == guarded(whole.get_content_charset)
    assert short.boundary() == guarded(whole.get_boundary)
    assert short.filename() == (guarded(whole.get_filename) or "")
    assert short.disposition() == (whole.get_content_disposition() or "")
    assert short.parameter("name") == (parameter.strip() if isinstance(parameter, str) else None)


def test_plain_parameters_are_read_the_short_way() -> None:
    found = fields._plain_parameters('text/calendar; charset="UTF-8";\n method=REPLY; name=invite.ics;')
    assert found == {"charset": "UTF-8", "method": "REPLY", "name": "invite.ics"}


ENCODED = st.sampled_from([
    b"QUJD", b"QUI=", b"QQ==", b"Q", b"=", b"\r\n", b"\n", b" ", b"=3D", b"=3d", b"=\n", b"= \n", b"=zz", b"\xe9", b"!",
    b"begin 644 a\n", b"#86)C\n", b"end\n", b"\x0b", b"_", b"-",
])  # fmt: skip
ENCODINGS = st.sampled_from(["base64", "quoted-printable", "7bit", "8bit", "", "x-uuencode", "uue", "BASE64", "b"])


@given(st.lists(ENCODED, max_size=10).map(b"".join), ENCODINGS)
@settings(max_examples=600, deadline=None)
def test_transfer_encodings_are_undone_as_the_library_does(body: bytes, encoding: str) -> None:
    assert mime._decoded(body, encoding.lower()) == mime._by_library(body, encoding)


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
