"""Registering by oneself: a form is checked and kept, a mail asks the address to confirm, then it counts.

Nobody learns from the form whether an address is known: the answer and the mail are the same. A confirmed form goes
the way of an imported row, so a known person is brought up to date and never doubled. What pages show is `web/`'s.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from channels.tables_json import Row
from config import countries
from config import mapping as mapping_file
from domain.errors import Problem, UserError
from domain.imports import Registration
from domain.participants import Participant
from steps import notices, page_links, places
from steps.app import App
from steps.import_columns import Columns
from steps.import_rows import RowReader
from steps.notices import Notice, Reader
from store import database, journal, participants, pending, registrations, sessions, skills
from store.pending import Pending
from templates_email import contexts

OF_USE = timedelta(days=3)  # how long a link confirms
MOST_A_DAY = 3  # mails that a form can send to one address
WHO = "the registration page"
FIELDS = frozenset(mapping_file.FIELDS) - {"timestamp", "sessions", "second_email"}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose form it was; `seat` in the session that it named, None where it named none or that one is over."""

    participant_id: int
    seat: places.Seat | None = None


def ask(app: App, fields: Mapping[str, str], language: str, session_id: int | None = None) -> None:
    """Check and keep a form (`fields` by code, see FIELDS, and `consent.<topic>`), and mail its address a link.

    UserError with every field's problem (`Problem.where` is the field). After MOST_A_DAY mails to one address within
    a day nothing more is sent, and nobody is told.
    """
    registration = _read(app, fields)
    now, canonical = app.now(), registration.email.canonical
    with database.write(app.conn) as conn:
        if pending.asked_since(conn, canonical, now - timedelta(days=1)) >= MOST_A_DAY:
            return
        number = pending.keep(conn, canonical, language, json.dumps(dict(fields)), session_id, now)
    notices.record(app, [_letter(app, number, registration, language, session_id)])


@dataclass(frozen=True, slots=True)
class Standing:
    """A form that was sent: `confirmed` is the participant whose it is by now, `seat` theirs in its session; `zone` is
    where they live, "" where nobody knows."""

    language: str
    session_id: int | None
    confirmed: int | None
    seat: places.Seat | None
    zone: str = ""


def standing(app: App, number: int) -> Standing | None:
    """None when the form is not kept any more, or whose it was is erased."""
    form = pending.get(app.conn, number)
    if form is None or (form.participant_id is None and form.fields == ""):
        return None
    if form.participant_id is not None and _person(app, form.participant_id) is None:
        return None
    seat = None
    if form.participant_id is not None and form.session_id is not None:
        seat = places.seat(app, form.session_id, form.participant_id)
    return Standing(form.language, form.session_id, form.participant_id, seat, _zone(app, form))


def _zone(app: App, form: Pending) -> str:
    if form.participant_id is not None:
        person = _person(app, form.participant_id)
        return person.zone if person else ""
    fields = json.loads(form.fields)
    return fields.get("zone") or zone_of(fields.get("country", ""))


def _person(app: App, person: int) -> Participant | None:
    """None when they were erased since."""
    found = participants.load(app.conn, [person], app.now()).get(person)
    return found if found is not None and not found.erased else None


def zone_of(country: str) -> str:
    """The zone of a country that has one, "" where the person has to say."""
    return countries.zone_of(country)


def zones_of(country: str) -> list[tuple[str, str]]:
    """The zones of a country as (IANA name, what people call it)."""
    return [(zone, zone.rpartition("/")[2].replace("_", " ")) for zone in countries.zones_of(country)]


def confirm(app: App, number: int) -> Confirmed:
    """The link was followed and the button pressed: the form counts. Twice is once.

    UserError when the form is not kept any more.
    """
    now = app.now()
    form = pending.get(app.conn, number)
    if form is None or (form.participant_id is None and form.fields == ""):
        raise UserError(Problem("is over", "form", "Please register again"))
    if form.participant_id is not None:
        seat = places.seat(app, form.session_id, form.participant_id) if form.session_id else None
        return Confirmed(form.participant_id, seat)
    registration = replace(_read(app, json.loads(form.fields)), submitted_at=form.asked_at)
    with database.write(app.conn) as conn:
        skills.sync(conn, app.programme.skills)
        person = registrations.record(conn, registration, now=now, run_id=None).participant_id
        pending.confirmed(conn, number, person, now)
        journal.note(conn, now, WHO, "registered", f"participant/{person}")
    if form.session_id is None:
        return Confirmed(person)
    try:
        return Confirmed(person, places.take(app, form.session_id, person, WHO))
    except UserError:  # it began or was cancelled meanwhile; the registration for the programme stands
        return Confirmed(person)


def again(app: App, number: int) -> bool:
    """Whoever confirmed that form and has no place in its session (any more) wants one after all, or one in the line.
    False when there is no way back."""
    with database.write(app.conn):
        there = standing(app, number)
        if there is None or there.confirmed is None or there.session_id is None:
            return False
        session = sessions.get(app.conn, there.session_id)
        if session is None or not places.way_back(app, session, there.confirmed):
            return False
        places.take(app, session.id, there.confirmed, WHO)
    return True


def _read(app: App, fields: Mapping[str, str]) -> Registration:
    """As an imported row of the same columns would be read."""
    strange = [code for code in fields if code not in FIELDS and not code.startswith(mapping_file.CONSENT)]
    if strange:
        raise UserError(*(Problem("is no field of the form", code) for code in sorted(strange)))
    codes = tuple(fields)
    naming = mapping_file.load(app.settings.programme, app.programme.skills, None)
    known = Columns({code: (at,) for at, code in enumerate(codes)}, (), codes)
    reader = RowReader(known, naming, {}, ZoneInfo(naming.timestamp_zone or app.programme.zone))
    read = reader.read(Row(1, tuple(fields.values())))
    if read.registration is None:
        raise UserError(*(Problem(p.what, p.field, p.remedy) for p in read.problems))
    return read.registration


def _letter(app: App, number: int, form: Registration, language: str, session_id: int | None) -> Notice:
    session = sessions.get(app.conn, session_id) if session_id is not None else None
    return notices.letter(
        app,
        f"confirm/{number}",
        Reader(form.profile.name, form.email.address, (language,)),
        partial(
            contexts.ConfirmRegistration,
            title=session.told("title") if session else "",
            link=page_links.url(app, page_links.Page.CONFIRM, number, app.now() + OF_USE),
        ),
        "somebody registered with this address on the page",
        OF_USE,
    )
