"""What `calendars/replies.py` understands: a small corpus of replies written the way each client writes them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from calendars.replies import Reply, Unreadable, distinct, read
from calendars.scanning import COMPONENTS_MAX, SIZE_MAX
from domain.invitations import PartStat

CORPUS = Path(__file__).parents[1] / "data" / "replies"
YES, NO, MAYBE = PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


T0805 = at("2026-03-01T08:05")
KOFI = "kofi@example.net"


def reply(
    uid: str,
    partstat: PartStat,
    attendee: str | None,
    dtstamp: datetime | None = T0805,
    sequence: int | None = None,
    start: datetime | None = None,
    comment: str = "",
    method: str = "REPLY",
) -> Reply:
    return Reply(f"inv-{uid}@example.org", method, partstat, sequence, dtstamp, attendee, start, comment)


UNDERSTOOD = {
    "google-accepted": [
        reply(
            "0001",
            YES,
            "amina@example.net",
            at("2026-03-01T10:11:12"),
            1,
            at("2026-03-05T15:00"),
            "See you there, all",
        )
    ],
    "outlook-declined": [
        reply(
            "0002",
            NO,
            "ngozi@example.net",
            at("2026-03-01T12:00"),
            0,
            at("2026-07-05T15:00"),
            "I am travelling, sorry.",
        )
    ],
    "outlook-counter": [
        reply(
            *("0002", MAYBE, "ngozi@example.net", at("2026-03-01T12:00"), 0, at("2026-03-05T16:00")),
            *("An hour later?", "COUNTER"),
        )
    ],
    "google-counter": [
        reply(
            "0001",
            YES,
            "amina@example.net",
            at("2026-03-01T10:11:12"),
            1,
            at("2026-03-06T09:00"),
            "",
            "COUNTER",
        )
    ],
    "apple-propose-new-time": [
        reply("0003", MAYBE, "jose@example.net", at("2026-03-01T15:00"), 0, at("2026-03-05T17:00"))
    ],
    "apple-nomail": [reply("0003", YES, None, at("2026-03-01T15:00"))],
    "thunderbird-tentative": [reply("0004", MAYBE, "li@example.net", T0805, 2, at("2026-03-05T15:00"))],
    "bare-minimum-lower-case": [reply("0005", YES, "Sam@Example.net", None)],
    "list-footer": [reply("0009", YES, KOFI, sequence=3)],
    "two-calendars": [reply("0010", YES, KOFI, sequence=0), reply("0011", NO, KOFI, sequence=0)],
    "same-reply-twice": [reply("0010", YES, KOFI, sequence=0)],
    "folding-lost": [reply("0012", YES, "alice@example.net", sequence=0)],
    "folding-lost-address-cut": [reply("0012", YES, None, sequence=0)],
    "zone-known-to-nobody": [reply("0013", MAYBE, "asha@example.net", sequence=0, method="COUNTER")],
    "dtstamp-local-zone": [reply("0020", YES, KOFI, sequence=0)],
    "no-method": [],
    "request-sent-back": [],
    "empty": [],
}
IN_A_CHARSET = {
    "latin1-declared": ("ISO-8859-1", reply("0006", NO, "rene@example.net", comment="désolé")),
    "utf8-called-ascii-folded-in-a-character": (
        "us-ascii",
        reply("0007", YES, "amina@example.net", comment="سأحضر"),
    ),
    "japanese-iso-2022-jp": ("iso-2022-jp", reply("0008", YES, "yuki@example.net", comment="参加します")),
}
FOR_A_PERSON = {
    "delegated": ("the invitation was delegated to somebody else", ("inv-0015@example.org",), ()),
    "partstat-completed": ("a PARTSTAT that is no answer to an invitation", ("inv-0016@example.org",), ()),
    "no-partstat": ("no ATTENDEE with a PARTSTAT", ("inv-0016@example.org",), ()),
    "one-good-one-broken": (
        *("a SEQUENCE that is no number", ("inv-0018@example.org",)),
        (reply("0017", YES, KOFI, sequence=0),),
    ),
    "cut-off": ("the calendar part was cut off", ("inv-0019@example.org",), ()),
    "no-calendar": ("the calendar part holds no VCALENDAR", (), ()),
}


def corpus(case: str) -> bytes:
    return (CORPUS / f"{case}.ics").read_bytes()


def test_corpus_is_covered_whole() -> None:
    assert {path.stem for path in CORPUS.glob("*.ics")} == {*UNDERSTOOD, *IN_A_CHARSET, *FOR_A_PERSON}


@pytest.mark.parametrize("case", UNDERSTOOD)
def test_reply_from_the_corpus_is_understood(case: str) -> None:
    assert read(corpus(case)) == UNDERSTOOD[case]


@pytest.mark.parametrize("case", IN_A_CHARSET)
def test_reply_in_a_charset_is_understood(case: str) -> None:
    charset, expected = IN_A_CHARSET[case]
    assert read(corpus(case), charset) == [expected]


@pytest.mark.parametrize("case", FOR_A_PERSON)
def test_reply_that_nobody_should_guess_is_for_a_person(case: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(corpus(case))
    assert (caught.value.reason, caught.value.uids, caught.value.replies) == FOR_A_PERSON[case]


@pytest.mark.parametrize(
    "charset", ["utf-8", "", "unknown-8bit", "hex", "zlib", "nul\0", "utf-7", "x" * 5000]
)
def test_reply_with_an_odd_charset_is_still_understood(charset: str) -> None:
    [answer] = read(corpus("utf8-called-ascii-folded-in-a-character"), charset)
    assert answer == IN_A_CHARSET["utf8-called-ascii-folded-in-a-character"][1]


@pytest.mark.parametrize(
    ("charset", "encoding"), [("UTF-16", "utf-16"), (None, "utf-16"), ("utf-8", "utf-8-sig")]
)
def test_reply_with_a_byte_order_mark_is_understood(charset: str | None, encoding: str) -> None:
    text = corpus("google-accepted").decode()
    assert read(text.encode(encoding), charset) == UNDERSTOOD["google-accepted"]


def test_reply_without_method_takes_the_mime_method() -> None:
    assert read(corpus("no-method"), None, "reply") == [reply("0014", YES, KOFI, sequence=0)]


def test_reply_with_method_ignores_the_mime_method() -> None:
    assert read(corpus("google-counter"), None, "REPLY") == UNDERSTOOD["google-counter"]


def test_proposal_of_a_counter_is_its_start() -> None:
    [answer] = read(corpus("outlook-counter"))
    assert (answer.proposed_start, answer.proposal(at("2026-03-05T15:00"))) == (
        answer.start,
        at("2026-03-05T16:00"),
    )


def test_proposal_of_an_accepting_counter_is_its_start() -> None:
    [answer] = read(corpus("google-counter"))
    assert answer.proposal(at("2026-03-05T15:00")) == at("2026-03-06T09:00")


def test_proposal_of_a_tentative_reply_is_a_start_that_differs() -> None:
    [answer] = read(corpus("apple-propose-new-time"))
    assert answer.proposed_start is None
    assert [answer.proposal(at(f"2026-03-05T{hour}:00")) for hour in (15, 17)] == [
        at("2026-03-05T17:00"),
        None,
    ]


def test_proposal_of_an_acceptance_is_none() -> None:
    [answer] = read(corpus("google-accepted"))
    assert answer.proposal(at("2026-03-09T15:00")) is None


def test_distinct_counts_two_parts_of_one_mail_once() -> None:
    part = read(corpus("google-accepted"))
    assert distinct([*part, *read(corpus("google-accepted"))]) == part


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"DTSTAMP:20260301T101112Z", b"DTSTAMP:20261301T101112Z", "a DTSTAMP that is no date or time"),
        (b"DTSTART:20260305T150000Z", b"DTSTART:tomorrow", "a DTSTART that is no date or time"),
        (
            b"DTSTART:",
            b"DTSTART;TZID=Asia/Tokyo:00010101T000000\r\nX-A:",
            "a DTSTART that is no date or time",
        ),
        (b"UID:inv-0001@example.org\r\n", b"", "no UID, or more than one"),
        (b"UID:", b"UID:other\r\nUID:", "no UID, or more than one"),
        (b"SEQUENCE:1", b"SEQUENCE:2147483648", "a SEQUENCE that is no number"),
        (b"UID:inv-0001@example.org", b"UID: ", "no UID, or more than one"),
        (b"PARTSTAT=", b"PARTSTAT=DECLINED;PARTSTAT=", "the ATTENDEE line cannot be read"),
        (b"SEQUENCE:1", b"ATTENDEE:mailto:x@example.net\r\n" * 50, "more than 50 ATTENDEEs"),
        (b"SEQUENCE:1", b"SEQUENCE:-1", "a SEQUENCE that is no number"),
        (b'all":mailto', b"all:mailto", "the ATTENDEE line cannot be read"),
        (
            b"SEQUENCE:1",
            b"ATTENDEE;PARTSTAT=DECLINED:mailto:x@example.net",
            "several ATTENDEEs with different answers",
        ),
        (b"METHOD:REPLY", b"METHOD:REPLY\r\nEND:VCALENDAR", "a REPLY without a VEVENT"),
    ],
)
def test_reply_with_a_broken_line_is_for_a_person(before: bytes, after: bytes, reason: str) -> None:
    data = corpus("google-accepted")
    assert before in data
    with pytest.raises(Unreadable) as caught:
        read(data.replace(before, after))
    assert caught.value.reason == reason


def test_reply_with_a_second_attendee_who_said_nothing_is_understood() -> None:
    data = corpus("google-accepted").replace(b"SEQUENCE:1", b"SEQUENCE:1\r\nATTENDEE:mailto:x@example.net")
    assert read(data) == UNDERSTOOD["google-accepted"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\r\n", b"\r\r\n"),
        (b"\r\n", b" \r\n"),
        (b"\r\n", b"\n\n"),
        (b"\r\n", b"\r"),
        (b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nBEGIN:VCALENDAR"),
        (b"END:VEVENT", b"END:VEVENT\r\n a stray line"),
        (b"mailto:kofi@example.net", b"MAILTO: <kofi@example.net>"),
        (b"PARTSTAT=ACCEPTED", b'PARTSTAT="accepted";CN=Asante, Kofi;;X-EMPTY=;PARTSTAT=accepted'),
        (b"SEQUENCE:3", b"SEQUENCE:3\r\nDTSTART;VALUE=DATE;TZID=Europe/Paris:20260305"),
        (b"SEQUENCE:3", b"SEQUENCE:3\r\nDTSTART:20260305T150000"),
        (b"DTSTAMP:20260301T080500Z", b"DTSTAMP:20260301T080500"),
        (b"DTSTAMP:20260301T080500Z", b"DTSTAMP;TZID=UTC:20260301T080500"),
    ],
)
def test_reply_with_a_known_oddity_is_understood(before: bytes, after: bytes) -> None:
    data = corpus("list-footer")
    assert before in data
    assert read(data.replace(before, after)) == UNDERSTOOD["list-footer"]


def test_dtstamp_in_an_unknown_zone_is_taken_as_utc() -> None:
    data = corpus("list-footer").replace(b"DTSTAMP:20260301T080500Z", b"DTSTAMP;TZID=Nowhere:20260301T080500")
    assert [answer.dtstamp for answer in read(data)] == [
        T0805
    ]  # DTSTAMP is UTC by RFC 5545, whatever it says


def test_comment_in_a_declared_one_byte_charset_is_decoded() -> None:
    data = corpus("list-footer").replace(b"SEQUENCE:3", "COMMENT:سأحضر\\Nشكرا".encode("windows-1256"))
    assert [answer.comment for answer in read(data, '"Windows-1256"')] == ["سأحضر\nشكرا"]


def test_unreadable_events_are_all_named() -> None:
    completed, cut_off = corpus("partstat-completed"), corpus("cut-off")
    with pytest.raises(Unreadable) as caught:
        read(completed + completed.replace(b"0016", b"0026") + cut_off)
    assert (caught.value.reason, caught.value.uids) == (
        "a PARTSTAT that is no answer to an invitation; the calendar part was cut off",
        ("inv-0016@example.org", "inv-0026@example.org", "inv-0019@example.org"),
    )


def test_answer_taken_back_is_needs_action() -> None:
    [answer] = read(corpus("list-footer").replace(b"ACCEPTED", b"needs-action"))
    assert answer == reply("0009", PartStat.NEEDS_ACTION, KOFI, sequence=3)


def test_comment_is_cut_and_cleaned() -> None:
    data = corpus("list-footer").replace(b"SEQUENCE:3", b"SEQUENCE:3\r\nCOMMENT:a\x00\x07" + b"b" * 5000)
    assert [answer.comment for answer in read(data)] == ["a" + "b" * 1999]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x" * (SIZE_MAX + 1), "the calendar part is larger than 256 kB"),
        (b"BEGIN:VCALENDAR\n" * (COMPONENTS_MAX + 1), "the calendar part holds more than 100 components"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:" + b"u" * 9000 + b"\nEND:VEVENT",
            "a UID line is longer than 8192 characters",
        ),
    ],
)
def test_reply_beyond_the_caps_is_for_a_person(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert caught.value.reason == reason
