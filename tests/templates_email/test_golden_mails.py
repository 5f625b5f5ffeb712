"""Every message in every branch and language as it was looked at by a person, and rules that hold for all of them.

After a wanted change: LETSCONNECT_UPDATE_GOLDEN=1 pytest tests/templates_email/test_golden_mails.py, and read the diff.
"""

import os
import re
from pathlib import Path

import html5lib
import pytest

from templates_email.catalogues import languages, text_direction
from templates_email.plain import WIDTH
from templates_email.preview import as_text_file, main, previews
from templates_email.samples import samples
from templates_email.skeletons import Rendered

GOLDEN = Path(__file__).parents[1] / "golden" / "mails"
LETTERS = dict(previews())
GIVEN_ADDRESSES = {"https://meet.example/clinic?room=7&lang=en", "https://meta.example/templates/budget"}


@pytest.fixture(params=LETTERS)
def letter(request: pytest.FixtureRequest) -> Rendered:
    return LETTERS[request.param]


@pytest.mark.parametrize("name", LETTERS)
def test_letter_equals_its_golden_files(name: str) -> None:
    made = {".html": LETTERS[name].html, ".txt": as_text_file(LETTERS[name])}
    for suffix, content in made.items():
        path = GOLDEN / f"{name}{suffix}"
        if os.environ.get("LETSCONNECT_UPDATE_GOLDEN") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        assert content == path.read_text(encoding="utf-8")


def test_golden_files_are_those_of_the_letters() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}{end}" for name in LETTERS for end in (".html", ".txt")}


def test_html_is_valid_html5(letter: Rendered) -> None:
    html5lib.HTMLParser(strict=True).parse(letter.html)


def test_html_says_language_and_direction(letter: Rendered) -> None:
    start = f'<html lang="{letter.language}" dir="{text_direction(letter.language)}">'
    assert letter.html.startswith("<!DOCTYPE html>" + start)


def test_parts_are_small(letter: Rendered) -> None:
    assert [part for part in (letter.html, letter.text) if len(part.encode()) >= 40_000] == []
    assert len(letter.chat) < 1000


def test_html_fetches_nothing(letter: Rendered) -> None:
    fetching = r"(?i)<(?:img|link|script|iframe|object|form)|\bsrc\s*=|url\(|@import|\bon\w+\s*="
    assert re.findall(fetching, letter.html) == []
    assert {url.replace("&amp;", "&") for url in re.findall(r"https?://[^\s\"<]+", letter.html)} <= GIVEN_ADDRESSES


def test_text_is_wrapped_and_without_markup(letter: Rendered) -> None:
    assert [line for line in letter.text.splitlines() if len(line) > WIDTH] == []
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
    count = sum(len(samples(language)) for language in languages())
    assert len(list((tmp_path / "out").iterdir())) == 2 * count


def test_preview_without_a_directory_is_wrong_usage() -> None:
    assert main([]) == 2
