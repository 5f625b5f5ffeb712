"""What an issue says: gathered from the store, in no language yet, and then as contexts for letters and pages.

Who gets it, and whether it may go, is `newsletter.py`'s and `newsletter_readers.py`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from domain import newsletter as domain
from domain.newsletter import Content, IssueKind, IssueRule, words_in
from domain.participants import ConsentTopic
from domain.sessions import Session, SessionState
from domain.times import iso, zone_or_none
from steps.app import App
from store import newsletter, opportunities, resources, sessions
from store.newsletter import Issue
from templates_email import formats
from templates_email import newsletters as contexts
from templates_email.formats import Moment

MONTHLY = ("month", "two_months")


def assemble(app: App, issue: Issue, until: datetime, now: datetime) -> Content:
    """What the issue says if it is approved at `until` and read from `now` on."""
    rule = app.programme.issues[issue.kind]
    known = sessions.listing(app.conn)
    took_place = [s for s in known if s.state is SessionState.CONFIRMED and issue.since < s.ends_at <= until]
    thanks, thanked = _sharers(app, took_place)
    content = Content(
        kind=issue.kind,
        until=until,
        sections=rule.sections,
        blocks=newsletter.blocks(app.conn, issue.id),
        missed=tuple(_past(app, one) for one in took_place),
        coming=_coming(known, rule, until, now),
        opportunities=tuple(opportunities.open_since(app.conn, issue.since, until, _today(app, now))),
        numbers=_numbers(app, issue.since, until, took_place),
        thanks=thanks,
        thanked=thanked,
    )
    return _only_its_sections(content)


def _only_its_sections(content: Content) -> Content:
    """What no section shows is no reason to ask again, or to write."""
    kept: dict[str, Any] = {"blocks": tuple(b for b in content.blocks if b.section in content.sections)}
    for name, section in (("missed", "missed"), ("coming", "coming"), ("opportunities", "opportunities"),
                          ("numbers", "numbers"), ("thanks", "thanks")):  # fmt: skip
        if section not in content.sections:
            kept[name] = ()
    return replace(content, **kept, thanked=content.thanked if "thanks" in content.sections else 0)


def _today(app: App, now: datetime) -> date:
    return now.astimezone(zone_or_none(app.programme.zone) or UTC).date()


def _past(app: App, session: Session) -> domain.PastSession:
    lines = tuple(
        domain.ResourceLine(one.kind.value, one.title, one.url, one.language, one.bytes)
        for one in resources.listing(app.conn, session.id)
    )
    return domain.PastSession(
        session.id, session.title, session.starts_at, session.minutes, lines, session.languages, session.translations
    )


def _coming(
    known: Iterable[Session], rule: IssueRule, until: datetime, now: datetime
) -> tuple[domain.ComingSession, ...]:
    return tuple(
        domain.ComingSession(
            id=one.id, title=one.title, starts_at=one.starts_at, minutes=one.minutes, purpose=one.purpose,
            audience=one.audience, preparation=one.preparation, languages=one.languages,
            interpretation=one.interpretation, sharers=one.sharers, skills=one.skills, code=one.code,
            translations=one.translations,
        )
        for one in known
        if one.state is SessionState.CONFIRMED and now < one.starts_at <= until + rule.look_ahead
    )  # fmt: skip


def _sharers(app: App, took_place: Iterable[Session]) -> tuple[tuple[str, ...], int]:
    """Names of those who agreed to be named, and how many others there were."""
    named: dict[str, None] = {}
    others: set[object] = set()
    for session in took_place:
        rows = app.conn.execute(
            "select s.name, s.participant_id, coalesce(c.granted, 0) as agreed from sharers s left join consents c"
            " on c.participant_id = s.participant_id and c.topic = ? where s.session_id = ? order by s.position",
            (ConsentTopic.QUOTED.value, session.id),
        )
        for row in rows:
            if row["agreed"] and row["name"]:
                named[row["name"]] = None
            else:
                others.add(row["participant_id"] or row["name"])
    return tuple(named), len(others)


def _numbers(
    app: App, since: datetime, until: datetime, took_place: list[Session]
) -> tuple[tuple[str, int], ...]:
    def one(query: str, *values: object) -> int:
        return int(app.conn.execute(query, values).fetchone()[0])

    registered = "from participants where erased_at is null and registered_at is not null and registered_at <= ?"
    ids = [session.id for session in took_place]
    marks = ",".join("?" * len(ids))
    found = {
        "people": one(f"select count(*) {registered}", iso(until)),
        "newcomers": one(f"select count(*) {registered} and registered_at > ?", iso(until), iso(since)),
        "countries": one(f"select count(distinct country) {registered} and country <> ''", iso(until)),
        "sessions": len(ids),
        "took_part": one(f"select count(*) from attendances where session_id in ({marks})", *ids),
        "resources": one("select count(*) from resources where added_at > ? and added_at <= ?", iso(since), iso(until)),
    }
    return tuple((code, found[code]) for code in domain.NUMBERS if found[code])


# -- as contexts ----------------------------------------------------------------------------------------------


def edition(app: App, content: Content, language: str) -> str:
    """The month of a monthly issue, else its day."""
    day = _today(app, content.until)
    monthly = app.programme.issues[content.kind].every in MONTHLY
    return formats.month(day, language) if monthly else formats.day(day, language)


def shared(app: App, content: Content, language: str) -> dict[str, Any]:
    """What letter and page in `language` have in common."""
    return {
        "programme": app.programme.name,
        "edition": edition(app, content, language),
        "sections": content.sections,
        "opening": _blocks(content, "opening", language),
        "news": _blocks(content, "news", language),
        "movement": _blocks(content, "movement", language),
        "thanks_words": _blocks(content, "thanks", language),
        "missed": tuple(_missed(app, one, language) for one in content.missed),
        "opportunities": tuple(_opportunity(one, language) for one in content.opportunities),
        "numbers": tuple(contexts.Figure(code, value) for code, value in content.numbers),
        "thanks": content.thanks,
        "thanked": content.thanked,
    }


def _blocks(content: Content, section: domain.Section, language: str) -> tuple[contexts.Block, ...]:
    found = (words_in(block.words, language) for block in content.written(section))
    return tuple(contexts.Block(words.title, words.body) for words in found if words is not None)


def _missed(app: App, session: domain.PastSession, language: str) -> contexts.Missed:
    lines = tuple(
        contexts.Resource(
            one.kind, one.title, one.url, formats.size(one.size, language) if one.size is not None else "", one.language
        )
        for one in session.resources
    )
    return contexts.Missed(session.told("title"), formats.day(_today(app, session.starts_at), language), lines)


def _opportunity(one: domain.Opportunity, language: str) -> contexts.Opportunity:
    """Its own name, and the description where there is one in this language: one letter, one language."""
    words = words_in(one.words, language)
    return contexts.Opportunity(
        title=(words.title if words else "") or one.title,
        body=words.body if words else "",
        organiser=one.organiser,
        until=formats.day(one.until, language) if one.until else "",
        languages=one.languages,
        link=one.url,
    )


def coming(
    app: App, content: Content, session: domain.ComingSession, language: str, zone: str, *,
    registered: bool = False, matches: bool = False, names: bool = True,
) -> contexts.Coming:  # fmt: skip
    """One coming session for readers of `language` in `zone`. `names`: say who leads it (not on public pages).

    What was written of it for this issue in that language stands in place of all that it says itself.
    """
    words = domain.session_words(content, session, language)
    return contexts.Coming(
        title=(words.title if words else "") or session.told("title"),
        when=Moment(session.starts_at, session.minutes, zone),
        purpose="" if words else session.told("purpose"),
        audience="" if words else session.told("audience"),
        preparation="" if words else session.told("preparation"),
        body=words.body if words else "",
        languages=session.languages,
        interpretation=session.interpretation,
        sharers=session.sharers if names else (),
        link=f"{app.settings.pages_url}/sessions/{session.id}" if app.settings.pages_url else "",
        registered=registered,
        matches=matches and not registered,
        in_utc=zone in ("UTC", "Etc/UTC"),
    )


LETTERS: Mapping[IssueKind, type[contexts.IssueLetter]] = {
    IssueKind(kind.message): kind for kind in contexts.ISSUE_LETTERS
}


def letter(app: App, issue: Issue, content: Content, language: str) -> contexts.IssueLetter:
    """The letter, but for its reader's own values."""
    return LETTERS[content.kind](
        **shared(app, content, language),
        mailbox=app.mailbox,
        name="",
        reference="",
        has_stop_link=bool(app.settings.pages_url),
        has_coming=bool(content.coming),
        reply_to_register=not app.settings.pages_url,
        archive=archive_url(app, issue),
    )


def archive_url(app: App, issue: Issue) -> str:
    public = app.programme.issues[issue.kind].public and app.settings.pages_url
    return f"{app.settings.pages_url}/newsletters/{issue.id}" if public else ""


def public_page(app: App, content: Content, language: str) -> contexts.IssuePage:
    """The issue for everybody: times in the programme's zone and UTC, and nobody's name who did not agree."""
    return contexts.IssuePage(
        **shared(app, content, language),
        kind=content.kind.value,
        coming=tuple(coming(app, content, one, language, app.programme.zone, names=False) for one in content.coming),
    )
