"""From a request to a page's handler: rate limits, the link, the form and its key; every refusal in one manner.

GET and HEAD only ever show. A POST is read whole, within bounds, and must carry the key of a form that we made, but for
the one-click unsubscribing of mail programs, which have none (RFC 8058).
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import ConfigError, UserError
from steps.app import App
from steps.page_links import LinkRefused, Page, read, read_pair, read_reference
from web.forms import Form, body_of, fields_of, is_key
from web.limits import Limits, client_of
from web.refusals import Refused, refusal
from web.visit import COOKIE, Visit
from web.workers import Workers

Handler = Callable[[Visit], Response]
KEY = "key"  # the field with a form's key


@dataclass(frozen=True, slots=True)
class Spot:
    """An address and what answers there. With `link`, the path has a part `{token}`, and the page is a person's own.

    `pair`: the link names two ids; `message`: a message's reference, which `visit.reference` has. `one_click` answers
    a POST that says List-Unsubscribe=One-Click and has no key.
    """

    path: str
    get: Handler | None = None
    post: Handler | None = None
    link: Page | None = None
    pair: bool = False
    message: bool = False
    one_click: Handler | None = None


class Room:
    """Makes routes of spots."""

    def __init__(self, workers: Workers, limits: Limits | None) -> None:
        self.workers, self.limits = workers, limits

    def route(self, spot: Spot) -> Route:
        methods = [name for name, handler in (("GET", spot.get), ("POST", spot.post)) if handler]

        async def endpoint(request: Request) -> Response:
            try:
                return await self._answer(spot, request)
            except (Refused, LinkRefused, sqlite3.OperationalError, UserError) as refusal:
                return await self.refuse(request, refusal)

        endpoint.pattern = spot.path  # type: ignore[attr-defined]  # what the access log says instead of the path
        return Route(spot.path, endpoint, methods=methods)

    async def _answer(self, spot: Spot, request: Request) -> Response:
        client = client_of(request.client.host if request.client else "")
        if self.limits is not None:
            _within(self.limits.page(client))
        if request.method != "POST":
            assert spot.get is not None
            return await self.workers.run(lambda app: spot.get(_visit(app, spot, request)))  # type: ignore[misc]  # checked above
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise Refused(403, "key")
        form = Form(fields_of(await body_of(request), request.headers.get("content-type", "")))
        one_click = spot.one_click if form.raw("List-Unsubscribe") == "One-Click" else None
        if one_click is None and self.limits is not None:  # mail services speak for many people from one address
            _within(self.limits.form(client))

        def act(app: App) -> Response:
            visit = replace(_visit(app, spot, request), form=form)
            if one_click is not None:
                return one_click(visit)
            assert spot.post is not None
            cookie = "" if visit.token else request.cookies.get(COOKIE, "")
            if not (visit.token or cookie) or not is_key(app, form.raw(KEY), visit.here, cookie):
                raise Refused(403, "key")
            return spot.post(visit)

        return await self.workers.run(act)

    async def refuse(self, request: Request, error: Exception) -> Response:
        """The page that says why not, and what to do instead."""
        refused = refusal(error)
        try:
            answer = await self.workers.run(
                lambda app: Visit(app, request).page("refused", refused.status, why=refused.why)
            )
        except (sqlite3.Error, UserError, ConfigError):  # no settings, no programme: plain words
            text = "Something is wrong on our side. Please try again later.\n"
            answer = PlainTextResponse(text, refused.status)
        if refused.retry_after:
            answer.headers["retry-after"] = str(int(refused.retry_after) + 1)
        return answer


def _visit(app: App, spot: Spot, request: Request) -> Visit:
    if spot.link is None:
        return Visit(app, request)
    token = str(request.path_params["token"])
    if spot.message:
        return Visit(app, request, token, reference=read_reference(app, spot.link, token))
    idents = read_pair(app, spot.link, token) if spot.pair else (read(app, spot.link, token),)
    return Visit(app, request, token, idents)


def _within(wait: float) -> None:
    if wait:
        raise Refused(429, "many", wait)
