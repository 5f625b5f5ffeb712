"""A letter's bytes read back as what went in, with the standard library as the judge."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.letter import Letter, build
from domain.errors import UserError

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@here.test\r\n"
    "SUMMARY:مساحة التعلم\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()

PLAIN = Letter(
    sender_name="Let's Connect",
    sender_address="connect@here.test",
    recipient_name="Ada Okafor",
    recipient_address="ada@there.test",
    subject="Your learning space",
    text="Hello Ada,\n\nFrom here on.\n.\nBye = soon\n",
    html="<p>Hello Ada,</p>\n<p>Grüße</p>\n",
    date=datetime(2026, 3, 4, 15, 30, tzinfo=UTC),
    message_id="<invite.1.0.2@here.test>",
    language="en",
)
INVITE = replace(PLAIN, calendar=ICS, calendar_method="REQUEST")


def read(letter: Letter) -> EmailMessage:
    data = build(letter)
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def test_plain_letter_reads_back() -> None:
    message = read(PLAIN)
    assert [str(message[name]) for name in ("From", "To", "Subject", "Date", "Message-ID", "Content-Language")] == [
        "Let's Connect <connect@here.test>",
        "Ada Okafor <ada@there.test>",
        "Your learning space",
        "Wed, 04 Mar 2026 15:30:00 +0000",
        "<invite.1.0.2@here.test>",
        "en",
    ]
    assert message["MIME-Version"] == "1.0"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (body(message, "plain"), body(message, "html")) == (PLAIN.text, PLAIN.html)


def test_invitation_has_the_calendar_last_and_the_same_bytes_attached() -> None:
    message = read(INVITE)
    assert message.get_content_type() == "multipart/mixed"
    inner, attached = message.iter_parts()
    calendar = list(inner.iter_parts())[-1]
    assert [p.get_content_type() for p in inner.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    assert (calendar.get_param("method"), calendar.get_param("charset")) == ("REQUEST", "UTF-8")
    assert calendar["Content-Disposition"] is None
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar.get_payload(decode=True) == ICS
    assert attached.get_content_type() == "application/ics"
    assert attached.get_filename() == "invite.ics"
    assert attached.get_payload(decode=True) == ICS


def test_same_letter_gives_the_same_bytes() -> None:
    assert build(INVITE) == build(replace(INVITE))
    other = build(replace(INVITE, message_id="<invite.1.0.3@here.test>"))
    boundary = re.compile(rb'boundary="([^"]+)"')
    assert not set(boundary.findall(build(INVITE))) & set(boundary.findall(other))


def test_arabic_letter_reads_back() -> None:
    subject = "دعوة إلى مساحة التعلم: كيف نكتب مقالات جيدة معًا في ويكيبيديا العربية وما بعدها"
    name = "ليلى بنت عبد الله آل محمود التي لها اسم طويل جدا"
    letter = replace(INVITE, subject=subject, recipient_name=name, text="مرحبا ليلى\n", language="ar")
    message = read(letter)
    assert message["Subject"] == subject
    assert message["To"].addresses[0].addr_spec == "ada@there.test"
    assert body(message, "plain") == "مرحبا ليلى\n"
    # EmailMessage puts a space between two encoded words of a name (RFC 2047 section 6.2 says not to), so:
    legacy = email.message_from_bytes(build(letter))
    assert str(make_header(decode_header(legacy["To"]))) == f"{name} <ada@there.test>"
    encoded = re.findall(rb"=\?[^ \r]*\?=", build(letter))
    assert len(encoded) > 3
    assert max(map(len, encoded)) <= 75


@pytest.mark.parametrize("name", ['A. "B" \\ C', "Okafor, Ada", "a@b.test", "=?utf-8?q?x?=", "(c)", "", "x" * 300])
def test_odd_name_stays_one_name_and_one_address(name: str) -> None:
    addresses = read(replace(PLAIN, recipient_name=name))["To"].addresses
    assert [(a.display_name, a.addr_spec) for a in addresses] == [(name, "ada@there.test")]


def test_control_and_override_characters_are_stripped_from_names() -> None:
    message = read(replace(PLAIN, recipient_name="A\u202eda\x07 \u2066B\u2028", subject="a\u202db\x1b"))
    assert message["To"].addresses[0].display_name == "Ada B"
    assert message["Subject"] == "ab"


@pytest.mark.parametrize(
    "change",
    [
        {"recipient_name": "Ada\r\nBcc: evil@x.test"},
        {"recipient_name": "Ada\nBcc: evil@x.test"},
        {"recipient_name": "Ada\rBcc: evil@x.test"},
        {"recipient_name": "\ud800"},
        {"sender_name": "x\0y"},
        {"subject": "Hi\r\n\r\nbody"},
        {"recipient_address": "a@b.test, evil@x.test"},
        {"recipient_address": "a@b.test>, <evil@x.test"},
        {"recipient_address": "a@b.test\r\nBcc: evil@x.test"},
        {"recipient_address": "evil"},
        {"recipient_address": ""},
        {"recipient_address": "group: a@b.test;"},
        {"recipient_address": "jörg@b.test"},
        {"recipient_address": "a@b.test\n"},
        {"message_id": "x@y>\r\nBcc: evil@x.test"},
        {"message_id": "no at"},
        {"in_reply_to": "a@b\r\nX: y"},
        {"language": "en\r\nX: y"},
        {"headers": (("Bcc", "evil@x.test"),)},
        {"headers": (("X-A: b\r\nBcc", "evil@x.test"),)},
        {"headers": (("X-A", "b\r\nBcc: evil@x.test"),)},
        {"headers": (("X-A", "b\u2028ä\nBcc: evil@x.test"),)},
        {"headers": (("X-A", "x" * 2000),)},
        {"date": datetime(2026, 3, 4)},
        {"text": "a\0b"},
        {"html": "\udfff"},
        {"calendar": ICS},
        {"calendar_method": "REQUEST"},
        {"calendar": ICS, "calendar_method": "CANCEL"},
        {"calendar": ICS, "calendar_method": "REQUEST; x=y"},
    ],
)
def test_bad_value_fails_this_letter_and_says_nothing_of_it(change: dict[str, object]) -> None:
    with pytest.raises(UserError) as told:
        build(replace(PLAIN, **change))
    assert len(told.value.problems) == 1
    assert not any(word in str(told.value) for word in ("evil", "Ada", "b.test", "Bcc"))


def test_all_bad_values_are_told_at_once() -> None:
    bad = replace(PLAIN, recipient_name="a\nb", recipient_address="x", subject="c\nd", language="?")
    with pytest.raises(UserError) as told:
        build(bad)
    assert [p.what.split(" ")[1] for p in told.value.problems] == ["recipient", "subject", "language"]


def test_further_headers_and_threading_read_back() -> None:
    unsubscribe = "<https://here.test/u/" + "x" * 120 + ">, <mailto:u@here.test>"
    letter = replace(
        PLAIN,
        headers=(("List-Unsubscribe", unsubscribe), ("X-Note", "grüße " * 30)),
        in_reply_to="<first@here.test>",
    )
    message = read(letter)
    assert message["List-Unsubscribe"] == unsubscribe
    assert message["X-Note"] == ("grüße " * 30).strip()
    assert (message["In-Reply-To"], message["References"]) == ("<first@here.test>", "<first@here.test>")


def test_letter_without_html_has_one_part() -> None:
    assert [p.get_content_type() for p in read(replace(PLAIN, html="")).iter_parts()] == ["text/plain"]


def test_date_keeps_its_offset() -> None:
    date = datetime(2026, 3, 4, 18, 30, tzinfo=timezone(timedelta(hours=3)))
    assert read(replace(PLAIN, date=date))["Date"].datetime == date


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t =.-_"), max_size=300)


@settings(max_examples=150, deadline=None)
@given(text=TEXT, html=TEXT.filter(bool), subject=st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))))
def test_any_text_reads_back(text: str, html: str, subject: str) -> None:
    message = read(replace(INVITE, text=text, html=html, subject=subject))
    assert body(message, "plain") == (text if text.endswith("\n") else text + "\n")
    assert body(message, "html") == (html if html.endswith("\n") else html + "\n")
    kept = "".join(c for c in subject if c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069").strip()
    assert str(message["Subject"]).split() == kept.split()


@settings(max_examples=150, deadline=None)
@given(name=st.text(max_size=80), address=st.text(max_size=30) | st.emails())
def test_whatever_the_name_and_address_there_is_one_recipient_or_an_error(name: str, address: str) -> None:
    try:
        data = build(replace(PLAIN, recipient_name=name, recipient_address=address))
    except UserError:
        return
    head = data.split(b"\r\n\r\n")[0]
    names = re.findall(rb"^([A-Za-z-]+):", head, re.MULTILINE)
    expected = b"From To Subject Date Message-ID Content-Language MIME-Version Content-Type"
    assert b" ".join(names) == expected
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert [a.addr_spec for a in message["To"].addresses] == [address]
