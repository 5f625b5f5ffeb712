"""A person's own page: who they are, skills, consents, topics, whom not to meet, their calendar; and its link by mail.

Each part is a form of its own, so that a line that drops loses one part at most. What a change does is in
`steps/profiles.py`, `steps/topics.py` and `steps/feeds.py`.
"""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from domain.imports import Choice
from domain.participants import ConsentTopic
from domain.profiles import LEVELS, About
from steps import feeds, profiles, proposing, registering, topics
from steps.page_links import Page
from steps.profiles import Profile
from templates_email import formats
from web import languages
from web.refusals import Refused
from web.room import Spot
from web.subscribing import ways
from web.visit import Visit

LONGEST = {"name": 200, "wiki_user": 255, "example": 500, "names": 2000}
MOST_LANGUAGES = 4


# -- the link -----------------------------------------------------------------------------------------------


def ask(visit: Visit) -> Response:
    return visit.page("my_page", email="")


def send_link(visit: Visit) -> Response:
    mail = visit.form.mail("email")
    if mail is None:
        return visit.wrong("my_page", email=visit.form.raw("email"))
    profiles.send_link(visit.app, mail)
    return visit.back("/me/sent")


def sent(visit: Visit) -> Response:
    return visit.page("my_page_sent", public=True)


# -- the page -----------------------------------------------------------------------------------------------


def show(visit: Visit) -> Response:
    return _page(visit, _profile(visit))


def change(visit: Visit) -> Response:
    profile = _profile(visit)
    parts: dict[str, Callable[[Visit, Profile], dict[str, Any]]] = {
        "about": _about, "consents": _consents, "topics": _topics, "avoid": _avoid, "feed": _feed,
    }  # fmt: skip
    part = visit.form.choice("do", parts, needed=True)
    written = parts[part](visit, profile) if part else {}
    if visit.form.problems:
        return _page(visit, profile, **written)
    return visit.back(saved=part)


def _about(visit: Visit, profile: Profile) -> dict[str, Any]:
    form = visit.form
    name = form.line("name", LONGEST["name"], needed=True)
    country = form.choice("country", dict(formats.countries("en")), needed=True)
    zone = profiles.zone_for(profile.about, country, form.line("zone", 60))
    chosen = [form.choice(f"language{n}", dict(_languages(visit, profile))) for n in range(1, MOST_LANGUAGES + 1)]
    hour = form.choice("hour", [str(hour) for hour in range(24)])
    wiki_user = form.line("wiki_user", LONGEST["wiki_user"])
    if country and not zone:
        form.problems["zone"] = "missing"
    spoken = tuple(dict.fromkeys(one for one in chosen if one))
    about = About(name, country, zone, spoken, wiki_user, int(hour) if hour else None)
    if not form.problems:
        profiles.change_about(visit.app, profile.person.id, about)
    return {"about": about}


def _consents(visit: Visit, profile: Profile) -> dict[str, Any]:
    given = visit.form.many("consents", [topic.value for topic in ConsentTopic])
    if not visit.form.problems:
        profiles.change_consents(visit.app, profile.person.id, given, profile.person.consents)
    return {}


def _topics(visit: Visit, profile: Profile) -> dict[str, Any]:
    wishes = topics.wishes(visit.app, profile.person.id)
    wanted = visit.form.many("topic", wishes.wanted if wishes else ())
    if not visit.form.problems:
        topics.choose(visit.app, profile.person.id, wanted)
    return {}


def _avoid(visit: Visit, profile: Profile) -> dict[str, Any]:
    written = visit.form.text("names", LONGEST["names"])
    names = [" ".join(line.split()) for line in written.splitlines() if line.strip()]
    forget = visit.form.flag("forget")
    if not visit.form.problems and (names or forget):
        profiles.change_avoided(visit.app, profile.person.id, names, forget)
    return {"names": written}


