"""The values of every message's words: facts in, typed contexts out. Leaves the words to `templates_email/`."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.cadences import Purpose
from domain.facts import Facts
from domain.invitations import PartStat
from domain.sessions import Session, SessionState
from domain.subjects import About
from domain.support import Ask
from domain.times import parse_iso
from domain.touches import Touch
from steps import chat_links, checklist_words, handing_out, mails, rsvps, survey_words, words_afterwards
from steps.app import App
from store import sessions, support
from templates_email import contexts
from templates_email.fields import Letter
from templates_email.formats import Moment

ANSWERS = {PartStat.ACCEPTED: "yes", PartStat.DECLINED: "no", PartStat.TENTATIVE: "maybe"}
SOON = timedelta(hours=6)  # a reminder nearer than this says "within the hour"
MOST_SESSIONS = 5


def zone_of(app: App, facts: Facts) -> str:
    """The zone of this reader's local times."""
    return facts.person.zone or app.programme.zone


def moment(session: Session, zone: str) -> Moment:
    return Moment(session.starts_at, session.minutes, zone)


def context_of(app: App, touch: Touch, facts: Facts, reference: str) -> Letter:
    """The context of the letter that `touch` sends. `reference` finds the letter again."""
    letter: dict[str, Any] = {
        "programme": app.programme.name,
        "mailbox": app.mailbox,
        "name": facts.person.name,
        "reference": reference,
        **stop_link(app, reference, app.now()),
    }
    if touch.purpose in words_afterwards.PURPOSES:
        return words_afterwards.context_of(app, touch, facts, letter)
    if facts.about is About.SURVEY:
        return survey_words.letter_of(app, touch, facts, letter)
    if touch.purpose in (Purpose.PREP_PACK, Purpose.PREP_RELEASED, Purpose.CHECKLIST_ASK):
        return checklist_words.context_of(app, touch, facts, letter)
    if facts.session is None or touch.session_id is None:
        return _about_programme(app, touch, facts, letter)
    return _about_session(app, touch, facts, facts.session, letter)


def stop_link(app: App, reference: str, now: datetime) -> dict[str, Any]:
    """The fields of a letter that lead to the page where its reader chooses what we send; none in a chat."""
    link = mails.unsubscribe_link(app, reference, now) if reference else ""
    return {"has_stop_link": bool(link), "stop_link": link}


def _about_programme(app: App, touch: Touch, facts: Facts, letter: dict[str, Any]) -> Letter:
    link = chat_links.personal_link(app, facts.person.id)
    telegram: dict[str, Any] = {"has_telegram_link": bool(link), "telegram_link": link}
    match touch.purpose:
        case Purpose.WELCOME:
            return contexts.Welcome(**letter, **telegram, **_means(app, facts))
        case Purpose.ONBOARDING_START:
            return contexts.OnboardingStart(**letter, **telegram, sessions=_coming(app, facts))
        case Purpose.ONBOARDING_SKILLS:
            return contexts.OnboardingSkills(**letter)
        case Purpose.NEVER_CAME:
            ladder = [p for p in app.programme.rules.timed if p.purpose is Purpose.NEVER_CAME]
            last = max(p.rung for p in ladder) == app.programme.rules.touchpoints[touch.touchpoint].rung
            return contexts.NeverCame(**letter, attempt="last" if last else "first", sessions=_coming(app, facts))
    raise ValueError(f"no letter about the programme is called {touch.purpose}")


def _means(app: App, facts: Facts) -> dict[str, Any]:
    """Who named what they need to take part reads at once, honestly, what became of such requests so far."""
    if not support.waits(app.conn, facts.person.id, Ask.MEANS):
        return {}
    asked, granted = support.counts(app.conn, Ask.MEANS)
    return {"means": True, "asked": asked, "granted": granted}


def _coming(app: App, facts: Facts) -> tuple[contexts.SessionLine, ...]:
    """The next sessions, in the reader's local time."""
    coming = [
        s
        for s in sessions.listing(app.conn, ending_after=app.now())
        if s.state is SessionState.CONFIRMED and s.starts_at > app.now()
    ]
    return tuple(contexts.SessionLine(s.told("title"), moment(s, zone_of(app, facts))) for s in coming[:MOST_SESSIONS])


