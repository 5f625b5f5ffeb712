"""Which words of a session a reader gets."""

import pytest

from domain.translations import Localized, Said, Translation, told


@pytest.mark.parametrize(
    ("own", "others", "reader", "said"),
    [
        ("en", [], "en", Said("own")),
        ("en", [], "ar", Said("own", "en")),
        ("", [], "ar", Said("own")),  # nobody knows in which language: unmarked
        ("en", ["ar"], "ar", Said("ar", translated=True)),
        ("en", ["ar"], "en", Said("own")),
        ("en", ["ar"], "fr", Said("own", "en")),
        ("en", ["pt"], "pt-BR", Said("pt", translated=True)),
        ("en", ["pt-BR"], "pt", Said("pt-BR", translated=True)),
        ("en", ["pt", "pt-BR"], "pt_BR", Said("pt-BR", translated=True)),
        ("en", ["pt-BR", "pt-PT"], "pt-BR", Said("pt-BR", translated=True)),
        ("pt", ["pt-BR"], "pt", Said("own")),
        ("pt", ["pt-BR"], "pt-BR", Said("pt-BR", translated=True)),
        ("en", ["en"], "en", Said("en", translated=True)),  # whoever gave it in so many words knew why
        ("en", ["AR"], "ar", Said("AR", translated=True)),
        ("en-GB", [], "en", Said("own")),
        ("pt", ["p"], "pt", Said("own")),  # a tag, not its letters
    ],
)
def test_reader_gets_words_in_their_language_else_the_sessions_own(
    own: str, others: list[str], reader: str, said: Said
) -> None:
    assert Localized("own", own, tuple((code, code) for code in others)).said_in(reader) == said


def test_field_without_a_translation_is_in_the_sessions_own_words() -> None:
    arabic = Translation("ar", title="عنوان")
    assert told("title", "Title", ("en", "ar"), [arabic]) == Localized("Title", "en", (("ar", "عنوان"),))
    assert told("purpose", "Learn", ("en", "ar"), [arabic]) == Localized("Learn", "en")


@pytest.mark.parametrize("languages", [(), ("English, and a little French",), ('en" onclick="x',)])
def test_own_language_that_is_no_tag_is_unknown(languages: tuple[str, ...]) -> None:
    assert told("title", "Title", languages, []) == Localized("Title", "")
