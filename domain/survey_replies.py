"""Reads a mail reply to a survey: numbered answers, or one word or number for the first question.

Careful on purpose: an answer is taken only when its line is understood, fits its question, and can be read in one way.
What else the mail says, or leaves in doubt, is for a person (`rest`), and nothing is ever guessed. Whose reply it is,
and to which survey, is the caller's business. Quotes and signatures are left to `replies.py`.

A line may be `1. 4`, `2) yes`, `3: b`, `4 very useful`, `6 - We should meet again`; several may stand in one line. What
stands between quoted questions answers the question above it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from domain import survey_phrases as phrases
from domain.replies import between_quotes, closing, is_name, own_words, plain, polite, without_greeting
from domain.surveys import Kind, Question, link_of

MOST_NUMBERS = 20
LETTERS = "abcdefgh"  # of a choice's options, as the letter shows them

# Source label -> how it reads in every language we write.
Wordings = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """`answers`: question code -> value, certain. `rest`: something is left that a person must read."""

    answers: Mapping[str, str] = field(default_factory=dict)
    rest: bool = True


@dataclass(frozen=True, slots=True)
class _Found:
    """One line's answer, and whether more was said."""

    value: str
    rest: bool = False


def read(text: str, questions: Sequence[Question], first: Question, wordings: Wordings) -> Reply:
    """`questions`: numbered as in the letter, from 1. `first`: what an answer without a number is to."""
    above, below = own_words(text)
    between = between_quotes(text)
    if between is None:
        return Reply()
    own = between or _before_our_letter(above or below, questions, wordings)
    lines, more = _meaningful(own)
    if above and below and _meaningful(below)[0]:
        more = True
    if own not in (between, above, below):
        more = True
    only = _only_words(lines, first)
    reply = only if only is not None else _Reader(questions, first, wordings).lines(lines)
    return Reply(reply.answers, reply.rest or more or not reply.answers)


def one_answer(text: str, question: Question, wordings: Wordings) -> str | None:
    """The value of a form's cell, such as "4 - very useful"; None when it says more, or is in doubt."""
    found = _Reader((question,), question, wordings).answer(question, text.translate(_DIGITS))
    return found.value if found is not None and not found.rest else None


def _before_our_letter(own: str, questions: Sequence[Question], wordings: Wordings) -> str:
    """What stands above our own questions, where a mail program has quoted them in a way that nobody knows."""
    ours = [_folded(wording) for question in questions for wording in wordings(question.text)]
    lines = own.split("\n")
    for at, line in enumerate(lines):
        words = _folded(re.sub(r"^[\s>*|]*\d{0,2}[.)]?", "", line))
        if len(words.split()) > 2 and any(text.startswith(words) or words.startswith(text) for text in ours):
            return "\n".join(lines[:at])
    return own


def _only_words(lines: list[str], first: Question) -> Reply | None:
    """A reply to a question for own words, when that is what was asked; None for any other reply."""
    if first.kind is not Kind.TEXT or not lines or any(_numbered(line) for line in lines):
        return None
    text = "\n".join(lines)
    return Reply() if _asks(text) or len(text) > 4000 else Reply({first.code: text}, rest=False)


def _meaningful(own: str) -> tuple[list[str], bool]:
    """The lines that may answer, and whether a line behind the closing asks for a reader."""
    lines = without_greeting([line for line in own.split("\n") if line.strip()])
    found: list[str] = []
    for at, line in enumerate(lines):
        if closing(line):
            behind = lines[at + 1 :]
            return found, any(_asks(other) or _marked(other) for other in behind) or len(behind) > 6
        last = at == len(lines) - 1
        kind = polite(line) and not set(line) & _ANSWER_SIGNS
        if not (kind or (last and found and is_name(line))):
            found.append(line)
    return found, False


def _folded(text: str) -> str:
    return " ".join(plain(text).split())


def _asks(text: str) -> bool:
    return bool(set("?؟¿") & set(re.sub(r"https?://\S+", "", text)))


# -- numbers --------------------------------------------------------------------------------------------

_STARS, _NO_STAR = frozenset("⭐★🌟"), "☆"
_ANSWER_SIGNS = _STARS | set(phrases.SIGNS)
_DIGITS = {ord(c): str(i) for zero in "٠۰" for i, c in enumerate(chr(ord(zero) + n) for n in range(10))}
# "1. 4", "2) yes", "Q3: b", "(4) no"; with nothing but a blank behind the number, `4 very useful` may be meant.
_MARK = re.compile(
    r"\s*[(\[*]*(?:q|question|pregunta|pergunta|سؤال|س|n[°º])?\s*(\d{1,2})[*]*\s*([.):\]،,\-–—=/]+|\s)[*]*\s*(?=\S)",
    re.I,
)
_INNER = re.compile(r"(?:^|(?<=[\s,;،؛|]))(?=[(]?\d{1,2}\s?[.):](?:\s?\D|\s\s?\d))")


def _numbered(line: str) -> tuple[int, str, str] | None:
    """(number, what parts it from the rest, the rest) of a line that begins with a number."""
    found = _MARK.match(line)
    return (int(found[1]), found[2].strip(), line[found.end() :].strip()) if found else None


