"""Registering by oneself or as a group, confirming it from the mail, and one's place in a session or in its line.

What a form means, and what is done with it, is in `steps/registering.py` and `steps/places.py`.
"""

from typing import Any

from starlette.responses import Response

from domain.errors import UserError
from domain.participants import ConsentTopic
from domain.sessions import Session
from steps import places, registering, sessions
from steps.page_links import Page
from templates_email import formats
from web import languages
from web.forms import Trouble
from web.refusals import Refused
from web.room import Spot
from web.sessions import shown
from web.visit import Visit

LINES = {"name": 200, "wiki_user": 255, "group_name": 200, "other_languages": 200}
# Chats agree by linking, general invitations are refused by answering no.
ASKED = (ConsentTopic.NEWSLETTER, ConsentTopic.DIRECTORY, ConsentTopic.SHARE_DETAILS, ConsentTopic.QUOTED)
TEXTS = (*LINES, "email", "country", "zone", "members")
_TROUBLES: dict[str, Trouble] = {"email": "address", "members": "people", "name": "missing"}


def form(visit: Visit) -> Response:
    return visit.page("register", **_values(visit, {}, _chosen(visit)))


def ask(visit: Visit) -> Response:
    session = _chosen(visit)
    sent, fields = _read(visit)
    if not visit.form.problems and not fields["zone"] and not registering.zone_of(fields["country"]):
        visit.form.problems["zone"] = "missing"  # of a country with several; its list is now in the form
    if visit.form.problems:
        return visit.wrong("register", **_values(visit, sent, session))
    try:
        registering.ask(visit.app, fields, visit.language("register"), session.id if session else None)
    except UserError as refused:
        visit.form.problems.update({p.where: _TROUBLES.get(p.where, "unknown") for p in refused.problems})
        return visit.wrong("register", **_values(visit, sent, session))
    return visit.back("/register/sent")


def sent(visit: Visit) -> Response:
    return visit.page("register_sent", public=True)


def confirm(visit: Visit) -> Response:
    there = registering.standing(visit.app, visit.ident)
    if there is None:
        raise Refused(410, "over")
    visit.speaks((there.language,))
    session = sessions.find(visit.app, str(there.session_id)) if there.session_id else None
    return visit.page(
        "confirm",
        confirmed=there.confirmed,
        seat=there.seat,
        session=shown(session, visit.language("confirm"), there.zone, personal=True) if session else None,
        open=session is not None and places.is_open(visit.app, session),
        way_back=places.way_back(visit.app, session, there.confirmed) if session and there.confirmed else "",
    )


def confirmed(visit: Visit) -> Response:
    there = registering.standing(visit.app, visit.ident)
    if there is None:
        raise Refused(410, "over")
    if visit.form.flag("leave"):
        if there.confirmed is not None and there.session_id is not None:
            places.leave(visit.app, there.session_id, there.confirmed, registering.WHO)
    elif visit.form.flag("again"):
        registering.again(visit.app, visit.ident)
    else:
        registering.confirm(visit.app, visit.ident)
    return visit.back()


def _read(visit: Visit) -> tuple[dict[str, Any], dict[str, str]]:
    """What was written, to show it again; and the fields of the registration."""
    form, spoken = visit.form, list(languages.tongues())
    alone = form.choice("as", ("one", "group"), needed=True) != "group"
    mail = form.mail("email")
    written: dict[str, Any] = {
        "as": "one" if alone else "group",
        "name": form.line("name", LINES["name"], needed=True),
        "email": form.raw("email"),
        "country": form.choice("country", dict(formats.countries("en")), needed=True),
        "zone": form.line("zone", 60),
        "languages": form.many("languages", spoken),
        "other_languages": form.line("other_languages", LINES["other_languages"]),
        "wiki_user": form.line("wiki_user", LINES["wiki_user"]),
        "group_name": form.line("group_name", LINES["group_name"], needed=not alone),
        "members": form.text("members", 5000, needed=not alone),
        "consents": form.many("consents", [topic.value for topic in ASKED]),
    }
    fields = {name: written[name] for name in ("name", "country", "zone", "wiki_user")}
    fields["email"] = mail.address if mail else ""
    first = visit.language("register")  # of those that were ticked, the one that the form is read in
    ticked = sorted(written["languages"], key=lambda tag: tag != first)
    fields["languages"] = ", ".join(filter(None, (*ticked, written["other_languages"])))
    if not alone:
        fields |= {"as_group": "yes", "group_name": written["group_name"], "members": written["members"]}
    fields |= {f"consent.{topic}": "yes" if topic in written["consents"] else "no" for topic in ASKED}
    return written, fields


def _values(visit: Visit, sent: dict[str, Any], session: Session | None) -> dict[str, Any]:
    code = visit.language("register")
    country = sent.get("country", "")
    return {
        "sent": {**dict.fromkeys(TEXTS, ""), "languages": (code,), "consents": (), "as": "one", **sent},
        "session": shown(session, code) if session else None,
        "countries": formats.countries(code),
        "zones": registering.zones_of(country) if country and not registering.zone_of(country) else (),
        "spoken": [(tag, one.name) for tag, one in languages.tongues().items()],
        "asked": [topic.value for topic in ASKED],
        "longest": LINES,
    }


def _chosen(visit: Visit) -> Session | None:
    """The session that the address names; None for none, or one that takes nobody any more."""
    text = visit.request.query_params.get("session", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    try:
        session = sessions.find(visit.app, text)
    except UserError:
        return None
    return session if places.is_open(visit.app, session) else None


SPOTS = (
    Spot("/register", form, ask),
    Spot("/register/sent", sent),
    Spot("/confirm/{token}", confirm, confirmed, Page.CONFIRM),
)
