"""Proposing a session on a page: by a link of one's own, or by one that comes by mail to whoever asks for it.

Nobody learns from asking whether an address is known: the answer and the mail are the same. Who is not known is
registered for the programme with the first answer. What an answer changes is in `proposals.py`.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from domain.errors import Problem, UserError
from domain.imports import Mail
from domain.participants import Participant
from domain.proposals import Field, Proposal, tidied
from steps import notices, page_links, registering
from steps.app import App
from steps.notices import Reader
from store import contact_points, database, journal, participants, pending, proposals
from templates_email import contexts

LINK_FOR = timedelta(days=90)
OPEN = frozenset({"asking", "complete"})  # may still be changed by who made it
MOST_OPEN = 5
PAGE = "the page for proposals"


@dataclass(frozen=True, slots=True)
class Standing:
    """`person` None: not known yet. `name` and `languages` are theirs. `proposal`: the newest; None before the first
    answer. `waiting`: how many wait for a coordinator."""

    person: int | None
    name: str
    languages: tuple[str, ...]
    proposal: Proposal | None = None
    waiting: int = 0

    @property
    def may_begin(self) -> bool:
        return self.waiting < MOST_OPEN


def link(app: App, person: int) -> str:
    return page_links.url(app, page_links.Page.PROPOSE, person, app.now() + LINK_FOR)


def ask(app: App, name: str, mail: Mail, language: str) -> None:
    """Mail an address the link. After some to one address within a day no more is sent, and nobody is told."""
    now = app.now()
    with database.write(app.conn) as conn:
        if pending.asked_since(conn, mail.canonical, now - timedelta(days=1)) >= registering.MOST_A_DAY:
            return
        fields = {"name": name, "email": mail.address, "languages": language}
        number = pending.keep(conn, mail.canonical, language, json.dumps(fields), None, now)
    about = partial(
        contexts.ProposeLink,
        link=page_links.url(app, page_links.Page.BEGIN, number, now + registering.OF_USE),
    )
    reader, because = Reader(name, mail.address, (language,)), "somebody asked for it on the page for proposals"
    notices.record(app, [notices.letter(app, f"confirm/{number}", reader, about, because, registering.OF_USE)])


def of_form(app: App, number: int) -> Standing | None:
    """How far somebody is who came by the mail's link. None when the form is not kept any more."""
    form = pending.get(app.conn, number)
    if form is None:
        return None
    if form.participant_id is not None:
        return of_person(app, form.participant_id)
    return Standing(None, str(json.loads(form.fields)["name"]), (form.language,)) if form.fields else None


def of_person(app: App, person: int) -> Standing | None:
    """None for somebody who is gone."""
    found = _person(app, person)
    if found is None:
        return None
    theirs = proposals.of_person(app.conn, person)
    waiting = sum(one.state in OPEN for one in theirs)
    return Standing(person, found.name, found.languages, theirs[-1] if theirs else None, waiting)


def arrive(app: App, number: int) -> int:
    """The first answer came by the mail's link, so the address is theirs. Who is not known is registered now.

    UserError when the form is not kept any more.
    """
    form = pending.get(app.conn, number)
    if form is not None and form.participant_id is None and form.fields:
        known = participants.find(app.conn, str(json.loads(form.fields)["email"]))
        if len(known) == 1:
            with database.write(app.conn) as conn:
                pending.confirmed(conn, number, known[0], app.now())
            return known[0]
    return registering.confirm(app, number).participant_id


def answer(app: App, person: int, name: Field, text: str, *, anew: bool = False) -> None:
    """Keep one answer: of the newest proposal while it is open, otherwise (or `anew`) of a new one, which begins so.

    UserError when too many of theirs wait for a coordinator.
    """
    now = app.now()
    with database.write(app.conn) as conn:
        theirs = proposals.of_person(conn, person)
        newest = theirs[-1] if theirs else None
        if newest is None or newest.state not in OPEN or (anew and newest.state == "complete"):
            if sum(one.state in OPEN for one in theirs) >= MOST_OPEN:
                raise UserError(Problem("has too many proposals that wait", f"person {person}"))
            newest = proposals.start(conn, person, "page", now)
        proposals.answer(conn, newest, name, tidied(name, text), now)
        proposals.put_on_page(conn, newest.id)
        contact_points.sign_of_life(conn, person, None, now)
        journal.note(conn, now, PAGE, "answered", f"proposal/{newest.id}", name)


def take_back(app: App, person: int) -> None:
    """The newest one, while it is open."""
    with database.write(app.conn) as conn:
        theirs = proposals.of_person(conn, person)
        if theirs and theirs[-1].state in OPEN and proposals.settle(conn, theirs[-1].id, "withdrawn", app.now()):
            journal.note(conn, app.now(), PAGE, "withdrew", f"proposal/{theirs[-1].id}")


def _person(app: App, person: int) -> Participant | None:
    found = participants.load(app.conn, [person], app.now()).get(person)
    return found if found is not None and not found.erased else None
