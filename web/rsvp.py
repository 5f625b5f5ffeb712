"""Can you come? Yes, no or maybe, with a note; shown at once, and changed as often as somebody likes. Who gave their
place up finds the way back here.

What an answer changes is in `steps/rsvps.py`.
"""

from typing import Any

from starlette.responses import Response

from domain.invitations import PartStat
from steps import places, relays, rsvps
from steps.page_links import Page
from steps.rsvps import Standing
from web.refusals import Refused
from web.room import Spot
from web.sessions import shown
from web.visit import Visit

LONGEST_NOTE = 1000
SAID = {PartStat.ACCEPTED: "yes", PartStat.DECLINED: "no", PartStat.TENTATIVE: "maybe"}


def show(visit: Visit) -> Response:
    there = _standing(visit)
    return visit.page("rsvp", **_values(visit, there, there.comment))


def answer(visit: Visit) -> Response:
    there = _standing(visit)
    if visit.form.flag("again"):
        return visit.back(again="yes") if rsvps.register_again(visit.app, *visit.pair) else visit.back()
    if visit.form.flag("leave"):
        places.leave(visit.app, *visit.pair, rsvps.WHO)
        return visit.back()
    word = visit.form.choice("answer", rsvps.WORDS, needed=True)
    note = visit.form.text("note", LONGEST_NOTE)
    if visit.form.problems:
        return visit.wrong("rsvp", **_values(visit, there, note))
    rsvps.answer_by_page(visit.app, *visit.pair, word, note)
    return visit.back()


def _standing(visit: Visit) -> Standing:
    there = rsvps.standing(visit.app, *visit.pair)
    if there is None:
        raise Refused(410, "over")
    visit.speaks(there.person.languages)
    return there


def _values(visit: Visit, there: Standing, note: str) -> dict[str, Any]:
    zone = there.person.zone or visit.app.programme.zone
    said = SAID.get(there.invitation.partstat, "") if there.invitation else ""
    return {
        "name": there.person.name,
        "session": shown(there.session, visit.language("rsvp"), zone, personal=True),
        "open": there.open_at(visit.now),
        "over": visit.now >= there.session.ends_at,
        "seat": places.seat(visit.app, there.session.id, there.person.id),
        "way_back": rsvps.way_back(visit.app, there),
        "again": bool(visit.request.query_params.get("again")),
        "on_the_list": there.invitation is not None and there.invitation.wanted,
        "said": said,
        "note": note,
        "longest_note": LONGEST_NOTE,
        "contact": relays.link(visit.app, there.session, there.person.id),
    }


SPOTS = (Spot("/rsvp/{token}", show, answer, Page.RSVP, pair=True),)
