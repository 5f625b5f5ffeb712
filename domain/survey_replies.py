"""Reads a mail reply to a survey: numbered answers, or one word or number for the first question.

Careful on purpose: an answer is taken only when its line is understood, fits its question, and can be read in one way.
What else the mail says, or leaves in doubt, is for a person (`rest`), and nothing is ever guessed. Whose reply it is,
and to which survey, is the caller's business. Quotes and signatures are left to `quotes.py`, what the text of one
answer says to `survey_values.py`.

A line may be `1. 4`, `2) yes`, `3: b`, `4 very useful`, `6 - We should meet again`; several may stand in one line. What
stands between quoted questions answers the question above it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from domain.quotes import between_quotes, own_words
from domain.replies import closing, folded, is_name, polite, with_digits, without_greeting
from domain.survey_values import ANSWER_SIGNS, Found, asks, read_value, words_agree
from domain.surveys import Kind, Question

# Source label -> how it reads in every language we write.
Wordings = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """`answers`: question code -> value, certain. `rest`: something is left that a person must read."""

    answers: Mapping[str, str] = field(default_factory=dict)
    rest: bool = True


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
    found = _Reader((question,), question, wordings).answer(question, with_digits(text))
    return found.value if found is not None and not found.rest else None


def _before_our_letter(own: str, questions: Sequence[Question], wordings: Wordings) -> str:
    """What stands above our own questions, where a mail program has quoted them in a way that nobody knows."""
    ours = [folded(wording) for question in questions for wording in wordings(question.text)]
    lines = own.split("\n")
    for at, line in enumerate(lines):
        words = folded(re.sub(r"^[\s>*|]*\d{0,2}[.)]?", "", line))
        if len(words.split()) > 2 and any(text.startswith(words) or words.startswith(text) for text in ours):
            return "\n".join(lines[:at])
    return own


def _only_words(lines: list[str], first: Question) -> Reply | None:
    """A reply to a question for own words, when that is what was asked; None for any other reply."""
    if first.kind is not Kind.TEXT or not lines or any(_numbered(line) for line in lines):
        return None
    text = "\n".join(lines)
    return Reply() if asks(text) or len(text) > 4000 else Reply({first.code: text}, rest=False)


def _meaningful(own: str) -> tuple[list[str], bool]:
    """The lines that may answer, and whether a line behind the closing asks for a reader."""
    lines = without_greeting([line for line in own.split("\n") if line.strip()])
    found: list[str] = []
    for at, line in enumerate(lines):
        if closing(line):
            behind = lines[at + 1 :]
            return found, any(asks(other) or _marked(other) for other in behind) or len(behind) > 6
        last = at == len(lines) - 1
        kind = polite(line) and not set(line) & ANSWER_SIGNS
        if not (kind or (last and found and is_name(line))):
            found.append(line)
    return found, False


# -- numbers --------------------------------------------------------------------------------------------

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
        pieces = [piece for line in lines for piece in _parted(with_digits(line))]
        if self._in_order(pieces):
            return Reply(self.answers, self.rest)
        given = [found[0] for piece in pieces if (found := _numbered(piece))]
        self.listed = len(given) > 1 and all(a < b for a, b in pairwise(given))
        open_text: str | None = None  # own words go on over lines
        for at, piece in enumerate(pieces):
            taken = self._line(piece, bare=at == 0)
            if taken is not None:
                open_text = taken.code if taken.kind is Kind.TEXT else None
            elif open_text is not None and _numbered(piece) is None and not asks(piece):
                self.answers[open_text] = f"{self.answers[open_text]}\n{piece}"[:4000]
            else:
                self.rest = self.rest or not self._agrees(piece)
        certain = {code: value for code, value in self.answers.items() if code not in self.doubtful}
        return Reply(certain, self.rest or bool(self.doubtful))

    def _line(self, piece: str, bare: bool) -> Question | None:
        """The question that this line answers, the answer kept; None when it answers none, or may answer two."""
        readings: list[tuple[Question, Found]] = []
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
        return self.first.kind is Kind.RATING and words_agree(piece, value, self._labels(self.first))

    def answer(self, question: Question, text: str) -> Found | None:
        if question.kind is Kind.TEXT:
            return Found(text) if text and question is not self.first and not asks(text) else None
        return read_value(question, text, self._labels(question))

    def _labels(self, question: Question) -> dict[str, str]:
        """As `read_value` wants them."""
        return {
            folded(wording): option.value for option in question.options for wording in self.wordings(option.label)
        }
