"""A programme with something on every page: for tests that look at all pages, and for looking at them by eye."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from time import sleep

import uvicorn

from domain.times import iso
from steps import feeds, page_links, places, profiles, registering, relays, rsvps, surveys
from steps.survey_words import link as survey_link
from store import database
from store import surveys as stored_surveys
from tests import site_states as states
from tests.programme import Place
from web.app import create

TITLE = "Writing proposals & budgets"


def everything(place: Place, language: str = "en") -> dict[str, str]:
    """Name -> path of one page of every kind and state, for readers of `language`."""
    app, conn = place.app, place.app.conn
    zone, country = ("Asia/Amman", "JO") if language == "ar" else ("Africa/Lagos", "NG")
    name = "سارة حداد" if language == "ar" else "Amina Okafor"
    person = place.person(name, "amina@example.org", zone, language)
    sharer = states.named(place, "Ben Kimaro", language)
    conn.execute("update participants set country = ? where id = ?", (country, person))
    conn.execute("insert into registrations (participant_id, created_at) values (?, ?)", (person, iso(place.time)))
    over = place.session("Reading maps", "2026-11-22T13:00Z", sharers="Ben Kimaro")
    place.register(person, over)
    coming = place.session(
        TITLE, "2026-12-03T14:00Z", purpose="Learn to turn an idea into a proposal.", audience="Newcomers",
        preparation="Bring one idea.\nRead the case study.", languages="en, fr", interpretation="ar",
        sharers="Ben Kimaro",
    )  # fmt: skip
    full = place.session("Coffee", "2026-12-05T14:00Z", kind="coffee", capacity="1")
    later = place.session("Reading charts", "2026-12-10T14:00Z", sharers="Ben Kimaro")
    off = place.session("Reading tables", "2026-12-11T14:00Z", sharers="Ben Kimaro")
    for session in (coming, off):
        place.register(person, session)
    places.take(app, full.id, sharer, "test")
    with database.write(conn):
        conn.execute(
            "insert into resources (session_id, kind, title, url, language, bytes, added_at)"
            " values (?, 'slides', 'Slides in one page', 'https://commons.example.org/slides.pdf', 'fr', 2500000, ?)",
            (over.id, iso(place.time)),
        )
    place.tick()
    place.later(hours=3)
    guests = [place.person(name, language=language) for name in ("Cleo", "Dani")]
    conn.executemany(
        "insert into attendances (session_id, participant_id, source, at) values (?, ?, 'hand', ?)",
        [(over.id, one, iso(place.time)) for one in (person, *guests)],
    )
    surveys.look_after(app)
    (request,) = stored_surveys.open_for(conn, person, place.time)
    registering.ask(app, {"name": "Rosa", "email": "rosa@example.org", "country": "PE", "languages": "es"}, language)
    relays.ask(app, coming.id, person, "May I bring a friend?")
    (relay,) = conn.execute("select max(id) from relays").fetchone()
    (form,) = conn.execute("select max(id) from pending_registrations").fetchone()
    soon = place.time + timedelta(days=2)
    reference = place.by_key(f"invite/{coming.id}/0/{person}").message_id[1:13]
    found = {
        "sessions": "/",
        "session": f"/sessions/{coming.id}",
        "session-over": f"/sessions/{over.id}",
        "session-full": f"/sessions/{full.id}",
        "rsvp": rsvps.link(app, coming, person),
        "rsvp-over": rsvps.link(app, over, person),
        "unsubscribe": page_links.url(app, page_links.Page.UNSUBSCRIBE, reference, soon),
        "profile": profiles.link(app, person),
        "skills": profiles.link(app, person) + "/skills",
        "survey": survey_link(app, request),
        "contact": relays.link(app, coming, person),
        "answer": page_links.url(app, page_links.Page.ANSWER, relay, soon),
        "confirm": page_links.url(app, page_links.Page.CONFIRM, form, soon),
        "register": "/register",
        "register-session": f"/register?session={full.id}",
        "register-sent": "/register/sent",
        "propose": "/propose",
        "propose-sent": "/propose/sent",
        "me": "/me",
        "me-sent": "/me/sent",
        "newsletters": "/newsletters",
        "refused": "/rsvp/nobodys",
        "feed": feeds.link(app, person),
        "public-feed": "/calendar.ics",
        "newsletter-feed": "/newsletters.atom",
        "session-feed": f"/sessions/{coming.id}.ics",
    }
    found["contact-sent"] = found["contact"] + "?sent=yes"
    found |= states.told(place, *guests)
    found |= states.honoured(place, *guests)
    found |= states.prepared(place, later, coming)
    found |= states.answered(place, later, language)
    found |= states.confirmed(place, {"alone": None, "placed": later, "waiting": full, "off": off}, language)
    found |= states.cancelled(place, off, person)
    found |= states.proposed(place, language)
    found |= states.published(place, language)
    base = app.settings.pages_url or ""
    return {name: address.removeprefix(base) for name, address in found.items()}


@contextmanager
def served(place: Place, port: int) -> Iterator[str]:
    """The pages on a real server in a thread of this process."""
    config = uvicorn.Config(create(place.another), port=port, log_level="error", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
