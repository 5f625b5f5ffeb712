"""Markdown to plain text, and what a coordinator's Markdown may do."""

import pytest

from templates_email import markup, plain


def text_of(source: str, guest: str = "") -> str:
    tokens = markup.parse(source, lambda p: markup.Guest(guest) if p == "GUEST" else None)
    return plain.to_text(tokens, lambda line: line)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one\ntwo", "one two\n"),
        ("one\\\ntwo", "one\ntwo\n"),
        ("## Head\n\nbody", "Head\nbody\n"),
        ("a **b** *c* `d`", "a b c d\n"),
        ("see [words](https://a.example/x)", "see words (https://a.example/x)\n"),
        ("[words](https://a.example/x), see", "words (https://a.example/x), see\n"),
        ("[words](https://a.example/x)", "words:\nhttps://a.example/x\n"),
        ("[https://a.example](https://a.example)", "https://a.example\n"),
        ("<https://a.example>", "https://a.example\n"),
        ("ask [us](mailto:a@b.example)", "ask us (a@b.example)\n"),
        ("- a\n- b\n\nc", "- a\n- b\n\nc\n"),
        ("3. a\n4. b", "3. a\n4. b\n"),
        ("- a\n  - b\n- c", "- a\n  - b\n- c\n"),
        ("> a\n>\n> - b\n> - c", "    a\n\n    - b\n    - c\n"),
        ("```\nx  y\n```", "x  y\n"),
        ("a\n\n---\n\nb", "a\n\n- - -\n\nb\n"),
    ],
)
def test_plain_text(source: str, expected: str) -> None:
    assert text_of(source) == expected


def test_plain_text_is_wrapped_and_addresses_are_not() -> None:
    lines = text_of("- " + "word " * 40 + "https://a.example/" + "x" * 90).splitlines()
    assert all(len(line) <= plain.WIDTH for line in lines[:-1])
    assert lines[-1] == "  https://a.example/" + "x" * 90


def test_guest_with_an_open_fence_does_not_swallow_the_rest() -> None:
    assert text_of("before\n\nGUEST\n\n## after", "```\nopen") == "before\n\nopen\n\nafter\n"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("![p](https://evil.example/p.png)", '<p>!<a href="https://evil.example/p.png">p</a></p>\n'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](data:text/html,y)", "<p>[x](data:text/html,y)</p>\n"),
        ("[x](//evil.example)", "<p>[x](//evil.example)</p>\n"),
        ("# Loud", "<h3>Loud</h3>\n"),
    ],
)
def test_guest_markdown_is_kept_in_its_place(source: str, html: str) -> None:
    shown = markup.to_html(markup.parse("GUEST", lambda _: markup.Guest(source)))
    assert shown == f'<div class="guest" dir="auto">\n{html}</div>\n'
