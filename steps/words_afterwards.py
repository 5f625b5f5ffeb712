"""The values of the letters around a session that are no invitation: audience, materials, thanks, badges, requests,
proposals. Beside `words.py`; the words are in `templates_email/`.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from domain.badges import By
from domain.cadences import Purpose
from domain.facts import Facts
from domain.profiles import LEVELS, Level
from domain.support import Ask
from domain.touches import Touch
from steps import audience, badges, certificates, proposing
from steps.app import App
from store import followups, proposals, resources, support
from store import sessions as stored_sessions
from templates_email import afterwards
from templates_email.catalogues import shipped
from templates_email.fields import Letter
from templates_email.formats import Moment

EARLY = timedelta(days=6)  # farther ahead than this, only languages are told: there is time to find an interpreter


PURPOSES = frozenset(
    {Purpose.MATERIALS, Purpose.THANKS, Purpose.AUDIENCE_BRIEF, Purpose.BADGE, Purpose.REQUEST_NOTED,
     Purpose.PROPOSAL_ASK, Purpose.PROPOSAL_COMPLETE}
)  # fmt: skip


def context_of(app: App, touch: Touch, facts: Facts, letter: dict[str, Any]) -> Letter:
    """`letter`: what every letter needs. ValueError for a purpose that is not one of PURPOSES."""
    match touch.purpose:
        case Purpose.MATERIALS:
            return _materials(app, facts, letter)
        case Purpose.THANKS:
            return _thanks(app, facts, letter)
        case Purpose.AUDIENCE_BRIEF:
            point = app.programme.rules.touchpoints[touch.touchpoint]
            return _brief(app, facts, letter, early=-point.offset > EARLY)
        case Purpose.BADGE:
            return _badge(app, facts, letter)
        case Purpose.REQUEST_NOTED:
            return _request(app, facts, letter)
        case Purpose.PROPOSAL_ASK | Purpose.PROPOSAL_COMPLETE:
            return _proposal(app, touch, facts, letter)
    raise ValueError(f"no letter of this kind is called {touch.purpose}")


def _past(app: App, facts: Facts, letter: dict[str, Any]) -> dict[str, Any]:
    session = facts.session
    assert session is not None
    when = Moment(session.starts_at, session.minutes, facts.person.zone or app.programme.zone)
    return {**letter, "title": session.told("title"), "when": when}


def resource_lines(app: App, session_id: int) -> tuple[afterwards.ResourceLine, ...]:
    return tuple(
        afterwards.ResourceLine(
            kind=one.kind.value,
            title=one.title,
            url=one.url,
            language=one.language,
            has_language=bool(one.language),
            size=one.bytes or 0,
            has_size=one.bytes is not None,
        )
        for one in resources.listing(app.conn, session_id)
    )


def _materials(app: App, facts: Facts, letter: dict[str, Any]) -> Letter:
    """Who is on the list of attendance was there; without a list, who had said yes."""
    assert facts.session is not None
    came = stored_sessions.came(app.conn, facts.session.id, facts.person.id)
    lines = resource_lines(app, facts.session.id)
    return afterwards.Materials(**_past(app, facts, letter), came=came, resources=lines, sharers=facts.session.sharers)


def _thanks(app: App, facts: Facts, letter: dict[str, Any]) -> Letter:
    assert facts.session is not None
    credited = facts.person.consents.get("directory") is True
    pages = app.settings.pages_url
    return afterwards.Thanks(
        **_past(app, facts, letter),
        people=stored_sessions.attendance(app.conn, facts.session.id),
        resources=len(resources.listing(app.conn, facts.session.id)),
        credited=credited and bool(pages),
        link=f"{pages}/sessions/{facts.session.id}" if pages else "",
    )


def _brief(app: App, facts: Facts, letter: dict[str, Any], early: bool) -> Letter:
    assert facts.session is not None
    known = audience.of_session(app, facts.session)
    return afterwards.AudienceBrief(
        **_past(app, facts, letter),
        early=early,
        people=known.people,
        spoken=tuple(afterwards.Spoken(code, count) for code, count in known.languages),
        wanted=known.interpretation,
        levels=_groups(known.levels, {level: level for level in LEVELS}),
        lines=_groups(known.connectivity),
        hopes=_groups(known.hopes),
    )


def _groups(
    counts: tuple[tuple[str, int], ...], levels: Mapping[str, Level] = MappingProxyType({})
) -> tuple[afterwards.Group, ...]:
    """`levels`: what is said in our own words, whatever the reader's language."""
    return tuple(
        afterwards.Group(label, count, other=not label, level=levels.get(label, "")) for label, count in counts
    )


def _ref(app: App, facts: Facts) -> int:
    assert facts.subject is not None
    return followups.ref_of(app.conn, facts.subject.id)


def _badge(app: App, facts: Facts, letter: dict[str, Any]) -> Letter:
    badge = badges.find(app, _ref(app, facts))
    rule = badges.rule_of(app, badge)
    language = shipped().choose("badge", (*facts.person.languages, *app.programme.languages))
    link = certificates.link(app, badge)
    return afterwards.BadgeEarned(
        **letter, badge=rule.title((language,)), led=rule.by is By.SHARING, has_link=bool(link), link=link
    )


def _request(app: App, facts: Facts, letter: dict[str, Any]) -> Letter:
    request = support.get(app.conn, _ref(app, facts))
    assert request is not None
    return afterwards.RequestNoted(**letter, **honest(app, request.ask))


def honest(app: App, ask: Ask) -> dict[str, Any]:
    """What we may honestly say of requests of this kind: how many there were, how many of them were granted."""
    asked, granted = support.counts(app.conn, ask)
    return {"ask": ask.value, "asked": asked, "granted": granted}


def _proposal(app: App, touch: Touch, facts: Facts, letter: dict[str, Any]) -> Letter:
    assert facts.subject is not None
    complete = touch.purpose is Purpose.PROPOSAL_COMPLETE
    proposal = proposals.get(app.conn, _ref(app, facts) if complete else facts.subject.id)
    assert proposal is not None
    if complete or proposal.waits_for is None:
        return afterwards.ProposalComplete(**letter, proposal=proposal.title)
    offset = app.programme.rules.touchpoints[touch.touchpoint].offset
    link = proposing.link(app, proposal.participant_id)
    return afterwards.ProposalAsk(
        **letter,
        has_link=bool(link),
        link=link,
        field=proposal.waits_for,
        begun=bool(proposal.title),
        again=offset > timedelta(),
        proposal=proposal.title,
    )
