"""What people ask the programme for: mentoring, a review of a document, a community of practice, or means to take part.

Asked by one word in a reply to the letter after a session, on a form, or at registration. A request has a state and an
age, and a person answers it. The reader takes a reply only when every word of it is understood.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from domain.quotes import own_words
from domain.replies import closing, folded, is_name, plain, polite, without_greeting


class Ask(StrEnum):
    MENTORING = "mentoring"  # one to one
    REVIEW = "review"  # of a document of theirs
    COMMUNITY = "community"  # of practice: to go on together
    MEANS = "means"  # money, data, a device, a quiet place: what it takes to take part


AFTER_A_SESSION = (Ask.MENTORING, Ask.REVIEW, Ask.COMMUNITY)


class State(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the person


@dataclass(frozen=True, slots=True)
class Request:
    """`text` is the person's own words, "" where a word was all. `session_id`: after which session it was asked."""

    id: int
    participant_id: int
    ask: Ask
    session_id: int | None
    text: str
    source: str
    state: State
    asked_at: datetime
    settled_at: datetime | None = None


# What people write where a form asks for the support that they need, and need none.
_NONE = frozenset({"", "no", "none", "non", "nao", "nada", "na", "n a", "nothing", "rien", "ninguno", "ninguna",
                   "nenhum", "nenhuma", "no thanks", "not needed", "not now", "لا", "لا شيء"})  # fmt: skip


@lru_cache(maxsize=256)
def means_wanted(said: str) -> bool:
    """Whether an answer to "what support do you need?" asks for any."""
    return folded(said) not in _NONE


# How people call each in a reply, in en, es, fr, pt and ar: the words that the letters offer come first.
_WORDS: dict[Ask, str] = {
    Ask.MENTORING: "mentoring | mentor | a mentor | mentorship | 1:1 mentoring | mentoría | mentoria | tutoría |"
    " un mentor | una mentora | mentorat | un mentorat | une mentore | um mentor | uma mentora |"
    " إرشاد | الإرشاد | مرشد | توجيه",
    Ask.REVIEW: "review | a review | document review | review of a document | revisión | revisión de documentos |"
    " relecture | une relecture | révision | revisão | revisão de documentos | مراجعة | مراجعة وثيقة | المراجعة",
    Ask.COMMUNITY: "community | community of practice | comunidad | comunidad de práctica | communauté |"
    " communauté de pratique | comunidade | comunidade de prática | مجتمع | مجتمع الممارسة | مجتمع ممارسة",
}
_JOINING = (
    "and | & | y | et | e | و | also | también | aussi | também | please | por favor | s'il vous plaît | من فضلك |"
    " yes | sí | oui | sim | نعم | for | me"
)


def _phrases(text: str) -> list[tuple[str, ...]]:
    return [tuple(plain(phrase).split()) for phrase in text.split("|")]


_TABLE: dict[tuple[str, ...], Ask | None] = {
    **dict.fromkeys((phrase for phrase in _phrases(_JOINING) if phrase), None),
    **{phrase: ask for ask, text in _WORDS.items() for phrase in _phrases(text)},
}
_LONGEST = max(map(len, _TABLE))
_MOST_WORDS = 20


def asked(text: str) -> tuple[Ask, ...]:
    """What a reply asks for, in the order of `Ask`; () when it asks for nothing that is understood to its last word."""
    above, below = own_words(text)
    if (above and below) or set("?؟¿") & set(above or below):
        return ()
    lines = without_greeting([line for line in (above or below).split("\n") if line.strip()])
    found: set[Ask] = set()
    for at, line in enumerate(lines):
        if closing(line):
            break
        if polite(line) or (at and at == len(lines) - 1 and found and is_name(line) and not _read(line)):
            continue
        here = _read(line)
        if here is None:
            return ()
        found |= here
    return tuple(ask for ask in Ask if ask in found)


def _read(line: str) -> set[Ask] | None:
    """What one line asks for; None when a word of it is not understood."""
    words = plain(line).split()
    if len(words) > _MOST_WORDS:
        return None
    found: set[Ask] = set()
    while words:
        for size in range(min(_LONGEST, len(words)), 0, -1):
            if (phrase := tuple(words[:size])) in _TABLE:
                ask = _TABLE[phrase]
                found |= {ask} if ask else set()
                words = words[size:]
                break
        else:
            return None
    return found
