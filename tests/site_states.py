"""What becomes of things, on pages: answered, full, waiting, stopped, cancelled, done. More pages for `site.py`."""

from domain.checklists import Answered, ItemState, Way
from domain.imports import Mail
from domain.newsletter import IssueKind, Words
from domain.participants import folded_name
from domain.proposals import FIELDS
from domain.sessions import Session
from domain.surveys import SKIPPED
from steps import (
    badges,
    certificates,
    checklist_answers,
    checklists,
    newsletter,
    page_links,
    places,
    proposing,
    registering,
    rsvps,
    survey_answers,
    topics,
)
from steps.checklists import Line
from steps.newsletter_send import send_approved
from steps.page_links import Page
from steps.survey_words import link as survey_link
from store import checklists as stored_checklists
from store import surveys as stored_surveys
from tests.programme import Place

LINK = "https://slides.example.org/a-rather-long-name-without-any-place-to-break-it"
SHEETS = ("description", "case_study")
GIVEN = {Way.TEXT: "For newcomers.", Way.NUMBER: "18", Way.LINK: LINK, Way.FILE: LINK}


def named(place: Place, name: str, language: str) -> int:
    """Somebody whom sessions know by their name."""
    person = place.person(name, language=language, consents={"newsletter": True})
    place.app.conn.execute("update participants set name_folded = ? where id = ?", (folded_name(name), person))
    return person


def answered(place: Place, session: Session, language: str) -> dict[str, str]:
    """Invited: one comes, one does not, one may, one left; of their mails one wants no more, another none."""
    words, found = {"yes": "Yes", "no": "No", "maybe": "Maybe"}, {}
    people = {word: place.person(name, language=language) for word, name in words.items()}
    left = place.person("Left", language=language)
    for person in (*people.values(), left):
        place.register(person, session)
    place.tick()
    places.leave(place.app, session.id, left, "test")
    found["rsvp-left"] = rsvps.link(place.app, session, left)
    for word, person in people.items():
        rsvps.answer_by_page(place.app, session.id, person, word, "As I said.")
        found[f"rsvp-{word}"] = rsvps.link(place.app, session, person)
    for name, person, topic in (("stopped", people["no"], ""), ("nothing", people["maybe"], topics.EVERYTHING)):
        message = place.by_key(f"invite/{session.id}/0/{person}")
        topics.stop(place.app, message, topic or message.topic, "test")
        reference = message.message_id[1:13]
        found[f"unsubscribe-{name}"] = page_links.url(place.app, Page.UNSUBSCRIBE, reference, session.ends_at)
    return found


def confirmed(place: Place, sessions: dict[str, Session | None], language: str) -> dict[str, str]:
    """Forms that were confirmed, each for a session in the state that names it, or for none."""
    found = {}
    for state, session in sessions.items():
        fields = {"name": state, "email": f"{state}@example.org", "country": "PE", "languages": language}
        registering.ask(place.app, fields, language, session.id if session else None)
        (form,) = place.app.conn.execute("select max(id) from pending_registrations").fetchone()
        registering.confirm(place.app, form)
        found[f"confirm-{state}"] = page_links.url(place.app, Page.CONFIRM, form, place.time + registering.OF_USE)
    return found


def cancelled(place: Place, session: Session, person: int) -> dict[str, str]:
    """One who was invited, and whose session is no more."""
    place.cancel(session)
    return {"session-cancelled": f"/sessions/{session.id}", "rsvp-cancelled": rsvps.link(place.app, session, person)}


