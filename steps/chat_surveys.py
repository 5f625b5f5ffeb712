"""Surveys in a chat: one question a message, buttons below, own words as a message; gone on with at any time.

`survey/17/rating/4`: the answer 4 to the question `rating` of request 17. The data proves nothing: the request must be
the person's whose chat it is. Pressing twice, or an older button, changes an answer at most and asks nothing twice.
"""

import re
from dataclasses import replace
from datetime import timedelta

from domain.surveys import SKIPPED, Question, value_of
from steps import survey_answers, survey_words
from steps.chat_visit import Reading, Visit
from steps.chat_words import SKIP, survey_rows
from steps.survey_answers import Interview
from store import chats, claims, sessions, surveys
from templates_email import surveys as words

PRESSED = re.compile(r"survey/(\d{1,18})/([a-z][a-z0-9_]{0,19})/([a-z0-9_]{1,20}|-)", re.ASCII)
# For so long after a question for own words was put, a message is taken for its answer.
LISTENS = timedelta(days=1)


def pressed(visit: Visit, request_id: int, code: str, value: str) -> Reading:
    """One answer by a button. Another person's button is refused."""
    there = survey_answers.interview(visit.app, visit.conn, request_id, visit.now)
    if there is None or there.request.participant_id != visit.person_id:
        return visit.unknown("another person's button")
    message_id = chats.arrived(visit.conn, visit.person_id, visit.event.data)
    if message_id is not None:
        claims.prove_sent(visit.conn, message_id, "its button was pressed, so it arrived", visit.now)
    if not there.open:
        return visit.read("survey", words.ChatSurveyOver(answered=there.request.complete), reason="closed")
    question = next((q for q in there.questions if q.code == code), None)
    if question is None:
        return _next(visit, there)
    # own words come as a message, never by a button
    given = SKIPPED if value == SKIP else None if question.free else value_of(question, value)
    if given is None:
        return _next(visit, there)
    return _taken(visit, there, question, given)


def said(visit: Visit) -> Reading | None:
    """A message that answers the question for own words that the chat shows last; None for any other message."""
    assert visit.person_id is not None
    for request in surveys.open_for(visit.conn, visit.person_id, visit.now):
        put = request.in_chat_at is not None and visit.now - request.in_chat_at <= LISTENS
        there = survey_answers.interview(visit.app, visit.conn, request.id, visit.now) if put else None
        question = there.next if there else None
        if there is None or question is None or not question.free or question.code != request.in_chat:
            continue
        given = value_of(question, visit.event.text)
        return _taken(visit, there, question, given) if given is not None else _ask(visit, there, question, again=True)
    return None


def resume(visit: Visit) -> Reading:
    """/survey: the next question of what closes first."""
    assert visit.person_id is not None
    for request in surveys.open_for(visit.conn, visit.person_id, visit.now):
        there = survey_answers.interview(visit.app, visit.conn, request.id, visit.now)
        if there is not None and there.next is not None:
            return _next(visit, there, begins=True)
    return visit.read("survey", words.ChatSurveyNone())


def _taken(visit: Visit, before: Interview, question: Question, given: str) -> Reading:
    after = survey_answers.take(
        visit.app, visit.conn, before, {question.code: given}, "telegram", visit.now, visit.inbox_id
    )
    count = "surveys" if before.request.answered_at is None else ""
    if not after.open:
        return _counted(visit.read("survey", words.ChatSurveyDone(anonymous=after.survey.anonymous)), count)
    following = after.next
    if following is not None and following.code == after.request.in_chat:
        return _counted(visit.read("survey", reason="an earlier answer"), count)  # its question stands in the chat
    return _counted(_next(visit, after), count)


def _counted(reading: Reading, count: str) -> Reading:
    return replace(reading, count=count, toast="✓")


def _next(visit: Visit, there: Interview, begins: bool = False) -> Reading:
    assert there.next is not None
    return _ask(visit, there, there.next, begins=begins)


def _ask(
    visit: Visit, there: Interview, question: Question, *, begins: bool = False, again: bool = False
) -> Reading:
    surveys.put_in_chat(visit.conn, there.request.id, question.code, visit.now)
    about = there.request.session_id
    session = sessions.get(visit.conn, about) if begins and about is not None else None
    context = words.ChatSurvey(
        title=session.told("title") if session else "",
        begins=session is not None,
        number=there.number(question),
        of=len(there.questions),
        question=survey_words.line(question, there.survey.questions),
        again=again,
    )
    return visit.read("survey", context, survey_rows(there.request.id, question))