def _marked(line: str) -> bool:
    """Whether a line begins with a number and a mark: a street has a number too."""
    found = _numbered(line)
    return found is not None and bool(found[1])


def _parted(line: str) -> list[str]:
    """"1) 4 2) yes 3) no" as three lines; any other line as it is."""
    pieces = [piece.strip(" ,;،؛|") for piece in _INNER.split(line) if piece.strip(" ,;،؛|")]
    numbers = [found[0] if (found := _numbered(piece)) else 0 for piece in pieces]
    rising = all(a < b for a, b in pairwise(numbers))
    return pieces if len(pieces) > 1 and numbers[0] and rising else [line]


# -- lines ----------------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, questions: Sequence[Question], first: Question, wordings: Wordings) -> None:
        self.questions, self.first, self.wordings = questions, first, wordings
        self.answers: dict[str, str] = {}
        self.doubtful: set[str] = set()
        self.rest = False
        self.listed = False  # several numbers, each higher than the one before: these are the questions'

    def lines(self, lines: Sequence[str]) -> Reply:
        pieces = [piece.translate(_DIGITS) for line in lines for piece in _parted(line.translate(_DIGITS))]
        if self._in_order(pieces):
            return Reply(self.answers, self.rest)
        given = [found[0] for piece in pieces if (found := _numbered(piece))]
        self.listed = len(given) > 1 and all(a < b for a, b in pairwise(given))
        open_text: str | None = None  # own words go on over lines
        for at, piece in enumerate(pieces):
            taken = self._line(piece, bare=at == 0)
            if taken is not None:
                open_text = taken.code if taken.kind is Kind.TEXT else None
            elif open_text is not None and _numbered(piece) is None and not _asks(piece):
                self.answers[open_text] = f"{self.answers[open_text]}\n{piece}"[:4000]
            else:
                self.rest = self.rest or not self._agrees(piece)
        certain = {code: value for code, value in self.answers.items() if code not in self.doubtful}
        return Reply(certain, self.rest or bool(self.doubtful))

    def _line(self, piece: str, bare: bool) -> Question | None:
        """The question that this line answers, the answer kept; None when it answers none, or may answer two."""
        readings: list[tuple[Question, _Found]] = []
        numbered = _numbered(piece)
        if numbered is not None and 1 <= numbered[0] <= len(self.questions):
            question = self.questions[numbered[0] - 1]
            mark, said = numbered[1:]
            # "1 5", "4-5", "1,4" alone may be two numbers of one answer
            apart = self.listed or set(mark) & set(".):]=") or not said[:1].isdigit()
            found = self.answer(question, said) if apart else None
            if found is not None and (mark or not question.free):
                readings.append((question, found))
        if bare and (found := self.answer(self.first, piece)) is not None:
            readings.append((self.first, found))
        if len({(question.code, found.value) for question, found in readings}) != 1:
            return None
        question, found = readings[0]
        if self.answers.get(question.code, found.value) != found.value:
            self.doubtful.add(question.code)
        self.answers[question.code] = found.value
        self.rest = self.rest or found.rest
        return question

    def _in_order(self, pieces: Sequence[str]) -> bool:
        """Bare answers, one a line, exactly as many as there are questions, each fit for its own."""
        if len(pieces) < 2 or len(pieces) != len(self.questions) or self.first is not self.questions[0]:
            return False
        if any(_numbered(piece) for piece in pieces):
            return False
        found = [self.answer(question, piece) for question, piece in zip(self.questions, pieces, strict=True)]
        if any(one is None or one.rest for one in found):
            return False
        self.answers = {q.code: one.value for q, one in zip(self.questions, found, strict=True) if one is not None}
        return True

    def _agrees(self, piece: str) -> bool:
        """A further line that only says in words what the rating said in a number."""
        value = self.answers.get(self.first.code, "")
        return self.first.kind is Kind.RATING and _words_agree(piece, value, self._labels(self.first))

    # -- one answer -------------------------------------------------------------------------------------

    def answer(self, question: Question, text: str) -> _Found | None:
        if question.kind is Kind.TEXT:
            return _Found(text) if text and question is not self.first and not _asks(text) else None
        if question.kind is Kind.LINK:
            return _link(text)
        match question.kind:
            case Kind.RATING:
                return _rating(text, self._labels(question))
            case Kind.YES_NO:
                return _yes_no(text)
        return _choice(text, question, self._labels(question))

    def _labels(self, question: Question) -> dict[str, str]:
        """Label in any of our languages, as `plain` leaves it -> value."""
        return {
            _folded(wording): option.value for option in question.options for wording in self.wordings(option.label)
        }


def _link(text: str) -> _Found | None:
    words = text.split()
    links = [link for word in words if (link := link_of(word.strip("<>()[]").rstrip(".,;")))]
    return _Found(links[0], rest=len(words) > 1) if len(links) == 1 else None


# -- a rating -------------------------------------------------------------------------------------------

