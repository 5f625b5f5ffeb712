"""The report's formats: what people wrote stays text in each, the HTML stands alone, the wikitext is clean."""

import json
import re
from datetime import date
from pathlib import Path

import html5lib
import mwparserfromhell
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from steps import charts, report, report_html, report_markdown, report_wikitext
from steps.charts import Bar
from tests.programme import Place

HOSTILE = (
    "[[File:x.png]] {{delete}} <script>alert(1)</script> '''b''' | || {| ! == h == ~~~~ http://evil.example &amp;"
    " [x](http://evil.example) `c` *e* _e_ www.evil.example ISBN 0123456789 __NOTOC__ <!-- c --> #REDIRECT\n* li"
)
MARKS = st.text(st.sampled_from("[]{}<>|'=*#:;~&!-_`\\/()@$+. aB1\n"), max_size=40)
CHECKED = MarkdownIt("gfm-like", {"linkify": False})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Six people who all wrote the same strange thing where they could."""
    place = Place(tmp_path)
    for _ in range(6):
        person = place.person()
        place.app.conn.execute(
            "update participants set tenure = ?, home_wikis = ? where id = ?", (HOSTILE, json.dumps([HOSTILE]), person)
        )
    return place


def text(place: Place, form: str) -> str:
    return report.written(report.report(place.app, date(2026, 1, 1), date(2026, 12, 31)), form)


def test_wikitext_is_clean(place: Place) -> None:
    code = mwparserfromhell.parse(text(place, "wikitext"))
    assert code.filter_templates() == code.filter_wikilinks() == code.filter_external_links() == []
    assert code.filter_comments() == code.filter_arguments() == []
    assert {str(tag.tag) for tag in code.filter_tags()} == {"b", "i", "table", "tr", "td", "th"}
    titles = [str(heading.title).strip() for heading in code.filter_headings()]
    assert "Time in the movement" in titles and "h" not in titles
    assert "__NOTOC__" not in str(code) and "~~~" not in str(code)


def test_wikitext_tables_have_as_many_cells_as_columns(place: Place) -> None:
    for table in re.findall(r"^\{\|.*?^\|\}", text(place, "wikitext"), re.M | re.S):
        head, *rows = table.removesuffix("\n|}").split("\n|-\n")
        columns = len(re.findall(r"^! ", head, re.M))
        assert {len(re.findall(r"^\|", row, re.M)) for row in rows} == {columns}


@given(MARKS)
def test_wikitext_escaped_is_text_only(given_text: str) -> None:
    escaped = report_wikitext.escaped(given_text)
    code = mwparserfromhell.parse(f"a\n\n'''{escaped}'''\n\n| {escaped}")
    wanted = " ".join(given_text.split())
    kinds = {type(node).__name__ for node in code.filter(recursive=True)} - {"Text", "HTMLEntity", "Tag"}
    assert kinds == set()
    assert {str(tag.tag) for tag in code.filter_tags()} <= {"b"}
    plain = mwparserfromhell.parse(escaped).strip_code(normalize=True, collapse=False)
    assert plain == wanted


def test_markdown_leaves_what_people_wrote_as_text(place: Place) -> None:
    tokens = CHECKED.parse(text(place, "md"))
    inline = [child for token in tokens for child in (token.children or ())]
    assert {child.type for child in inline} <= {"text", "strong_open", "strong_close", "em_open", "em_close",
                                                "code_inline", "text_special"}  # fmt: skip
    assert not {token.type for token in tokens} & {"html_block", "bullet_list_open", "fence"}
    assert {child.content for child in inline if child.type == "code_inline"} >= {"tenure"}


@given(MARKS)
def test_markdown_escaped_is_text_only(given_text: str) -> None:
    (paragraph,) = [t for t in CHECKED.parse(f"a {report_markdown.escaped(given_text)}") if t.type == "inline"]
    told = "".join(child.content for child in paragraph.children or ())
    assert told == f"a {' '.join(given_text.split())}".rstrip()


def test_html_is_valid_stands_alone_and_leaves_text_as_text(place: Place) -> None:
    page = text(place, "html")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert tree.findall(".//script") == tree.findall(".//img") == tree.findall(".//link") == []
    addresses = [value for node in tree.iter() for name, value in node.attrib.items() if name in ("src", "href")]
    assert all(value.startswith("#q") for value in addresses)
    assert "url(" not in report_html.STYLE.read_text("utf-8") and "@import" not in page
    assert HOSTILE.split("\n")[0] in " ".join("".join(tree.itertext()).split())
    assert "Content-Security-Policy" in page and "@page" in page


def test_html_ids_are_unique(place: Place) -> None:
    ids = re.findall(r'\bid="([^"]+)"', text(place, "html"))
    assert len(ids) == len(set(ids))


def test_json_has_every_figure_with_its_query(place: Place) -> None:
    document = json.loads(text(place, "json"))
    figures = {one["code"]: one for section in document["sections"] for one in section["figures"]}
    assert len(figures) > 45 and all(one["formula"] and "select" in one["query"] for one in figures.values())
    assert figures["registered"]["value"] == figures["registered"]["base"] == 6
    assert (document["from"], document["to"], document["small"]) == ("2026-01-01", "2026-12-31", 5)


def test_chart_says_everything_in_words_and_scales_its_bars() -> None:
    svg = charts.bars("x", "By <kind>", [Bar("A & b", 40, "40 (80 %)"), Bar("rest", 10, "10 (20 %)", lighter=True)])
    tree = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parseFragment(svg)
    (chart,) = [node for node in tree.iter() if str(node.tag).endswith("svg")]
    assert chart.attrib["role"] == "img" and chart.attrib["aria-labelledby"] == "t-x d-x"
    assert "A &amp; b: 40 (80 %); rest: 10 (20 %)" in svg and "By &lt;kind&gt;" in svg
    widths = [float(width) for width in re.findall(r'<rect x="0.5" y="\d+" width="([\d.]+)"', svg)]
    assert widths == [379.0, 94.0]
    assert 'fill="url(#hatch-x)"' in svg


def test_chart_of_nothing() -> None:
    assert charts.bars("x", "y", [Bar("a", 0, "0")]) == charts.bars("x", "y", []) == ""
