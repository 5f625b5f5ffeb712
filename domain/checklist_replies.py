"""Reads what a sharer writes about one item of a checklist: done, a link, a number, a few words, not needed, or help.

Careful on purpose: an answer is taken only when it is of the kind that was asked for and can be read in one way. All
else is None, for a person. Quotes and signatures are left to `quotes.py`. Written for en, es, fr, pt and ar.
"""

import re

from domain.checklists import Answered, ItemState, Way
from domain.quotes import own_words
from domain.replies import closing, folded, is_name, phrases, plain, polite, without_greeting

LONGEST = 5000
_URL = re.compile(r"https?://[^\s<>\"'()\[\]]+", re.I)
_NUMBER = re.compile(r"(?<![\w.,/:-])(\d{1,6})(?![\w/:-]|[.,]\d)")
_PARTS = re.compile(r"[,.;:!،؛\n]")
_FEW = 8  # words beside a link or a number that still say no more than "here it is"


DONE = phrases(
    "done | it's done | it is done | all done | this is done | done now | finished | ready | it's ready | yes done |"
    " checked | ✅ | ✔ |"
    " hecho | está hecho | ya está | ya está hecho | listo | lista | terminado |"
    " fait | c'est fait | voilà c'est fait | oui c'est fait | terminé | prêt | prête |"
    " feito | está feito | já está | já está feito | pronto | pronta | concluído |"
    " تم | تم ذلك | نعم تم | جاهز | انتهيت"
)
# Of an item of one's own; to "could you see to it?" they are a promise.
YES = phrases(
    "yes | confirmed | i confirm | 👍 | sí | si | confirmado | confirmo | oui | confirmé | je confirme | sim |"
    " نعم | مؤكد | أؤكد"
)
NOT_NEEDED = phrases(
    "not needed | not necessary | no need | it's not needed | we don't need it | we do not need it |"
    " no hace falta | no es necesario | no se necesita | no lo necesitamos |"
    " pas nécessaire | pas besoin | ce n'est pas nécessaire | inutile |"
    " não é necessário | não precisa | não precisamos | desnecessário |"
    " غير مطلوب | غير ضروري | لا حاجة | لا حاجة لذلك | لا نحتاجه"
)
HELP = phrases(
    "help | please help | help please | i need help | i need some help | can you help | can you help me |"
    " could you help me | i am stuck | i'm stuck |"
    " ayuda | necesito ayuda | me pueden ayudar | me puedes ayudar | ayuda por favor |"
    " aide | à l'aide | j'ai besoin d'aide | besoin d'aide | pouvez vous m'aider |"
    " ajuda | preciso de ajuda | podem me ajudar | você pode me ajudar | ajuda por favor |"
    " مساعدة | أحتاج مساعدة | أحتاج إلى مساعدة | أحتاج الى مساعدة | ساعدوني"
)


def read(text: str, way: Way, theirs: bool = True) -> Answered | None:
    """What a mail reply, or a message in a chat, says about an item of that way; None: a person must read it.

    `theirs`: it is an item of whoever answers, and not one that they were asked to help out with.
    """
    above, below = own_words(text)
    if above and below:
        return None  # answers between quoted lines may say something else
    lines = _meaningful(above or below)
    own = "\n".join(lines)
    if not own or len(own) > LONGEST:
        return None
    said = folded(" ".join(part for part in _PARTS.split(own) if not polite(part)))
    finished = said in DONE or (theirs and said in YES)
    if said in NOT_NEEDED:
        return Answered(ItemState.NOT_NEEDED)
    if said in HELP:
        return Answered(ItemState.HELP)
    if way is Way.TICK:
        return Answered(ItemState.DONE) if finished else None
    if said in DONE | YES:
        return None  # done, but where is it?
    match way:
        case Way.TEXT:
            asks = bool(set("?؟") & set(own)) or said in ("no", "non", "nao", "لا")
            return None if asks else Answered(ItemState.DONE, own)
        case Way.NUMBER:
            return _only(_NUMBER, own, own)
        case Way.LINK | Way.FILE:
            return _only(_URL, own, own)
    return None


def _only(pattern: re.Pattern[str], text: str, own: str) -> Answered | None:
    """The one link or number in a short text; None where there are more, or where more is said."""
    found = {match.rstrip(".,;:!") for match in pattern.findall(text)}
    rest = plain(pattern.sub(" ", own)).split()
    if len(found) != 1 or len(rest) > _FEW or set("?؟") & set(pattern.sub(" ", own)):
        return None
    return Answered(ItemState.DONE, found.pop())


def _meaningful(own: str) -> list[str]:
    """The lines without greeting, kind words, sign-off and name."""
    lines = without_greeting([line for line in own.split("\n") if line.strip()])
    kept: list[str] = []
    for number, line in enumerate(lines):
        if closing(line):
            break
        last = number == len(lines) - 1
        named = last and bool(kept) and is_name(line) and len(line.split()) <= 3
        if not polite(line) and not named:
            kept.append(line)
    return kept
