"""Proposing a session: three questions, one a page, each answer saved when it is sent; go on whenever you like.

By a link of one's own, or by the link that anybody gets by mail. What an answer changes is in `steps/proposing.py`.
"""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from domain.errors import UserError
from domain.proposals import FIELDS, LONGEST, Field
from steps import proposing
from steps.page_links import Page
from steps.proposing import OPEN, Standing
from web.refusals import Refused
from web.room import Handler, Spot
from web.visit import Visit

LONGEST_NAME = 200
ANOTHER = "another"


# -- the link by mail -----------------------------------------------------------------------------------------


def form(visit: Visit) -> Response:
    return visit.page("propose", name="", email="", longest=LONGEST_NAME)


def send_link(visit: Visit) -> Response:
    name, mail = visit.form.line("name", LONGEST_NAME, needed=True), visit.form.mail("email")
    if visit.form.problems or mail is None:
        return visit.wrong("propose", name=name, email=visit.form.raw("email"), longest=LONGEST_NAME)
    proposing.ask(visit.app, name, mail, visit.language("propose"))
    return visit.back("/propose/sent")


def sent(visit: Visit) -> Response:
    return visit.page("propose_sent", public=True)


# -- the questions --------------------------------------------------------------------------------------------


def _own(visit: Visit) -> Standing:
    return _known(visit, proposing.of_person(visit.app, visit.ident))


def _first(visit: Visit) -> Standing:
    return _known(visit, proposing.of_form(visit.app, visit.ident))


def _known(visit: Visit, there: Standing | None) -> Standing:
    if there is None:
        raise Refused(410, "over")
    visit.speaks(there.languages)
    return there


def _show(visit: Visit, there: Standing) -> Response:
    return visit.page("proposal", **_values(visit, there, _asked(there, visit.request.query_params.get("q", ""))))


def _send(visit: Visit, there: Standing) -> Response:
    what = visit.form.choice("go", ("save", "back"), needed=True)
    if what == "back" and there.person is not None:
        proposing.take_back(visit.app, there.person)
        return visit.back()
    name: Field | None = next((one for one in FIELDS if one == visit.form.raw("question")), None)
    if name is None:
        return visit.back()
    text = visit.form.text("answer", LONGEST[name], needed=True)
    if visit.form.problems:
        return visit.wrong("proposal", **_values(visit, there, name, text))
    person = there.person or proposing.arrive(visit.app, visit.ident)
    try:
        proposing.answer(visit.app, person, name, text, anew=visit.form.raw("of") == ANOTHER)
    except UserError:  # too many wait: the page says so
        return visit.back(q=ANOTHER)
    return visit.back()


def _asked(there: Standing, wanted: str) -> Field | None:
    """The question that the page puts: the one that somebody wants to change, or the one that is open."""
    proposal = there.proposal
    if proposal is None or proposal.state not in OPEN or wanted == ANOTHER:
        return FIELDS[0] if there.may_begin else None
    change = next((name for name in FIELDS if name == wanted and getattr(proposal, name)), None)
    return change or proposal.waits_for


def _values(visit: Visit, there: Standing, asked: Field | None, text: str = "") -> dict[str, Any]:
    proposal, wanted = there.proposal, visit.request.query_params.get("q", "")
    another = proposal is not None and proposal.state == "complete" and (
        wanted == ANOTHER or visit.form.raw("of") == ANOTHER
    )  # fmt: skip
    shown = proposal if proposal is not None and proposal.state in OPEN and not another else None
    answers = {name: getattr(shown, name) for name in FIELDS} if shown else {}
    return {
        "here": visit.here,
        "name": there.name,
        "question": asked,
        "number": FIELDS.index(asked) + 1 if asked else 0,
        "total": len(FIELDS),
        "value": text or (answers.get(asked, "") if asked else ""),
        "longest": LONGEST[asked] if asked else 0,
        "answers": {name: said for name, said in answers.items() if said and name != asked},
        "of": ANOTHER if another else "",
        "state": shown.state if shown else "",
        "may_begin": there.may_begin,
    }


def _both(there: Callable[[Visit], Standing]) -> tuple[Handler, Handler]:
    return (lambda visit: _show(visit, there(visit)), lambda visit: _send(visit, there(visit)))


SPOTS = (
    Spot("/propose", form, send_link),
    Spot("/propose/sent", sent),
    Spot("/propose/{token}", *_both(_own), link=Page.PROPOSE),
    Spot("/begin/{token}", *_both(_first), link=Page.BEGIN),
)
