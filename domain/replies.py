"""Reads a plain reply: the person's own words above the quote, and the yes, no, maybe or stop in them.

Careful on purpose: an answer is given only when every word is understood and all of them agree. Everything
else is None, and the caller passes the mail to a person. Who answered, and about what, is the caller's
business; a calendar part is read by `calendars/`. Written for en, es, fr, pt and ar.
"""

import re
import unicodedata
from collections.abc import Iterator

from domain.reply_phrases import CLOSING, GREETING, HEDGES, PHRASES, POLITE, SIGNS, Answer

_MAX_WORDS = 40  # a longer text is a letter, not an answer

# -- the quote ------------------------------------------------------------------------------------------

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])

# "On <date> <name> wrote:" of Gmail, Apple Mail, Thunderbird, Yahoo; it may be folded over several lines.
_ATTRIBUTION_START = re.compile(r"(on|el|le|em|no dia|a|في|بتاريخ|يوم|\d{4}-\d\d-\d\d)[\s,،]", re.I)
_ATTRIBUTION = re.compile(
    r"on\s.{4,400}\swrote ?:"
    r"|el\s.{4,400}\sescribi[oó] ?:"
    r"|le\s.{4,400}\sa [eé]crit ?:"
    r"|(em|a|no dia)\s.{4,400}\sescreveu ?:"
    r"|(في|بتاريخ|يوم)[\s,،].{2,400}(كتبت?|كتابة).{0,200}:"
    r"|\d{4}-\d\d-\d\d .{2,200}<[^<>\s]+@[^<>\s]+> ?:",
    re.I,
)
_RULE = re.compile(
    r"_{10,}"
    r"|-{2,} ?(original message|original appointment|forwarded message|mensaje original|mensaje reenviado"
    r"|message d.origine|message original|message transf[eé]r[eé]|mensagem original|mensagem encaminhada"
    r"|الرسالة الأصلية|رسالة أصلية|رسالة معاد توجيهها) ?-{2,}",
    re.I,
)
_FROM = re.compile(r"\*?(from|de|من|expéditeur)\*? ?:\*?\s*\S", re.I)
_SENT = re.compile(
    r"\*?(sent|date|enviado( el| em)?|enviada( em)?|fecha|envoyé( le)?|data"
    r"|تاريخ الإرسال|تم الإرسال|الإرسال|أرسلت|أُرسلت|التاريخ)\*? ?:",
    re.I,
)
_QUOTED_QUESTION = re.compile(r">[>\s*]*(\d{1,2})[.)]\s")
_DEVICE = re.compile(
    r"(sent (from|via|using|with) (my |outlook|mail|yahoo|gmail|the |proton|samsung|android|iphone|ipad)"
    r"|get outlook for|enviado (desde|do meu|de meu|da minha|a partir d|via|com) ?|enviada? d[oe] "
    r"|envoyé (de(puis)? |à partir d|avec )"
    r"|obtener outlook|obtenir outlook|télécharge[rz] outlook|obter o outlook|baixar o outlook"
    r"|أُ?رسلت? من|تم الإرسال من|مرسلة? من|أُ?رسل من|الحصول على outlook)",
    re.I,
)


def above_quote(text: str) -> str:
    """The person's own words without quoted mail and signature, blank lines at the ends removed.

    Text above the quote; where there is none (the person wrote below lines that begin with ">"), that below.
    """
    above, below = own_words(text)
    return above or below


def own_words(text: str) -> tuple[str, str]:
    """The person's own words: (above the first quote, between and below its lines that begin with ">").

    The second is empty where the quote has no such marks: then nobody can tell where it ends.
    """
    lines = [line.replace("\xa0", " ").translate(_INVISIBLE).strip() for line in text.splitlines()]
    end, marked = len(lines), len(lines)
    for i, line in enumerate(lines):
        if line.startswith((">", "|>")):
            end, marked = i, i
            break
        size = _quote_header(lines, i)
        if size:
            following = next((n for n in range(i + size, len(lines)) if lines[n]), len(lines))
            end = i
            marked = following if following < len(lines) and lines[following].startswith(">") else len(lines)
            break
    below = _without_marked(lines[marked:]) if marked < len(lines) else []
    return _unsigned(lines[:end]), _unsigned(below)


def between_quotes(text: str) -> str | None:
    """Answers that were written between the numbered questions of a quoted letter, as "2. the answer" a line.

    "" when nothing stands between quoted lines; None when it is not clear which question something belongs to. A
    question ends with its paragraph.
    """
    if own_words(text)[0]:
        return ""
    number, known, found, block = "", False, list[str](), list[str]()
    lines = [line.replace("\xa0", " ").translate(_INVISIBLE).strip() for line in text.splitlines()]
    skip = 0
    for i, line in enumerate(lines):
        skip = max(skip - 1, 0) or _quote_header(lines, i)
        if line.startswith(">"):
            if block and not known:
                return None
            found += block
            block = []
            quoted = _QUOTED_QUESTION.match(line)
            number = quoted[1] if quoted else "" if not line.strip("> *") else number
        elif not skip and line:
            known = known if block else bool(number)
            block.append(f"{number}. {line}" if number else line)
            number = ""
    return "\n".join([*found, *_unsigned(block).split("\n")]).strip() if found else ""


def _quote_header(lines: list[str], i: int) -> int:
    """How many lines from `i` on are the header of a quoted mail; 0 if none."""
    line = lines[i]
    if _RULE.fullmatch(line):
        return 1
    if _FROM.match(line) and any(_SENT.match(other) for other in lines[i + 1 : i + 5]):
        return 1
    if _ATTRIBUTION_START.match(line):
        for size in (1, 2, 3, 4):
            if _ATTRIBUTION.fullmatch(" ".join(lines[i : i + size])[:1000]):
                return size
    return 0


def _without_marked(lines: list[str]) -> list[str]:
    own: list[str] = []
    skip = 0
    for i, line in enumerate(lines):
        skip = max(skip - 1, 0) or _quote_header(lines, i)
        if not skip and not line.startswith(">"):
            own.append(line)
    return own


def _unsigned(lines: list[str]) -> str:
    for i, line in enumerate(lines):
        if line in ("--", "—") or _DEVICE.match(line):
            lines = lines[:i]
            break
    return "\n".join(lines).strip()


# -- the words ------------------------------------------------------------------------------------------


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