_RATING = re.compile(r"([1-5])(?:[️⃣]+)?(?:\s*/\s*5)?(?![\d/%½¼¾]|\s*[.,:]\s*\d|\s*[-–—+]\s*\d|[+])", re.S)
_PARTS = re.compile(r"[.,;:=!?،؛؟\-–—()*\n]+")


def _phrases(*lists: Sequence[str]) -> frozenset[str]:
    return frozenset(_folded(phrase) for one in lists for phrase in one)


_LEADS = sorted(_phrases(phrases.LEADS), key=len, reverse=True)
_BESIDE = sorted(_phrases(phrases.OUT_OF_FIVE, phrases.STARS), key=len, reverse=True)
_AGREES = {_folded(phrase): values for phrase, values in phrases.AGREES.items()}
_NUMBER_WORDS = {_folded(word): value for value, words in phrases.NUMBERS.items() for word in words}
_CORRECTIONS = _phrases(phrases.CORRECTIONS)
_HALVES = _phrases(phrases.HALVES)
_YES, _NO = _phrases(phrases.YES), _phrases(phrases.NO)


def _rating(text: str, labels: Mapping[str, str]) -> _Found | None:
    if stars := _stars(text):
        return stars
    words = _folded(text)
    if words in _NUMBER_WORDS:
        return _Found(_NUMBER_WORDS[words])
    if words in labels:
        return _Found(labels[words])
    found = _RATING.search(text)
    if found is None or _folded(text[: found.start()]) not in ("", *_LEADS):
        return None
    if text[: found.start()].endswith(("-", "+", "−")):
        return None
    value = found[1]
    head, mark, rest = _first_clause(_without_beside(text[found.end() :]))
    if "?" in mark or not _words_agree(head, value, labels):
        return None
    if _words_agree(rest, value, labels):
        return None if _asks(rest) else _Found(value)
    if not head.strip() and set(mark) & set(".):=-–—"):
        return None  # "1. I think so": the number may be a question's
    doubt = any(c.isdigit() for c in rest) or _contains(rest, _CORRECTIONS | set(_NUMBER_WORDS))
    if doubt or _contradicts(rest, value):
        return None
    return _Found(value, rest=True)


def _stars(text: str) -> _Found | None:
    full, empty = sum(text.count(c) for c in _STARS), text.count(_NO_STAR)
    if full and full + empty in (full, 5) and full <= 5 and not _folded(text):
        return _Found(str(full))
    return None


def _without_beside(tail: str) -> str:
    """The tail without "out of 5" or "stars" at its beginning."""
    words = tail.split()
    for phrase in _BESIDE:
        size = len(phrase.split())
        if _folded(" ".join(words[:size])) == phrase:
            last = words[size - 1] if size <= len(words) else ""
            mark = last[-1:] if _PARTS.fullmatch(last[-1:]) else ""
            return mark + " " + " ".join(words[size:])
    return tail


def _first_clause(text: str) -> tuple[str, str, str]:
    """What stands before the first mark that parts clauses, the mark, and what stands behind it."""
    found = _PARTS.search(text)
    return (text[: found.start()], found[0].replace("؟", "?"), text[found.end() :]) if found else (text, "", "")


def _words_agree(text: str, value: str, labels: Mapping[str, str]) -> bool:
    """Whether `text` has only words that we know beside that rating (none at all included)."""
    words, at = _folded(text).split(), 0
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


def _contradicts(rest: str, value: str) -> bool:
    words = _folded(rest)
    return any(value not in values and _contains(words, {phrase}) for phrase, values in _AGREES.items())


def _contains(text: str, wanted: "frozenset[str] | set[str]") -> bool:
    words = f" {_folded(text)} "
    return any(f" {phrase} " in words for phrase in wanted)


# -- yes, no, a choice ----------------------------------------------------------------------------------


def _yes_no(text: str) -> _Found | None:
    signs = {phrases.SIGNS[c] for c in text if c in phrases.SIGNS}
    bare = "".join(c for c in text if c not in phrases.SIGNS).strip()
    head, mark, rest = _first_clause(bare)
    whole = None if _asks(bare) else _clause_of(_folded(bare))  # "no, thank you" is one phrase
    value = whole or _clause_of(_folded(head)) or (next(iter(signs), None) if not _folded(bare) else None)
    if value is None or "?" in mark or signs - {value}:
        return None
    other = _clause_of(_folded(rest))
    if whole or other == value or (other is None and _known(rest)):
        return _Found(value)
    doubt = other is not None or _contains(rest, _CORRECTIONS | _HALVES)
    return None if doubt else _Found(value, rest=True)


def _clause_of(words: str) -> str | None:
    return "yes" if words in _YES else "no" if words in _NO else None


def _known(text: str) -> bool:
    return not _asks(text) and all(polite(part) or closing(part) for part in _PARTS.split(text) if _folded(part))


def _choice(text: str, question: Question, labels: Mapping[str, str]) -> _Found | None:
    words = _folded(text)
    if words in labels:
        return _Found(labels[words])
    letter, _, behind = words.partition(" ")
    if len(letter) == 1 and letter in LETTERS[: len(question.options)]:
        value = question.options[LETTERS.index(letter)].value
        if not behind or labels.get(behind) == value:
            return _Found(value)
        return None
    return None
