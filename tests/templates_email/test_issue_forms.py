"""An issue's page in every form: golden files in five languages, and nothing in it that somebody else's markup does."""

import os
import re
from pathlib import Path

import html5lib
import mwparserfromhell
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mwparserfromhell.nodes import HTMLEntity, Text

from templates_email import documents, markdown_text, markup, sample_issues
from templates_email.catalogues import languages
from templates_email.documents import Document
from templates_email.fields import Part
from templates_email.newsletters import IssueSession
from templates_email.samples import samples
from templates_email.skeletons import Rendered, render
from templates_email.spam_signs import signs
from templates_email.wikitext import escaped, to_wikitext

GOLDEN = Path(__file__).parents[1] / "golden" / "issues"
FORMS = {"html": "html", "chat": "txt", "wikitext": "wiki", "markdown": "md"}
# What opens something in a wiki when nobody escapes it.
HOSTILE = "''' {{Delete}} [[File:X.png]] <ref>x</ref> ~~~~ | __NOTOC__ == h == https://evil.example &lt; {|\n* #"


@pytest.fixture(scope="module", params=languages())
def page(request: pytest.FixtureRequest) -> Document:
    return documents.document(request.param, sample_issues.page(request.param))


def test_page_equals_its_golden_files(page: Document) -> None:
    for form, suffix in FORMS.items():
        path = GOLDEN / f"{form}-{page.language}.{suffix}"
        if os.environ.get("LETSCONNECT_UPDATE_GOLDEN") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(getattr(page, form), "utf-8")
        assert getattr(page, form) == path.read_text("utf-8")


def test_wikitext_is_headings_lists_and_links_and_nothing_else(page: Document) -> None:
    code = mwparserfromhell.parse(page.wikitext)
    assert (code.filter_templates(), code.filter_wikilinks(), code.filter_comments(), code.filter_arguments()) == (
        [], [], [], [],
    )  # fmt: skip
    assert {str(tag.tag) for tag in code.filter_tags()} <= {"b", "i", "br", "li", "code"}
    assert len(code.filter_headings()) == page.wikitext.count("\n==") + page.wikitext.startswith("==")
    assert re.findall(r"\*\*|\]\(|zq[0-9a-f]{12}|^#|%\(|\{\{", page.wikitext, re.MULTILINE) == []


def test_markdown_says_what_the_html_says(page: Document) -> None:
    """Read again by another reader of CommonMark it is the same text."""
    again = re.sub(r"<[^>]+>", "", MarkdownIt("commonmark").render(page.markdown))
    ours = re.sub(r"<[^>]+>", "", f"{page.title} {page.html}")
    assert again.replace("&#x27;", "'").split() == ours.replace("&#x27;", "'").split()


def test_html_is_a_fragment_without_styles_that_a_strict_reader_accepts(page: Document) -> None:
    html5lib.HTMLParser(strict=True).parseFragment(page.html)
    assert re.findall(r"style=|<h1|<script|<img", page.html) == []


@given(st.text(st.sampled_from(HOSTILE), max_size=40))
def test_no_text_opens_anything_in_a_wiki(text: str) -> None:
    code = mwparserfromhell.parse(f"x {escaped(text)} y\n\n{escaped(text, line_start=True)}")
    assert [node for node in code.filter() if not isinstance(node, Text | HTMLEntity)] == []


def test_hostile_text_is_shown_as_it_is() -> None:
    code = mwparserfromhell.parse(escaped(HOSTILE.replace("\n", " ")))
    assert code.strip_code(normalize=True, collapse=False) == HOSTILE.replace("\n", " ")


def test_title_with_markup_stays_a_title_in_markdown() -> None:
    for text in ("# a", "1. a", "*a*", "[x](y)", "- a", "<b>", "a_b_c", "&amp;"):
        html = MarkdownIt("commonmark").render(markdown_text.escaped(text))
        shown = re.sub(r"<[^>]+>", "", html).strip().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert (text, html.startswith("<p>"), shown) == (text, True, text)


def test_nested_lists_and_code_come_through() -> None:
    tokens = markup.parse("- a\n  1. b\n- c\n\n```\n{{x}}\n```\n\n> q\n\n---", lambda _: None)
    assert to_wikitext(tokens) == "* a\n*# b\n* c\n\n<code>&#123;&#123;x&#125;&#125;</code>\n\n:q\n\n----\n"
    assert markdown_text.to_markdown(tokens) == "- a\n  1. b\n- c\n\n```\n{{x}}\n```\n\n> q\n\n---\n"


# -- parts and letters --------------------------------------------------------------------------------------------


def test_part_of_a_letter_is_made_of_whole_blocks_with_their_styles() -> None:
    part = documents.part("en", IssueSession(session=sample_issues.sessions("UTC")[0]))
    html5lib.HTMLParser(strict=True).parseFragment(part.html)
    assert (part.html.startswith('<h3 style="'), "zq" in part.html, part.text.splitlines()[0]) == (
        True, False, "Writing proposals & budgets",
    )  # fmt: skip


@pytest.mark.parametrize("language", languages())
def test_newsletter_is_small_and_shows_no_sign_of_spam(language: str) -> None:
    letter = render("newsletter", [language], samples(language)["newsletter"])
    assert (list(signs(letter)), len(letter.html.encode()) < 60_000) == ([], True)


def test_signs_of_spam_are_told() -> None:
    html = '<a href="https://bit.ly/x">https://bank.example</a>' + "x" * 60_001
    letter = Rendered("en", "FREE!!", html, "", "")
    assert list(signs(letter)) == [
        "the HTML is 60 kB: keep it under 60",
        "the subject is in capitals only",
        "the subject shouts (more than one exclamation mark)",
        "a link is shortened (bit.ly): write the whole address",
        "a link shows bank.example and leads to bit.ly",
        "there is no plain text",
    ]


def test_nobody_has_a_part_by_default() -> None:
    assert samples("en")["brief"].coming == Part("", "")
