"""Replies to letters about surveys: what is certain is kept and thanked for, all else is for a person.

The request is known from the letter that was answered. Words are read in `domain/survey_replies.py`, answers are kept
in `survey_answers.py`. The thanks say which answers were noted, by their numbers, and never what they were.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from channels import inbound
from domain import survey_replies
from domain.cadences import Purpose
from domain.messages import Message
from domain.participants import canonical_address
from domain.replies import answer
from domain.reply_phrases import Answer
from domain.subjects import About, of_key
from domain.surveys import Question, may_be_asked
from steps import inbox_answers, notices, survey_answers, survey_words, words
from steps.app import App
from steps.inbox_reading import Reading
from steps.mails import reference_of
from steps.survey_answers import Interview
from store import contact_points, inbox, participants, sessions, surveys
from templates_email.catalogues import shipped
from templates_email.surveys import ThankForSurvey

OF_USE = timedelta(days=2)
FIRST = 1  # priority: it answers what somebody just did


def is_about_one(message: Message) -> bool:
    """Whether a letter of ours asked about a survey, or thanked for one."""
    named = of_key(message.key)
    return named is not None and named[0] is About.SURVEY


def read_reply(app: App, mail: inbox.Filed, letter: inbound.Inbound, message: Message, now: datetime) -> Reading:
    """Inside the caller's transaction."""
    conn, person = app.conn, message.participant_id
    assert person is not None
    address = canonical_address(letter.from_address) if letter.from_address else None
    contact_points.sign_of_life(conn, person, address, min(mail.received_at, now))
    if answer(letter.text) is Answer.STOP:
        return inbox_answers.stopped(conn, mail, message, now)
    named = of_key(message.key)
    there = survey_answers.interview(app, conn, named[1], now) if named else None
    if there is None or there.request.participant_id != person:
        return _for_person("an answer to a survey that is not known any more", person)
    if not there.open:
        if there.request.complete:
            return Reading("read", "survey", "answered already", person)
        return _for_person("answers a survey that is closed", person)
    before = surveys.answered_before(conn, there.request)
    wanted = {q.code for q in may_be_asked(there.survey, there.request.version, before)}
    first = _asked_first(there, message, wanted)
    reply = survey_replies.read(letter.text, there.survey.questions, first, shipped().wordings)
    given = {code: value for code, value in reply.answers.items() if code in wanted}
    rest = reply.rest or len(given) < len(reply.answers)
    if not given:
        return _for_person("an answer in words that a person must read", person)
    after = survey_answers.take(app, conn, there, given, "mail", now, None if rest else mail.id)
    _thank(app, mail, letter, after, set(given), now)
    if rest:
        return Reading("for_person", "survey", "answers a survey, and says more", person, ("surveys", "for_person"))
    return Reading("read", "survey", participant_id=person, counts=("surveys",))


def _for_person(reason: str, person: int) -> Reading:
    return Reading("for_person", "survey", reason, person, ("for_person",))


def _asked_first(there: Interview, message: Message, wanted: set[str]) -> Question:
    """What an answer without a number is to: the question that the letter put first."""
    if message.purpose == Purpose.SURVEY_THANKS and there.next is not None:
        return there.next
    return next(q for q in there.survey.questions if q.code in wanted)


def _thank(
    app: App, mail: inbox.Filed, letter: inbound.Inbound, there: Interview, given: set[str], now: datetime
) -> None:
    """Into the outbox, as an answer to that mail: one a mail, whatever happens to this transaction's work."""
    conn, request = app.conn, there.request
    person = participants.load(conn, [request.participant_id], now)[request.participant_id]
    if person.email is None:
        return
    key = f"{Purpose.SURVEY_THANKS.value}/survey-{request.id}/{mail.id}"
    session = sessions.get(conn, request.session_id) if request.session_id is not None else None
    address = survey_words.link(app, request) if there.open else ""
    context = partial(
        ThankForSurvey,
        **words.stop_link(app, reference_of(app.message_id(key)), now),
        survey=there.survey.title,
        title=session.told("title") if session else app.programme.name,
        more=tuple(survey_words.line(q, there.survey.questions) for q in there.left),
        anonymous=there.survey.anonymous,
        has_link=bool(address),
        link=address,
        noted=", ".join(str(n) for n, q in enumerate(there.survey.questions, 1) if q.code in given),
    )
    thanks = notices.letter(
        app, key, notices.participant(person), context, "answered a survey by mail", OF_USE,
        session_id=request.session_id, in_reply_to=letter.message_id,
    )  # fmt: skip
    notices.record(app, [replace(thanks, topic="surveys", priority=FIRST)])
