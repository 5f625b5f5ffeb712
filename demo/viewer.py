"""A page with the mails the demo caught: a list with filters, and each mail as HTML, text, calendar and source.

Reads only. Works without JavaScript, loads nothing remote, and shows a mail's HTML only inside a sandboxed frame
with a policy of its own. People appear in addresses as the mail's number, never by name or mailbox.
"""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from demo.caught import Catch, Caught
from web.headers import SafeHeaders

PAGES = Path(__file__).parent / "pages"
A_PAGE = 100
PARTS = ("html", "text", "calendar", "source")
RIGHT_TO_LEFT = re.compile(r"(ar|fa|he|ur|ps|sd|ckb)\b")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The mail's own document: no scripts, no forms, no network; inline styles are what mail is made of.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def create(catch: Catch) -> Starlette:
    """The viewer over `catch`, which may grow meanwhile."""
    pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    def page(name: str, **values: Any) -> HTMLResponse:
        return HTMLResponse(pages.get_template(name).render(direction=direction, **values))

    async def listing(request: Request) -> Response:
        wanted = {name: request.query_params.get(name, "") for name in ("to", "language", "purpose")}
        found = [mail for mail in catch.newest_first() if _matches(mail, wanted)]
        number = _whole(request.query_params.get("page", "1"))
        last = max(1, -(-len(found) // A_PAGE))
        number = min(max(number, 1), last)
        shown = found[(number - 1) * A_PAGE : number * A_PAGE]
        everything = list(catch.newest_first())
        return page(
            "list.html", mails=shown, found=len(found), total=len(catch), wanted=wanted, number=number, last=last,
            languages=_counted(everything, lambda m: m.language), purposes=_counted(everything, lambda m: m.purpose),
        )  # fmt: skip

    async def one(request: Request) -> Response:
        mail = _mail(catch, request)
        has = {"html": mail.html, "text": mail.text, "calendar": mail.calendar, "source": mail.source}
        present = [name for name in PARTS if has[name]]
        part = request.query_params.get("part", "")
        part = part if part in present else present[0] if present else "source"
        return page("mail.html", mail=mail, part=part, present=present, body=has[part], last=len(catch))

    async def html(request: Request) -> Response:
        mail = _mail(catch, request)
        return HTMLResponse(mail.html, headers={"content-security-policy": MAIL_POLICY})

    async def raw(request: Request) -> Response:
        return PlainTextResponse(_mail(catch, request).data, headers={"content-type": "text/plain; charset=utf-8"})

    async def as_json(request: Request) -> Response:
        after = _whole(request.query_params.get("after", "0"))
        return JSONResponse(
            [
                {"id": m.id, "sender": m.sender, "recipient": m.recipient, "subject": m.subject,
                 "language": m.language, "purpose": m.purpose, "message_id": m.header("Message-ID")}
                for m in reversed(list(catch.newest_first())) if m.id > after
            ]
        )  # fmt: skip

    async def style(_: Request) -> Response:
        return Response((PAGES / "style.css").read_bytes(), media_type="text/css")

    return Starlette(
        routes=[
            Route("/", listing),
            Route("/mails.json", as_json),
            Route("/mails/{number:int}", one),
            Route("/mails/{number:int}/html", html),
            Route("/mails/{number:int}/raw", raw),
            Route("/style.css", style),
        ],
        middleware=[Middleware(SafeHeaders, policy=POLICY)],
    )


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the dir attribute of a text in that language (BCP 47)."""
    return "rtl" if RIGHT_TO_LEFT.match(language.lower()) else "ltr"


def _matches(mail: Caught, wanted: dict[str, str]) -> bool:
    return (
        wanted["to"].strip().casefold() in mail.recipient.casefold()
        and wanted["language"] in ("", mail.language)
        and wanted["purpose"] in ("", mail.purpose)
    )


def _counted(mails: list[Caught], of: Callable[[Caught], str]) -> list[tuple[str, int]]:
    return sorted(Counter(value for mail in mails if (value := of(mail))).items())


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 1


def _mail(catch: Catch, request: Request) -> Caught:
    mail = catch.get(request.path_params["number"])
    if mail is None:
        raise HTTPException(404, "There is no mail with that number.")
    return mail
