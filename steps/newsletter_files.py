"""An issue's texts as Markdown files, as coordinators and translators keep them; and an issue's forms written to files.

A file is named SECTION-NAME.LANGUAGE.md, such as `news-skills.pt-BR.md`: the same section and name in another language
is the same block's translation. A first line `# ...` is the block's title. An empty file takes that language away.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.errors import Problem, UserError
from domain.newsletter import WRITTEN, Words
from domain.posts import split
from steps import newsletter
from steps.app import App
from steps.newsletter import Preview
from steps.newsletter_calendar import calendar_entries
from store import database
from store.newsletter import Issue

_NAME = re.compile(r"([a-z]+)-([a-z0-9][a-z0-9-]{0,59})\.([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.md")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST_BODY = 20_000
LONGEST_TITLE = 200
NAME_HINT = "Name it SECTION-NAME.LANGUAGE.md, such as news-skills.pt-BR.md"


def checked(section: str, name: str, language: str, text: str) -> Words:
    """One text of a block. UserError lists what is wrong with it."""
    problems = []
    if section not in WRITTEN:
        known = f"Known: {', '.join(WRITTEN)}"
        problems.append(Problem(f"is no section that is written: {section[:40]!r}", "section", known))
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        problems.append(Problem("is not a name", "name", "Write lower-case letters, digits and dashes"))
    if not _LANGUAGE.fullmatch(language):
        problems.append(Problem("is no language code", "language", "Write it as in en or pt-BR"))
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    first, _, rest = text.partition("\n")
    title, body = (first[2:].strip(), rest.strip()) if first.startswith("# ") else ("", text)
    if _CONTROL.search(text):
        problems.append(Problem("holds control characters", "text", "Write it again as plain text"))
    if title and not body:
        problems.append(Problem("has a title and nothing else", "text", "Write what it is about below the title"))
    for what, value, longest in (("title", title, LONGEST_TITLE), ("text", body, LONGEST_BODY)):
        if len(value) > longest:
            problems.append(Problem(f"is longer than {longest} characters", what, "Shorten it, and link to the rest"))
    if problems:
        raise UserError(*problems)
    return Words(title, body)


def write_files(app: App, issue: Issue, paths: Sequence[Path], who: str) -> int:
    """Put the texts of these files, and of those in these folders, into a draft: all or none. How many they were.

    UserError names each file that cannot be used, and why.
    """
    found: dict[tuple[str, str], dict[str, Words]] = {}
    problems: list[Problem] = []
    files = [file for path in paths for file in (sorted(path.glob("*.md")) if path.is_dir() else [path])]
    if not files:
        raise UserError(Problem("no Markdown file is there", ", ".join(path.name for path in paths), NAME_HINT))
    for file in files:
        match = _NAME.fullmatch(file.name)
        if match is None:
            problems.append(Problem("does not say which block it is", file.name, NAME_HINT))
            continue
        section, name, language = match[1], match[2], match[3]
        try:
            words = checked(section, name, language, file.read_text("utf-8-sig"))
            found.setdefault((section, name), {})[language] = words
        except UserError as error:
            problems += [Problem(p.what, f"{file.name}: {p.where}", p.remedy) for p in error.problems]
        except UnicodeDecodeError:
            problems.append(Problem("is not UTF-8 text", file.name, "Save it as UTF-8"))
        except OSError as error:
            problems.append(Problem(f"cannot be read ({error.strerror})", file.name, "Check its name and rights"))
    if problems:
        raise UserError(*problems)
    with database.write(app.conn):
        for (section, name), words_by_language in found.items():
            newsletter.write(app, issue, section, name, words_by_language, who)
    return len(files)


FORMS = ("html", "text", "wikitext", "markdown", "telegram", "calendar")
SUFFIXES = {"html": "html", "text": "txt", "wikitext": "wiki", "markdown": "md", "telegram": "txt", "calendar": "wiki"}


def export(app: App, seen: Preview, form: str, language: str) -> str:
    """The issue for everybody in one of FORMS; `html` is the letter, to nobody. UserError for another language."""
    if language not in seen.wording.languages:
        remedy = f"It can be said in: {', '.join(seen.wording.languages)}"
        raise UserError(Problem(f"the issue cannot be said in {language!r}", "language", remedy))
    page = seen.wording.page(language)
    none: frozenset[int] = frozenset()
    letter = seen.wording.letter(language, "N. N.", app.message_id("preview"), app.programme.zone, none, frozenset())
    return {
        "html": lambda: letter.html,
        "text": lambda: letter.text,
        "wikitext": lambda: page.wikitext,
        "markdown": lambda: page.markdown,
        "telegram": lambda: "\n\n=== next post ===\n\n".join(split(page.chat)) + "\n",
        "calendar": lambda: calendar_entries(app, seen.content, language),
    }[form]()


def exports(app: App, seen: Preview) -> Iterator[tuple[str, str]]:
    """Every form in every language, as (name of a file, content)."""
    for language in seen.wording.languages:
        for form in FORMS:
            yield f"{form}-{language}.{SUFFIXES[form]}", export(app, seen, form, language)
