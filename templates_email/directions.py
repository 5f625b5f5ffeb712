"""Words of another language inside a text: how HTML says which it is, and what keeps them from disturbing the rest.

Which words a reader gets is decided in `domain/translations.py`; this only marks them.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from babel import UnknownLocaleError

from domain.translations import Localized, Said
from templates_email.catalogues import text_direction

_ISOLATE, _POP = "\u2068", "\u2069"  # first strong isolate, pop directional isolate (UAX #9 section 2.4)


@dataclass(frozen=True, slots=True)
class Words:
    """Words on a page. Printed, they are their text; `lang` and `dir` are HTML's, `lang` "" where the page's serves."""

    text: str
    lang: str = ""
    dir: str = "auto"

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


def words(told: Localized | Said, language: str) -> Words:
    """Words as a page in `language` (a catalogue's code) shows them."""
    said = told.said_in(language) if isinstance(told, Localized) else told
    return Words(said.text, said.language, direction(said.language))


@lru_cache(maxsize=256)
def direction(tag: str) -> str:
    """HTML's `dir` for words in `tag` (BCP 47): "auto", by their first letters, where nobody knows better."""
    try:
        return text_direction(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return "auto"


def attributes(tag: str) -> str:
    """As they stand in a tag, with a space before; "" for no language."""
    return f' lang="{escape(tag)}" dir="{direction(tag)}"' if tag else ""


def runs_against(tag: str, language: str) -> bool:
    """Whether words in `tag` run against the direction of a text in `language`."""
    return {direction(tag), text_direction(language)} == {"ltr", "rtl"}


def isolated(text: str) -> str:
    """In plain text: a few words in a sentence that runs the other way."""
    return f"{_ISOLATE}{text}{_POP}" if text else ""


def bare(text: str) -> str:
    """Without what `isolated` added."""
    return text.replace(_ISOLATE, "").replace(_POP, "")


def in_sentence(said: Said, language: str) -> str:
    """Plain words as they stand in a sentence in `language`."""
    return isolated(said.text) if runs_against(said.language, language) else said.text
