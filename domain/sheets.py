"""Sheets: the few questions that one item of a checklist is answered with, such as what a session is for, and for whom.

Data in checklists.toml. Answers are kept one by one (`store/sheets.py`), so that somebody may stop and go on; what they
come to when all are there is in `steps/sheets.py`, and how replies are read in `sheet_replies.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.replies import folded

LONGEST = 2000  # characters of an answer
PASSED_OVER = ""  # the answer to a question that has none


class Into(StrEnum):
    """What of the session an answer becomes; NOTHING: it stays with the sheet."""

    NOTHING = ""
    PURPOSE = "purpose"
    AUDIENCE = "audience"
    PREPARATION = "preparation"


@dataclass(frozen=True, slots=True)
class Question:
    """`text`, `hint`: English, translated where they are shown. Not `needed`: "none" is an answer, too."""

    code: str
    text: str
    hint: str = ""
    into: Into = Into.NOTHING
    needed: bool = True


def left(questions: Sequence[Question], answers: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions that have no answer yet, in their order."""
    return tuple(one for one in questions if one.code not in answers)


def lacking(questions: Sequence[Question], answers: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions without which the sheet cannot be done."""
    return tuple(one for one in questions if one.needed and not answers.get(one.code))


def checked(question: Question, text: str) -> str:
    """An answer as it is kept: its lines without blanks at their ends, PASSED_OVER for "none" where that is allowed.

    ValueError: there is nothing, or too much.
    """
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    said = "\n".join(line for at, line in enumerate(lines) if line or lines[at - 1])  # one blank line at most
    if not question.needed and (not said or folded(said) in NONE):
        return PASSED_OVER
    if not said:
        raise ValueError("must not be empty")
    if len(said) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    return said


NONE = frozenset(
    folded(phrase)
    for phrase in (
        *("none", "nothing", "no", "-", "n/a", "not needed", "nothing special", "no prerequisites"),
        *("ninguno", "ninguna", "nada", "no hace falta", "no hace falta nada", "nada especial", "sin requisitos"),
        *("aucun", "aucune", "rien", "non", "pas besoin", "rien de spécial", "aucun prérequis"),
        *("nenhum", "nenhuma", "não", "não é necessário", "nada de especial", "sem requisitos"),
        *("لا شيء", "لا يوجد", "لا", "بدون", "لا حاجة", "لا متطلبات"),
    )
)
