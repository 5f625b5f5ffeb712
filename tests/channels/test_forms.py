"""A filled form reads as the letter that the standard library builds from the same values, whatever they are."""

import base64
import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.form_parts import Pieces, Shared
from channels.forms import Form
from channels.slotted import Base64, quoted, quoted_pieces
from domain.deliveries import is_plain
from domain.errors import UserError
from domain.payloads import Filled, joined, parted

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
CALENDAR: Pieces = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nUID:", 6, "\r\nATTENDEE:mailto:", 7, "\r\nSUMMARY:مساحة\r\nDESCRIPTION:",
    8, ",", 7, "!", 8, "\r\nEND:VCALENDAR\r\n",
)  # fmt: skip
SHARED = Shared(
    sender_name="Let's Connect",
    sender_address="connect@here.test",
    subject=("Your learning space",),
    text=("Hello ", 0, ",\n\nsee ", 2, " soon = now.\n.\nFrom here\n", 4, "\n"),
    html=("<p>Hello <bdi>", 1, '</bdi></p>\n<a href="https://here.test/', 3, '">', 3, "</a>\n<p>", 5, "</p>\n"),
    language="en",
    fields=3,
    headers=(
        ("Auto-Submitted", ("auto-generated",)),
        ("List-Unsubscribe", ("<https://here.test/", 2, ">, <mailto:u-", 4, "@here.test>")),
    ),
)
INVITE = replace(SHARED, calendar=CALENDAR, calendar_method="REQUEST")
ARABIC = "مرحبًا بك في مساحة التعلم، نحن سعداء بوجودك معنا هنا. " * 8
IN_BASE64 = replace(
    INVITE, text=(ARABIC, 0, ARABIC, 2, "\n", 4, ARABIC, 0, "\n"), html=(ARABIC, 1, "", 3, ARABIC, 5, "\n")
)
VALUES = ["Ada", "Ada", "link", "link", "ref", "ref", "uid-1", "ada@there.test", "Ada"]


def fill(shared: Shared, values: list[str], name: str = "Ada", to: str = "ada@there.test", **more: Any) -> Filled:
    return Form(shared).fill(name, to, NOW, "<invite.1.0.2@here.test>", values, **more)


def read(filled: Filled) -> EmailMessage:
    """What the standard library makes of the bytes, which are as every channel takes them."""
    assert Filled(filled.skeleton, tuple(parted(joined(filled.values)))) == filled
    data = filled.whole()
    assert is_plain(data)
    head, _, rest = data.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, rest.split(b"\r\n"))) <= 76  # RFC 2045 section 6.7 (5) and 6.8
    assert not re.search(rb"(?m)^From ", rest)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


def in_pairs(values: list[str]) -> list[str]:
    """As a letter has them: each of three fields plain, and escaped for HTML."""
    return [form for value in values[:3] for form in (value, escape(value))] + values[3:]


def put(pieces: Pieces, values: list[str]) -> str:
    return "".join(piece if isinstance(piece, str) else values[piece] for piece in pieces)


