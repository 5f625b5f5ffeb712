"""Words on buttons and of commands."""

import pytest

from domain.replies import answer
from templates_email.catalogues import languages
from templates_email.labels import BUTTONS, COMMANDS, label, own_name


@pytest.mark.parametrize("language", languages())
def test_labels_are_short_words(language: str) -> None:
    assert [key for key in BUTTONS if not 1 <= len(label(key, language)) <= 30] == []
    # Telegram, BotCommand: a description has 1 to 256 characters.
    assert [key for key in COMMANDS if not 1 <= len(label(key, language)) <= 60] == []


@pytest.mark.parametrize("language", languages())
def test_answers_on_buttons_are_words_that_we_understand(language: str) -> None:
    assert [str(answer(label(key, language))) for key in ("yes", "no", "maybe")] == ["yes", "no", "maybe"]


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "Yes"), ("pt-BR", "Sim"), ("fr-CI", "Oui"), ("ar", "نعم"), ("sw", "Yes")]
)
def test_label_follows_the_language(language: str, expected: str) -> None:
    assert label("yes", language) == expected


def test_unknown_label_is_an_error() -> None:
    with pytest.raises(KeyError):
        label("perhaps", "en")


def test_languages_are_called_as_their_speakers_call_them() -> None:
    assert [own_name(code) for code in languages()] == ["English", "العربية", "Español", "Français", "Português"]