def _about_session(
    app: App, touch: Touch, facts: Facts, session: Session, letter: dict[str, Any]
) -> Letter:
    point = app.programme.rules.touchpoints[touch.touchpoint]
    invited = facts.invitation is not None and facts.invitation.origin == "general" and not facts.registered
    answer = ANSWERS.get(facts.invitation.partstat, "none") if facts.invitation else "none"
    link = rsvps.link(app, session, facts.person.id)
    asking: dict[str, Any] = {"has_rsvp_link": bool(link), "rsvp_link": link}
    about: dict[str, Any] = {
        **letter,
        "title": session.told("title"),
        "venue": session.venue,
        "when": moment(session, zone_of(app, facts)),
        "origin": "general" if invited or touch.touchpoint == "general_invitation" else "registration",
    }
    described: dict[str, Any] = {
        "purpose": session.told("purpose"),
        "audience": session.told("audience"),
        "preparation": session.told("preparation"),
        "languages": session.languages,
        "interpretation": session.interpretation,
        "sharers": session.sharers,
    }
    match touch.purpose:
        case Purpose.INVITATION:
            return contexts.Invitation(**about, **asking, **described)
        case Purpose.UPDATE:
            changed = _changes_since_heard(app, facts, session)
            return contexts.Update(
                **about,
                **asking,
                **described,
                changes=changed,
                time_changed=any(change.label == "time" for change in changed),
                has_answered=answer != "none",
            )
        case Purpose.CANCELLATION:
            about["scope"] = "session" if session.state is SessionState.CANCELLED else "person"
            reason, _, more = session.cancel_reason.partition("\n")
            return contexts.Cancellation(**about, reason=reason, more=more.strip())
        case Purpose.RSVP_CONFIRMATION:
            assert facts.rsvp is not None
            about["answer"] = ANSWERS[facts.rsvp.partstat]
            return contexts.RsvpConfirmation(**about, **asking)
        case Purpose.REMINDER:
            about["ahead"] = "hour" if abs(point.offset) <= SOON else "days"
            about["answer"] = answer if answer in ("yes", "maybe") else "none"
            about["preparation"] = described["preparation"]
            if about["ahead"] == "days":
                about |= handing_out.in_reminder(app, session)
            return contexts.Reminder(**about, **asking, sharers=session.sharers)
        case Purpose.NUDGE:
            about["attempt"] = "mail" if point.channel == "email" else "chat"
            return contexts.Nudge(**about, **asking, sender=app.programme.senders[point.sender].name)
    raise ValueError(f"no letter about a session is called {touch.purpose}")


def _changes_since_heard(app: App, facts: Facts, session: Session) -> tuple[contexts.Change, ...]:
    bump = facts.invitation.bump if facts.invitation else 0
    fields = sessions.changes_since(app.conn, session.id, (facts.heard.request or 0) - bump)
    zone = zone_of(app, facts)
    changes = []
    if "starts_at" in fields or "minutes" in fields:
        changes.append(contexts.Change("time", _old_moment(fields, session, zone), moment(session, zone)))
    if "title" in fields:
        before = replace(session, title=fields["title"][0], translations=())
        changes.append(contexts.Change("title", before.told("title"), session.told("title")))
    if "venue" in fields:
        changes.append(contexts.Change("venue", *fields["venue"]))
    for label in ("purpose", "audience", "preparation"):
        if label in fields:  # long text: named here, read below
            changes.append(contexts.Change(label))
    for label in ("languages", "interpretation"):
        if label in fields:
            old, new = (tuple(json.loads(text or "[]")) for text in fields[label])
            changes.append(contexts.Change(label, old, new))  # type: ignore[arg-type]  # both are Labels
    if "sharers" in fields:
        old, new = (tuple(name for name in text.split("; ") if name) for text in fields["sharers"])
        changes.append(contexts.Change("sharers", old, new))
    return tuple(changes)


def _old_moment(fields: Mapping[str, tuple[str, str]], session: Session, zone: str) -> Moment:
    start = parse_iso(fields["starts_at"][0]) if "starts_at" in fields else session.starts_at
    minutes = int(fields["minutes"][0]) if "minutes" in fields else session.minutes
    return Moment(start, minutes, zone)
