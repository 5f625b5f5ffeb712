"""Letters kept as values in a skeleton read as the same letters written whole; and what shares, shares."""

import base64
import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars import invitations
from calendars.invitations import Entry
from domain.deliveries import is_plain
from domain.errors import UserError
from domain.payloads import Filled
from steps import letters, mails
from store import payloads
from templates_email import skeletons
from templates_email.catalogues import languages
from templates_email.clean import clean_name
from templates_email.contexts import personal_values
from templates_email.fields import Letter
from templates_email.samples import samples
from tests.programme import NOON, Place

CASES = [
    (case, language)
    for language in languages()
    for case, context in samples(language).items()
    if isinstance(context, Letter) and not any(not isinstance(one, str) for one in personal_values(context).values())
]
ENTRY = Entry(
    uid="a-uid@example.org", sequence=2, dtstamp=NOON, start=datetime(2026, 12, 3, 14, tzinfo=UTC),
    end=datetime(2026, 12, 3, 15, tzinfo=UTC), summary="Proposal, writing; \\n", description="", location="Room é, 3",
    url="", organizer_name="Let's Connect", organizer_address="letsconnect@example.org", attendee_name="Ada",
    attendee_address="ada@example.org", last_modified=NOON, language="en",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("letters"))
    made.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    made.app = made.another()
    return made


def both(
    place: Place, context: Letter, language: str, name: str, address: str, entry: Entry | None = None, **more: Any
) -> tuple[Filled, bytes]:
    """The letter as values in a skeleton, and whole."""
    app, message_id = place.app, "<abcdefghijklmnop@example.org>"
    words = skeletons.prepare(context.message, language, context)
    personal = personal_values(context)
    method = "REQUEST" if entry else None
    filled = letters.mail_to(
        app, name, address, words, personal, message_id, NOON, entry=entry, method=method, **more
    )  # fmt: skip
    rendered = words.fill(personal)
    part = invitations.request(replace(entry, description=f"|{rendered.chat}|")) if entry else None
    whole = mails.mail_to(
        app, name, address, rendered, message_id, NOON, calendar_part=part, method=method,
        unsubscribe=context.stop_link, **more,
    )  # fmt: skip
    return filled, whole


def same(filled: Filled, whole: bytes) -> None:
    data = filled.whole()
    assert is_plain(data)
    head, _, body = data.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert _read(data) == _read(whole)


def _read(data: bytes) -> list[object]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    found: list[object] = [
        (name, " ".join(str(value).split())) for name, value in message.items() if name != "Content-Type"
    ]
    for part in message.walk():
        assert not part.defects
        kind = part.get_content_type()
        found.append(kind)
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if kind.startswith("text/") and kind != "text/calendar":
            found.append(content.decode().replace("\r\n", "\n"))
        else:
            calendar = icalendar.Calendar.from_ical(content)
            [event] = calendar.walk("VEVENT")
            found.append(str(event.pop("DESCRIPTION")).strip("|"))
            found.append(calendar.to_ical())
    return found


@pytest.mark.parametrize(("case", "language"), CASES)
def test_every_letter_reads_as_if_it_were_whole(place: Place, case: str, language: str) -> None:
    context = samples(language)[case]
    assert isinstance(context, Letter)
    link = "https://pages.example.org/unsubscribe/abcdefghijkl-21179-zcwks5w2zjphmc6wkinm3szf"
    context = replace(context, has_stop_link=True, stop_link=link, reference="abcdefghijkl")
    same(*both(place, context, language, context.name, "ada@example.org"))
    same(*both(place, context, language, context.name, "ada@example.org", ENTRY, in_reply_to="<x@there.example>"))


HOSTILE = st.lists(
    st.text(max_size=30)
    | st.sampled_from([".", "=", "From ", "\r\n", "\n.\r\n", "\0", "\ud800", "سارة", "é", "&", "'", '"', "=_", "\x1f",
                       "..", "x" * 99, "\u202e", ",", ";", "\\n", "http://evil.example", "=?utf-8?q?x?=", "<b>", " "]),
    min_size=1, max_size=5,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=HOSTILE.filter(lambda text: bool(clean_name(text))), language=st.sampled_from(["en", "ar"]),
       local=st.from_regex(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}", fullmatch=True),
       link=st.from_regex(r"[A-Za-z0-9._~/?=&%+-]{0,60}", fullmatch=True))  # fmt: skip
def test_hostile_values_read_as_if_the_letter_were_whole(
    place: Place, name: str, language: str, local: str, link: str
) -> None:
    context = replace(
        samples(language)["invitation-registration"], name=name, reference="abcdefghijkl", has_stop_link=True,
        stop_link=f"https://pages.example.org/{link}", has_rsvp_link=True, rsvp_link=f"https://pages.example.org/{link}",
    )  # fmt: skip
    entry = replace(ENTRY, attendee_name=name, attendee_address=f"{local}@example.org")
    whole = filled = None
    try:
        filled, whole = both(place, context, language, name, f"{local}@example.org", entry)
    except UserError as refused:
        with pytest.raises(UserError) as told:  # then whole it is refused too, for as many reasons
            rendered = skeletons.render("invitation", [language], context)
            mails.mail_to(place.app, name, f"{local}@example.org", rendered, "<abcdefghijklmnop@example.org>", NOON)
        assert len(told.value.problems) == len(refused.problems)
        return
    same(filled, whole)


def test_a_skeleton_holds_nothing_of_its_readers(place: Place) -> None:
    ada = place.person("Zuleika Markername", "marker@example.org")
    place.person("Another Reader", "other@example.org")
    session = place.session()
    for person in (ada, ada + 1):
        place.register(person, session)
    place.plan()
    conn = place.app.conn
    (letters_, kinds) = conn.execute("select count(*), count(distinct skeleton_id) from payloads").fetchone()
    assert letters_ == 4
    assert kinds < 4  # the two welcomes share one
    everything = b" ".join(row[0] for row in conn.execute("select data from skeletons"))
    for block in re.findall(rb"(?:[A-Za-z0-9+/]{4}){4,}", everything):
        everything += base64.b64decode(block)
    everything += everything.replace(b"=\r\n", b"")
    personal = [b"Zuleika", b"Markername", b"marker", b"Another", b"other@"]
    for row in conn.execute("select message_id from outbox"):
        personal += [row[0][1:13].encode(), row[0][1:25].encode()]
    assert [word for word in personal if word in everything] == []
    bodies = [payloads.read(conn, row[0]) for row in conn.execute("select outbox_id from payloads order by 1")]
    assert [b"marker@example.org" in body for body in bodies] == [True, True, False, False]