def library(shared: Shared, values: list[str]) -> EmailMessage:
    """The same letter as the standard library builds it, read back from its bytes."""
    built = EmailMessage(policy=email.policy.SMTP)
    built.set_content(put(shared.text, values))
    built.add_alternative(put(shared.html, values), subtype="html")
    if shared.calendar:
        data = put(shared.calendar, values).encode()
        built.add_alternative(data, "text", "calendar", params={"method": "REQUEST"}, cte="base64")
        del built.get_payload()[-1]["Content-Disposition"]
        built.make_mixed()
        built.add_attachment(data, "application", "ics", filename="invite.ics")
    message = email.message_from_bytes(built.as_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def leaves(message: EmailMessage) -> list[tuple[str, str | bytes]]:
    """Types and contents; which transfer encoding was chosen does not matter."""
    found: list[tuple[str, str | bytes]] = []
    for part in message.walk():
        if part.is_multipart():
            found.append((part.get_content_type(), ""))
            continue
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        is_words = part.get_content_type() in ("text/plain", "text/html")
        words = data.decode("utf-8").replace("\r\n", "\n") if is_words else data
        found.append((part.get_content_type(), words))
    return found


@pytest.mark.parametrize("shared", [SHARED, INVITE, IN_BASE64], ids=["letter", "invitation", "base64"])
def test_filled_form_reads_as_the_library_builds_it(shared: Shared) -> None:
    assert fill(shared, VALUES).is_plain()
    message = read(fill(shared, VALUES))
    assert leaves(message) == leaves(library(shared, VALUES))
    assert [str(message[name]) for name in ("From", "To", "Subject", "Date", "Message-ID", "Content-Language")] == [
        "Let's Connect <connect@here.test>", "Ada <ada@there.test>", "Your learning space",
        "Wed, 04 Mar 2026 15:30:00 +0000", "<invite.1.0.2@here.test>", "en",
    ]  # fmt: skip
    assert message["List-Unsubscribe"] == "<https://here.test/link>, <mailto:u-ref@here.test>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_parts_are_encoded_as_suits_what_is_shared() -> None:
    found = [[p["Content-Transfer-Encoding"] for p in read(fill(s, VALUES)).walk() if not p.is_multipart()]
             for s in (INVITE, IN_BASE64)]  # fmt: skip
    assert found == [["quoted-printable"] * 2 + ["base64"] * 2, ["base64"] * 4]


TRAPS = (
    "\n", "=", ".", "...", "\n.", "\n.\n", "From ", "\nFrom ", " ", "\t", " \n", "=\n", "=3D", "=\r\n", "--",
    "--=_alt_", "é", "سارة", "\U0001f600", "x" * 76, "x" * 998, "é" * 40, "=_", "\u2028", "&amp;", "\x1e", "a b",
    ",", '"', "\\n",
)  # fmt: skip
ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=90)
HOSTILE = st.lists(st.sampled_from(TRAPS) | ANY, max_size=5).map("".join)
FINE = HOSTILE.map(lambda text: re.sub("[\r\x1e]", "", text))
WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=120)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from([SHARED, INVITE, IN_BASE64]), st.lists(FINE, min_size=4, max_size=4), WORDS, WORDS)
@example(INVITE, [".", "From x", "", ""], "", "")
@example(IN_BASE64, ["", "", "", ""], "=", ".")
def test_any_values_read_as_the_library_builds_them(
    shared: Shared, values: list[str], link: str, reference: str
) -> None:
    values = in_pairs([values[0], link, reference, *values[1:]])
    message = read(fill(shared, values))
    assert leaves(message) == leaves(library(shared, values))
    assert message["List-Unsubscribe"] == f"<https://here.test/{link}>, <mailto:u-{reference}@here.test>"


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(FINE, st.integers(0, 5)), max_size=6), FINE, st.lists(FINE, min_size=3, max_size=3))
def test_any_shared_text_reads_as_the_library_builds_it(
    pieces: list[tuple[str, int]], last: str, values: list[str]
) -> None:
    text: Pieces = (*(one for pair in pieces for one in pair), f"{last}\n")
    shared = replace(SHARED, text=text, html=(f"<p>{text[0]}", *text[1:]), headers=())
    values = in_pairs(values)
    assert leaves(read(fill(shared, values))) == leaves(library(shared, values))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=130), st.integers(0, 3)), max_size=6), st.binary(max_size=130),
       st.lists(st.binary(max_size=130), min_size=4, max_size=4))  # fmt: skip
def test_base64_with_gaps_decodes_to_the_whole(
    pieces: list[tuple[bytes, int]], last: bytes, values: list[bytes]
) -> None:
    stream = Base64((*(one for pair in pieces for one in pair), last))
    gaps, heads = stream.encode(dict(enumerate(values)))
    around = stream.literals(heads)
    encoded = around[0] + b"".join(gap + after for gap, after in zip(gaps, around[1:], strict=True))
    assert base64.b64decode(encoded) == b"".join(literal + values[n] for literal, n in pieces) + last
    lines = [line for line in encoded.split(b"\r\n") if line]
    assert {len(line) % 4 for line in lines} <= {0}
    assert all(len(line) <= 76 for line in lines)
    assert not any(b"=" in line for line in lines[:-1])  # padding ends the whole, and nothing else


