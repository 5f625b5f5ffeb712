"""The participants' pages as one application: every noun's file gives its spots, this one puts them together.

Requests go through safe headers, the access log and compression to a room (`room.py`), and there to a handler in a
thread with an App of its own. Prefect is nowhere in it: the pages are up when it is down.
"""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from steps.app import App
from web import (
    certificates,
    checklist,
    feeds,
    newsletters,
    profile,
    proposals,
    registration,
    relays,
    rsvp,
    sessions,
    sheets,
    style,
    survey,
    unsubscribe,
)
from web.access_log import AccessLog
from web.headers import SafeHeaders
from web.limits import Limits
from web.refusals import Refused, missing
from web.room import Room, Spot
from web.workers import Workers

SPOTS: tuple[Spot, ...] = (
    *feeds.SPOTS,
    *sessions.SPOTS,
    *newsletters.SPOTS,
    *registration.SPOTS,
    *profile.SPOTS,
    *proposals.SPOTS,
    *rsvp.SPOTS,
    *relays.SPOTS,
    *certificates.SPOTS,
    *survey.SPOTS,
    *unsubscribe.SPOTS,
    *checklist.SPOTS,
    *sheets.SPOTS,
)


def create(
    app_factory: Callable[[], App], limits: Limits | None = None, spots: Sequence[Spot] = SPOTS
) -> ASGIApp:
    """The pages. `app_factory` is called once in each worker thread. Without `limits` anybody may ask as they like."""
    workers = Workers(app_factory)
    room = Room(workers, limits)

    async def health(_: Request) -> Response:
        """For monitors: 200 when the store can be read."""
        try:
            await workers.run(lambda app: app.conn.execute("select 1 from sessions limit 1").fetchone())
        except Exception:  # whatever is wrong, a monitor needs an answer, and a stranger needs no details
            return PlainTextResponse("not well\n", 503)
        return PlainTextResponse("ok\n")

    async def sheet(_: Request) -> Response:
        return style.answer()

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code != 405:
            return await room.refuse(request, missing())
        answer = await room.refuse(request, Refused(405, "method"))
        answer.headers.update(error.headers or {})
        return answer

    async def trouble(request: Request, _: Exception) -> Response:
        return await room.refuse(request, Refused(500, "trouble"))

    pages = Starlette(
        routes=[*map(room.route, spots), Route("/healthz", health), Route("/style.css", sheet)],
        exception_handlers={HTTPException: refused, 500: trouble},
    )
    # Headers outermost: Starlette answers 500 outside of its own middleware.
    return SafeHeaders(AccessLog(GZipMiddleware(pages, minimum_size=500)))