def _feed(visit: Visit, profile: Profile) -> dict[str, Any]:
    feeds.renew(visit.app, profile.person.id)
    return {}


def _profile(visit: Visit) -> Profile:
    profile = profiles.load(visit.app, visit.ident)
    if profile is None:
        raise Refused(410, "over")
    visit.speaks(profile.person.languages)
    return profile


def _page(visit: Visit, profile: Profile, about: About | None = None, names: str = "") -> Response:
    code, about = visit.language("profile"), about or profile.about
    wishes = topics.wishes(visit.app, profile.person.id)
    zones = [(zone, words) for zone, words in registering.zones_of(about.country)]
    if about.zone and about.zone not in dict(zones):
        zones.insert(0, (about.zone, about.zone.rpartition("/")[2].replace("_", " ")))
    return visit.page(
        "profile",
        422 if visit.form.problems else 200,
        about=about,
        languages=[about.languages[n] if n < len(about.languages) else "" for n in range(MOST_LANGUAGES)],
        address=profile.address,
        countries=formats.countries(code),
        zones=zones,
        spoken=_languages(visit, profile),
        hours=[(str(hour), f"{hour:02}:00") for hour in range(24)],
        consent_topics=[topic.value for topic in ConsentTopic],
        given=[topic for topic, granted in profile.person.consents.items() if granted],
        wanted=wishes.wanted if wishes else {},
        avoids=profile.avoids,
        names=names,
        feed=ways(feeds.link(visit.app, profile.person.id)),
        propose=proposing.link(visit.app, profile.person.id),
        skills=visit.at(f"{visit.here.removeprefix(visit.prefix)}/skills"),
        learn=len(profile.learn),
        share=len(profile.share),
        saved=visit.request.query_params.get("saved", ""),
        longest=LONGEST,
    )


def _languages(visit: Visit, profile: Profile) -> list[tuple[str, str]]:
    """Ours as their speakers call them, then the person's own others."""
    ours = [(one.tag, one.name) for one in languages.tongues().values()]
    code = visit.language("profile")
    others = [tag for tag in profile.about.languages if tag not in dict(ours)]
    return ours + [(tag, formats.language_name(tag, code)) for tag in others]


# -- skills -------------------------------------------------------------------------------------------------


def show_skills(visit: Visit) -> Response:
    profile = _profile(visit)
    return _skills(visit, profile.learn, profile.share)


def change_skills(visit: Visit) -> Response:
    profile, form = _profile(visit), visit.form
    known = [skill.code for skill in visit.app.programme.skills]
    learn = [Choice(code) for code in form.many("learn", known)]
    levels = {*LEVELS, *(one.level for one in profile.share if one.level)}  # a form of before may have other words
    share = [
        Choice(code, form.choice(f"level-{code}", levels), form.line(f"example-{code}", LONGEST["example"]))
        for code in form.many("share", known)
    ]
    if form.problems:
        return _skills(visit, learn, share)
    profiles.change_skills(visit.app, profile.person.id, learn, share)
    return visit.back(saved="skills")


def _skills(visit: Visit, learn: Any, share: Any) -> Response:
    programme = visit.app.programme
    return visit.page(
        "skills",
        422 if visit.form.problems else 200,
        categories=[
            (title, [(s.code, s.title) for s in programme.skills if s.category == code])
            for code, title in programme.categories.items()
        ],
        levels=LEVELS,
        titles={skill.code: skill.title for skill in programme.skills},
        learn={one.code for one in learn},
        share={one.code: one for one in share},
        back=visit.at(visit.here.removeprefix(visit.prefix).removesuffix("/skills")),
        saved=visit.request.query_params.get("saved", ""),
        longest=LONGEST["example"],
    )


SPOTS = (
    Spot("/me", ask, send_link),
    Spot("/me/sent", sent),
    Spot("/me/{token}", show, change, Page.PROFILE),
    Spot("/me/{token}/skills", show_skills, change_skills, Page.PROFILE),
)
