"""The language of a page: what the visitor chose, what the person is known to speak, what the browser asks for.

A page is in one language: one whose catalogue lacks a string of it falls back whole, as a mail does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request

from templates_email.catalogues import languages, pages, text_direction
from templates_email.labels import own_name

LONGEST = 300  # characters of Accept-Language that are read


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language in the switch. `tag` is BCP 47."""

    tag: str
    name: str
    direction: str


@lru_cache(maxsize=1)
def tongues() -> dict[str, Tongue]:
    """Every language there is, by catalogue code, as its speakers call it."""
    return {code: Tongue(tag(code), own_name(code), text_direction(code)) for code in languages()}


def tag(code: str) -> str:
    return code.replace("_", "-")


def chosen(request: Request) -> str:
    """The language that the address asks for (?lang=fr), "" for none or one we do not speak."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in {one.tag for one in tongues().values()} else ""


def asked_for(request: Request) -> list[str]:
    """Accept-Language (RFC 9110 section 12.5.4), most wanted first."""
    return _ranked(request.headers.get("accept-language", "")[:LONGEST])


def choose(template: str, chain: Sequence[str], worded: Collection[str] = ()) -> str:
    """The code of the first language of `chain` that has all of the page, and the programme's own texts `worded`."""
    return pages().choose(template, chain, worded)


@lru_cache(maxsize=512)
def _ranked(header: str) -> list[str]:
    found: list[tuple[float, int, str]] = []
    for at, item in enumerate(header.split(",")):
        wanted, _, parameter = item.partition(";")
        weight = parameter.strip().removeprefix("q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if quality > 0 and wanted.strip() not in ("", "*"):
            found.append((-quality, at, wanted.strip()))
    return [wanted for _, _, wanted in sorted(found)]
