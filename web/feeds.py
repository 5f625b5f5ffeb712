"""Calendar feeds, as Google, Apple, Outlook and Thunderbird ask for them: again and again, mostly for nothing new.

Who asks with what they have (If-None-Match, If-Modified-Since; RFC 9110 section 13) gets 304 without a body. Of a
personal feed only the tag counts: what somebody declined leaves it, and changes no date of what stays.
"""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from steps import feeds
from steps.page_links import Page
from web.refusals import Refused
from web.room import Spot
from web.sessions import found
from web.visit import Visit

OPEN = "public, max-age=900"
OWN = "private, no-cache"


def public(visit: Visit) -> Response:
    return _answer(visit, *feeds.public(visit.app), "sessions", OPEN)


def one(visit: Visit) -> Response:
    session = found(visit)
    return _answer(visit, *feeds.of_session(visit.app, session), f"session-{session.id}", OPEN)


def personal(visit: Visit) -> Response:
    made = feeds.personal(visit.app, *visit.pair)
    if made is None:
        raise Refused(410, "over")
    return _answer(visit, *made, "my-sessions", OWN)


def _answer(visit: Visit, content: bytes, changed: datetime | None, name: str, caching: str) -> Response:
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:24]}"'  # weak: it is compressed for some
    headers = {"etag": tag, "cache-control": caching, "content-disposition": f'inline; filename="{name}.ics"'}
    if changed is not None:
        headers["last-modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
    if _has_it(visit, tag, changed if caching == OPEN else None):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")


def _has_it(visit: Visit, tag: str, changed: datetime | None) -> bool:
    given = visit.request.headers
    if (tags := given.get("if-none-match")) is not None:
        wanted = {one.strip().removeprefix("W/") for one in tags.split(",")}
        return "*" in wanted or tag.removeprefix("W/") in wanted
    try:
        since = parsedate_to_datetime(given.get("if-modified-since", ""))
    except ValueError:
        return False
    return changed is not None and since.tzinfo is not None and changed <= since


SPOTS = (
    Spot("/calendar.ics", public),
    Spot("/sessions/{number:int}.ics", one),
    Spot("/calendar/{token}.ics", personal, link=Page.CALENDAR, pair=True),
)
