"""One request, as a page's handler sees it: the App, who came by which link, the form, and ways to answer.

A handler takes a Visit and returns `visit.page(...)` or `visit.back(...)`. How requests get here is in `room.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from steps.app import App, new_nonce
from templates_email.catalogues import pages
from web import languages, style
from web.forms import Form, key_of

COOKIE = "form"
PUBLIC = "public, max-age=60"  # pages that are the same for everybody


@dataclass
class Visit:
    """`token`, `idents` and `reference` are of the link in the address, empty where there is none."""

    app: App
    request: Request
    token: str = ""
    idents: tuple[int, ...] = ()
    reference: str = ""
    form: Form = field(default_factory=lambda: Form({}))
    _spoken: tuple[str, ...] = ()
    _worded: tuple[str, ...] = ()
    _cookie: str = ""

    @property
    def now(self) -> datetime:
        return self.app.now()

    @property
    def ident(self) -> int:
        """The id in the link."""
        (ident,) = self.idents
        return ident

    @property
    def pair(self) -> tuple[int, int]:
        """The two ids in the link."""
        first, second = self.idents
        return first, second

    def param(self, name: str) -> str:
        """A part of the path, or "" ."""
        return str(self.request.path_params.get(name, ""))

    # -- language -------------------------------------------------------------------------------------------

    def speaks(self, wanted: Sequence[str], worded: Sequence[str] = ()) -> None:
        """The languages (BCP 47) of the person whose page this is; they count before the browser's.

        `worded`: texts of the programme's own files that the page shows; it speaks a language only if that has them.
        """
        self._spoken, self._worded = tuple(wanted), tuple(worded)

    def language(self, template: str) -> str:
        """The code of the catalogue in which `template` is shown."""
        chain = (*self._spoken, *languages.asked_for(self.request), *self.app.programme.languages)
        chosen = languages.chosen(self.request)
        return languages.choose(template, (chosen, *chain) if chosen else chain, self._worded)

    # -- addresses ------------------------------------------------------------------------------------------

    @cached_property
    def prefix(self) -> str:
        """The path under which the world sees the pages, "" at the root of a host."""
        return urlsplit(self.app.settings.pages_url or "").path

    def at(self, path: str, **query: str) -> str:
        """The address of one of our pages for a link or a form; it keeps the language that was chosen."""
        if chosen := languages.chosen(self.request):
            query.setdefault("lang", chosen)
        return self.prefix + path + (f"?{urlencode(query)}" if query else "")

    @property
    def here(self) -> str:
        """This page's path."""
        return self.request.url.path

    # -- answers --------------------------------------------------------------------------------------------

    def page(self, template: str, status: int = 200, *, public: bool = False, **values: Any) -> Response:
        """The page of `template` (without .html). `public`: nothing of a person is in it, and it may be cached."""
        code = self.language(template)
        tongue = languages.tongues()[code]
        text = pages().environment(code).get_template(f"{template}.html").render(
            lang=tongue.tag,
            dir=tongue.direction,
            code=code,
            programme=self.app.programme.name,
            mailbox=self.app.mailbox,
            at=self.at,
            style=self.prefix + style.ADDRESS,
            switch=[(self.prefix + self.here + f"?lang={one.tag}", one) for one in languages.tongues().values()],
            form_key=self.form_key,
            problems=self.form.problems,
            **values,
        )  # fmt: skip
        response = HTMLResponse(text, status, {"content-language": tongue.tag})
        if public and not self._cookie:
            response.headers["cache-control"], response.headers["vary"] = PUBLIC, "accept-language"
        if self._cookie:
            response.set_cookie(
                COOKIE, self._cookie, path=self.prefix or "/", secure=self.request.url.scheme == "https",
                httponly=True, samesite="strict",
            )  # fmt: skip
        return response

    def wrong(self, template: str, **values: Any) -> Response:
        """The form again, with what is wrong in it; nothing of what was written is lost."""
        return self.page(template, HTTPStatus.UNPROCESSABLE_ENTITY, **values)

    def back(self, path: str = "", **query: str) -> Response:
        """After a form: see the result (303), so that going back or loading again sends nothing twice."""
        return RedirectResponse(self.at(path or self.here, **query), HTTPStatus.SEE_OTHER)

    def form_key(self, path: str = "") -> str:
        """The key of the form that is sent to `path`, or to this page. See `forms.py`."""
        path = path or self.here
        return key_of(self.app, path, "" if self.token else self._own_cookie())

    def _own_cookie(self) -> str:
        if not self._cookie:
            given = self.request.cookies.get(COOKIE, "")
            self._cookie = given if len(given) == 32 and given.isascii() and given.isalnum() else new_nonce()
        return self._cookie
