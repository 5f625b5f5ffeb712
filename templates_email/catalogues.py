"""The languages a message or a page can be written in: PO files, read into memory, and the choice among them.

One letter, one language: a message whose catalogue lacks any of its strings falls back whole to the next language of
the person's chain, lastly to English, which is the language of the templates themselves. So does a page.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from templates_email.spoken import SpokenEnvironment

HERE = Path(__file__).parent
DOMAIN = "letsconnect"
SOURCE = "en"
# Languages of a few templates only: nobody is offered them, and what cannot be said in them falls back.
PARTIAL: dict[str, tuple[str, ...]] = {"bn": ("certificate.j2",)}

String = str | tuple[str, str]  # a msgid, or msgid and msgid_plural


@dataclass(frozen=True)
class Source:
    """Where templates lie. `html`: they make HTML and escape what they print; otherwise they make Markdown."""

    folder: Path
    suffix: str = ".j2"
    html: bool = False


MESSAGES = Source(HERE / "messages")
PAGES = Source(HERE.parent / "web" / "templates", ".html", html=True)


class Catalogues:
    """All catalogues below `directory` (<language>/LC_MESSAGES/letsconnect.po), for the templates of `source`."""

    def __init__(self, directory: Path = HERE / "locale", source: Source = MESSAGES) -> None:
        self.directory, self.source = directory, source
        self._complete: dict[tuple[str, str], bool] = {}

    @property
    def _catalogues(self) -> dict[str, Catalog]:
        return _read(self.directory)

    def languages(self) -> tuple[str, ...]:
        """English first, then every language that has a catalogue, by code; not those of a few templates only."""
        return (SOURCE, *(code for code in self._catalogues if code != SOURCE and code not in PARTIAL))

    @cached_property
    def _known(self) -> dict[str, str]:
        return {code.lower(): code for code in (SOURCE, *self._catalogues)}

    def is_complete(self, message: str, language: str) -> bool:
        found = self._complete.get((message, language))
        if found is None:  # asked for every letter, and the catalogues are read once
            found = self._complete[message, language] = self._has_all(message, language)
        return found

    def _has_all(self, message: str, language: str) -> bool:
        template = message + self.source.suffix
        if language in PARTIAL and template not in PARTIAL[language]:
            return False  # one that has no words to translate would come in it
        return self.says(strings_of(template, self.source), language)

    def says(self, strings: Iterable[String], language: str) -> bool:
        """Whether the language has all these texts."""
        if language == SOURCE:
            return True
        catalogue = self._catalogues.get(language)
        return catalogue is not None and all(_translated(catalogue, s) for s in strings)

    def text(self, string: str, language: str) -> str:
        """One text as that language has it; as it is where it has none."""
        found = self._catalogues[language].get(string) if language in self._catalogues else None
        return str(found.string) if found is not None and found.string and not found.fuzzy else string

    def wordings(self, string: str) -> tuple[str, ...]:
        """One text in every language that has it."""
        return tuple(dict.fromkeys(self.text(string, language) for language in self.languages()))

    def choose(self, message: str, chain: Sequence[str], worded: Collection[str] = ()) -> str:
        """First language of `chain` (BCP 47, most wanted first) in which all of `message` can be said, and `worded`.

        `worded`: texts of the programme's own files that it is told, which are translated by the same catalogues.
        "pt-BR" stands for "pt-BR", then "pt" (lookup, RFC 4647 section 3.4), before the next of the chain is asked.
        """
        known = self._known
        for wanted in chain:
            subtags = wanted.strip().replace("-", "_").lower().split("_")
            for length in range(len(subtags), 0, -1):
                code = known.get("_".join(subtags[:length]))
                if code is not None and self.is_complete(message, code) and self.says(worded, code):
                    return code
        return SOURCE

    @lru_cache(maxsize=64)  # noqa: B019 - one instance lives as long as the process
    def environment(self, language: str) -> Environment:
        """Templates that speak `language`."""
        env = _environment(self.source)
        translations = Translations()
        if language in self._catalogues:
            compiled = BytesIO()
            write_mo(compiled, self._catalogues[language])
            compiled.seek(0)
            translations = Translations(compiled, domain=DOMAIN)
        env.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # from the extension
        if isinstance(env, SpokenEnvironment):
            env.said = translations.gettext
        return env


@lru_cache(maxsize=1)
def shipped() -> Catalogues:
    """The catalogues that come with the project, read once."""
    return Catalogues()


@lru_cache(maxsize=1)
def pages() -> Catalogues:
    """The same catalogues, for the participants' pages. Thread-safe, as `shipped` is."""
    return Catalogues(source=PAGES)


@lru_cache(maxsize=8)
def _read(directory: Path) -> dict[str, Catalog]:
    found = {}
    for path in sorted(directory.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        language = path.parts[-3]
        with path.open("rb") as file:
            found[language] = read_po(file, locale=language, domain=DOMAIN, abort_invalid=True)
    return found


def languages() -> tuple[str, ...]:
    return shipped().languages()


def text_direction(language: str) -> str:
    """"ltr" or "rtl", as HTML's `dir` wants it."""
    return str(Locale.parse(language).text_direction)


@lru_cache(maxsize=256)
def strings_of(template: str, source_of: Source = MESSAGES) -> frozenset[String]:
    """Every translatable string of a template and of those it includes."""
    env = _environment(source_of)
    found: set[String] = set()
    for name in sources_of(template, source_of):
        source, _, _ = env.loader.get_source(env, name)  # type: ignore[union-attr]  # set below
        for _, _, text in env.extract_translations(source):  # type: ignore[attr-defined]  # from the extension
            found.add(text if isinstance(text, str) else (text[0], text[1]))
    return frozenset(found)


@lru_cache(maxsize=256)
def sources_of(template: str, source_of: Source = MESSAGES) -> tuple[str, ...]:
    """The template and, recursively, those it includes, imports or extends."""
    env, found, todo = _environment(source_of), [], [template]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.append(name)
        source, _, _ = env.loader.get_source(env, name)  # type: ignore[union-attr]  # set below
        todo += [other for other in meta.find_referenced_templates(env.parse(source)) if other]
    return tuple(found)


def _environment(source: Source) -> Environment:
    """Pages are rendered while somebody waits, from our own templates: a sandbox would take half of that time."""
    env = (SpokenEnvironment if source.html else ImmutableSandboxedEnvironment)(
        loader=FileSystemLoader(source.folder),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=source.html,  # what makes Markdown is given slots, never text (skeletons.py)
        auto_reload=False,
    )
    env.policies["ext.i18n.trimmed"] = True
    return env


def _translated(catalogue: Catalog, string: String) -> bool:
    found = catalogue.get(string if isinstance(string, str) else string[0])
    if found is None or found.fuzzy:
        return False
    forms = found.string if isinstance(found.string, (tuple, list)) else (found.string,)
    wanted = 1 if isinstance(string, str) else catalogue.num_plurals
    return len(forms) == wanted and all(forms)
