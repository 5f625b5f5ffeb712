"""Every message in every branch and language as it was looked at by a person, and rules that hold for all of them.

After a wanted change: LETSCONNECT_UPDATE_GOLDEN=1 pytest tests/templates_email/test_golden_mails.py, and read the diff.
"""

import os
import re
from pathlib import Path

import html5lib
import pytest

from templates_email.catalogues import languages, text_direction
from templates_email.chats import Chat
from templates_email.contexts import CONTEXTS
from templates_email.plain import WIDTH
from templates_email.preview import as_text_file, main, previews
from templates_email.samples import samples
from templates_email.shorten import length
from templates_email.skeletons import Rendered

GOLDEN = Path(__file__).parents[1] / "golden" / "mails"
MESSAGES = dict(previews())
LETTERS = {name: made for name, made in MESSAGES.items() if made.html}
PAGES = "https://pages.example/"
GIVEN_ADDRESSES = {
    "https://meet.example/clinic?room=7&lang=en",
    "https://meta.example/templates/budget",
    "https://t.me/connect_sample_bot?start=1041-k3v7q2n5x4b6m1c8z0p9r7t5",
    "https://connect.example/survey/17-20786-k3v7q2n5x4b6m1c8z0p9r7t5",
    "https://connect.example/checklist/17-20786-k3v7q2n5x4b6m1c8z0p9r7t5",
    "https://meta.example/talk",
    "https://meta.example/case",
    "https://meta.example/wiki/2027",
    "https://media.example/w.webm",
    "https://school.example/open-data",
    "https://pages.example/newsletters/7",
    "https://pages.example/sessions/12",
    "https://pages.example/sessions/13",
    "https://pages.example/rsvp/1.1041-20793-k3v7q2n5x4b6m2c7z3p6r7t5",
    "https://pages.example/unsubscribe/k3v7q2n5x4b6-21193-m2c7z3p6r7t5k3v7q2n5x4b6",
    "https://connect.example/certificate/17-24472-k3v7q2n5x4b6m1c8z0p9r7t5",
    "https://connect.example/sessions/7",
    "https://meta.example/wiki/Proposals",
    *(f"https://commons.example/wiki/File:{name}" for name in
      ("Proposals.webm", "Proposals.pdf", "Oaxaca.pdf", "Budget.ods", "Budget-ar.ods")),
}
# Every branch of these is kept in every language; of the others in one language of each direction, and elsewhere one.
IN_EVERY_LANGUAGE = ("invitation", "update", "cancellation", "rsvp_confirmation", "welcome", "newsletter")
IN_FULL = ("en", "ar")


def golden_files() -> dict[str, str]:
    """Name -> content. What only a messenger shows is short: one file a language holds all of it."""
    files = {}
    for language in languages():
        answers, seen = "", set()
        for case, context in samples(language).items():
            made = MESSAGES[f"{case}-{language}"]
            kept = language in IN_FULL or context.message in IN_EVERY_LANGUAGE or context.message not in seen
            seen.add(context.message)
            if isinstance(context, Chat):
                answers += f"=== {case} ===\n{as_text_file(made)}\n"
            elif kept:
                files |= {f"{case}-{language}.html": made.html, f"{case}-{language}.txt": as_text_file(made)}
        files[f"chats-{language}.txt"] = answers
    return files


FILES = golden_files()


@pytest.fixture(params=LETTERS)
def letter(request: pytest.FixtureRequest) -> Rendered:
    return LETTERS[request.param]


@pytest.mark.parametrize("name", FILES)
def test_message_equals_its_golden_file(name: str) -> None:
    path = GOLDEN / name
    if os.environ.get("LETSCONNECT_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[name], encoding="utf-8")
    assert FILES[name] == path.read_text(encoding="utf-8")


def test_golden_files_are_those_of_the_messages() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(FILES)


def test_every_message_has_a_sample_in_every_language() -> None:
    for language in languages():
        assert {context.message for context in samples(language).values()} == set(CONTEXTS)


def test_html_is_valid_html5(letter: Rendered) -> None:
    html5lib.HTMLParser(strict=True).parse(letter.html)


def test_html_says_language_and_direction(letter: Rendered) -> None:
    start = f'<html lang="{letter.language}" dir="{text_direction(letter.language)}">'
    assert letter.html.startswith("<!DOCTYPE html>" + start)


def test_parts_are_small(letter: Rendered) -> None:
    assert [part for part in (letter.html, letter.text) if len(part.encode()) >= 40_000] == []


def test_chat_texts_are_plain_and_short() -> None:
    for language in languages():
        for case, context in samples(language).items():
            chat = MESSAGES[f"{case}-{language}"].chat
            assert (case, 0 < length(chat) <= context.longest, chat == chat.strip()) == (case, True, True)
            assert re.findall(r"zq[0-9a-f]{12}|\*|%\(|\{\{|None\b|<|\n\n\n", chat) == []


def test_messages_of_messengers_have_no_mail() -> None:
    empty = [(made.subject, made.html, made.text) for made in MESSAGES.values() if not made.html]
    assert set(empty) == {("", "", "")}


def test_html_fetches_nothing(letter: Rendered) -> None:
    fetching = r"(?i)<(?:img|link|script|iframe|object|form)|\bsrc\s*=|url\(|@import|\bon\w+\s*="
    assert re.findall(fetching, letter.html) == []
    addresses = {url.replace("&amp;", "&") for url in re.findall(r"https?://[^\s\"<]+", letter.html)}
    assert {url for url in addresses if not url.startswith(PAGES)} <= GIVEN_ADDRESSES


def test_text_is_wrapped_and_without_markup(letter: Rendered) -> None:
    long = [line for line in letter.text.splitlines() if len(line) > WIDTH]
    assert [line for line in long if not re.fullmatch(r" *https?://\S+", line)] == []
    assert re.findall(r"\*\*|^#|^>|</?\w+>|zq[0-9a-f]{12}|  +$", letter.text, re.MULTILINE) == []


def test_nothing_is_left_of_the_templates(letter: Rendered) -> None:
    assert re.findall(r"zq[0-9a-f]{12}|%\(|\{\{|None\b|\*\*", letter.html + letter.subject + letter.chat) == []


@pytest.mark.parametrize("name", [name for name in LETTERS if name.startswith("invitation")])
def test_newcomer_never_reads_of_a_change(name: str) -> None:
    words = r"(?i)changed|updated|cambi|changement|mudan|تغيير طرأ|طرأ تغيير"
    assert re.findall(words, LETTERS[name].subject + LETTERS[name].text) == []


def test_letters_of_one_language_hold_nothing_of_another() -> None:
    greetings = {"en": "Hello", "es": "Hola", "fr": "Bonjour", "pt": "Olá", "ar": "مرحبًا"}
    for name, made in LETTERS.items():
        found = [code for code, word in greetings.items() if word in made.text]
        assert (name, found) == (name, [made.language])


def test_preview_writes_every_letter(tmp_path: Path) -> None:
    assert main([str(tmp_path / "out")]) == 0
    pages = {f"{name}.html" for name in LETTERS}
    assert {path.name for path in (tmp_path / "out").iterdir()} == pages | {f"{name}.txt" for name in MESSAGES}


def test_preview_without_a_directory_is_wrong_usage() -> None:
    assert main([]) == 2
