"""The calendar parts that are kept as golden files: name of the case -> what makes its bytes.

The files are in tests/golden/calendars/; `LETSCONNECT_UPDATE_GOLDEN=1 .venv/bin/pytest tests/calendars` writes
them anew, to be read by eye before they are committed.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from calendars.invitations import Entry, cancel, request
from domain.invitations import PartStat

BASE = Entry(
    uid="inv-0001@example.org",
    sequence=0,
    dtstamp=datetime(2026, 3, 1, 10, 11, 12, tzinfo=UTC),
    start=datetime(2026, 3, 5, 15, 0, tzinfo=UTC),
    end=datetime(2026, 3, 5, 16, 0, tzinfo=UTC),
    summary="Learning clinic",
    description="Bring a question.\nJoin: https://meet.example.org/room",
    location="https://meet.example.org/room",
    url="https://pages.example.org/s/12",
    organizer_name="Peer Learning",
    organizer_address="programme@example.org",
    attendee_name="Amina",
    attendee_address="amina@example.net",
    language="en",
)
UPDATE = replace(
    BASE,
    sequence=1,
    dtstamp=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
    start=datetime(2026, 3, 5, 19, 0, tzinfo=timezone(timedelta(hours=3))),
    end=datetime(2026, 3, 5, 20, 0, 0, 999, tzinfo=timezone(timedelta(hours=3))),
    partstat=PartStat.ACCEPTED,
    last_modified=datetime(2026, 3, 2, 7, 59, tzinfo=UTC),
)
ARABIC = replace(
    BASE,
    summary="عيادة التعلّم: أسئلة، وأجوبة؛ للجميع",
    description="أحضِر سؤالًا معك.\nنلتقي عبر الإنترنت، والمدّة ساعة واحدة. أضِف عنواننا إلى جهات اتصالك.",
    location="عبر الإنترنت",
    attendee_name="أمينة بن علي",
    organizer_name="التعلّم المتبادل",
    language="ar",
)
FOLDED = replace(
    BASE,
    summary="A title that goes on and on " * 6,
    description="\\" * 80 + "\n" + "ü" * 90 + "\n" + "🙂" * 40 + "\n" + "x;y," * 30,
    attendee_name="Maria " * 20,
    attendee_address="a-rather-long-mailbox-name-of-somebody@a-rather-long-host-name.department.example.net",
)
PUNCTUATED = replace(
    BASE,
    summary='Quotes "and" commas, semicolons; colons: C:\\New\\notes',
    description="1; 2, 3: \\n is not a break\r\nbut this is\x07\x00",
    location="Room 3; second floor, left",
    attendee_name='O"Brien, Pat; the "2nd": ^x\\y',
    organizer_name="Let's Connect; peers, & friends",
)

CASES: dict[str, Callable[[], bytes]] = {
    "invitation": lambda: request(BASE),
    "invitation-least": lambda: request(replace(BASE, description="", location="", url="", language="")),
    "invitation-arabic": lambda: request(ARABIC),
    "invitation-folded": lambda: request(FOLDED),
    "invitation-punctuated": lambda: request(PUNCTUATED),
    "update": lambda: request(UPDATE),
    "cancellation": lambda: cancel(replace(UPDATE, sequence=2)),
    "cancellation-arabic": lambda: cancel(replace(ARABIC, sequence=1)),
}
ENTRIES = {"arabic": ARABIC, "folded": FOLDED, "punctuated": PUNCTUATED, "update": UPDATE, "base": BASE}
