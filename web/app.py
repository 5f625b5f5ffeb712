"""The public pages: which learning spaces are coming, and each one's page.

Loads through `steps/`, shows through `templates/`; decides nothing and writes nothing. Every request opens its own
App, because a store connection belongs to one thread. Pages about one participant come with `web/` files of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from domain.errors import SchemaMismatch, UserError
from domain.sessions import Session, SessionState
from steps import sessions
from steps.app import App
from templates_email import formats
from web.headers import SafeHeaders

HERE = Path(__file__).parent
LANGUAGE = "en"  # of the labels; the sessions' own texts are as coordinators wrote them


def create(app_factory: Callable[[], App]) -> ASGIApp:
    """The pages. `app_factory` is called for every request, in a worker thread, and its App closed afterwards."""
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )

    @contextmanager
    def opened() -> Iterator[App]:
        app = app_factory()
        try:
            yield app
        finally:
            app.close()

    def page(name: str, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(pages.get_template(name).render(lang=LANGUAGE, dir="ltr", **values), status)

    def listing(_: Request) -> Response:
        with opened() as app:
            upcoming = [_shown(s) for s in sessions.listing(app) if s.state is SessionState.CONFIRMED]
            return page("sessions.html", programme=app.programme.name, sessions=upcoming)

    def one(request: Request) -> Response:
        if request.path_params["number"] >= 2**31:
            raise HTTPException(404)
        with opened() as app:
            try:
                session = sessions.find(app, str(request.path_params["number"]))
            except SchemaMismatch:
                raise
            except UserError:  # no such session
                raise HTTPException(404) from None
            return page("session.html", programme=app.programme.name, session=_shown(session))

    def health(_: Request) -> Response:
        """For monitors: 200 when the store can be read."""
        try:
            with opened() as app:
                app.conn.execute("select 1 from sessions limit 1").fetchone()
        except Exception:  # whatever is wrong, a monitor needs an answer, and a stranger needs no details
            return PlainTextResponse("not well\n", 503)
        return PlainTextResponse("ok\n")

    def style(_: Request) -> Response:
        return FileResponse(HERE / "style.css", media_type="text/css", headers={"cache-control": "max-age=3600"})

    def missing(_: Request, __: Exception) -> Response:
        return page("message.html", 404, programme="", title="Not found", text="There is no such page.")

    def trouble(_: Request, __: Exception) -> Response:
        text = "Something is wrong on our side. Please try again later."
        return page("message.html", 500, programme="", title="Sorry", text=text)

    pages_app = Starlette(
        routes=[
            Route("/", listing),
            Route("/sessions/{number:int}", one),
            Route("/healthz", health),
            Route("/style.css", style),
        ],
        exception_handlers={404: missing, 500: trouble},
    )
    return SafeHeaders(pages_app)  # outside of everything: Starlette answers 500 outside of its middleware


def _shown(session: Session) -> dict[str, Any]:
    """What a page prints of a session, times and languages in words."""
    local = formats.when(session.starts_at, session.minutes, session.zone, LANGUAGE)
    return {
        "id": session.id,
        "title": session.title,
        "purpose": session.purpose,
        "audience": session.audience,
        "preparation": session.preparation,
        "languages": formats.language_names(session.languages, LANGUAGE),
        "interpretation": formats.language_names(session.interpretation, LANGUAGE),
        "sharers": formats.names(session.sharers, LANGUAGE),
        "starts_at": session.starts_at.isoformat(),
        "local": local.local,
        "utc": local.utc,
        "in_utc": session.zone == "UTC",
        "cancelled": session.state is SessionState.CANCELLED,
    }
