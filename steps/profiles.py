"""A person's own page: the mail that brings its link, what it shows, and what a change on it does.

Whoever asks for the link is told the same, whether the address is known or not. What topics somebody wants is in
`topics.py`, the calendar address in `feeds.py`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from config import countries
from domain.imports import Choice, Mail
from domain.participants import ConsentTopic, Participant
from domain.profiles import About, masked
from steps import notices, page_links
from steps.app import App
from store import consents, contact_points, database, journal, participants, profiles
from store import skills as taxonomy
from templates_email import contexts

LINK_FOR = timedelta(days=30)
OF_USE = timedelta(hours=12)
MOST_A_DAY = 3  # mails that the form can send to one person
PAGE = "their own page"


@dataclass(frozen=True, slots=True)
class Profile:
    """`address` is masked; `avoids` whether names are kept that are shown to nobody, None where none can be."""

    person: Participant
    about: About
    address: str
    avoids: bool | None
    learn: tuple[Choice, ...]
    share: tuple[Choice, ...]


def send_link(app: App, mail: Mail) -> None:
    """Mail somebody the link to their page. Nothing happens for an address that nobody has, or after MOST_A_DAY."""
    found = participants.find(app.conn, mail.canonical)
    if len(found) != 1 or not app.settings.pages_url:
        return
    now = app.now()
    person = participants.load(app.conn, found, now)[found[0]]
    start = f"my_page/{person.id}/{now:%Y-%m-%d}/"
    sent = profiles.asked_for_link(app.conn, start)
    if person.erased or person.email is None or sent >= MOST_A_DAY:
        return
    reader = replace(notices.participant(person), address=mail.address)
    about = partial(contexts.MyPage, link=link(app, person.id))
    because = "asked for the link to their own page"
    notices.record(app, [notices.letter(app, f"{start}{sent + 1}", reader, about, because, OF_USE)])


def link(app: App, person: int) -> str:
    return page_links.url(app, page_links.Page.PROFILE, person, app.now() + LINK_FOR)


def load(app: App, person: int) -> Profile | None:
    """None for somebody who is gone."""
    found = participants.load(app.conn, [person], app.now()).get(person)
    if found is None or found.erased:
        return None
    avoided = profiles.avoided(app.conn, person)
    return Profile(
        found,
        profiles.about(app.conn, person),
        masked(found.email.address) if found.email else "",
        bool(avoided) if avoided is not None else None,
        tuple(profiles.skills(app.conn, person, "learn")),
        tuple(profiles.skills(app.conn, person, "share")),
    )


def zone_for(about: About, country: str, wanted: str) -> str:
    """The zone of somebody in `country`: the one they named there, their own if they did not move, the only one, ""."""
    if wanted in countries.zones_of(country):
        return wanted
    if country == about.country and wanted in ("", about.zone):
        return about.zone
    return countries.zone_of(country)


def change_about(app: App, person: int, new: About) -> None:
    _change(app, person, lambda conn: profiles.put_about(conn, person, new, app.now()), "profile")


def change_skills(app: App, person: int, learn: Sequence[Choice], share: Sequence[Choice]) -> None:
    def put(conn: database.Connection) -> None:
        taxonomy.sync(conn, app.programme.skills)
        profiles.put_skills(conn, person, "learn", learn, app.now())
        profiles.put_skills(conn, person, "share", share, app.now())

    _change(app, person, put, "skills")


def change_consents(app: App, person: int, given: Collection[str], before: Mapping[str, bool]) -> None:
    """Each consent that is not as it was; the others keep their date and source."""

    def put(conn: database.Connection) -> None:
        for topic in ConsentTopic:
            if before.get(topic) is not (topic.value in given):
                consents.put(conn, person, topic, topic.value in given, "page", app.now())

    _change(app, person, put, "consents")


def change_avoided(app: App, person: int, names: Sequence[str], forget: bool) -> None:
    """Add names; `forget` those of before."""

    def put(conn: database.Connection) -> None:
        before = [] if forget else profiles.avoided(conn, person) or []
        profiles.put_avoided(conn, person, list(dict.fromkeys([*before, *names])))

    _change(app, person, put, "whom not to meet")


def _change(app: App, person: int, put: Callable[[database.Connection], None], what: str) -> None:
    """Written, noted without its content, and a sign of life."""
    with database.write(app.conn) as conn:
        put(conn)
        contact_points.sign_of_life(conn, person, None, app.now())
        journal.note(conn, app.now(), PAGE, "changed", f"person/{person}", what)
