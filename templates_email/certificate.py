"""A certificate as a PDF of one page, in the reader's language and script; the same facts make the same bytes.

The words are `messages/certificate.j2`, in every language of the letters and some more. Letters of any script are
shaped and ordered by Pango, with the fonts that are installed; a letter that no font has is an error, never a box.
Nothing is fetched: the page has no pictures and no links to load.
"""

import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from domain.errors import Problem, UserError
from domain.translations import Said
from templates_email.catalogues import shipped, text_direction
from templates_email.formats import date_words

MOST_SESSIONS = 6  # that one page has room for,
LONGEST_TITLE = 80  # each on a line
PACKAGES = "Install: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"


@dataclass(frozen=True, slots=True)
class Certificate:
    """`sessions`: title and day of each that earned the badge, oldest first; the newest that have room are shown.
    `led`: they were led, not attended. `link`: where it can be checked, "" for nowhere. Texts are not trusted."""

    programme: str
    name: str
    title: str
    led: bool
    sessions: tuple[tuple[Said, date], ...]
    day: date
    number: str
    link: str = ""


def language_of(chain: Sequence[str]) -> str:
    """The first language of `chain` (BCP 47) in which all of a certificate can be said."""
    return shipped().choose("certificate", chain)


def html(certificate: Certificate, language: str) -> str:
    """The page in `language`, one that `language_of` gave."""
    page = shipped().environment(language).overlay(autoescape=True).get_template("certificate.j2")
    return page.render(
        language=language.replace("_", "-"),
        direction=text_direction(language),
        programme=_line(certificate.programme),
        name=_line(certificate.name),
        title=_line(certificate.title),
        led=certificate.led,
        count=len(certificate.sessions),
        sessions=[
            {"title": _short(one.text), "lang": one.language, "way": _way(one.text), "day": date_words(day, language)}
            for one, day in certificate.sessions[-MOST_SESSIONS:]
        ],
        day=date_words(certificate.day, language),
        number=certificate.number,
        link=certificate.link,
    )


@lru_cache(maxsize=32)  # drawing takes a quarter of a second, and who looks at a certificate looks again
def pdf(certificate: Certificate, language: str) -> bytes:
    """UserError when the machine lacks Pango, or a font for a letter that is in it."""
    try:
        import weasyprint  # half a second and 40 MB: only who makes certificates pays
    except OSError:  # the wheel is there, the system's libraries are not
        raise UserError(Problem("the libraries that draw letters are missing", "certificates", PACKAGES)) from None
    missing = _Missing()
    logger = logging.getLogger("weasyprint")
    logger.addFilter(missing)
    try:
        page = weasyprint.HTML(string=html(certificate, language), url_fetcher=_refuse)
        made = page.write_pdf(pdf_variant="pdf/ua-1")  # tagged: screen readers can read it
    finally:
        logger.removeFilter(missing)
    if missing.found:
        what = "no font on this machine has all letters of this certificate"
        raise UserError(Problem(what, "certificates", f"{PACKAGES} (for Chinese, Japanese and Korean: fonts-noto-cjk)"))
    assert isinstance(made, bytes)
    return made


def _line(text: str) -> str:
    return " ".join(text.split())


def _short(title: str) -> str:
    """One line of the list."""
    line = _line(title)
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _way(text: str) -> str:
    """The direction of a line of somebody's own: that of its first strong letter (UAX #9, rule P2)."""
    for letter in text:
        if (kind := unicodedata.bidirectional(letter)) in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def _refuse(*_: object, **__: object) -> None:
    raise ValueError("a certificate loads nothing")


class _Missing(logging.Filter):
    """Notices that a letter had no font, and keeps the warning, which quotes the letter, out of the logs."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def filter(self, record: logging.LogRecord) -> bool:
        missing = "unsupported by fonts" in record.getMessage()
        self.found = self.found or missing
        return not missing
