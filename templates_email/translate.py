"""`python -m templates_email.translate`: brings every catalogue to the strings that the templates, and the texts of the
programme's own files (`WORDED`), hold now.

New strings come in empty (their messages fall back whole to another language until they are translated), strings that
no template holds any more go out. The wording is left to translators. `python -m templates_email.translate xx` starts
the catalogue of a new language.
"""

import sys
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from templates_email.catalogues import DOMAIN, HERE, MESSAGES, PAGES, PARTIAL

_OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}


CONFIG = HERE.parent / "config"
# The files whose texts are shown to people, and the keys that hold them.
WORDED = {
    "surveys.toml": frozenset({"title", "text", "labels", "label"}),
    "checklists.toml": frozenset({"title", "hint", "text"}),
    "guides.toml": frozenset({"title", "points"}),
}


def worded_strings() -> Iterator[tuple[str, str]]:
    """(file, text) of every text of the programme's files that is shown to people."""
    for name, keys in WORDED.items():
        yield from ((name, text) for text in _texts(tomllib.loads((CONFIG / name).read_text("utf-8")), keys))


def _texts(value: Any, keys: Collection[str], wanted: bool = False) -> Iterator[str]:
    if isinstance(value, str):
        if wanted:
            yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, keys, key in keys)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, keys, wanted)


def template_catalogue(only: Collection[str] = ()) -> Catalog:
    """All strings of all templates and files (or of `only` these), untranslated, each with those that hold it."""
    found = Catalog(project=DOMAIN, domain=DOMAIN)
    for source, place in ((MESSAGES, "messages"), (PAGES, "pages")):
        pattern = f"**{source.suffix}"
        rows = extract_from_dir(
            source.folder, method_map=[(pattern, "jinja2.ext:babel_extract")], options_map={pattern: _OPTIONS}
        )
        for filename, _, message, comments, context in sorted(rows, key=lambda row: (row[0].lstrip("_"), row[1])):
            if only and filename not in only:
                continue
            found.add(message, None, [(f"{place}/{filename}", None)], auto_comments=comments, context=context)  # type: ignore[list-item]  # Babel writes a place without a line for None
    for name, text in worded_strings():
        if only and name not in only:
            continue
        found.add(text, None, [(f"config/{name}", None)])  # type: ignore[list-item]  # likewise
    return found


def update(path: Path, language: str) -> Catalog:
    """The catalogue at `path` (or a new one) with exactly the strings of the templates; nothing is written."""
    template = template_catalogue(PARTIAL.get(language, ()))
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=DOMAIN)
    else:
        catalogue = Catalog(locale=language, domain=DOMAIN, project=DOMAIN)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, ignore_obsolete=True, include_lineno=False)


def main(languages: list[str]) -> int:
    for language in languages or sorted(path.name for path in (HERE / "locale").iterdir()):
        path = HERE / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        catalogue = update(path, language)
        write(path, catalogue)
        missing = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{language}: {len(catalogue)} strings, {missing} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
