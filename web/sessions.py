"""The public pages: which learning spaces are coming, and each one's page. Reads only."""

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from domain.errors import SchemaMismatch, UserError
from domain.resources import Resource
from domain.sessions import Session, SessionState
from domain.translations import FIELDS
from steps import newsletter_archive, places, resources, sessions
from templates_email import formats
from templates_email.directions import words
from web.refusals import missing
from web.room import Spot
from web.subscribing import ways
from web.visit import Visit

LARGEST_ID = 2**31


def listing(visit: Visit) -> Response:
    code = visit.language("sessions")
    coming = [shown(s, code) for s in sessions.listing(visit.app) if s.state is SessionState.CONFIRMED]
    base = visit.app.settings.pages_url
    feed = ways(f"{base}/calendar.ics" if base else "")
    issues = newsletter_archive.is_any(visit.app)
    return visit.page("sessions", public=True, sessions=coming, feed=feed, issues=issues)


def one(visit: Visit) -> Response:
    session = found(visit)
    code = visit.language("session")
    return visit.page(
        "session",
        public=True,
        session=shown(session, code),
        offers=places.offers(visit.app, session),
        materials=[_material(one, code) for one in resources.listing(visit.app, str(session.id))],
        coming=session.state is SessionState.CONFIRMED and session.starts_at > visit.now,
    )


def _material(one: Resource, code: str) -> dict[str, str]:
    """A link with what it costs to follow it: language and size in words."""
    details = []
    if one.language:
        details.append(formats.language_name(one.language, code))
    if one.bytes is not None:
        details.append(formats.size(one.bytes, code))
    return {"kind": one.kind.value, "title": one.title, "url": one.url, "details": ", ".join(details)}


def found(visit: Visit) -> Session:
    """The session whose number is in the path. Refused when there is none."""
    number = visit.param("number")
    if int(number) >= LARGEST_ID:
        raise missing()
    try:
        return sessions.find(visit.app, number)
    except SchemaMismatch:
        raise
    except UserError:
        raise missing() from None


def shown(session: Session, code: str, zone: str = "", *, personal: bool = False) -> dict[str, Any]:
    """What a page prints of a session, in the language `code`, times in `zone` or where it was planned.

    A page for everybody shows the session's own words; a `personal` one those in its language, where there are any.
    """
    told = session if personal else replace(session, translations=())
    at = zone or session.zone
    local = formats.when(session.starts_at, session.minutes, at, code)
    return {
        "id": session.id,
        **{field: words(told.told(field), code) for field in FIELDS},
        "languages": formats.language_names(session.languages, code),
        "interpretation": formats.language_names(session.interpretation, code),
        "sharers": formats.names(session.sharers, code),
        "starts_at": session.starts_at.isoformat(),
        "local": local.local,
        "utc": local.utc,
        "in_utc": at == "UTC",
        "cancelled": session.state is SessionState.CANCELLED,
    }


SPOTS = (Spot("/", listing), Spot("/sessions/{number:int}", one))
