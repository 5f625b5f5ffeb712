"""Replies to surveys: answers right, or passed to a person; never guessed wrong."""

from collections import Counter

import pytest

from channels import inbound
from config import programme, settings
from domain.survey_replies import Reply, read
from domain.surveys import Kind, Option, Question
from templates_email.catalogues import shipped
from tests.survey_mails import Case, cases, letter, raw

SURVEYS = programme.load(settings.ROOT / "config").surveys
CLINIC = SURVEYS["clinic"].questions
PRACTICE = SURVEYS["practice_30"].questions
WORDINGS = shipped().wordings
CASES = cases()


def said(text: str, questions: tuple[Question, ...] = CLINIC, first: int = 1) -> tuple[dict[str, str], bool]:
    reply = read(text, questions, questions[first - 1], WORDINGS)
    return dict(reply.answers), reply.rest


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_reply_as_a_mail_program_sends_it(case: Case) -> None:
    mail = inbound.read(raw(case))
    reply = read(mail.text, CLINIC, CLINIC[0], WORDINGS)
    assert (dict(reply.answers), reply.rest) == (case.answers, case.rest)


def test_corpus_is_wide() -> None:
    assert len(CASES) >= 60
    assert set(Counter(case.language for case in CASES)) == {"en", "es", "fr", "pt", "ar"}
    assert len({case.client for case in CASES}) >= 12


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "ar"])
def test_our_own_letter_answers_nothing(language: str) -> None:
    """Sent back without a word, with or without marks: the options in it are nobody's answers."""
    text = letter(language)
    assert said(text)[0] == {}
    assert said("\n".join(f"> {line}" for line in text.splitlines())) == ({}, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", ({"used_it": "yes"}, False)),
        ("Not yet", ({"used_it": "no"}, False)),
        ("Yes, I wrote a guide for our group", ({"used_it": "yes"}, True)),
        ("yes, but only a little", ({}, True)),
        ("yes and no", ({}, True)),
        ("👍", ({"used_it": "yes"}, False)),
        ("1. no\n4. a", ({"used_it": "no", "obstacle": "time"}, False)),
        ("1. no\n4. c) I would need some help", ({"used_it": "no", "obstacle": "help"}, False)),
        ("1. no\n4. c) no time so far", ({"used_it": "no"}, True)),
        ("1. no\n4. no time so far", ({"used_it": "no", "obstacle": "time"}, False)),
        ("1. yes\n2. A guide\n3. https://meta.example.org/guide.", (
            {"used_it": "yes", "what": "A guide", "link": "https://meta.example.org/guide"}, False)),
        ("3. www.example.org/x", ({"link": "https://www.example.org/x"}, False)),
        ("3. javascript:alert(1)", ({}, True)),
        ("3. https://a.example/x or https://b.example/y", ({}, True)),
    ],
)  # fmt: skip
def test_kinds_of_questions(text: str, expected: tuple[dict[str, str], bool]) -> None:
    assert said(text, PRACTICE) == expected


def test_own_words_are_the_answer_when_they_were_asked_for() -> None:
    assert said("I wrote a guide.\nIt is used by two groups.", PRACTICE, first=2) == (
        {"what": "I wrote a guide.\nIt is used by two groups."}, False,
    )  # fmt: skip
    assert said("What do you mean?", PRACTICE, first=2) == ({}, True)


@pytest.mark.parametrize(
    "text",
    [
        "4,5", "4 1/2", "4½", "3-4", "between 3 and 4", "almost 5", "5+", "4 maybe", "4 but really 3", "not 4",
        "4 I think no 3", "1", "1.", "5 ... or 4", "4? 5?", "no 4", "100%", "4 people", "Room 4", "4pm", "-4",
    ],
)  # fmt: skip
def test_rating_in_doubt_is_not_taken(text: str) -> None:
    answers, rest = said(text)
    assert answers in ({}, {"rating": "1"}) and (rest or text.startswith("1"))


def test_what_stands_behind_a_closing_is_a_signature() -> None:
    assert said("4\n\nThanks,\nAda Obi\n5 Marina Road, Lagos") == ({"rating": "4"}, False)
    assert said("4\n\nThanks,\nAda\nPS: can I have the slides?") == ({"rating": "4"}, True)


def test_question_without_fitting_words_takes_the_labels_of_its_own() -> None:
    mood = Question(
        "mood", Kind.CHOICE, "How do you feel?", (Option("a", "no time so far"), Option("b", "I would need some help"))
    )
    assert read("sin tiempo hasta ahora", (mood,), mood, WORDINGS) == Reply({"mood": "a"}, rest=False)


def test_answer_between_quoted_lines_that_belongs_to_no_question_is_not_taken() -> None:
    assert said("> Hello\n> may we ask you\n\n4\n\n> 2. Did the session meet your hopes?\n> \nyes\n> bye") == ({}, True)
    assert said("> 1. How useful was this session for you?\n4\n> bye\n\nThanks,\nAda") == ({"rating": "4"}, False)


@pytest.mark.parametrize("text", ["", " ", "> only\n> a quote", "-- \nAda", "\u200f"])
def test_nothing_written_is_for_a_person(text: str) -> None:
    assert said(text) == ({}, True)
