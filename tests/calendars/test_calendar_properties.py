"""Whatever people type, and whatever arrives: hostile text survives a round trip, and no bytes break the reader."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from calendars import entry_forms
from calendars.invitations import Entry, cancel, normalise, request
from calendars.replies import Unreadable, read
from domain.invitations import PartStat

CORPUS = [
    path.read_bytes() for path in sorted((Path(__file__).parents[1] / "data" / "replies").glob("*.ics"))
]

# Every code point, lone surrogates too, and often what iCalendar gives a meaning.
hostile = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from('\\;,:"^%\r\n\t\x00\x07\x0b\u2028Nn='))
)
moments = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.timezones())
locals_ = st.from_regex(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~é-]{1,40}", fullmatch=True)
entries = st.builds(
    Entry,
    uid=st.from_regex(r"[a-z0-9@._-]{1,120}", fullmatch=True),
    sequence=st.integers(0, 2**31 - 1),
    dtstamp=moments,
    start=moments,
    end=st.just(datetime(2100, 1, 1, tzinfo=UTC)),
    summary=hostile.map(lambda text: f"s{text}"),
    description=hostile,
    location=hostile,
    url=st.sampled_from(["", "https://example.org/?a=1,2;3&b=%5Cn"]),
    organizer_name=hostile,
    organizer_address=st.just("programme@example.org"),
    attendee_name=hostile,
    attendee_address=locals_.map(lambda local: f"{local}@example.net"),
    partstat=st.sampled_from(PartStat),
    last_modified=st.none() | moments,
    language=st.sampled_from(["", "en", "pt-BR"]),
    summary_language=st.sampled_from(["", "ar"]),
)


@given(entries, st.sampled_from([request, cancel]))
@settings(max_examples=300, deadline=None)
def test_calendar_part_read_again_is_the_entry(entry, make) -> None:
    data = make(entry)
    [event] = Calendar.from_ical(data).walk("VEVENT")
    meant = normalise(entry)
    assert event.errors == []
    assert {
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "dtstamp": event.decoded("DTSTAMP"),
        "start": event.decoded("DTSTART"),
        "end": event.decoded("DTEND"),
        "summary": str(event["SUMMARY"]),
        "description": str(event.get("DESCRIPTION", "")),
        "location": str(event.get("LOCATION", "")),
        "url": str(event.get("URL", "")),
        "organizer_name": event["ORGANIZER"].params.get("CN", ""),
        "organizer_address": str(event["ORGANIZER"]).removeprefix("mailto:"),
        "attendee_name": event["ATTENDEE"].params.get("CN", ""),
        "attendee_address": str(event["ATTENDEE"]).removeprefix("mailto:"),
        "partstat": event["ATTENDEE"].params["PARTSTAT"],
        "last_modified": event.decoded("LAST-MODIFIED") if "LAST-MODIFIED" in event else None,
    } == {name: getattr(meant, name) for name in Entry.__dataclass_fields__ if not name.endswith("language")}
    for name, language in (
        ("SUMMARY", meant.summary_language or meant.language),
        ("DESCRIPTION", meant.language if meant.description else ""),
        ("LOCATION", meant.language if meant.location else ""),
    ):
        assert getattr(event.get(name), "params", {}).get("LANGUAGE", "") == language
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", data.replace(b"\t", b""))


@given(
    entries, st.sampled_from(["REQUEST", "CANCEL"]),
    st.lists(st.tuples(hostile, st.integers(0, 1)), max_size=4), hostile, st.lists(hostile, min_size=2, max_size=2),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_entry_in_two_steps_says_the_same(entry, method, pieces, last, described) -> None:
    # How a line break is written that is half in one piece and half in the next, is nobody's question.
    pieces, described = [(one.replace("\r", ""), n) for one, n in pieces], [one.replace("\r", "") for one in described]
    last = last.replace("\r", "")
    description = (*(one for pair in pieces for one in pair), f"{last}.")
    shared = replace(entry, uid="x", attendee_name="", attendee_address="a@b", dtstamp=entry.start, description="")
    form = entry_forms.form(method, shared, description)
    values = [*entry_forms.values(entry), *map(entry_forms.described, described)]
    data = "".join(one if isinstance(one, str) else values[one] for one in form).encode()
    text = "".join(one if isinstance(one, str) else described[one] for one in description)
    whole = {"REQUEST": request, "CANCEL": cancel}[method](replace(entry, description=f"|{text}|"))
    [ours], [theirs] = ([c.walk("VEVENT")[0]] for c in map(Calendar.from_ical, (data, whole)))
    assert str(ours.pop("DESCRIPTION")) == str(theirs.pop("DESCRIPTION"))[1:-1]
    assert ours.to_ical() == theirs.to_ical()
    assert Calendar.from_ical(data)["METHOD"] == method
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", data.replace(b"\t", b""))


@given(entries)
@settings(max_examples=100, deadline=None)
def test_request_sent_back_as_a_reply_is_understood(entry) -> None:
    meant = normalise(entry)
    [answer] = read(request(entry).replace(b"METHOD:REQUEST", b"METHOD:REPLY"))
    assert (answer.uid, answer.sequence, answer.dtstamp, answer.start, answer.partstat, answer.attendee) == (
        *(meant.uid, meant.sequence, meant.dtstamp, meant.start, meant.partstat),
        meant.attendee_address,
    )


def readable(data: bytes, charset: str | None = None) -> bool:
    try:
        return isinstance(read(data, charset), list)
    except Unreadable as trouble:
        return bool(trouble.reason)


charsets = (
    st.none()
    | st.sampled_from(["utf-8", "us-ascii", "utf-16", "utf-32-be", "iso-2022-jp", "gb18030"])
    | st.text()
)


@given(st.binary(max_size=2000), charsets)
@settings(max_examples=200, deadline=None)
def test_read_of_random_bytes_raises_only_unreadable(data: bytes, charset: str | None) -> None:
    assert readable(data, charset)
    assert readable(
        b"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n" + data + b"\nEND:VEVENT\nEND:VCALENDAR", charset
    )


edits = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=12)), max_size=6)


@given(st.sampled_from(CORPUS), edits, charsets)
@settings(max_examples=400, deadline=None)
def test_read_of_mutated_replies_raises_only_unreadable(
    data: bytes, changes: list, charset: str | None
) -> None:
    for place, length, new in changes:
        place %= len(data) + 1
        data = data[:place] + new + data[place + length :]
    assert readable(data, charset)
