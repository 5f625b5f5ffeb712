"""Answers to numbered questions as people write them into mails and chats."""

import pytest

from domain.sheet_replies import read

QUESTIONS = (("What is it for?", "¿Para qué sirve?"), ("Who is it for?",), ("What should one know?",))
QUOTE = "\n\nOn Sun, 22 Nov 2026 at 12:00, LC <l@example.org> wrote:\n> 1. What is it for?\n> 2. Who is it for?\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1. To plan\n2. All\n3. none", {1: "To plan", 2: "All", 3: "none"}),
        ("Hi Maria,\n\n1) To plan.\nIn two.\n\n2: All\n\nBest,\nAda" + QUOTE, {1: "To plan.\nIn two.", 2: "All"}),
        ("1. First part.\n\nSecond part.\n2. All", {1: "First part.\n\nSecond part.", 2: "All"}),
        ("1. What is it for? To plan\n2. Who is it for?\nAll\n\nAda" + QUOTE, {1: "To plan", 2: "All"}),
        ("1. ¿Para qué sirve? Para planear", {1: "Para planear"}),
        ("١. للتخطيط\n٢) للجميع", {1: "للتخطيط", 2: "للجميع"}),
        ("1\nTo plan\n\n2\nAll", {1: "To plan", 2: "All"}),
        ("*2.* For 3 groups, 20 places\nAda Obi", {2: "For 3 groups, 20 places"}),
        ("2. Is there a better question?", {2: "Is there a better question?"}),
        (QUOTE.replace("\n> 2", "\nTo plan\nand do\n\n> 2").strip() + "\nAll\n", {1: "To plan\nand do", 2: "All"}),
        ("Thanks!\n1. To plan\n\nSent from my iPhone", {1: "To plan"}),
    ],
)  # fmt: skip
def test_numbered_answers_are_read(text: str, found: dict[int, str]) -> None:
    assert read(text, QUESTIONS, "Ada Obi") == found


@pytest.mark.parametrize(
    "text",
    [
        "It is for everybody who plans.",
        "See below" + QUOTE,
        "I have a question first.\n1. To plan",
        "2.\n1. First\n2. Then\n3. Last",  # a list within an answer
        "1. To plan\n1. Or to learn",
        "4. One question too many",
        "1.\n2.",
        "",
        "3 people\n20 places",
    ],
)
def test_what_is_in_doubt_is_for_a_person(text: str) -> None:
    assert read(text, QUESTIONS, "Ada Obi") is None
