"""What a session says of itself in other languages than its own, and which of its words a reader gets. Pure.

A session's own words are in the first of its languages. The choice is made here and nowhere else (`Localized.said_in`):
letters, chats, calendar entries and personal pages carry all that there is and ask when the reader's language is known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Field = Literal["title", "purpose", "audience", "preparation"]
FIELDS: tuple[Field, ...] = ("title", "purpose", "audience", "preparation")

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, what people write of it


@dataclass(frozen=True, slots=True)
class Translation:
    """A session's words in `language` (BCP 47). A field that is "" is said in the session's own words."""

    language: str
    title: str = ""
    purpose: str = ""
    audience: str = ""
    preparation: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Words for one reader. `language` (BCP 47) only where it is not the reader's: what shows them says so, for
    screen readers and for the direction. `translated`: these are not the session's own words."""

    text: str
    language: str = ""
    translated: bool = False


@dataclass(frozen=True, slots=True)
class Localized:
    """One text in its own `language` ("" where nobody knows it), and in `others`: language -> text, none empty."""

    own: str
    language: str = ""
    others: tuple[tuple[str, str], ...] = ()

    def said_in(self, language: str) -> Said:
        """In `language`, in one that is wider ("pt" for "pt-BR": lookup, RFC 4647 section 3.4), in a variety of it;
        else its own words, marked with their language."""
        own = _distance(self.language, language)
        near = [(found, at) for at, (code, _) in enumerate(self.others) if (found := _distance(code, language))]
        best, at = min(near, default=(0, 0))
        if best and (not own or best <= own):
            return Said(self.others[at][1], translated=True)
        return Said(self.own, "" if own else self.language)


def told(field: Field, own: str, languages: Sequence[str], translations: Sequence[Translation]) -> Localized:
    """A field of a session that speaks `languages`, the first of which its own words are in."""
    first = languages[0].strip() if languages else ""
    others = ((one.language, text) for one in translations if (text := getattr(one, field)))
    return Localized(own, first if _TAG.fullmatch(first) else "", tuple(sorted(others)))


def _distance(code: str, wanted: str) -> int:
    """How far words in `code` are from what a reader of `wanted` reads: 1 is the same, 0 another language."""
    words, reads = (one.strip().replace("_", "-").lower().split("-") for one in (code, wanted))
    if words == [""] or words[: len(reads)] != reads[: len(words)]:
        return 0
    wider, variety = len(reads) - len(words), len(words) - len(reads)
    return 1 + wider if variety <= 0 else 100 + variety
