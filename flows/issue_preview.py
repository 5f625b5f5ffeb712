"""What a form shows of an issue before it is approved: one page. Leaves looking to steps/newsletter_preview.py."""

import re

from domain.newsletter import IssueKind, IssueState
from flows.skin import page, redacted, table
from steps import newsletter, newsletter_preview
from steps.app import App
from steps.newsletter import Preview
from steps.newsletter_preview import Inspection, people
from templates_email.formats import language_name

IDS = 50  # shown of each group; names are for the terminal
APPROVE = "approve: send exactly what this code stands for"


def shown(app: App, kind: IssueKind, check_links: bool) -> str:
    """Who gets it, who not and why, what is amiss; then what it says in every language, without anybody's name."""
    seen = newsletter.preview(app, newsletter.find(app, kind.value))
    found = newsletter_preview.inspect(app, seen, check_links)
    gets, not_so = newsletter_preview.ids(app, seen, IDS + 1)
    audience = seen.audience
    looks = [
        (_name(one.language), one.readers, _size(one.html), _size(one.text), one.subject, "; ".join(one.signs) or "no")
        for one in found.looks
    ]
    readers = [f"- {_name(one)}: {audience.languages[one]} ({_some(some)})" for one, some in gets.items()]
    left_out = [f"- {why}: {audience.left_out[why]} ({_some(some)})" for why, some in not_so.items()]
    texts = newsletter_preview.nameless(app, seen)
    return page(
        _opening(seen),
        *(f"It {one}." for one in (*newsletter_preview.unsaid(seen), *newsletter_preview.own_words(seen))),
        table(("language", "people", "HTML", "plain text", "subject", "looks like spam"), looks),
        _links(found),
        _people("Who gets it, by language, with their ids:", readers),
        _people("Who does not, and why:", left_out),
        *(_text(_name(language), *forms) for language, forms in texts.items()),
    )


def _opening(seen: Preview) -> str:
    issue, audience = seen.issue, seen.audience
    if issue.state is not IssueState.DRAFT:
        return f"Issue {issue.id} of the {issue.kind} is {issue.state}."
    ways = ", ".join(f"{number} by {channel}" for channel, number in sorted(audience.channels.items()))
    readers = people(audience.count) + (f" ({ways})" if ways else "")
    return page(
        f"Issue {issue.id} of the {issue.kind} is a draft: {readers} would get it.",
        f"It was approved before, and **{issue.note}**." if issue.note else "",
        f"To send exactly this to exactly them, run this form again with *{APPROVE}* and the code `{seen.code}`."
        if audience.count
        else "",
        "To see it as mail programs show it, run this form with *test mail to coordinators*.",
    )


def _links(found: Inspection) -> str:
    lost = table(("link", "what became of it"), [(one.url, one.because) for one in found.lost])
    told = newsletter_preview.told_of_links(found)
    return page(f"{told[0].upper()}{told[1:]}{'' if found.links is not None else ': tick *check_links*'}.", lost)


def _text(language: str, markdown: str, plain: str) -> str:
    below = re.sub("^#", "###", redacted(markdown), flags=re.MULTILINE)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", plain)), 0)
    letter = f"{fence}text\n{redacted(plain).strip()}\n{fence}"
    return page("---", f"## In {language}", below.strip(), f"### The mail as plain text, in {language}", letter)


def _people(heading: str, lines: list[str]) -> str:
    """Not a table: Prefect breaks no line in one."""
    return page(heading, "\n".join(lines)) if lines else ""


def _name(language: str) -> str:
    return language_name(language, "en")


def _size(count: int) -> str:
    return f"{count / 1000:.1f} kB"


def _some(ids: list[int]) -> str:
    return ", ".join(map(str, ids[:IDS])) + " ..." * (len(ids) > IDS)
