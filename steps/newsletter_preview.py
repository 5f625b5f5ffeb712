"""What a coordinator looks at before an approval: readers and reasons, sizes, links, signs of spam; and a test mail.

`summary` and `said` hold counts and ids only, so that they may stand in Prefect; names are for the terminal.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from channels.link_check import Checked, check
from domain.errors import Problem, UserError
from domain.newsletter import IssueState
from steps import newsletter, notices
from steps import newsletter_readers as reading
from steps.app import App
from steps.newsletter import Preview
from store import database, journal
from store.newsletter import Issue
from templates_email.skeletons import Rendered
from templates_email.spam_signs import signs

OF_USE = timedelta(days=1)
_ADDRESS = re.compile(r'href="(https?://[^"]+)"')
NOBODY: frozenset[int] = frozenset()
NAME = "N. N."  # whoever reads it


@dataclass(frozen=True, slots=True)
class Inspection:
    """By language: bytes of HTML, and signs of spam. `links` None: they were not asked about."""

    sizes: Mapping[str, int]
    signs: Mapping[str, tuple[str, ...]]
    links: tuple[Checked, ...] | None


def inspect(app: App, seen: Preview, check_links: bool = False) -> Inspection:
    letters = {language: _letter(app, seen, language, NAME) for language in seen.wording.languages}
    urls = [url.replace("&amp;", "&") for one in letters.values() for url in _ADDRESS.findall(one.html)]
    return Inspection(
        sizes={language: len(one.html.encode()) for language, one in letters.items()},
        signs={language: tuple(dict.fromkeys(signs(one))) for language, one in letters.items()},
        links=tuple(check(urls)) if check_links else None,
    )


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
        "readers": seen.audience.count,
        "readers_by_language": dict(sorted(seen.audience.languages.items())),
        "readers_by_channel": dict(sorted(seen.audience.channels.items())),
        "left_out": dict(sorted(seen.audience.left_out.items())),
        "html_bytes": dict(found.sizes),
        "signs_of_spam": {language: list(one) for language, one in found.signs.items() if one},
        "links": links,
    }


def said(seen: Preview, found: Inspection) -> str:
    """The same in words, an item a line."""
    audience = seen.audience
    lines = [f"Issue {seen.issue.id}, {seen.issue.kind}, {seen.issue.state}"]
    if seen.issue.note:
        lines.append(f"- {seen.issue.note}")
    lines.append(f"- {_count(audience.count, 'person gets it', 'people get it')}")
    lines += [f"- in {language}: {number}" for language, number in sorted(audience.languages.items())]
    lines += [f"- by {channel}: {number}" for channel, number in sorted(audience.channels.items())]
    lines += [f"- not, because {reason}: {number}" for reason, number in sorted(audience.left_out.items())]
    if seen.missing:
        lines.append(f"- cannot be said in {', '.join(seen.missing)}: a block lacks that language")
    lines += [f"- HTML in {language}: {size / 1000:.1f} kB" for language, size in found.sizes.items()]
    lines += [f"- looks like spam in {language}: {one}" for language, many in found.signs.items() for one in many]
    if found.links is None:
        lines.append("- links were not asked about")
    else:
        lines.append(f"- {_count(sum(1 for one in found.links if one.good), 'link leads', 'links lead')} somewhere")
        lines += [f"- {one.url}: {one.because}" for one in found.links if not one.good]
    if seen.issue.state is IssueState.DRAFT:
        lines.append(f"To approve exactly this, give its code: {seen.code}")
    return "\n".join(lines)


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def nameless(seen: Preview) -> dict[str, str]:
    """The issue in Markdown by language, without the names of those whom it thanks: for Prefect's pages."""
    content = replace(seen.content, thanks=(), thanked=seen.content.thanked + len(seen.content.thanks))
    wording = replace(seen.wording, content=content)
    return {language: wording.page(language).markdown for language in seen.wording.languages}


def ids(app: App, seen: Preview, most: int) -> dict[str, list[int]]:
    """The first `most` people by what becomes of them: "gets it in LANGUAGE", or why they do not. Ids only."""
    found: dict[str, list[int]] = defaultdict(list)
    for person, why_not in reading.everybody(app, seen.issue, app.now()):
        group = why_not or f"gets it in {reading.language_of(app, person, seen.wording.languages)}"
        if len(found[group]) < most:
            found[group].append(person.id)
    return dict(sorted(found.items()))


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
