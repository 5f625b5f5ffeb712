"""Cleaning, matching options, merging and guarding."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imports import (
    Choice,
    Mail,
    Profile,
    choices,
    clean,
    clean_line,
    fold,
    members,
    merge,
    split_list,
    withdraws_too_much,
)

GLAM = "Common tactics in culture, heritage and GLAM"
KNOWN = {fold(t): c for t, c in ((GLAM, "glam"), ("Culture", "culture"), ("Wikidata", "wd"), ("Maps (basic)", "maps"),
                                  ("Culture, arts", "arts"))}  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Côte d'Ivoire", "cote dIvoire"), ("E-mail  ADDRESS *", "email address"),
        ("أسماء", "اسماء"), ("Straße", "STRASSE"),
    ],
)
def test_fold_two_spellings_of_one_label(a: str, b: str) -> None:
    assert fold(a) == fold(b) != ""


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (" a\tb\r\nc\rd\u2028e ", "a b\nc\nd\ne"),
        ("A\x00mi\x1b[31mna\x7f\x85", "Ami[31mna"),
        ("evil\u202etxt.exe\u2066", "eviltxt.exe"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800x", "x"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_clean_strips_control_and_direction_characters(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text())
def test_clean_line_never_leaves_control_characters(text: str) -> None:
    line = clean_line(text)
    assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cs")]
    assert clean_line(line) == line


@pytest.mark.parametrize(
    ("text", "found", "strange"),
    [
        (f"{GLAM}, Wikidata", (Choice("glam"), Choice("wd")), ()),
        (f"Wikidata;{GLAM}", (Choice("wd"), Choice("glam")), ()),
        ("Culture, arts", (Choice("arts"),), ()),
        ("arts, Culture", (Choice("culture"),), ("arts",)),
        ("Culture, heritage", (Choice("culture"),), ("heritage",)),
        ("wikidata (advanced): I run a workshop, weekly; Culture",
         (Choice("wd", "advanced", "I run a workshop, weekly"), Choice("culture")), ()),
        ("Wikidata: see a, b, Culture (new)", (Choice("wd", "", "see a, b"), Choice("culture", "new")), ()),
        ("Maps (basic), Maps (basic) (new)", (Choice("maps"),), ()),
        ("Wikidata، Culture؛ else\nmore", (Choice("wd"), Choice("culture")), ("else", "more")),
        ("Wikidata, Wikidata (twice)", (Choice("wd"),), ()),
        (" , ;; - ", (), ("-",)),
    ],
)  # fmt: skip
def test_choices_in_one_cell(text: str, found: tuple[Choice, ...], strange: tuple[str, ...]) -> None:
    assert choices(text, KNOWN) == (found, strange)


@given(st.lists(st.sampled_from(sorted(set(KNOWN))), unique=True), st.sampled_from([", ", ";", "\n", ","]))
def test_choices_finds_whatever_a_form_joins(codes: list[str], mark: str) -> None:
    titles = {fold(t): t for t in (GLAM, "Culture", "Wikidata", "Maps (basic)", "Culture, arts")}
    found, strange = choices(mark.join(titles[c] for c in codes), KNOWN)
    assert ([c.code for c in found], strange) == ([KNOWN[c] for c in codes], ())


def test_split_list_keeps_order_and_drops_repeats() -> None:
    assert split_list(" b, a;b\n c،د ") == ["b", "a", "c", "د"]


STORED = Profile("Amina", "NG", "Kano", "Africa/Lagos", ("ha",), affiliate="Hausa UG")


def test_merge_newer_wins_where_it_says_something() -> None:
    new = Profile("Amina Bello", "NG", "", "", ("en",), tenure="2")
    assert merge(STORED, new, True) == replace(STORED, name="Amina Bello", languages=("en",), tenure="2")


def test_merge_older_only_fills_gaps() -> None:
    assert merge(STORED, Profile("X", "NG", tenure="2"), False) == replace(STORED, tenure="2")


def test_merge_moved_to_another_country_forgets_zone_and_region() -> None:
    assert merge(STORED, Profile("Amina", "BR"), True) == replace(STORED, country="BR", zone="", region="")


def test_merge_older_from_another_country_brings_no_zone() -> None:
    stored = replace(STORED, country="BR", zone="", region="")
    assert merge(stored, Profile("Amina", "NG", "Kano", "Africa/Lagos"), False) == stored


profiles = st.builds(
    Profile,
    name=st.sampled_from(["A", "B"]),
    country=st.sampled_from(["", "NG", "BR"]),
    zone=st.sampled_from(["", "Africa/Lagos", "America/Bahia"]),
    languages=st.sampled_from([(), ("en",), ("ha",)]),
)


@given(profiles, profiles, st.booleans())
def test_merge_the_same_again_changes_nothing(stored: Profile, new: Profile, newer: bool) -> None:
    once = merge(stored, new, newer)
    assert merge(once, new, False) == once


@pytest.mark.parametrize(
    ("withdrawn", "granted", "refused"), [(4, 4, False), (5, 5, True), (20, 100, False), (21, 100, True)]
)
def test_withdrawals_guard_at_its_limits(withdrawn: int, granted: int, refused: bool) -> None:
    assert withdraws_too_much(withdrawn, granted, 0.2) is refused


def test_members_of_a_group() -> None:
    def check(text: str) -> Mail | str:
        return Mail(text, text) if "@" in text else "is not an e-mail address"

    found, wrong = members('Amina <a@x.org>; "Bello, Umar" <b@x.org>, Chi <c@x.org>\nDayo <dayo>; e@x.org', check)
    assert found == [
        ("Amina", Mail("a@x.org", "a@x.org")),
        ("Bello, Umar", Mail("b@x.org", "b@x.org")),
        ("Chi", Mail("c@x.org", "c@x.org")),
    ]
    assert wrong == ["member 4: is not an e-mail address", "member 5 is not written as Name <address>"]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("Dani d@x.org", "Dani"),
        ("Dani Ortiz, d@x.org", "Dani Ortiz"),
        ("Dani: d@x.org", "Dani"),
        ("Dani-Ana (d@x.org)", "Dani-Ana"),
        ("  Dani \t d@x.org ", "Dani"),
        ("d@x.org", None),
        ("d@x.org Dani", None),
        ("Dani d@x.org, Ana a@x.org", None),
    ],
)
def test_member_written_without_brackets(entry: str, name: str | None) -> None:
    found, wrong = members(entry, lambda text: Mail(text, text))
    assert (found, len(wrong)) == ([(name, Mail("d@x.org", "d@x.org"))] if name else [], 0 if name else 1)
