"""What `calendars/invitations.py` writes: golden files, foreign parsers, refusals."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from calendars.contentlines import time_line
from calendars.invitations import Entry, cancel, is_address, normalise, request
from domain.errors import UserError
from tests.calendars.golden_cases import BASE, CASES, ENTRIES, UPDATE
from tests.judges.judge import judge_ical_js, judge_libical

GOLDEN = Path(__file__).parents[1] / "golden" / "calendars"


@pytest.mark.parametrize("case", CASES)
def test_calendar_part_is_the_golden_file(case: str) -> None:
    path, data = GOLDEN / f"{case}.ics", CASES[case]()
    if os.environ.get("LETSCONNECT_UPDATE_GOLDEN") == "1":
        path.write_bytes(data)
    assert data == path.read_bytes()


def test_golden_files_have_no_leftovers() -> None:
    assert {path.stem for path in GOLDEN.glob("*.ics")} == set(CASES)


def as_judged(entry: Entry, method: str) -> dict[str, Any]:
    """What a foreign parser must find in it."""
    entry = normalise(entry)

    def stamp(moment: datetime) -> list[str]:
        return [f"{moment:%Y%m%dT%H%M%SZ}"]

    params = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": entry.partstat.value}
    if method == "REQUEST":
        params["RSVP"] = "TRUE"
    organizer = {"CN": entry.organizer_name} if entry.organizer_name else {}
    attendee = {**params, "CN": entry.attendee_name} if entry.attendee_name else params
    event = {
        "uid": [entry.uid],
        "sequence": [entry.sequence],
        "dtstamp": stamp(entry.dtstamp),
        "dtstart": stamp(entry.start),
        "dtend": stamp(entry.end),
        "status": ["CONFIRMED" if method == "REQUEST" else "CANCELLED"],
        "summary": [entry.summary],
        "description": [entry.description] if entry.description else [],
        "location": [entry.location] if entry.location else [],
        "url": [entry.url] if entry.url else [],
        "organizer": [{"value": f"mailto:{entry.organizer_address}", "params": organizer}],
        "attendee": [{"value": f"mailto:{entry.attendee_address}", "params": attendee}],
    }
    return {"ok": True, "error": "", "component": "VCALENDAR", "method": method, "events": [event]}


@pytest.mark.parametrize("judge", [judge_ical_js, judge_libical])
@pytest.mark.parametrize("name", ENTRIES)
def test_request_read_by_others_says_what_was_meant(name: str, judge: Any) -> None:
    assert judge(request(ENTRIES[name])) == as_judged(ENTRIES[name], "REQUEST")


@pytest.mark.parametrize("judge", [judge_ical_js, judge_libical])
@pytest.mark.parametrize("name", ENTRIES)
def test_cancel_read_by_others_says_what_was_meant(name: str, judge: Any) -> None:
    assert judge(cancel(ENTRIES[name])) == as_judged(ENTRIES[name], "CANCEL")


def test_judge_libical_without_dtstamp_refuses() -> None:
    broken = request(BASE).replace(b"DTSTAMP:20260301T101112Z\r\n", b"")
    assert judge_libical(broken)["error"] == (
        "Failed iTIP restrictions for DTSTAMP property. Expected 1 instances of the property and got 0"
    )


def test_judge_ical_js_with_tzid_without_vtimezone_refuses() -> None:
    broken = request(BASE).replace(b"DTSTART:20260305T150000Z", b"DTSTART;TZID=Europe/Paris:20260305T160000")
    assert judge_ical_js(broken) == {"ok": False, "error": "Error: dtstart has a TZID without VTIMEZONE"}


def test_lines_are_at_most_75_octets_and_whole_characters() -> None:
    lines = CASES["invitation-folded"]().split(b"\r\n")
    assert max(len(line) for line in lines) == 75
    assert b"\r\n".join(lines).decode().encode() == b"\r\n".join(lines)  # every line decodes by itself too:
    assert [line.decode().encode() for line in lines] == lines


def test_cancel_keeps_uid_organizer_attendee_and_start() -> None:
    kept = ("UID:", "ORGANIZER", "DTSTART:", "DTEND:", "SEQUENCE:", "DTSTAMP:")
    asked, told = (unfolded(make(UPDATE)) for make in (request, cancel))
    assert [x for x in told if x.startswith(kept)] == [x for x in asked if x.startswith(kept)]
    assert [x.replace("RSVP=TRUE;", "") for x in asked if x.startswith("ATTENDEE")] == [
        x for x in told if x.startswith("ATTENDEE")
    ]


@pytest.mark.parametrize("absent", ["TZID", "SENT-BY", "X-MICROSOFT", "VALARM", "VTIMEZONE"])
def test_request_leaves_out_what_breaks_clients(absent: str) -> None:
    assert [case for case in CASES if absent in CASES[case]().decode()] == []


def test_people_differ_only_in_their_personal_lines() -> None:
    other = replace(BASE, uid="inv-0002@example.org", attendee_name="Li", attendee_address="li@example.net")
    differing = {
        one.split(":")[0].split(";")[0]
        for one in set(unfolded(request(BASE))) ^ set(unfolded(request(other)))
    }
    assert differing == {"UID", "ATTENDEE"}


NAIVE = datetime(2026, 3, 5, 15, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uid", ""),
        ("uid", "a b"),
        ("uid", "a\r\nMETHOD:CANCEL"),
        ("uid", "u" * 256),
        ("sequence", -1),
        ("sequence", 2**31),
        ("dtstamp", NAIVE),
        ("start", NAIVE),
        ("end", NAIVE),
        ("end", BASE.start),
        ("last_modified", NAIVE),
        ("start", datetime.min.replace(tzinfo=BASE.start.tzinfo)),
        ("summary", " \x00 "),
        ("organizer_address", "mailto:programme@example.org"),
        ("attendee_address", "amina"),
        ("attendee_address", "amina@example.net\r\nATTENDEE:mailto:x@example.net"),
        ("attendee_address", "amina\x00@example.net"),
        ("attendee_address", "amina\ud800@example.net"),
        ("attendee_address", "a@b@example.net"),
        ("attendee_address", "a" * 250 + "@example.net"),
        ("url", "javascript:alert(1)"),
        ("url", "https://example.org/a b"),
        ("url", "https://example.org/\r\nX:y"),
        ("language", "en:x"),
        ("partstat", "DELEGATED"),
    ],
)
def test_request_with_a_bad_value_names_the_field_but_not_the_value(field: str, value: Any) -> None:
    with pytest.raises(UserError) as caught:
        request(replace(BASE, **{field: value}))
    assert [problem.where for problem in caught.value.problems] == [field]
    assert "amina" not in str(caught.value)
    assert "example.net" not in str(caught.value)


def test_request_with_several_bad_values_names_them_all() -> None:
    with pytest.raises(UserError) as caught:
        cancel(replace(BASE, uid="", start=NAIVE, attendee_address="nobody", url="ftp://x"))
    assert [problem.where for problem in caught.value.problems] == ["uid", "start", "attendee_address", "url"]


def test_normalise_makes_names_that_need_no_escape() -> None:
    entry = normalise(replace(BASE, attendee_name=' Pat\r\n"the \\ one"\x07 \ud800^ '))
    assert entry.attendee_name == "Pat 'the / one'"


def test_address_with_international_characters_is_kept() -> None:
    assert is_address("أمينة@مثال.example")
    assert "mailto:أمينة@مثال.example" in "\n".join(
        unfolded(request(replace(BASE, attendee_address="أمينة@مثال.example")))
    )


def test_time_line_of_any_zone_is_utc() -> None:
    assert time_line("DTSTART", UPDATE.start) == "DTSTART:20260305T160000Z"


def unfolded(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().split("\r\n")
