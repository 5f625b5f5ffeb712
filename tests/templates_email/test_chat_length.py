"""However long the words of others are, a chat text fits, and is cut where it hurts least."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from templates_email.catalogues import languages
from templates_email.contexts import Cancellation, Form, fields_of
from templates_email.fields import forms_of_row
from templates_email.formats import Moment
from templates_email.samples import samples
from templates_email.shorten import ROOMS, Room, length, shorten
from templates_email.skeletons import render

OVER_MIDNIGHT = Moment(datetime(2026, 9, 30, 23, 30, tzinfo=UTC), 1500, "America/Argentina/Buenos_Aires")
LONG_WORDS = {"words": "a proposal " * 500, "letters": "W" * 5000, "emoji": "😀" * 3000, "lines": "- line\n" * 900}
LINKS = {"long": "https://meet.example/" + "x" * 320, "too long": "https://meet.example/" + "x" * 5000}


def enlarged(value: Any, form: Form, words: str, link: str) -> Any:
    if form in (Form.TEXT, Form.NAME, Form.MARKDOWN) and isinstance(value, str):
        return words
    if form is Form.PLACE:
        return link
    if form is Form.MOMENT:
        return OVER_MIDNIGHT
    if form is Form.ROWS and value:
        forms = forms_of_row(type(value[0]))
        row = {f.name: enlarged(getattr(value[0], f.name), forms[f.name], words, link) for f in fields(value[0])}
        return (type(value[0])(**row),) * 12
    return value


# Every kind of words in one language of each direction, one kind in the others.
MANY = [(language, words, link) for language in ("en", "ar") for words in LONG_WORDS for link in LINKS]
MANY += [(language, "words", "long") for language in languages() if language not in ("en", "ar")]


@pytest.mark.parametrize(("language", "words", "link"), MANY)
def test_chat_texts_always_fit(language: str, words: str, link: str) -> None:
    for case, context in samples(language).items():
        values = {
            name: enlarged(getattr(context, name), form, LONG_WORDS[words], LINKS[link])
            for name, (_, form) in fields_of(context.message).items()
        }
        chat = render(context.message, [language], type(context)(**values)).chat
        assert (case, length(chat), length(chat) <= context.longest) == (case, length(chat), True)


@pytest.mark.parametrize("language", languages())
def test_ordinary_link_is_never_cut(language: str) -> None:
    for case, context in samples(language).items():
        if hasattr(context, "venue") and getattr(context, "venue", ""):
            long = replace(context, venue=LINKS["long"], title=LONG_WORDS["words"])
            shown = not isinstance(context, Cancellation) and not case.startswith("rsvp_confirmation")
            assert (case, LINKS["long"] in render(context.message, [language], long).chat) == (case, shown)


def test_long_title_is_cut_after_a_word_and_other_words_stay() -> None:
    letter = replace(samples("en")["cancellation-session"], title="Writing proposals " * 30)
    first = render("cancellation", ["en"], letter).chat.splitlines()[0]
    cut = ("Writing proposals " * 16).strip()
    assert first == f"Amina Okafor, we are sorry: {cut} Writing… will not take place."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("exactly 10", "exactly 10"),
        ("eleven char", "eleven…"),
        ("one two three", "one two…"),
        ("undividable", "undividab…"),
        ("one two  three", "one two…"),
        ("😀😀😀😀😀", "😀😀😀😀😀"),
        ("😀😀😀😀😀😀", "😀😀😀😀…"),
        ("https://a.example/b", "https://a.example/b"),
        ("https://a.example/bc", "…"),
    ],
)
def test_shorten(text: str, expected: str) -> None:
    assert shorten(text, Room(words=10, address=19)) == expected


def test_rooms_become_smaller() -> None:
    assert list(ROOMS) == sorted(ROOMS, key=lambda room: (room.words, room.address), reverse=True)