def test_soft_line_breaks_stand_around_a_value() -> None:
    assert quoted_pieces(("a ", 0, "", 1, "\nb\n", 2, ".")) == [
        b"a =\r\n", 0, b"=\r\n", 1, b"=\r\n\r\nb\r\n", 2, b"=\r\n=2E",
    ]  # fmt: skip
    assert [quoted(text) for text in ("..", ".From x", "Fro", "a ")] == [
        b"=2E=\r\n=2E=\r\n", b"=2E=\r\n=46=\r\nrom x", b"Fro", b"a ",
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(name=st.text(max_size=80), address=st.text(max_size=30) | st.emails(), title=st.text(max_size=80))
def test_whatever_the_name_and_address_there_is_one_recipient_or_an_error(
    name: str, address: str, title: str
) -> None:
    shared = replace(SHARED, subject=("Re: ", 0, ""))
    try:
        filled = fill(shared, [title, escape(title), *VALUES[2:]], name, address)
    except UserError:
        return
    head = filled.whole().split(b"\r\n\r\n")[0]
    names = re.findall(rb"^([A-Za-z-]+):", head, re.MULTILINE)
    assert b" ".join(names) == (
        b"From To Subject Date Message-ID Content-Language Auto-Submitted List-Unsubscribe MIME-Version Content-Type"
    )
    assert [a.addr_spec for a in read(filled)["To"].addresses] == [address]


@pytest.mark.parametrize(
    ("place", "value"), [(0, "a\0b"), (0, "\ud800"), (1, "\x1f"), (2, "a b"), (2, "é"), (4, "\r\nBcc:"), (7, "\udfff"),
                         (2, "x" * 321), (5, "\x1e"), (0, "\x7f")],
)  # fmt: skip
def test_bad_value_fails_this_letter_and_says_nothing_of_it(place: int, value: str) -> None:
    with pytest.raises(UserError) as told:
        fill(INVITE, [*VALUES[:place], value, *VALUES[place + 1 :]])
    assert {p.what.split(" holds")[0] for p in told.value.problems} == {"a value"}
    assert not any(word in str(told.value) for word in ("Bcc", "Ada", "ud", "xxx"))


def test_all_bad_values_are_told_at_once() -> None:
    with pytest.raises(UserError) as told:
        Form(replace(SHARED, answers=True)).fill("a\nb", "x", datetime(2026, 3, 4), "no", ["\0", *VALUES[1:]], "none")
    assert [p.what.split(" ")[1] for p in told.value.problems] == ["recipient", "date", "Message-ID", "is", "value"]


@pytest.mark.parametrize(
    "change",
    [
        {"sender_name": "x\0y"}, {"sender_address": "a@b.test, c@d.test"}, {"subject": ("a\nb",)}, {"language": "?"},
        {"text": ("\0",)}, {"html": ("\ud800", 0, "")},
        {"calendar": ("METHOD:CANCEL\r\n",), "calendar_method": "REQUEST"},
        {"calendar": ("METHOD:REQUEST\r\n",)}, {"headers": (("Bcc", ("x",)),)}, {"headers": (("Bcc", ("x", 0, "")),)},
        {"headers": (("X-A", ("é", 0, "")),)}, {"headers": (("X-A", ("a\r\nBcc: ", 0, "")),)},
        {"headers": (("X-A", ("x" * 700, 0, "")),)},
    ],
)  # fmt: skip
def test_form_that_could_be_no_letter_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UserError) as told:
        Form(replace(SHARED, **change))
    assert len(told.value.problems) == 1


def test_answers_are_threaded() -> None:
    message = read(fill(replace(SHARED, answers=True), VALUES, in_reply_to="<first@here.test>"))
    assert (message["In-Reply-To"], message["References"]) == ("<first@here.test>", "<first@here.test>")


def test_letters_of_a_form_share_a_skeleton_with_nothing_personal() -> None:
    form = Form(INVITE)
    people = [("Ada", "ada@there.test"), ("Bob", "bob@there.test"), ("Zuleika", "z@there.test")]
    filled = [
        form.fill(name, to, NOW, f"<{name}.x@here.test>", [name, name, "li", "li", "re", "re", "uid", to, name])
        for name, to in people
    ]
    assert filled[0].skeleton is filled[1].skeleton
    assert not any(word in one.skeleton.data for one in filled for word in (b"Ada", b"ada@", b"Zuleika"))
    again = Form(INVITE).fill("Ada", "ada@there.test", NOW, "<Ada.x@here.test>", [*VALUES[:6], "ui5", *VALUES[7:]])
    assert again.skeleton.sha256 == filled[0].skeleton.sha256


def test_value_that_is_the_same_in_all_its_places_is_kept_once() -> None:
    values = fill(SHARED, VALUES).values
    assert [values.count(one) for one in (b"Ada", b"link", b"ref", b"")] == [1, 1, 1, 5]


def test_value_that_is_empty_in_one_form_only_is_refused() -> None:
    with pytest.raises(ValueError, match="one of its two forms"):
        fill(SHARED, ["Ada", "", *VALUES[2:]])


def test_form_keeps_a_limited_number_of_skeletons() -> None:
    form = Form(IN_BASE64)
    for n in range(300):
        sizes = (n % 3, n // 3 % 3, n // 9 % 3, n // 27 % 3, n // 81)
        values = in_pairs([*("&" * size for size in sizes), ""])
        filled = form.fill("Ada", "ada@there.test", NOW, "<a@here.test>", values)
        assert leaves(read(filled)) == leaves(library(IN_BASE64, values))
    assert len(form._skeletons) <= 64
