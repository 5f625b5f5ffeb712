"""`python -m templates_email.preview DIRECTORY`: every sample message in every language.

Letters become .html and .txt files; what only a messenger shows, .txt files.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from templates_email.catalogues import languages
from templates_email.samples import samples
from templates_email.skeletons import Rendered, render


def previews() -> Iterator[tuple[str, Rendered]]:
    """Messages with the names of their files: `<message>-<branch>-<language>`."""
    for language in languages():
        for case, letter in samples(language).items():
            yield f"{case}-{language}", render(letter.message, [language], letter)


def as_text_file(letter: Rendered) -> str:
    """Subject on the first line, then the plain text, then what a messenger shows; or only that, where it is all."""
    if not letter.html:
        return f"{letter.chat}\n"
    return f"{letter.subject}\n\n{letter.text}\n=== chat ===\n{letter.chat}\n"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m templates_email.preview DIRECTORY", file=sys.stderr)
        return 2
    directory = Path(arguments[0])
    directory.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, letter in previews():
        if letter.html:
            (directory / f"{name}.html").write_text(letter.html, encoding="utf-8")
        (directory / f"{name}.txt").write_text(as_text_file(letter), encoding="utf-8")
        count += 1
    print(f"{count} messages in {directory}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
