"""Reads a plain reply: the yes, no, maybe or stop in a person's own words.

Careful on purpose: an answer is given only when every word is understood and all of them agree. Everything
else is None, and the caller passes the mail to a person. Who answered, and about what, is the caller's
business; quotes are parted from it by `quotes.py`, a calendar part is read by `calendars/`. Written for en, es, fr, pt
and ar.
"""

import re
import unicodedata
from collections.abc import Iterator

from domain.quotes import own_words
from domain.reply_phrases import CLOSING, GREETING, HEDGES, PHRASES, POLITE, SIGNS, Answer

_MAX_WORDS = 40  # a longer text is a letter, not an answer
_DIGITS = {ord(c): str(i) for zero in "٠۰" for i, c in enumerate(chr(ord(zero) + n) for n in range(10))}


def plain(text: str) -> str:
    """Case, accents, Arabic vowel signs, tatweel, hamza seats and apostrophes removed; letters, digits and signs
    of yes and no kept; everything else a blank."""
    kept = []
    for c in unicodedata.normalize("NFKD", text.casefold()):
        kind = unicodedata.category(c)
        if kind in ("Mn", "Cf", "Sk", "Lm") or c in "'’ʼ`´":
            continue
        kept.append(c if kind[0] in "LN" or c in SIGNS else " ")
    return "".join(kept).replace("ى", "ي").replace("ة", "ه").replace("ٱ", "ا")


def folded(text: str) -> str:
    """Its plain words with one blank between them: to compare phrases by."""
    return " ".join(plain(text).split())


def phrases(text: str) -> frozenset[str]:
    """Of a list that is parted by "|", each folded."""
    return frozenset(folded(phrase) for phrase in text.split("|"))


def with_digits(text: str) -> str:
    """Arabic and Persian digits as 0 to 9."""
    return text.translate(_DIGITS)


_HEDGES = frozenset(word for hedge in HEDGES for word in plain(hedge).split())

_Kind = Answer | str
_TABLE: dict[tuple[str, ...], _Kind] = {
    **{tuple(plain(p).split()): "polite" for p in POLITE},
    **{tuple(plain(p).split()): "closing" for p in CLOSING},
    **{tuple(plain(p).split()): answer for answer, phrases in PHRASES.items() for p in phrases},
    **{(sign,): answer for sign, answer in SIGNS.items()},
}
_LONGEST = max(map(len, _TABLE))
_ANSWER_WORDS = frozenset(key[0] for key, kind in _TABLE.items() if len(key) == 1 and isinstance(kind, Answer))
_GREETINGS = sorted((tuple(plain(g).split()) for g in GREETING), key=len, reverse=True)


def answer(text: str) -> Answer | None:
    """What a plain reply says, or None for "a person must read it": no answer, two answers, a question, a condition,
    or anything that is not understood to the last word."""
    above, below = own_words(text)
    own = above or below
    if len(own) > 2000 or len(_words(own)) > _MAX_WORDS:
        return None
    found = _read(own)
    if found and above and below:  # answers between quoted lines may say something else
        others = {kind for kind in _kinds(_words(below)) if isinstance(kind, Answer)}
        if others - {found} or _HEDGES & set(_words(below)):
            return None
    return found


def _read(own: str) -> Answer | None:
    if set("?؟¿") & set(own):
        return None
    lines = without_greeting([line for line in own.split("\n") if line.strip()])
    answers: set[Answer] = set()
    closed = False
    for i, line in enumerate(lines):
        kinds = list(_kinds(_words(line)))
        if i and (closed or i == len(lines) - 1) and is_name(line, any_script=closed):
            continue
        if None in kinds:
            start = next(n for n, kind in enumerate(kinds) if kind is None)
            tail = " ".join(line.split()[-(len(kinds) - start) :])
            if not (start and kinds[start - 1] == "closing" and is_name(tail, any_script=False)):
                return None
            kinds = kinds[:start]
        answers.update(kind for kind in kinds if isinstance(kind, Answer))
        closed = closed or "closing" in kinds[-1:]
    return answers.pop() if len(answers) == 1 else None


def polite(line: str) -> bool:
    """Whether a line says nothing but a kind word, or a sign-off."""
    kinds = list(_kinds(_words(line)))
    return all(kind in ("polite", "closing") for kind in kinds)


def closing(line: str) -> bool:
    """Whether a line ends a letter ("Best regards,", "Thanks! Ada"): what stands below is a signature."""
    words = _words(line)
    kinds = list(_kinds(words))
    known = [kind for kind in kinds if kind is not None]
    if not known or known[-1] != "closing" or any(isinstance(kind, Answer) for kind in known):
        return False
    if None not in kinds:
        return True
    at = kinds.index(None)
    tail = " ".join(line.split()[-(len(kinds) - at) :])
    return at > 0 and kinds[at - 1] == "closing" and is_name(tail)


def _words(text: str) -> list[str]:
    for sign in SIGNS:
        text = text.replace(sign, f" {sign} ")
    return plain(text).split()


def _kinds(words: list[str]) -> Iterator[_Kind | None]:
    """The longest known phrase at each place; None for a word that is not part of one."""
    i = 0
    while i < len(words):
        for size in range(min(_LONGEST, len(words) - i), 0, -1):
            kind = _TABLE.get(tuple(words[i : i + size]))
            if kind is not None:
                yield kind
                i += size
                break
        else:
            yield None
            i += 1


def is_name(text: str, any_script: bool = False) -> bool:
    """Up to four words that begin with a capital (or, in `any_script`, are of a script without capitals) and are
    neither an answer nor a condition."""
    words = _words(text)
    if not 1 <= len(words) <= 4 or set(words) & (_HEDGES | _ANSWER_WORDS):
        return False
    heads = [word.lstrip("(-–—~*")[:1] for word in text.split()]
    return all(h.isupper() or (any_script and h.isalpha() and not h.islower()) for h in heads if h)


def without_greeting(lines: list[str]) -> list[str]:
    """Drops "Hi Maria," at the start, on a line of its own or before the answer."""
    if not lines:
        return lines
    head, *rest_of_line = re.split(r"[,،!.:]", lines[0], maxsplit=1)
    words = _words(head)
    for greeting in _GREETINGS:
        if tuple(words[: len(greeting)]) == greeting:
            name = words[len(greeting) :]
            if len(name) > 3 or set(name) & (_ANSWER_WORDS | _HEDGES):
                return lines
            return [line for line in (*rest_of_line, *lines[1:]) if line.strip()]
    return lines
