"""The fast way (slots) against a slow one, hostile values, and the guards of the slots."""

import html
import re
from dataclasses import astuple, replace
from functools import partial
from typing import Any

import css_inline
import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from markdown_it import MarkdownIt

from templates_email import markup, pieces, plain, skeletons
from templates_email.catalogues import HERE, languages, shipped, text_direction
from templates_email.chats import Chat
from templates_email.clean import clean_line, clean_name
from templates_email.contexts import Letter, fields_of, personal_values, shared_values
from templates_email.fields import Context, Form, Part
from templates_email.samples import samples
from templates_email.skeletons import Rendered, prepare, render
from templates_email.slots import Slots, view

CASES = [(case, language) for language in languages() for case in samples(language)]
LETTERS = [case for case, context in samples("en").items() if isinstance(context, Letter)]


PART = "zzpartzz"


class Entity:
    """A value for the slow way: every sign that could mean something to Markdown is a character reference."""

    def __init__(self, value: str, _isolate: bool = True, count: int = 1) -> None:
        self.value, self.count = value, count

    def __str__(self) -> str:
        return "".join(c if c == " " or (c.isalnum() and c.isascii()) else f"&#{ord(c)};" for c in self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return self.count


def worded(letter_language: str, value: str, isolate: bool = True, count: int = 1, language: str = "") -> Entity:
    """Words that run against the letter stand between isolates."""
    against = language and text_direction(language) != text_direction(letter_language)
    return Entity(f"\u2068{value}\u2069" if against and value else value, isolate, count)


def without_markdown(source: str, _language: str = "") -> Entity:
    return Entity(plain.to_text(markup.parse(source, lambda _: None), lambda line: line, width=10_000).strip())


def slowly(letter: Context, language: str) -> Rendered:
    """One person's letter straight through Jinja and Markdown, without slots."""
    fields = fields_of(letter.message)
    template = shipped().environment(language).get_template(f"{letter.message}.j2")

    def block(name: str) -> str:
        show, show_markdown = partial(worded, language), without_markdown if name == "chat" else lambda text, _: text
        values: dict[str, Any] = {
            name: view(value, fields[name][1], language, show, show_markdown) for name, value in shared_values(letter)
        }
        for name_, value in personal_values(letter).items():
            if isinstance(value, Part):  # made apart, and put in below
                values[name_] = PART
                continue
            values[name_] = Entity(clean_name(value) if fields[name_][1] is Form.NAME else clean_line(value))
        return "".join(template.blocks[name](template.new_context(values)))

    if isinstance(letter, Chat):
        return Rendered(language, "", "", "", html.unescape(block("chat")))

    parser = MarkdownIt("commonmark", {"html": False}).disable("image")
    subject = " ".join(html.unescape(block("subject")).split())
    page = Environment(autoescape=True).from_string((HERE / "layout.j2").read_text(encoding="utf-8")).render(
        lang=language, dir=text_direction(language), title=subject,
        body=skeletons.Markup(with_buttons(parser.render(block("body")))),
        footer=skeletons.Markup(with_buttons(parser.render(block("footer")))),
    )  # fmt: skip
    texts = [
        plain.to_text(markup.parse(block(name), lambda _: None), lambda line: line) for name in ("body", "footer")
    ]
    inlined = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(page)
    text = "\n- - -\n\n".join(texts)
    for part in (value for value in personal_values(letter).values() if isinstance(value, Part)):
        inlined = re.sub(f"<p[^>]*>{PART}</p>", lambda _, part=part: f"<div>{part.html}</div>", inlined)
        text = text.replace(PART, part.text)
    return Rendered(language, subject, inlined, text, html.unescape(block("chat")))


def with_buttons(html_: str) -> str:
    """A paragraph that is one link with words of its own is a button."""

    def marked(found: re.Match[str]) -> str:
        return found[0] if found[1] == found[2] else found[0].replace("<a ", '<a class="button" ', 1)

    return re.sub(r'(?<=<p>)<a href="([^"]*)">([^<]*)</a>(?=</p>)', marked, html_)


def tree(page: str) -> list[tuple[str, tuple[tuple[str, str], ...]] | str]:
    """Elements with attributes, and words, in order; what only isolates directions is looked through, but for words
    of a language that runs against the page's: they are between isolates."""
    found: list[Any] = []
    whole = html5lib.parse(page, namespaceHTMLElements=False)

    def walk(node: Any) -> None:
        against = node.tag == "bdi" and node.get("lang") and node.get("dir") != whole.get("dir")
        begin, end = ("\u2068", "\u2069") if against else ("", "")
        found.append(begin)
        if isinstance(node.tag, str) and node.tag != "bdi" and node.get("class") != "guest":
            found.append((node.tag, tuple(sorted(node.attrib.items()))))
        found.append(node.text or "")
        for child in node:
            walk(child)
            found.append(child.tail or "")
        found.append(end)

    walk(whole)
    merged: list[Any] = []
    for item in found:
        if isinstance(item, str) and merged and isinstance(merged[-1], str):
            merged[-1] += item
        else:
            merged.append(item)
    return [item if not isinstance(item, str) else " ".join(item.split()) for item in merged]


def same(fast: Rendered, slow: Rendered) -> None:
    assert fast.subject == slow.subject.replace("\u2068", "").replace("\u2069", "")
    assert tree(fast.html) == tree(slow.html)
    assert fast.text.split() == slow.text.split()
    assert fast.chat.split() == slow.chat.split()


@pytest.mark.parametrize(("case", "language"), CASES)
def test_fill_equals_the_slow_way(case: str, language: str) -> None:
    letter = samples(language)[case]
    same(render(letter.message, [language], letter), slowly(letter, language))


TRAPS = """
[x](http://evil.example)|<b>|</bdi>|</title>|<!--|http://evil.example|**|`|{{ name }}|{% x %}|%(title)s|%s|&amp;|&#60;
|\\|"'>|![p](http://evil.example/p.png)|zq0123456789abx1x|a|سارة|# h|> q|- l|<http://evil.example>|[a]: http://evil.example
""".strip().split("|")
HOSTILE = st.text(min_size=1, max_size=60) | st.lists(
    st.sampled_from([*TRAPS, "|", "\n\n# h", "\r\nBcc: x@y.example", "\u202e", " "]), min_size=1, max_size=6
).map("".join)
VISIBLE = HOSTILE.filter(lambda text: bool(clean_name(text)))


@settings(deadline=None, max_examples=150)
@given(name=VISIBLE, reference=VISIBLE, title=VISIBLE, language=st.sampled_from(languages()))
def test_fill_with_hostile_values_equals_the_slow_way(name: str, reference: str, title: str, language: str) -> None:
    sample = samples(language)["invitation-registration"]
    letter = replace(sample, name=name, reference=reference, title=title, sharers=(name,))
    same(render("invitation", [language], letter), slowly(letter, language))


@settings(deadline=None, max_examples=150)
@given(name=VISIBLE, reference=VISIBLE, case=st.sampled_from(LETTERS))
def test_hostile_values_add_no_element_and_no_link(name: str, reference: str, case: str) -> None:
    letter = samples("en")[case]
    kindly = render(letter.message, ["en"], letter)
    hostile = render(letter.message, ["en"], replace(letter, name=name, reference=reference))
    only_elements = [[item for item in tree(page.html) if not isinstance(item, str)] for page in (kindly, hostile)]
    assert only_elements[0] == only_elements[1]
    assert hostile.html.count("<bdi>") == kindly.html.count("<bdi>")
    assert len(hostile.subject.splitlines()) == 1
    assert len(hostile.text.splitlines()) == len(kindly.text.splitlines())


def test_hostile_name_is_shown_literally_and_cannot_be_clicked() -> None:
    letter = replace(samples("en")["welcome"], name="[x](http://evil.example) <b>")
    shown = render("welcome", ["en"], letter)
    assert "<p style=\"margin: 0 0 16px;\">Hello <bdi>[x](http evil. example) &lt;b&gt;</bdi>,</p>" in shown.html
    assert shown.text.startswith("Hello [x](http evil. example) <b>,\n")


def test_value_that_looks_like_a_slot_stays_a_value() -> None:
    skeleton = prepare("welcome", "en", samples("en")["welcome"])
    token = re.compile("zq[0-9a-f]+x0x")
    shown = skeleton.fill({"name": "zq000000000000x0x", "reference": "R", "stop_link": "", "telegram_link": ""})
    assert token.findall(shown.text) == ["zq000000000000x0x"]


def test_title_with_line_breaks_is_one_header_line() -> None:
    letter = replace(samples("en")["cancellation-session"], title="A\r\nBcc: x@y.example")
    assert render("cancellation", ["en"], letter).subject == "Cancelled: A Bcc: x@y.example (Thu 3 Dec)"


@pytest.mark.parametrize("venue", ["javascript:alert(1)", "https://a b.example", "Room <3>", 'https://a.example/"x'])
def test_venue_that_is_no_web_address_is_text(venue: str) -> None:
    letter = replace(samples("en")["invitation-bare"], venue=venue)
    shown = render("invitation", ["en"], letter)
    assert "<a " not in shown.html
    assert f"- Where: {venue}\n" in shown.text


def test_names_in_a_list_are_isolated_one_by_one() -> None:
    shown = render("invitation", ["ar"], samples("ar")["invitation-registration"])
    assert "<bdi>Chidi Eze</bdi> و<bdi>Rosa Quispe</bdi>" in shown.html


def test_coordinators_text_has_its_own_direction() -> None:
    shown = render("invitation", ["ar"], samples("ar")["invitation-registration"])
    assert re.findall(r'<div class="guest" dir="(\w+)"[^>]*>\n<p[^>]*>Everybody', shown.html) == ["auto"]


def test_people_with_the_same_constants_share_a_skeleton() -> None:
    letter = samples("en")["welcome"]
    other = replace(letter, name="Somebody", reference="Else")
    assert prepare("welcome", "en", letter) is prepare("welcome", "en", other)


def test_skeletons_do_not_depend_on_the_process() -> None:
    letter = samples("en")["welcome"]
    one = prepare("welcome", "en", letter)
    skeletons._prepare.cache_clear()
    assert astuple(prepare("welcome", "en", letter)) == astuple(one)


def test_fill_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly: name, reference, stop_link, telegram_link"):
        prepare("welcome", "en", samples("en")["welcome"]).fill({"name": "A"})


def test_prepare_with_the_context_of_another_message_is_refused() -> None:
    with pytest.raises(ValueError, match="Welcome is not the context"):
        prepare("invitation", "en", samples("en")["welcome"])


@pytest.mark.parametrize("printed", ["{{ name|upper }}", "{{ name|replace('x', 'y') }}", "{{ title|upper }}"])
def test_filter_on_a_slot_is_noticed(printed: str) -> None:
    slots = Slots("abc", "en")
    template = shipped().environment("en").from_string("{% block subject %}" + printed + "{% endblock %}")
    values = {"name": slots.show_personal("name", Form.NAME), "title": slots.show("T")}
    with pytest.raises(RuntimeError, match="filtered"):
        skeletons.print_block(template, "subject", values, slots, str.strip)


@pytest.mark.parametrize(
    "tested", ["{% if name %}x{% endif %}", "{% if name == 'x' %}x{% endif %}", "{{ name|length }}"]
)
def test_personal_value_in_a_test_is_refused(tested: str) -> None:
    slots = Slots("abc", "en")
    template = shipped().environment("en").from_string("{% block subject %}" + tested + "{% endblock %}")
    values = {"name": slots.show_personal("name", Form.NAME)}
    with pytest.raises(TypeError, match="only be printed"):
        skeletons.print_block(template, "subject", values, slots, str.strip)


def test_value_that_markdown_drops_is_noticed() -> None:
    slots = Slots("abc", "en")
    template = shipped().environment("en").from_string("{% block body %}[a]: {{ title }}{% endblock %}")
    with pytest.raises(RuntimeError, match="did not come back"):
        skeletons._print_markdown(template, "body", {"title": slots.show("T")}, slots)


def test_value_inside_a_tag_must_be_a_web_address() -> None:
    slots = Slots("abc", "en")
    page = f'<a href="{slots.show("javascript:x")}">x</a>'
    with pytest.raises(RuntimeError, match="inside a tag"):
        pieces.in_html(page, slots, [])


def test_personal_text_inside_a_tag_is_refused() -> None:
    slots = Slots("abc", "en")
    page = f'<a href="{slots.show_personal("name", Form.TEXT)}">x</a>'
    with pytest.raises(RuntimeError, match="inside a tag"):
        pieces.in_html(page, slots, ["name"])


@pytest.mark.parametrize("link", ["https://t.me/x_bot?start=7-abc&y=%20", "http://127.0.0.1:8080/rsvp/1", "http://[::1]:80/x"])
def test_personal_link_can_be_clicked_and_read(link: str) -> None:
    letter = samples("en")["welcome-telegram"]
    letter = replace(letter, telegram_link=link, has_stop_link=False)
    shown = render("welcome", ["en"], letter)
    in_html = link.replace("&", "&amp;")
    assert re.findall(r'<a class="button" href="([^"]*)"[^>]*>(.*?)</a>', shown.html) == [(in_html, "Open in Telegram")]
    assert f"Open in Telegram:\n{link}\n" in shown.text


@pytest.mark.parametrize(
    "link",
    [
        *("", "http://t.me/x", "javascript:alert(1)", "https://", "https:///x", 'https://t.me/"x', "https://t.me/x y"),
        *("https://t.me/<b>", "https://t.me/x\n", "https://t.me/\u202ex", "https://a@t.me/x"),
        *("http://127.0.0.1.evil.example/", "http://localhost@evil.example/"),
        "https://t.me/" + "x" * 200,
    ],
)
def test_personal_link_that_is_not_plain_https_is_refused_and_not_told(link: str) -> None:
    letter = replace(samples("en")["welcome-telegram"], telegram_link=link)
    with pytest.raises(ValueError, match="https") as refusal:
        render("welcome", ["en"], letter)
    assert link not in str(refusal.value) or link in ("", "https://")


def test_people_with_and_without_a_link_get_different_letters() -> None:
    without = render("welcome", ["en"], samples("en")["welcome"])
    assert ("Telegram" in without.text, "<a " in without.html) == (False, False)


def test_answers_in_a_chat_are_kept_nowhere() -> None:
    before = skeletons._prepare.cache_info().currsize
    for letter in samples("fr").values():
        if isinstance(letter, Chat):
            render(letter.message, ["fr"], letter)
    assert skeletons._prepare.cache_info().currsize == before
