"""What the programme did in the weeks before the demo's start: two sessions that took place, and all that they left.

People were there, slides and a recording are in, some have said what they thought, badges are issued, and a sharer of
a coming clinic has begun to prepare it. Done by the steps that coordinators and people's pages use.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import meeting_tool
from domain.checklists import Answered, ItemState, Way
from domain.sessions import Session
from steps import (
    attendance,
    badges,
    certificates,
    checklist_answers,
    checklist_words,
    checklists,
    import_attendance,
    resources,
    sessions,
    survey_answers,
    survey_words,
    surveys,
)
from steps.app import App
from store import surveys as survey_store

WHO = "demo"
SURVEY = "clinic"
PLANNED_BEFORE = timedelta(days=30)
# How many days ago it was; what `session add` was given; its sharers as they registered, with somebody who did not
# agree to be quoted among them; what it left.
CLINIC = {
    "code": "libraries", "kind": "clinic", "title": "A first partnership with a library", "languages": "en",
    "interpretation": "fr", "skills": "glam-tactics", "sharers": "Kelechi Eze; Kwame Mensah",
    "purpose": "Find a library near you that wants to work with your group.",
    "venue": "https://meet.example.org/libraries",
}  # fmt: skip
CLINIC_DAYS, CONVERSATION_DAYS = 6, 16
CONVERSATION = {
    "code": "small-wikis", "kind": "conversation", "title": "Small wikis, many languages", "languages": "es, en",
    "sharers": "Rosa Quispe", "venue": "https://meet.example.org/small-wikis", "led_by": "community",
}  # fmt: skip
COMMONS = "https://commons.example.org/wiki/File:"
CLINIC_LEFT = (
    {"kind": "recording", "url": f"{COMMONS}Libraries.webm", "language": "en", "size": "84 MB"},
    {"kind": "slides", "url": f"{COMMONS}Libraries.pdf", "language": "en", "size": "1.4 MB"},
    {"kind": "case_study", "url": "https://meta.example.org/wiki/Libraries/Kumasi", "language": "en",
     "title": "How the library of Kumasi joined in"},
    {"kind": "translation", "url": f"{COMMONS}Libraries-fr.pdf", "language": "fr", "size": "1.5 MB"},
)  # fmt: skip
CONVERSATION_LEFT = (
    {"kind": "link", "url": "https://meta.example.org/wiki/Small_wikis", "language": "es",
     "title": "Notas de la charla"},
)  # fmt: skip
EVERY_NTH = 11  # of the people who registered was at the clinic
GUESTS = ("Linnea Olsen", "Tomasz Novak", "Hana Tanaka")
# What six people answered to the survey: usefulness, then yes or no. The last one has not finished.
ANSWERS = ("5yyyn", "4yyny", "5yyyn", "3nyny", "4yynn", "4y")
YES_OR_NO = {"y": "yes", "n": "no"}
OPINION = "More time to work in small groups, please."
# What the sharers of the first coming clinic have answered on their page.
PREPARED = ("date_and_topic", "places", "description")
ANSWER_TO = {
    Way.TICK: "", Way.NUMBER: "20", Way.TEXT: "We will see to it together.",
    Way.LINK: "https://meta.example.org/wiki/Proposals", Way.FILE: "https://meta.example.org/wiki/Proposals/Case",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Earlier:
    """What came of it, in numbers; `sessions` are the clinic and the conversation, `coming` is being prepared."""

    sessions: tuple[Session, ...]
    coming: Session
    people: int
    guests: int
    resources: int
    answered: int
    badges: int
    prepared: int


def add(app: App) -> tuple[Session, ...]:
    """The two sessions, as they were planned a month ago."""
    then = _at(app, app.now() - PLANNED_BEFORE)
    given = ((CLINIC, CLINIC_DAYS), (CONVERSATION, CONVERSATION_DAYS))
    return tuple(
        sessions.add(then, {**fields, "start": f"{app.now() - timedelta(days):%Y-%m-%d}T15:00"}, WHO)
        for fields, days in given
    )


def record(app: App, past: Sequence[Session], coming: Session, apart_from: Collection[str]) -> Earlier:
    """Everything that followed, once people are registered. `apart_from`: addresses of those who were not there."""
    clinic, conversation = past
    planned = _at(app, app.now() - PLANNED_BEFORE)
    sharers = _know_sharers(planned, clinic) | _know_sharers(planned, conversation)
    links = {fields["kind"]: fields["url"] for fields in CLINIC_LEFT}
    _answer(_at(app, clinic.ends_at), clinic, [item.code for item in app.programme.duties["clinic"]][:-1], links)
    there = list(_people(app, {*apart_from, *sharers}))[::EVERY_NTH]
    file = app.settings.home / "attendance.csv"
    meeting_tool.write(file, clinic, [(name, address) for _, name, address in there], GUESTS)
    came = import_attendance.import_attendance(app, file, clinic.code, WHO)
    attendance.attended(app, conversation.code, [str(one) for one, *_ in there[::2]], WHO, guests=4)
    for session, left in ((clinic, CLINIC_LEFT), (conversation, CONVERSATION_LEFT)):
        for fields in left:
            resources.add(app, session.code, fields, WHO)
    surveys.look_after(app)
    checklists.arrange_all(app)
    return Earlier(
        sessions=tuple(past),
        coming=coming,
        people=came.accepted,
        guests=came.guests,
        resources=len(CLINIC_LEFT) + len(CONVERSATION_LEFT),
        answered=_opinions(app, clinic),
        badges=badges.issue(app, WHO).new,
        prepared=_answer(app, coming, PREPARED, {}),
    )


def doors(app: App, found: Earlier) -> Iterator[tuple[str, str, str]]:
    """(what, in words, address) of one page each that somebody was given; no address without pages."""
    clinic, coming = found.sessions[0], checklists.show(app, found.coming.code)
    done = len(coming.lines) - len(coming.left)
    page = checklist_words.page_of(app, coming.sharers[0].id, coming.session)
    yield "checklist", f"a sharer of {coming.session.title!r} has done {done} of {len(coming.lines)} things", page
    requests = survey_store.of_session(app.conn, SURVEY, clinic.id).values()
    silent = next(one for one in requests if one.answered_at is None)
    answered = sum(one.answered_at is not None for one in requests)
    page = survey_words.link(app, silent)
    yield "survey", f"{answered} of {len(requests)} people have answered about {clinic.title!r}; be the next", page
    issued = badges.listing(app)
    page = certificates.link(app, issued[0])
    yield "badge", f"{len(issued)} people have one; who is shown a certificate can check it", page


def _at(app: App, moment: datetime) -> App:
    """The same programme at another time."""
    return App(app.settings, app.programme, lambda: moment)


def _people(app: App, apart_from: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Id, name and address of everybody else, by id."""
    rows = app.conn.execute(
        "select p.id, p.name, c.address from participants p join contact_points c on c.participant_id = p.id"
        " where c.channel = 'email' order by p.id"
    )
    return ((row["id"], row["name"], row["address"]) for row in rows if row["address"] not in apart_from)