def prepared(place: Place, fresh: Session, begun: Session) -> dict[str, str]:
    """A sharer's checklists: one as it was made, one with something of every kind answered."""
    app = place.app
    sharers = {one.session_id: one.id for one in stored_checklists.sharers(app.conn, [fresh.id, begun.id])}
    seen: set[Way] = set()

    def say(line: Line, state: ItemState) -> None:
        words = GIVEN.get(line.item.way, "") if state is ItemState.DONE else ""
        checklist_answers.by_page(app, sharers[begun.id], line.item.id, Answered(state, words))

    first, second, *others = checklists.show(app, str(begun.id)).lines
    say(first, ItemState.NOT_NEEDED)
    say(second, ItemState.HELP)
    described, case = (next(one.item.id for one in others if one.item.code == code) for code in SHEETS)
    checklist_answers.fill_by_page(app, sharers[begun.id], described, {"purpose": "To write a first proposal."})
    story = dict.fromkeys(("situation", "steps", "result", "lesson"), "A long story, well told.")
    checklist_answers.fill_by_page(app, sharers[begun.id], case, story)
    for line in others:
        if line.item.way not in seen and line.item.code not in SHEETS:
            seen.add(line.item.way)
            say(line, ItemState.DONE)
    until = fresh.ends_at
    empty = next(line.item.id for line in checklists.show(app, str(fresh.id)).lines if line.item.code == "description")
    page, again = (page_links.url(app, Page.CHECKLIST, sharers[one.id], until) for one in (fresh, begun))
    return {
        "sheet": f"{page}/items/{empty}",
        "sheet-begun": f"{again}/items/{described}",
        "sheet-saved": f"{again}/items/{described}?saved=yes",
        "sheet-done": f"{again}/items/{case}?saved=yes",
        "guide": f"{page}/guide",
        "case-study": f"/sessions/{begun.id}/case-study",
        "checklist": page_links.url(app, Page.CHECKLIST, sharers[fresh.id], until),
        "checklist-begun": page_links.url(app, Page.CHECKLIST, sharers[begun.id], until),
    }


def told(place: Place, first: int, second: int) -> dict[str, str]:
    """Surveys of two people: one has all behind them, the other stopped after the first question."""
    app, found = place.app, {}
    for name, person, most in (("done", first, 99), ("begun", second, 1)):
        (request,) = stored_surveys.open_for(app.conn, person, place.time)
        found[f"survey-{name}"] = survey_link(app, request)
        for _ in range(most):
            there = survey_answers.interview(app, app.conn, request.id, place.time)
            if there is None or there.next is None:
                break
            survey_answers.by_page(app, request.id, there.next.code, SKIPPED)
    return found


def honoured(place: Place, first: int, second: int) -> dict[str, str]:
    """Two badges, the second taken back."""
    badges.issue(place.app, "test")
    (stands,), (revoked, *_) = badges.listing(place.app, str(first)), badges.listing(place.app, str(second))
    badges.revoke(place.app, revoked.id, "test")
    both = {"certificate": stands, "certificate-revoked": revoked}
    return {name: certificates.link(place.app, badge) for name, badge in both.items()}


def proposed(place: Place, language: str) -> dict[str, str]:
    """Proposals: from a mail, not begun; of three people, not begun, with one answer, and complete."""
    app, found = place.app, {}
    address = Mail("thea@example.org", "thea@example.org")
    proposing.ask(app, "Thea", address, language)
    (form,) = app.conn.execute("select max(id) from pending_registrations").fetchone()
    found["proposal-by-mail"] = page_links.url(app, Page.BEGIN, form, place.time + registering.OF_USE)
    answers = {"title": "Maps without fear", "purpose": "Make a map of one's own town.", "wanted": f"May\n{LINK}"}
    for state, most in (("fresh", 0), ("begun", 1), ("complete", 3)):
        person = place.person(f"Proposing {state}", language=language)
        for name in FIELDS[:most]:
            proposing.answer(app, person, name, answers[name])
        found[f"proposal-{state}"] = proposing.link(app, person)
    return found


def published(place: Place, language: str) -> dict[str, str]:
    """An issue that was sent."""
    app = place.app
    issue = newsletter.draft(app, IssueKind.NEWSLETTER, "test", anyway=True)
    body = "All is *well*; see [the slides](https://commons.example.org/slides).\n\n- One\n- Two"
    words = {code: Words("News", body) for code in {"en", language}}
    newsletter.write(app, issue, "news", "first", words, "test")
    newsletter.approve(app, issue, newsletter.preview(app, issue).code, "test")
    send_approved(app)
    return {"newsletter": f"/newsletters/{issue.id}"}
