"""Made-up issues of the newsletter, for looking at, and for the golden files. Beside `samples.py`."""

from datetime import UTC, date, datetime
from typing import Any

from templates_email import documents, formats, newsletters
from templates_email.fields import Part
from templates_email.formats import Moment
from templates_email.newsletters import Coming, IssuePage, IssueSession

_MONTH = date(2026, 11, 1)
_PAGE = "https://pages.example/sessions"
_OPENING = {
    "en": "We met **eleven times**. Read what you missed, and [tell us](https://meta.example/talk) what is next.",
    "es": "Nos reunimos **once veces**. Lee lo que te perdiste y [cuéntanos](https://meta.example/talk) qué sigue.",
    "fr": "Nous nous sommes vus **onze fois**. Lisez la suite et [dites-nous](https://meta.example/talk) vos envies.",
    "pt": "Nos encontramos **onze vezes**. Leia o que perdeu e [conte](https://meta.example/talk) o que vem depois.",
    "ar": "التقينا **إحدى عشرة مرة**. اقرؤوا ما فاتكم، و[أخبرونا](https://meta.example/talk) بما تودون لاحقًا.",
}
_NEWS = {
    "en": ("A new skill list", "The list of skills has 59 entries now.\n\n- look it up\n- say what you would *share*"),
    "es": ("Nueva lista de habilidades", "La lista tiene ahora 59 entradas.\n\n- consúltala\n- di qué *compartirías*"),
    "fr": ("Nouvelle liste de compétences", "Elle compte 59 entrées.\n\n- consultez-la\n- dites quoi *partager*"),
    "pt": ("Nova lista de habilidades", "A lista tem agora 59 itens.\n\n- consulte\n- diga o que *compartilharia*"),
    "ar": ("قائمة مهارات جديدة", "تضم القائمة الآن 59 مهارة.\n\n- اطلعوا عليها\n- أخبرونا بما تودون *مشاركته*"),
}
_WHY = {
    "en": "A course of four weeks, with a certificate.",
    "es": "Un curso de cuatro semanas, con certificado.",
    "fr": "Un cours de quatre semaines, avec certificat.",
    "pt": "Um curso de quatro semanas, com certificado.",
    "ar": "دورة من أربعة أسابيع، مع شهادة.",
}


def add_issues(add: Any, person: dict[str, Any], language: str, zone: str) -> None:
    """Letters: a full newsletter, a digest, a brief."""
    common = shared(language)
    coming = Part("", "")
    for number, session in enumerate(sessions(zone)):
        made = documents.part(language, IssueSession(session=session))
        coming = Part(f"{coming.html}\n{made.html}", f"{coming.text}\n\n{made.text}") if number else made
    own = {**person, **common, "has_coming": True, "coming": coming}
    add("", newsletters.Newsletter, **own, archive="https://pages.example/newsletters/7")
    bare = {**own, "opening": (), "sections": ("opportunities", "coming"), "reply_to_register": True}
    add("", newsletters.Digest, **bare | {"edition": formats.day(date(2026, 11, 26), language)})
    brief = {**own, "sections": ("numbers", "missed"), "has_coming": False, "coming": Part("", "")}
    add("", newsletters.Brief, **brief)


def page(language: str) -> IssuePage:
    """The newsletter for everybody."""
    return IssuePage(**shared(language), programme="Let's Connect", kind="newsletter", coming=sessions("UTC")[1:])


def shared(language: str) -> dict[str, Any]:
    title, body = _NEWS.get(language, _NEWS["en"])
    return {
        "edition": formats.month(_MONTH, language),
        "sections": ("opening", "news", "coming", "missed", "opportunities", "movement", "numbers", "thanks"),
        "opening": (newsletters.Block("", _OPENING.get(language, _OPENING["en"])),),
        "news": (newsletters.Block(title, body),),
        "missed": (_missed(language),),
        "opportunities": (
            newsletters.Opportunity(
                "Open data for librarians", _WHY.get(language, _WHY["en"]), "The Example School",
                formats.day(date(2026, 12, 15), language), ("en", "fr"), "https://school.example/open-data",
            ),
            newsletters.Opportunity("Wiki [[conference]] 2027", "", "", "", (), "https://meta.example/wiki/2027"),
        ),
        "numbers": tuple(
            newsletters.Figure(label, value)
            for label, value in (("people", 730), ("newcomers", 1), ("countries", 44), ("sessions", 11))
        ),
        "thanks": ("Chidi Eze", "Rosa Quispe"),
        "thanked": 2,
    }  # fmt: skip


def _missed(language: str) -> newsletters.Missed:
    size = formats.size(84_000_000, language)
    lines = (
        newsletters.Resource("recording", "The clinic", "https://media.example/w.webm", size, "en"),
        newsletters.Resource("case_study", "A grant that failed", "https://meta.example/case", "", ""),
    )
    return newsletters.Missed("Writing proposals | budgets", formats.day(date(2026, 11, 12), language), lines)


def sessions(zone: str) -> tuple[Coming, ...]:
    first, second = datetime(2026, 12, 3, 13, 0, tzinfo=UTC), datetime(2026, 12, 9, 23, 0, tzinfo=UTC)
    in_utc = zone == "UTC"
    more: dict[str, Any] = {"interpretation": ("ar",), "sharers": ("Chidi Eze", "Rosa Quispe"), "link": f"{_PAGE}/12"}
    words: dict[str, Any] = {
        "purpose": "Learn to turn an idea into a proposal that a committee understands.",
        "audience": "Everybody who plans to ask for a grant.",
        "preparation": "1. Bring one idea.\n2. Read [the case](https://meta.example/case).",
    }
    empty: dict[str, Any] = dict.fromkeys(("purpose", "audience", "preparation"), "")
    empty |= dict.fromkeys(("languages", "interpretation", "sharers"), ())
    title = "Writing proposals & budgets"
    return (
        Coming(title=title, when=Moment(first, 120, zone), languages=("en", "fr"), **more, **words, registered=True),
        Coming(title="Maps for everybody", when=Moment(second, 90, zone), **empty, link=f"{_PAGE}/13",
               in_utc=in_utc, matches=not in_utc),
        Coming(title="Orientation", when=Moment(second, 60, zone), **empty, link="", in_utc=in_utc),
    )  # fmt: skip
