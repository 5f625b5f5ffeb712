"""The newsletter that the demo drafts, as a person looked at it: every form in five languages, and rules for each.

After a wanted change: LETSCONNECT_UPDATE_GOLDEN=1 pytest tests/demo/test_demo_issue.py, and read the diff.
"""

import os
import re
from pathlib import Path

import html5lib
import mwparserfromhell
import pytest
from markdown_it import MarkdownIt

from demo import issue
from domain.posts import POST
from steps import newsletter_preview
from steps.newsletter import Preview
from templates_email.catalogues import text_direction
from tests.demo.demo_issue import PAGES, draft
from tests.programme import Place

GOLDEN = Path(__file__).parents[1] / "golden" / "demo_issue"
LANGUAGES = ("en", "es", "fr", "pt", "ar")
FORMS = {"html": "html", "text": "txt", "telegram": "txt", "wikitext": "wiki", "markdown": "md", "calendar": "wiki"}
NAMES = [f"{form}-{language}.{suffix}" for language in LANGUAGES for form, suffix in FORMS.items()]
LEFT_OVER = r"zq[0-9a-f]{12}|%\(|\{\{|\}\}|None\b"  # of templates
TABLE = '{| class="wikitable"\n%s|}'  # where the rows of the calendar are put
NEXT_POST = "\n\n=== next post ===\n\n"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Preview]:
    return draft(tmp_path_factory.mktemp("issue"))


@pytest.fixture(scope="module")
def forms(drafted: tuple[Place, Preview]) -> dict[str, str]:
    folder = drafted[0].home / issue.FOLDER
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_every_form_is_there_in_every_language(forms: dict[str, str]) -> None:
    assert sorted(forms) == sorted(NAMES)
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_form_equals_its_golden_file(forms: dict[str, str], name: str) -> None:
    if os.environ.get("LETSCONNECT_UPDATE_GOLDEN") == "1":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(forms[name], "utf-8")
    assert forms[name] == (GOLDEN / name).read_text("utf-8")


def test_nothing_is_left_of_the_templates(forms: dict[str, str]) -> None:
    assert {name: found for name, text in forms.items() if (found := re.findall(LEFT_OVER, text))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_is_strict_html_that_fetches_nothing_and_is_small(forms: dict[str, str], language: str) -> None:
    html = forms[f"html-{language}.html"]
    html5lib.HTMLParser(strict=True).parse(html)
    assert html.startswith(f'<!DOCTYPE html><html lang="{language}" dir="{text_direction(language)}">')
    assert re.findall(r"(?i)<(?:img|link|script|iframe|object|form)\b|\bsrc\s*=|url\(|@import|\bon\w+\s*=", html) == []
    assert len(html.encode()) < 60_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_styles_are_inlined_and_without_them_everything_is_said(forms: dict[str, str], language: str) -> None:
    """What remains of styles is for dark mode alone; without any, the letter reads as its plain text does."""
    html, text = forms[f"html-{language}.html"], forms[f"text-{language}.txt"]
    (styles,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert styles.strip().startswith("@media (prefers-color-scheme: dark) {")
    assert re.findall(r"(?i)display:\s*none|visibility:|font-size:\s*0|content:", html) == []
    bare = html5lib.parse(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL), namespaceHTMLElements=False)
    shown = words("".join(bare.find("body").itertext()))
    assert [word for word in words(text) if word not in shown] == []
    links = {one.get("href") for one in bare.iter("a")}
    assert [url for url in links if not url.startswith("mailto:") and url not in text.replace("\n", "")] == []


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"https?://\S+", "", text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["wikitext", "calendar"])
def test_wiki_parser_finds_headings_lists_and_links_and_nothing_left_over(
    forms: dict[str, str], form: str, language: str
) -> None:
    text = forms[f"{form}-{language}.wiki"]
    code = mwparserfromhell.parse(TABLE % text if form == "calendar" else text)
    assert (code.filter_templates(), code.filter_wikilinks(), code.filter_comments(), code.filter_arguments()) == (
        [], [], [], [],
    )  # fmt: skip
    assert {str(tag.tag) for tag in code.filter_tags()} <= {"b", "i", "br", "li", "code", "table", "tr", "td"}
    plain = re.sub(r"https?://\S+", "", code.strip_code(normalize=True, collapse=False))
    assert re.findall(r"''|==|\[|\]|\{|\}|<|>|&\w+;|^[*#:;|]", plain, re.MULTILINE) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_calendar_block_is_a_row_for_each_coming_session(forms: dict[str, str], language: str) -> None:
    page = mwparserfromhell.parse(TABLE % forms[f"calendar-{language}.wiki"])
    (table,) = page.filter_tags(matches=lambda tag: tag.tag == "table")
    rows = table.contents.filter_tags(matches=lambda tag: tag.tag == "tr")
    cells = [len(row.contents.filter_tags(matches=lambda tag: tag.tag == "td")) for row in rows]
    assert cells == [5, 5, 5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_has_the_headings_of_the_wikitext(forms: dict[str, str], language: str) -> None:
    tokens = MarkdownIt("commonmark").parse(forms[f"markdown-{language}.md"])
    ours = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]
    code = mwparserfromhell.parse(forms[f"wikitext-{language}.wiki"])
    theirs = [one.title.strip_code().strip() for one in code.filter_headings()]
    assert ours[1:] == theirs  # a wiki page has its title by itself


@pytest.mark.parametrize("language", LANGUAGES)
def test_posts_for_groups_fit(forms: dict[str, str], language: str) -> None:
    posts = forms[f"telegram-{language}.txt"].rstrip("\n").split(NEXT_POST)
    assert [post for post in posts if len(post.encode("utf-16-le")) // 2 > POST or post != post.strip()] == []


def test_programme_that_is_shown_has_something_in_every_section(drafted: tuple[Place, Preview]) -> None:
    content = drafted[1].content
    assert {block.section for block in content.blocks} == {"opening", "news", "movement", "thanks", "coming"}
    assert newsletter_preview.own_words(drafted[1]) == []
    assert [len(one.resources) for one in content.missed] == [1, 4]
    assert ([one.title for one in content.coming], len(content.opportunities)) == (
        ["Proposal writing for funding", "Evaluation, numbers and stories", "Wikidata from the beginning"], 2,
    )  # fmt: skip
    assert (content.thanks, content.thanked, len(content.numbers)) == (("Rosa Quispe", "Kelechi Eze"), 1, 6)


def test_draft_shows_no_sign_of_spam_and_reaches_all_who_agreed(drafted: tuple[Place, Preview]) -> None:
    place, seen = drafted
    found = newsletter_preview.inspect(place.app, seen)
    assert (seen.wording.languages, seen.missing, seen.audience.count) == (LANGUAGES, (), 140)
    assert [(one.language, one.signs) for one in found.looks if one.signs] == []


def test_links_lead_to_our_pages_and_to_what_people_named(forms: dict[str, str]) -> None:
    hosts = {url.split("/")[2] for text in forms.values() for url in re.findall(r"https?://[^\s\"<)\]]+", text)}
    assert hosts == {
        PAGES.split("/")[2], "commons.example.org", "meta.example.org", "school.example.org", "zonestamp.toolforge.org",
    }  # fmt: skip
