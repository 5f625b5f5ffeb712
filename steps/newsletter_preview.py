"""What a coordinator looks at before an approval: readers and reasons, sizes, links, signs of spam; and a test mail.

`summary` and `said` hold counts and ids only, so that they may stand in Prefect; names are for the terminal.
"""

import html
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from channels.link_check import Checked, check
from domain.errors import Problem, UserError
from domain.newsletter import ComingSession, Content, IssueState, lacking, session_words
from steps import newsletter, notices
from steps import newsletter_readers as reading
from steps.app import App
from steps.newsletter import Preview
from store import database, journal
from store.newsletter import Issue
from templates_email import formats
from templates_email.skeletons import Rendered
from templates_email.spam_signs import signs

OF_USE = timedelta(days=1)
_ADDRESS = re.compile(r'href="(https?://[^"]+)"')
_OWN = re.compile(r"/(?:unsubscribe|newsletters)/")  # of the reader alone; of the issue, once it is sent
NOBODY: frozenset[int] = frozenset()
NAME = "N. N."  # whoever reads it


@dataclass(frozen=True, slots=True)
class Look:
    """The letter in one language. `html` and `text` in bytes; `signs` of spam."""

    language: str
    readers: int
    subject: str
    html: int
    text: int
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """`addresses`: how many links lead to; `links` None: they were not asked about."""

    looks: tuple[Look, ...]
    addresses: int
    links: tuple[Checked, ...] | None

    @property
    def lost(self) -> list[Checked]:
        """Links that lead nowhere, or of which nobody can know."""
        return [one for one in self.links or () if not one.good]


def inspect(app: App, seen: Preview, check_links: bool = False) -> Inspection:
    letters = {language: _letter(app, seen, language, NAME) for language in seen.wording.languages}
    found = (html.unescape(url) for one in letters.values() for url in _ADDRESS.findall(one.html))
    urls = list(dict.fromkeys(url for url in found if not _OWN.search(url)))
    looks = tuple(
        Look(language, seen.audience.languages[language], one.subject, len(one.html.encode()), len(one.text.encode()),
             tuple(dict.fromkeys(signs(one))))
        for language, one in letters.items()
    )  # fmt: skip
    return Inspection(looks, len(urls), tuple(check(urls)) if check_links else None)


def _letter(app: App, seen: Preview, language: str, name: str, key: str = "preview") -> Rendered:
    wished: frozenset[str] = frozenset()
    return seen.wording.letter(language, name, app.message_id(key), app.programme.zone, NOBODY, wished)


def summary(seen: Preview, found: Inspection) -> dict[str, Any]:
    """JSON-ready, without anybody's name."""
    links = None if found.links is None else [{"url": c.url, "good": c.good, "because": c.because} for c in found.links]
    return {
        "issue": seen.issue.id,
        "kind": seen.issue.kind.value,
        "state": seen.issue.state.value,
        "note": seen.issue.note,
        "code": seen.code,
        "languages": list(seen.wording.languages),
        "missing_languages": list(seen.missing),
        "missing_because": {one: list(lacking(seen.content, one)) for one in seen.missing},
        "readers": seen.audience.count,
        "readers_by_language": dict(sorted(seen.audience.languages.items())),
        "readers_by_channel": dict(sorted(seen.audience.channels.items())),
        "left_out": dict(sorted(seen.audience.left_out.items())),
        "html_bytes": {one.language: one.html for one in found.looks},
        "text_bytes": {one.language: one.text for one in found.looks},
        "signs_of_spam": {one.language: list(one.signs) for one in found.looks if one.signs},
        "links": links,
    }


def said(seen: Preview, found: Inspection) -> str:
    """The same in words, an item a line."""
    issue, audience = seen.issue, seen.audience
    lines = [f"Issue {issue.id}, {issue.kind}, {issue.state}"]
    if issue.note:
        lines.append(f"- {issue.note}")
    lines.append(f"- {people(audience.count)} would get it{_listed(_named(audience.languages), 'in ')}")
    if audience.channels:
        lines[-1] += f"; {_listed(audience.channels, 'by ')[2:]}"
    out = audience.left_out
    lines.append(f"- {people(out.total())} would not{_listed(out)}" if out else "- nobody is left out")
    lines += [f"- {one}" for one in (*unsaid(seen), *own_words(seen))]
    sizes = [one.html for one in found.looks]
    lines.append(f"- HTML of {min(sizes) / 1000:.1f} to {max(sizes) / 1000:.1f} kB; 60 kB is the most")
    lines += [f"- looks like spam in {one.language}: {sign}" for one in found.looks for sign in one.signs]
    lines += [f"- {told_of_links(found)}", *(f"- {one.url}: {one.because}" for one in found.lost)]
    if issue.state is IssueState.DRAFT and audience.count:
        lines.append(f"To send exactly this: letsconnect newsletter approve {issue.id} {seen.code}")
    return "\n".join(lines)


