"""Hostile lines and names."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_email.clean import NAME_LENGTH, clean_line, clean_name


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("Amina Okafor", "Amina Okafor"),
        ("Jean-Luc O'Neill, Dr.", "Jean-Luc O'Neill, Dr."),
        ("سارة حداد", "سارة حداد"),
        ("क्‍ष", "क्‍ष"),  # the joiner is part of the spelling
        ("J.R. Okafor", "J. R. Okafor"),
        ("http://evil.example/x", "http evil. example/x"),
        ("www.evil.example", "www. evil. example"),
        ("a@evil.example", "a @ evil. example"),
        ("mailto:a", "mailto a"),
        ("A\r\nBcc: b", "A Bcc: b"),
        ("A\u202eB\u2066C\u200bD", "ABCD"),
        ("  A \t B  ", "A B"),
        ("A\ud800B", "A B"),
    ],
)
def test_clean_name(given_name: str, expected: str) -> None:
    assert clean_name(given_name) == expected


def test_clean_name_long_is_cut() -> None:
    assert clean_name("x" * 500) == "x" * (NAME_LENGTH - 1) + "…"


@given(st.text())
def test_clean_line_of_anything_is_one_line(text: str) -> None:
    cleaned = clean_line(text)
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert len(cleaned.splitlines()) <= 1


@given(st.text(alphabet="aé.:/@ w\u200b\u0301mailto\r\n") | st.text())
def test_clean_name_of_anything_holds_nothing_to_click_on(text: str) -> None:
    cleaned = clean_name(text)
    assert re.search(r"://|\w\.\w|\S@|@\S", cleaned) is None
    assert len(cleaned) <= NAME_LENGTH
    assert clean_name(cleaned) == cleaned
