"""The issues that were sent, and their feed (Atom, RFC 4287). For everybody; reads only."""

import hashlib
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from markupsafe import Markup
from starlette.responses import Response

from domain.times import iso
from steps import newsletter_archive
from steps.newsletter_archive import Archived
from templates_email.documents import Document
from web import languages
from web.refusals import missing
from web.room import Spot
from web.sessions import LARGEST_ID
from web.visit import PUBLIC, Visit

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def listing(visit: Visit) -> Response:
    code = visit.language("newsletters")
    issues = [{"id": one.id, "at": one.at.date().isoformat(), **_shown(one.page(_chain(visit, code)))}
              for one in newsletter_archive.listing(visit.app)]  # fmt: skip
    return visit.page("newsletters", public=True, issues=issues)


def one(visit: Visit) -> Response:
    """In the reader's language where the issue has it, whatever the frame around it can say."""
    number = int(visit.param("number"))
    issue = newsletter_archive.get(visit.app, number) if number < LARGEST_ID else None
    if issue is None:
        raise missing()
    page = issue.page(_chain(visit, visit.language("newsletter")))
    body = Markup(page.html)  # noqa: S704 - made by templates_email/, which escapes whatever people wrote
    return visit.page("newsletter", public=True, issue=_shown(page), body=body, at_day=issue.at.date().isoformat())


def _chain(visit: Visit, frame: str) -> tuple[str, ...]:
    chosen = languages.chosen(visit.request)
    asked = languages.asked_for(visit.request)
    return (*((chosen,) if chosen else ()), *asked, frame, *visit.app.programme.languages)


def _shown(page: Document) -> dict[str, str]:
    tongue = languages.tongues()[page.language]
    return {"title": page.title, "lang": tongue.tag, "dir": tongue.direction}


def feed(visit: Visit) -> Response:
    issues = newsletter_archive.listing(visit.app)[:ENTRIES]
    data = _atom(visit, issues)
    mark = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"etag": mark, "cache-control": PUBLIC, "vary": "accept-language"}
    if mark in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/atom+xml", headers=headers)


def _atom(visit: Visit, issues: list[Archived]) -> bytes:
    root = visit.app.settings.pages_url or ""
    frame = visit.language("newsletters")
    Xml.register_namespace("", ATOM)
    top = Xml.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": languages.tongues()[frame].tag})
    _add(top, "title", visit.app.programme.name)
    _add(top, "id", f"{root}/newsletters")
    _add(top, "updated", iso(max((one.at for one in issues), default=EPOCH)))
    _add(top, "link", rel="self", href=f"{root}/newsletters.atom")
    _add(top, "link", rel="alternate", href=f"{root}/newsletters", type="text/html")
    author = _add(top, "author")
    _add(author, "name", visit.app.programme.name)
    for one in issues:
        page = one.page(_chain(visit, frame))
        tag = languages.tongues()[page.language].tag
        entry = _add(top, "entry", **{"{http://www.w3.org/XML/1998/namespace}lang": tag})
        _add(entry, "title", page.title)
        _add(entry, "id", f"{root}/newsletters/{one.id}")
        _add(entry, "updated", iso(one.at))
        _add(entry, "link", rel="alternate", href=f"{root}/newsletters/{one.id}", type="text/html")
        _add(entry, "content", page.html, type="html")
    return bytes(Xml.tostring(top, encoding="utf-8", xml_declaration=True))


def _add(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
    child = Xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text or None
    return child


SPOTS = (
    Spot("/newsletters", listing),
    Spot("/newsletters.atom", feed),
    Spot("/newsletters/{number:int}", one),
)
