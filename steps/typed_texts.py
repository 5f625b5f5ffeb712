"""Values out of texts, as a form, a terminal or a file's row gives them: every problem at once, each with its field."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from babel import Locale, UnknownLocaleError

from domain.errors import Problem
from domain.imports import clean_line

Reader = Callable[[str], Any]  # ValueError says what is wrong with the text


def read(
    fields: Mapping[str, str], readers: Mapping[str, Reader], needed: Collection[str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Values by field, of those of `readers`; a field that is left out is an empty text."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, reader in readers.items():
        text = fields.get(name, "")
        if name in needed and not text.strip():
            problems.append(Problem("is needed", name))
            continue
        try:
            values[name] = reader(text)
        except ValueError as error:
            problems.append(Problem(str(error), name))
    return values, problems


def line(longest: int) -> Callable[[str], str]:
    """Text on one line."""

    def cleaned(text: str) -> str:
        found = clean_line(text)
        if len(found) > longest:
            raise ValueError(f"is longer than {longest} characters")
        return found

    return cleaned


def language_code(text: str) -> str:
    """BCP 47, as "fr" or "pt-BR"."""
    code = clean_line(text).replace("_", "-")
    try:
        Locale.parse(code.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        raise ValueError("is not a language code: write fr, or pt-BR") from None
    return code
