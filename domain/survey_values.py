"""What one answer to a survey says: the text that stands for it, and its question -> the value.

An answer is taken only when its words are known, fit its question, and can be read in one way. Which text of a mail
answers which question is `survey_replies.py`'s.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain import survey_phrases as phrases
from domain.replies import closing, folded, polite
from domain.surveys import Kind, Question, link_of

LETTERS = "abcdefgh"  # of a choice's options, as the letter shows them
_STARS, _NO_STAR = frozenset("⭐★🌟"), "☆"
ANSWER_SIGNS = _STARS | set(phrases.SIGNS)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer's value, and whether more was said."""

    value: str
    rest: bool = False


def read_value(question: Question, text: str, labels: Mapping[str, str]) -> Found | None:
    """Of any question but one for own words. `labels`: each option's label in any of our languages, folded -> value."""
    match question.kind:
        case Kind.LINK:
            return _link(text)
        case Kind.RATING:
            return _rating(text, labels)
        case Kind.YES_NO:
            return _yes_no(text)
    return _choice(text, question, labels)


def words_agree(text: str, value: str, labels: Mapping[str, str]) -> bool:
    """Whether `text` has only words that we know beside that rating (none at all included)."""
    words, at = folded(text).split(), 0
    while at < len(words):
        for size in range(min(6, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + size])
            agrees = phrases.LABEL_AGREES[labels[phrase]] if phrase in labels else _AGREES.get(phrase)
            if agrees is not None:
                if value not in agrees:
                    return False
                break
            if polite(phrase) or closing(phrase):
                break
        else:
            return False
        at += size
    return True


def asks(text: str) -> bool:
    """Whether somebody asks something; a link may hold a question mark too."""
    return bool(set("?؟¿") & set(re.sub(r"https?://\S+", "", text)))


def _link(text: str) -> Found | None:
    words = text.split()
    links = [link for word in words if (link := link_of(word.strip("<>()[]").rstrip(".,;")))]
    return Found(links[0], rest=len(words) > 1) if len(links) == 1 else None


# -- a rating -------------------------------------------------------------------------------------------

_RATING = re.compile(r"([1-5])(?:[️⃣]+)?(?:\s*/\s*5)?(?![\d/%½¼¾]|\s*[.,:]\s*\d|\s*[-–—+]\s*\d|[+])", re.S)
_PARTS = re.compile(r"[.,;:=!?،؛؟\-–—()*\n]+")


def _phrases(*lists: Sequence[str]) -> frozenset[str]:
    return frozenset(folded(phrase) for one in lists for phrase in one)


_LEADS = sorted(_phrases(phrases.LEADS), key=len, reverse=True)
_BESIDE = sorted(_phrases(phrases.OUT_OF_FIVE, phrases.STARS), key=len, reverse=True)
_AGREES = {folded(phrase): values for phrase, values in phrases.AGREES.items()}
_NUMBER_WORDS = {folded(word): value for value, words in phrases.NUMBERS.items() for word in words}
_CORRECTIONS = _phrases(phrases.CORRECTIONS)
_HALVES = _phrases(phrases.HALVES)
_YES, _NO = _phrases(phrases.YES), _phrases(phrases.NO)


def _rating(text: str, labels: Mapping[str, str]) -> Found | None:
    if stars := _stars(text):
        return stars
    words = folded(text)
    if words in _NUMBER_WORDS:
        return Found(_NUMBER_WORDS[words])
    if words in labels:
        return Found(labels[words])
    found = _RATING.search(text)
    if found is None or folded(text[: found.start()]) not in ("", *_LEADS):
        return None
    if text[: found.start()].endswith(("-", "+", "−")):
        return None
    value = found[1]
    head, mark, rest = _first_clause(_without_beside(text[found.end() :]))
    if "?" in mark or not words_agree(head, value, labels):
        return None
    if words_agree(rest, value, labels):
        return None if asks(rest) else Found(value)
    if not head.strip() and set(mark) & set(".):=-–—"):
        return None  # "1. I think so": the number may be a question's
    doubt = any(c.isdigit() for c in rest) or _contains(rest, _CORRECTIONS | set(_NUMBER_WORDS))
    if doubt or _contradicts(rest, value):
        return None
    return Found(value, rest=True)


def _stars(text: str) -> Found | None:
    full, empty = sum(text.count(c) for c in _STARS), text.count(_NO_STAR)
    if full and full + empty in (full, 5) and full <= 5 and not folded(text):
        return Found(str(full))
    return None


def _without_beside(tail: str) -> str:
    """The tail without "out of 5" or "stars" at its beginning."""
    words = tail.split()
    for phrase in _BESIDE:
        size = len(phrase.split())
        if folded(" ".join(words[:size])) == phrase:
            last = words[size - 1] if size <= len(words) else ""
            mark = last[-1:] if _PARTS.fullmatch(last[-1:]) else ""
            return mark + " " + " ".join(words[size:])
    return tail


def _first_clause(text: str) -> tuple[str, str, str]:
    """What stands before the first mark that parts clauses, the mark, and what stands behind it."""
    found = _PARTS.search(text)
    return (text[: found.start()], found[0].replace("؟", "?"), text[found.end() :]) if found else (text, "", "")


def _contradicts(rest: str, value: str) -> bool:
    words = folded(rest)
    return any(value not in values and _contains(words, {phrase}) for phrase, values in _AGREES.items())


def _contains(text: str, wanted: "frozenset[str] | set[str]") -> bool:
    words = f" {folded(text)} "
    return any(f" {phrase} " in words for phrase in wanted)


# -- yes, no, a choice ----------------------------------------------------------------------------------


def _yes_no(text: str) -> Found | None:
    signs = {phrases.SIGNS[c] for c in text if c in phrases.SIGNS}
    bare = "".join(c for c in text if c not in phrases.SIGNS).strip()
    head, mark, rest = _first_clause(bare)
    whole = None if asks(bare) else _clause_of(folded(bare))  # "no, thank you" is one phrase
    value = whole or _clause_of(folded(head)) or (next(iter(signs), None) if not folded(bare) else None)
    if value is None or "?" in mark or signs - {value}:
        return None
    other = _clause_of(folded(rest))
    if whole or other == value or (other is None and _known(rest)):
        return Found(value)
    doubt = other is not None or _contains(rest, _CORRECTIONS | _HALVES)
    return None if doubt else Found(value, rest=True)


def _clause_of(words: str) -> str | None:
    return "yes" if words in _YES else "no" if words in _NO else None


def _known(text: str) -> bool:
    return not asks(text) and all(polite(part) or closing(part) for part in _PARTS.split(text) if folded(part))


def _choice(text: str, question: Question, labels: Mapping[str, str]) -> Found | None:
    words = folded(text)
    if words in labels:
        return Found(labels[words])
    letter, _, behind = words.partition(" ")
    if len(letter) == 1 and letter in LETTERS[: len(question.options)]:
        value = question.options[LETTERS.index(letter)].value
        if not behind or labels.get(behind) == value:
            return Found(value)
        return None
    return None
