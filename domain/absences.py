"""Until when somebody is away, as an automatic reply says it, in English, Spanish, French, Portuguese or Arabic.

Careful on purpose: only a date that follows words such as "until" or "back on" counts, and only when it can be read
in one way. Everything else is None: then nothing waits for anybody. Whether a mail is an automatic reply, and what
waits, is for others.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from domain.quotes import above_quote
from domain.replies import with_digits

_LONGEST = timedelta(days=366)
_MAX_TEXT = 5000


def away_until(subject: str, text: str, arrived: datetime, zone: tzinfo) -> datetime | None:
    """The moment from which this person is back: midnight in `zone` (the person's own, as far as known), aware.

    None when no end is stated, when it can be read in two ways, is over, or lies more than a year ahead. Of several
    ends the first one counts: to write to somebody who is still away costs little, to wait for nobody costs more.
    """
    today = arrived.astimezone(zone).date()
    words = f"{_plain(subject)}\n{_plain(above_quote(text[:_MAX_TEXT]))}"
    ends = set(_ends(words, today))
    if not ends or None in ends:
        return None
    back = datetime.combine(min(day for day in ends if day is not None), time(), zone)
    return back if arrived < back <= arrived + _LONGEST else None


# -- words -----------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Lower case without accents, Arabic vowel signs and seats of hamza; digits as ASCII; signs stay."""
    folded = unicodedata.normalize("NFKD", with_digits(text.casefold()))
    bare = "".join(c for c in folded if unicodedata.category(c) not in ("Mn", "Cf", "Lm"))
    return " ".join(bare.replace("’", "'").replace("ى", "ي").replace("ٱ", "ا").split())


_NAMES = (
    "january, jan, enero, ene, janvier, janv, janeiro, يناير, كانون الثاني, جانفي",
    "february, feb, febrero, février, févr, fevereiro, fev, فبراير, شباط, فيفري",
    "march, mar, marzo, mars, março, مارس, آذار",
    "april, apr, abril, abr, avril, avr, أبريل, إبريل, نيسان, أفريل",
    "may, mayo, mai, maio, مايو, أيار, ماي",
    "june, jun, junio, juin, junho, يونيو, يونيه, حزيران, جوان",
    "july, jul, julio, juillet, juil, julho, يوليو, يوليه, تموز, جويلية",
    "august, aug, agosto, ago, août, أغسطس, آب, أوت, غشت",
    "september, sept, sep, septiembre, setiembre, septembre, setembro, سبتمبر, أيلول, شتنبر",
    "october, oct, octubre, octobre, outubro, أكتوبر, تشرين الأول",
    "november, nov, noviembre, novembre, novembro, نوفمبر, تشرين الثاني, نونبر",
    "december, dec, diciembre, dic, décembre, déc, dezembro, dez, ديسمبر, كانون الأول, دجنبر",
)
_MONTHS = {_plain(name): number for number, names in enumerate(_NAMES, 1) for name in names.split(",")}
_MONTH = "(?:" + "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True)) + r")\b\.?"

_WEEKDAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)\b\.?"
    r"|lunes|martes|miercoles|jueves|viernes|sabado|domingo|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:segunda|terca|quarta|quinta|sexta)(?:-feira)?"
    r"|(?:يوم )?(?:ال)?(?:اثنين|احد|ثلاثاء|اربعاء|خميس|جمعه|جمعة|سبت))"
)
_IS_DAY = rf"(?:{_WEEKDAY},?\s*)?(?:(?:the|el|le|dia)\s+)?"
# What may stand between the words below and the date.
_GAP = rf"[\s:]*(?:(?:and including|the|on|el|o dia|dia|le|au|ao|em|no|يوم)\s+)*{_IS_DAY}"
# Away up to and with that day ...
_UNTIL = (
    r"\b(?:until|till|til|through|thru|up to|out to|to|hasta|jusqu'?\s?a?u?|ate)\b"
    r"|(?:^|\s)(?:حتي|الي غايه|الي غاية|لغايه|لغاية|الي)(?=\s)"
)
# ... or there again on that day.
_BACK = (
    r"\b(?:back(?: online)?(?: again)?|return(?:ing)?|in the office again"
    r"|de vuelta|de regreso|regreso|regresare|vuelvo|volvere|a partir d[eou]l?"
    r"|de retour|retour|reviens|reviendrai|rentre|rentrerai|a compter du"
    r"|volto|voltarei|regresso|regressarei|retorno|retornarei|estarei de volta)\b"
    r"|(?:^|\s)(?:ساعود|اعود|العوده|العودة|عودتي|سارجع|ارجع)(?: (?:الي|من) (?:المكتب|العمل))?(?=\s)"
)
_PLACE = r"(?:office|work|desk|oficina|bureau|trabalho|escritorio|trabajo)"
_BACK_GAP = rf"(?:\s+(?:in|to|at|au|a la|al|a|ao)\s+(?:the\s+|my\s+)?{_PLACE})?{_GAP}"
_DATE = "|".join(
    (
        r"(?P<iso>20\d\d-\d\d?-\d\d?)\b",
        rf"(?P<d1>\d\d?)(?:st|nd|rd|th|er|o)?\s*(?:of|de|d'|\.)?\s*(?P<m1>{_MONTH})"
        r"(?:,?\s*(?:de|del|do)?\s*(?P<y1>20\d\d))?",
        rf"(?P<m2>{_MONTH})\s*(?:the\s+)?(?P<d2>\d\d?)(?:st|nd|rd|th)?\b(?!:)(?:,?\s*(?P<y2>20\d\d))?",
        r"(?P<a>\d\d?)(?P<sign>[/.-])(?P<b>\d\d?)(?:(?P=sign)(?P<y3>20\d\d|\d\d)\b)?(?![\d:])",
    )
)


def _ends(words: str, today: date) -> Iterator[date | None]:
    """Days from which the writer is back; None for one that can be read in two ways."""
    for marks, gap, more in ((_UNTIL, _GAP, 1), (_BACK, _BACK_GAP, 0)):
        for match in re.finditer(rf"(?:{marks}){gap}(?:{_DATE})", words):
            days = _days(match, today)
            if len(days) > 1:
                yield None
            for day in days:
                yield day + timedelta(days=more)


def _days(match: re.Match[str], today: date) -> set[date]:
    """The readings of one date that lie within a year from `today`."""
    g = match.groupdict()
    if g["iso"]:
        iso_year, month, day = map(int, g["iso"].split("-"))
        return _within(iso_year, month, day, today)
    for d, m, y in ((g["d1"], g["m1"], g["y1"]), (g["d2"], g["m2"], g["y2"])):
        if d and m:
            return _within(int(y) if y else None, _MONTHS[m.rstrip(".")], int(d), today)
    first, second = int(g["a"]), int(g["b"])
    year = int(g["y3"]) if g["y3"] else None
    year = year + 2000 if year is not None and year < 100 else year
    days = _within(year, second, first, today)
    if g["sign"] != ".":  # with points the day always comes first
        days |= _within(year, first, second, today)
    return days


def _within(year: int | None, month: int, day: int, today: date) -> set[date]:
    found = set()
    for y in (year,) if year is not None else (today.year, today.year + 1):
        try:
            one = date(y, month, day)
        except ValueError:
            continue
        if today <= one <= today + _LONGEST:
            found.add(one)
    return found if year is not None or len(found) < 2 else {min(found)}
