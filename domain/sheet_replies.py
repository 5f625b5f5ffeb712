"""Reads answers to the numbered questions of a sheet out of a mail reply, or a message in a chat.

The answers stand above the quoted letter as "1. ...", "2) ...", each as long as it likes, or between the quoted
questions. Careful on purpose: what cannot be read in one way is None, for a person. Whose reply it is, and to which
letter, is the caller's business. Written for en, es, fr, pt and ar; quotes and signatures are left to `quotes.py`.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from domain.quotes import between_quotes, own_words
from domain.replies import closing, folded, is_name, polite, with_digits, without_greeting

# "1. For newcomers", "2) ...", "(3) ...", "Q4: ...", "*1.* ..."; "3 people" is a sentence.
_MARK = re.compile(
    r"\s*[(\[*]*(?:q|question|pregunta|pergunta|سؤال|س|n[°º])?\s*(\d{1,2})[*]*\s*[.):\]–—=-][*]*(?:\s+|(?=[^\d\s]))",
    re.I,
)
_ALONE = re.compile(r"\s*[(\[*]*(\d{1,2})[*]*\s*[.):\]]?[*]*\s*")  # a number on a line of its own


def read(text: str, wordings: Sequence[Sequence[str]], name: str = "") -> Mapping[int, str] | None:
    """Question's number -> what was written under it. None: nothing has a number, or a person must read it.

    `wordings`: of each question, in the letter's order, its text in every language that we write: people copy it.
    `name`: the writer's, who may sign with a part of it.
    """
    above, below = own_words(text)
    between = between_quotes(text)
    if between is None or (above and below and _lines(below)):
        return None
    lines = _lines(with_digits(between or above or below), name)
    found: dict[int, list[str]] = {}
    order: list[int] = []
    for line in lines:
        mark = _MARK.match(line) or _ALONE.fullmatch(line)
        if mark is not None:
            number = int(mark[1])
            order.append(number)
            found.setdefault(number, []).append(line[mark.end() :].strip())
        elif order:
            found[order[-1]].append(line.strip())
        else:
            return None  # words before the first number
    if not all(a < b for a, b in pairwise(order)) or not all(1 <= number <= len(wordings) for number in order):
        return None  # a list within an answer, or numbers of something else
    answers = {number: _without_question("\n".join(said), wordings[number - 1]) for number, said in found.items()}
    return {number: said for number, said in answers.items() if said} or None


def _without_question(said: str, wordings: Sequence[str]) -> str:
    """What was written, without the question if it was copied before it."""
    for wording in wordings:
        size = len(wording)
        if folded(said[:size]) == folded(wording):
            return said[size:].lstrip(" \t*:?؟-–—").strip()
    return said.strip()


def _lines(own: str, name: str = "") -> list[str]:
    """The lines without greeting, kind words, sign-off and name; blank ones stay between paragraphs."""
    rows = own.strip().split("\n")
    kept: list[str] = []
    for row in (*without_greeting(rows[:1]), *rows[1:]):
        if kept and closing(row):
            break
        if kept or not polite(row):
            kept.append(row)
    _trim(kept)
    if len(kept) > 1 and _MARK.match(kept[-1]) is None:
        of_theirs = set(folded(kept[-1]).split()) <= set(folded(name).split())
        if of_theirs or (not kept[-2].strip() and is_name(kept[-1])):
            kept.pop()
    _trim(kept)
    return kept


def _trim(kept: list[str]) -> None:
    while kept and polite(kept[-1]):  # so is a blank line
        kept.pop()
