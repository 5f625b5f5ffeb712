"""Feeds asked for as calendar programs do: what each of them sends when somebody subscribes, and afterwards.

Headers as seen from Google-Calendar-Importer, Apple's dataaccessd, Outlook.com and Thunderbird (calICSCalendar).
"""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest

from steps import feeds, profiles, sessions
from tests.programme import Place
from tests.visitor import HOST, Visitor, with_pages


@dataclass(frozen=True)
class Program:
    """`first`: methods it tries before it reads. `tags`, `dates`: whether it sends back what it was given."""

    agent: str
    accept: str = "*/*"
    coding: str = "gzip, deflate, br"
    first: tuple[str, ...] = ()
    tags: bool = True
    dates: bool = True
    more: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"user-agent": self.agent, "accept": self.accept, "accept-encoding": self.coding, **self.more}


PROGRAMS = {
    "google": Program("Google-Calendar-Importer", coding="gzip", tags=False, dates=False),
    "apple, phone": Program("iOS/18.0 (22A3354) dataaccessd/1.0"),
    "apple, desktop": Program("macOS/13.4 (22F66) dataaccessd/1.0", first=("HEAD",), more={"accept-language": "ar"}),
    "outlook.com": Program("Microsoft.Exchange/15.20 (Windows NT 10.0; Win64; x64)", coding="identity", tags=False),
    "thunderbird": Program(
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0",
        "text/calendar,text/plain;q=0.8,*/*;q=0.5", first=("OPTIONS", "PROPFIND", "HEAD"), dates=False,
    ),
    "in parts": Program("somebody/1.0", more={"range": "bytes=0-99"}),
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = with_pages(Place(tmp_path))
    place.register(place.person("Ada"), place.session("Reading maps"))
    place.tick()
    return place


@pytest.fixture(params=["everybody's", "Ada's"])
def address(request: pytest.FixtureRequest, place: Place) -> str:
    return feeds.link(place.app, 1) if request.param == "Ada's" else f"{HOST}/calendar.ics"


def starts(answer: object) -> list[str]:
    calendar = icalendar.Calendar.from_ical(answer.content)
    return [event["DTSTART"].dt.isoformat() for event in calendar.walk("VEVENT")]


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_subscribes_hears_nothing_new_and_then_that_it_moved(place: Place, address: str, name: str) -> None:
    program, visitor = PROGRAMS[name], Visitor(place)
    for method in program.first:  # a collection of calendars? Never: 405, and they go on to read the one
        tried = visitor.ask(method, address, headers=program.headers)
        assert tried.status_code == (200 if method == "HEAD" else 405)
        assert tried.content == b"" or method != "HEAD"
    first = visitor.get(address, headers=program.headers)
    assert (first.status_code, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert first.headers.get("content-encoding") == ("gzip" if "gzip" in program.coding else None)
    assert "accept-encoding" in first.headers["vary"].lower()
    assert starts(first) == ["2026-12-03T14:00:00+00:00"]
    kept = {}
    if program.tags:
        kept["if-none-match"] = first.headers["etag"]
    if program.dates:
        kept["if-modified-since"] = first.headers["last-modified"]
    again = visitor.get(address, headers=program.headers | kept)
    assert again.status_code == (304 if program.tags or (program.dates and "/calendar/" not in address) else 200)
    place.later(minutes=5)
    place.change(sessions.find(place.app, "1"), start="2026-12-04T09:00Z")
    moved = visitor.get(address, headers=program.headers | kept)
    assert (moved.status_code, starts(moved)) == (200, ["2026-12-04T09:00:00+00:00"])


def test_robots_are_kept_from_nothing(place: Place) -> None:
    """Google's importer asks for robots.txt first, and takes no feed that it forbids (RFC 9309: 404 forbids none)."""
    assert Visitor(place).get("/robots.txt").status_code == 404


def test_pages_offer_the_ways_that_programs_take(place: Place) -> None:
    visitor = Visitor(place)
    for page, feed in (("/", f"{HOST}/calendar.ics"), (profiles.link(place.app, 1), feeds.link(place.app, 1))):
        visitor.get(page)
        links = visitor.links()
        webcal = "webcal" + feed.removeprefix("https")
        (google,) = [link for link in links if "calendar.google.com" in link]
        assert (webcal in links, feed in links) == (True, True)
        assert (urlsplit(google).path, parse_qs(urlsplit(google).query)) == ("/calendar/r", {"cid": [webcal]})


def test_without_an_address_of_the_pages_nothing_is_offered(tmp_path: Path) -> None:
    visitor = Visitor(Place(tmp_path))
    visitor.get("/")
    assert [link for link in visitor.links() if "calendar" in link] == []
