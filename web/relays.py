"""Ask a session's sharers, and answer: words go through us, addresses to nobody. See `steps/relays.py`."""

from typing import Any

from starlette.responses import Response

from domain.errors import UserError
from steps import relays
from steps.page_links import Page
from steps.relays import LONGEST, Conversation
from web.refusals import Refused
from web.room import Spot
from web.sessions import shown
from web.visit import Visit


def question(visit: Visit) -> Response:
    return _page(visit, relays.question(visit.app, *visit.pair))


def ask(visit: Visit) -> Response:
    there = relays.question(visit.app, *visit.pair)
    text = visit.form.text("text", LONGEST, needed=True)
    if visit.form.problems:
        return _page(visit, there, text)
    try:
        relays.ask(visit.app, *visit.pair, text)
    except UserError:
        raise Refused(429, "many", 86_400) from None
    return visit.back(sent="yes")


def reply(visit: Visit) -> Response:
    return _page(visit, relays.reply(visit.app, visit.ident))


def answer(visit: Visit) -> Response:
    there = relays.reply(visit.app, visit.ident)
    text = visit.form.text("text", LONGEST, needed=True)
    if visit.form.problems:
        return _page(visit, there, text)
    try:
        relays.answer(visit.app, visit.ident, text)
    except UserError:
        raise Refused(429, "many", 86_400) from None
    return visit.back(sent="yes")


def _page(visit: Visit, there: Conversation | None, text: str = "") -> Response:
    if there is None:
        raise Refused(410, "over")
    visit.speaks(there.writer.languages)
    values: dict[str, Any] = {
        "session": shown(there.session, visit.language("relay"), there.writer.zone, personal=True),
        "readers": [reader.name for reader in there.readers],
        "writer": there.writer.name,
        "text": text,
        "longest": LONGEST,
        "sent": visit.request.query_params.get("sent") == "yes",
    }
    return visit.wrong("relay", **values) if visit.form.problems else visit.page("relay", **values)


SPOTS = (
    Spot("/contact/{token}", question, ask, Page.CONTACT, pair=True),
    Spot("/answer/{token}", reply, answer, Page.ANSWER),
)