def _know_sharers(app: App, session: Session) -> set[str]:
    """They are said to be the people who registered with these names. Their addresses."""
    known = {name: (number, address) for number, name, address in _people(app, ())}
    for name in session.sharers:
        checklists.share(app, session.code, name, str(known[name][0]), WHO)
    return {known[name][1] for name in session.sharers}


def _answer(app: App, session: Session, codes: Collection[str], links: Mapping[str, str]) -> int:
    """Answers on the page of the session's first sharer. How many."""
    there = checklists.show(app, session.code)
    items = [line.item for line in there.lines if line.item.code in codes]
    known = {"description": session.purpose, **links}
    for item in items:
        said = Answered(ItemState.DONE, known.get(item.code, ANSWER_TO[item.way]))
        checklist_answers.by_page(app, there.sharers[0].id, item.id, said)
    return len(items)


def _opinions(app: App, session: Session) -> int:
    """What some say of it on their pages, question by question. How many were asked and begun."""
    requests = survey_store.of_session(app.conn, SURVEY, session.id).values()
    questions = [question.code for question in app.programme.surveys[SURVEY].questions]
    for request, given in zip(requests, ANSWERS, strict=False):
        answers = [given[0], *(YES_OR_NO[one] for one in given[1:])]
        words = [OPINION] if len(answers) == len(questions) - 1 else []
        for question, answer in zip(questions, [*answers, *words], strict=False):
            survey_answers.by_page(app, request.id, question, answer)
    return min(len(requests), len(ANSWERS))