def _listed(counts: Mapping[str, int], before: str = "") -> str:
    """": 3 in English, 1 in French"; "" for none."""
    many = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ": " + ", ".join(f"{number} {before}{what}" for what, number in many) if many else ""


def _named(languages: Mapping[str, int]) -> dict[str, int]:
    return {formats.language_name(code, "en"): number for code, number in languages.items()}


def people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def unsaid(seen: Preview) -> list[str]:
    """Languages that the programme speaks and the issue does not, and why, in words."""
    return [
        f"cannot be said in {formats.language_name(one, 'en')}: not written in it: {', '.join(blocks)}"
        if (blocks := lacking(seen.content, one))
        else f"cannot be said in {formats.language_name(one, 'en')}: the catalogues lack words"
        for one in seen.missing
    ]


def own_words(seen: Preview) -> list[str]:
    """Sessions that speak for themselves in languages that may not be theirs, and how to mend it, in words."""
    found = {
        one.code: [other for other in seen.wording.languages[1:] if _in_its_own(seen.content, one, other)]
        for one in seen.content.coming
    }
    return [
        f"tells the session {code} in its own words in"
        f" {formats.language_names(lack, 'en')}: the form Change a session takes a translation"
        for code, lack in found.items()
        if lack
    ]


def _in_its_own(content: Content, session: ComingSession, language: str) -> bool:
    """Whether readers of `language` get words in what may be another language."""
    said = session.told("title").said_in(language)
    own = not said.translated and (said.language != "" or not session.told("title").language)
    return own and session_words(content, session, language) is None


def told_of_links(found: Inspection) -> str:
    """How many links, and how many of them lead somewhere, in words."""
    if found.links is None:
        return f"nobody has asked yet whether its links ({found.addresses}) lead somewhere"
    return f"of {found.addresses} links {sum(one.good is True for one in found.links)} lead somewhere"


def nameless(app: App, seen: Preview) -> dict[str, tuple[str, str]]:
    """The issue by language, as Markdown and as a letter's plain text, without the names of those who share and whom
    it thanks: for Prefect's pages."""
    coming = tuple(replace(one, sharers=()) for one in seen.content.coming)
    thanked = seen.content.thanked + len(seen.content.thanks)
    wording = replace(seen.wording, content=replace(seen.content, thanks=(), thanked=thanked, coming=coming))
    bare = replace(seen, wording=wording)
    return {
        language: (wording.page(language).markdown, _letter(app, bare, language, NAME).text)
        for language in wording.languages
    }


def ids(app: App, seen: Preview, most: int) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """The first `most` people of each language in which it is got, and of each reason for which it is not. Ids only."""
    gets: dict[str, list[int]] = defaultdict(list)
    not_so: dict[str, list[int]] = defaultdict(list)
    for person, why_not in reading.everybody(app, seen.issue, app.now()):
        group = not_so[why_not] if why_not else gets[reading.language_of(app, person, seen.wording.languages)]
        if len(group) < most:
            group.append(person.id)
    return gets, not_so


def names(app: App, seen: Preview) -> list[dict[str, object]]:
    """Everybody by name: the language in which they get it, or why they do not. For the terminal only."""
    languages = seen.wording.languages
    return [
        {
            "id": person.id,
            "name": person.name,
            "gets": "" if why_not else reading.language_of(app, person, languages),
            "because": why_not,
        }
        for person, why_not in reading.everybody(app, seen.issue, app.now())
    ]


def send_test(app: App, issue: Issue, who: str) -> int:
    """The issue to every coordinator in each of its languages, once for each version. How many mails were new.

    UserError when it is past being tried.
    """
    if issue.state is not IssueState.DRAFT:
        raise UserError(Problem(f"is {issue.state.value}, not a draft", f"issue {issue.id}"))
    seen = newsletter.preview(app, issue)
    purpose, because = app.programme.rules.touchpoints[issue.kind].purpose, f"a test of issue {issue.id}"
    mails = []
    for language in seen.wording.languages:
        for number, reader in notices.coordinators(app):
            key = f"newsletter-test/{issue.id}/{seen.code}/{number}/{language}"
            letter = _letter(app, seen, language, reader.name, key)
            letter = replace(letter, subject=f"[{issue.kind} {issue.id}, test] {letter.subject}")
            mails.append(notices.mail(app, key, purpose, reader, letter, because, OF_USE))
    with database.write(app.conn) as conn:
        count = notices.record(app, mails)
        journal.note(conn, app.now(), who, "tried", f"issue/{issue.id}", f"{count} test mails")
    return count
