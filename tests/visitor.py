"""Somebody who visits the pages of a Place: asks, reads, fills in the form that is there and sends it, keeps cookies.

Over ASGI in this process, through everything but uvicorn. What a real browser does is tested in tests/browser.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

import html5lib
import httpx
from starlette.types import ASGIApp

from tests.programme import Place
from web.app import create
from web.limits import Limits

HOST = "https://pages.example.org"


def with_pages(place: Place, url: str = HOST) -> Place:
    """The Place with an address of its pages, so that there are links."""
    place.environ["LETSCONNECT_PAGES_URL"] = url
    place.app.close()
    place.app = place.another()
    return place


class Visitor:
    """`languages` is the browser's Accept-Language."""

    def __init__(self, place: Place, languages: str = "en", limits: Limits | None = None) -> None:
        self.pages: ASGIApp = create(place.another, limits)
        self.cookies = httpx.Cookies()
        self.headers = {"accept-language": languages}
        self.answer: httpx.Response

    def ask(self, method: str, url: str, **more: object) -> httpx.Response:
        """One request; the answer is not followed. `url` may be a whole address of ours."""
        path = url.removeprefix(HOST)

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.pages, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=HOST, cookies=self.cookies) as client:
                answer = await client.request(method, path, headers=self.headers | more.pop("headers", {}), **more)
                self.cookies = client.cookies
                return answer

        self.answer = asyncio.run(go())
        return self.answer

    def get(self, url: str, **more: object) -> httpx.Response:
        return self.ask("GET", url, **more)

    def post(self, url: str, fields: Mapping[str, str | Sequence[str]], **more: object) -> httpx.Response:
        return self.ask("POST", url, data=fields, **more)

    def send(self, press: str = "", form: int = 0, **fields: str | Sequence[str]) -> httpx.Response:
        """Fills in a form of the page that is open, presses the button with value or text `press`, and follows the 303.

        Fields that are not named stay as they are in the page.
        """
        found = list(self.tree().iter(tag("form")))[form]
        values = filled(found) | {name: [v] if isinstance(v, str) else list(v) for name, v in fields.items()}
        buttons = [b for b in found.iter(tag("button")) if press in (b.get("value"), "".join(b.itertext()).strip())]
        assert buttons or not press, f"no button {press!r}"
        if buttons and (name := buttons[0].get("name")):
            values[name] = [buttons[0].get("value", "")]
        self.post(found.get("action") or str(self.answer.url), values)
        if self.answer.status_code == 303:
            self.get(self.answer.headers["location"])
        return self.answer

    def tree(self) -> Element:
        return html5lib.parse(self.answer.text)

    @property
    def text(self) -> str:
        """The words of the page that is open, without its head and footer."""
        body = re.sub(r"(?s).*<main[^>]*>|</main>.*", "", self.answer.text)
        plain = re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
        return " ".join(plain.split())

    def links(self) -> list[str]:
        return [a.get("href", "") for a in self.tree().iter(tag("a"))]


def tag(name: str) -> str:
    return f"{{http://www.w3.org/1999/xhtml}}{name}"


def filled(form: Element) -> dict[str, list[str]]:
    """What a browser would send of the form as it is, without a button."""
    values: dict[str, list[str]] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.get("disabled") is not None:
            continue
        if field.tag == tag("input"):
            ticked = field.get("type") not in ("radio", "checkbox") or field.get("checked") is not None
            if ticked:
                values.setdefault(name, []).append(field.get("value", ""))
        elif field.tag == tag("textarea"):
            values.setdefault(name, []).append((field.text or "").removeprefix("\n"))
        elif field.tag == tag("select"):
            options = list(field.iter(tag("option")))
            marked = [o for o in options if o.get("selected") is not None] or options[:1]
            values.setdefault(name, []).extend(o.get("value", "") for o in marked)
    return values
