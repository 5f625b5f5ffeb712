"""Parts a person's own words in a mail from what they quote of ours, and from their signature.

What the words say is read by `replies.py` and the files that read the replies of one thing, as `survey_replies.py`.
Written for en, es, fr, pt and ar.
"""

import re

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
