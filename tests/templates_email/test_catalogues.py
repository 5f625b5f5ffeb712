"""The catalogues are complete and current, their words are understood when they come back, and gaps fall back whole."""

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from domain.replies import answer
from domain.reply_phrases import Answer
from templates_email.catalogues import DOMAIN, HERE, PAGES, Catalogues, languages, shipped, strings_of, text_direction
from templates_email.contexts import CONTEXTS
from templates_email.newsletters import DOCUMENTS
from templates_email.samples import samples
from templates_email.skeletons import render
from templates_email.translate import template_catalogue, update, worded_strings, write

TRANSLATED = [code for code in languages() if code != "en"]


def po(language: str, directory: Path = HERE / "locale") -> Path:
    return directory / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def forms(string: object) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def test_languages() -> None:
    assert languages() == ("en", "ar", "es", "fr", "pt")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("message", [*CONTEXTS, "labels"])
def test_catalogue_is_complete(message: str, language: str) -> None:
    assert shipped().is_complete(message, language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalogue_holds_the_strings_of_the_templates_and_no_others(language: str) -> None:
    """Fails? Run `python -m templates_email.translate` and translate what is new."""
    with po(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    assert {m.id for m in catalogue if m.id} == {m.id for m in template_catalogue() if m.id}
    assert not catalogue.obsolete
    assert not [m.id for m in catalogue if m.fuzzy]
    assert {m.id for m in update(po(language), language) if m.id and not m.string} == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_updating_a_current_catalogue_changes_nothing(language: str, tmp_path: Path) -> None:
    write(tmp_path / "new.po", update(po(language), language))
    assert (tmp_path / "new.po").read_text(encoding="utf-8") == po(language).read_text(encoding="utf-8")


def test_new_language_starts_empty_and_is_not_used(tmp_path: Path) -> None:
    path = po("sw", tmp_path)
    write(path, update(path, "sw"))
    assert Catalogues(tmp_path).languages() == ("en", "sw")
    assert Catalogues(tmp_path).choose("welcome", ["sw"]) == "en"


def test_extraction_agrees_with_what_fallback_looks_at() -> None:
    """Babel's extraction and `strings_of` must see the same strings."""
    templates = (*CONTEXTS, *DOCUMENTS, "labels", "certificate")
    seen = {string for message in templates for string in strings_of(f"{message}.j2")}
    seen |= {string for page in PAGES.folder.glob("*.html") for string in strings_of(page.name, PAGES)}
    seen |= {text for _, text in worded_strings()}
    assert seen == {m.id for m in template_catalogue() if m.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_placeholders_and_emphasis(language: str) -> None:
    with po(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        source = forms(message.id)[-1]
        for text in forms(message.string):
            same_names = set(re.findall(r"%\(\w+\)s", text)) == set(re.findall(r"%\(\w+\)s", source))
            if not same_names or text.count("**") != source.count("**") or list(message.check(catalogue)):
                wrong.append(message.id)
        wanted = 1 if isinstance(message.id, str) else catalogue.num_plurals
        if len(forms(message.string)) != wanted:
            wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", languages())
def test_words_to_answer_with_are_understood_when_they_come_back(language: str) -> None:
    letter = samples(language)["invitation-general"]
    bold = re.findall(r"<strong>([^<]+)</strong>", render("invitation", [language], letter).html)
    assert [answer(word) for word in bold[-4:]] == [Answer.YES, Answer.NO, Answer.MAYBE, Answer.STOP]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("reminder-days-yes", [Answer.NO, Answer.STOP]),
        ("reminder-hour-none", [Answer.YES, Answer.NO, Answer.STOP]),
        ("nudge-mail", [Answer.YES, Answer.NO, Answer.MAYBE, Answer.STOP]),
        ("onboarding_start", [Answer.YES, Answer.NO, Answer.MAYBE, Answer.STOP]),
        ("never_came-first", [Answer.YES, Answer.STOP, Answer.STOP]),
    ],
)
def test_words_that_later_letters_ask_for_are_understood(case: str, language: str, expected: list[Answer]) -> None:
    letter = samples(language)[case]
    bold = re.findall(r"<strong>([^<]+)</strong>", render(letter.message, [language], letter).html)
    assert [found for word in bold if (found := answer(word))] == expected


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (["pt-BR", "es"], "pt"),
        (["PT_br"], "pt"),
        (["ar-EG", "fr"], "ar"),
        (["sw", "fr-CI", "en"], "fr"),
        (["sw", "ha"], "en"),
        (["", "-", "x-y", " es "], "es"),
        ([], "en"),
        (["en-GB", "fr"], "en"),
    ],
)
def test_chain_chooses_the_first_language_there_is(chain: list[str], expected: str) -> None:
    assert shipped().choose("invitation", chain) == expected


@pytest.fixture
def gap(tmp_path: Path) -> Catalogues:
    """Catalogues whose Spanish lacks one string of the welcome, and nothing else."""
    shutil.copytree(HERE / "locale", tmp_path / "locale")
    path = po("es", tmp_path / "locale")
    with path.open("rb") as file:
        catalogue = read_po(file, locale="es")
    catalogue["How to stop"].string = ""
    with path.open("wb") as file:
        write_po(file, catalogue)
    return Catalogues(tmp_path / "locale")


def test_incomplete_message_falls_back_whole(gap: Catalogues) -> None:
    letter = samples("es")["welcome"]
    assert render("welcome", ["es", "fr"], letter, catalogues=gap) == render("welcome", ["fr"], letter)
    assert render("welcome", ["es"], letter, catalogues=gap) == render("welcome", ["en"], letter)


def test_incomplete_message_leaves_the_others_alone(gap: Catalogues) -> None:
    letter = samples("es")["invitation-general"]
    assert render("invitation", ["es", "fr"], letter, catalogues=gap) == render("invitation", ["es"], letter)


def test_fuzzy_translation_counts_as_missing(tmp_path: Path) -> None:
    path = po("fr", tmp_path)
    path.parent.mkdir(parents=True)
    text = po("fr").read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "How to stop"', '#, fuzzy\nmsgid "How to stop"'), encoding="utf-8")
    assert Catalogues(tmp_path).choose("welcome", ["fr"]) == "en"
    assert Catalogues(tmp_path).choose("cancellation", ["fr"]) == "fr"


def test_text_direction() -> None:
    assert [text_direction(code) for code in ("en", "ar", "pt_BR")] == ["ltr", "rtl", "ltr"]
