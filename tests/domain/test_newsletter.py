"""When issues are due, in which language they are read, and that an approval is kept as it was."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import newsletter_json
from domain.newsletter import (
    Block,
    ComingSession,
    Content,
    IssueKind,
    IssueRule,
    Opportunity,
    PastSession,
    ResourceLine,
    Words,
    due_day,
    in_order,
    is_due,
    languages_of,
    reader_language,
    something_to_say,
    words_in,
)
from domain.posts import split

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def rule(every: str, weekday: int = 1, hour: int = 8) -> IssueRule:
    return IssueRule(IssueKind.NEWSLETTER, every, weekday, hour, ("news",), timedelta(30), True)


def days_due(every: str, weekday: int) -> list[date]:
    """Days of a quarter on which an issue is drafted if somebody looks every hour."""
    found, last = [], None
    for hours in range(91 * 24):
        now = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=hours)
        if is_due(rule(every, weekday), last, now):
            last = now.date()
            found.append(last)
    return found[1:]  # the first may catch up on a day before


@pytest.mark.parametrize(
    ("every", "weekday", "days"),
    [
        ("month", 1, [date(2026, 11, 3), date(2026, 12, 1)]),
        ("two_months", 4, []),
        ("two_weeks", 3, [date(2026, 10, 22) + timedelta(days=14 * n) for n in range(5)]),
    ],
)  # fmt: skip
def test_issue_is_due_on_its_day(every: str, weekday: int, days: list[date]) -> None:
    assert days_due(every, weekday) == days


def test_pairs_of_months_begin_with_odd_ones() -> None:
    assert due_day(rule("two_months", 4), date(2026, 12, 31)) == date(2026, 11, 6)


@pytest.mark.parametrize(("late", "due"), [(0, False), (6, True), (7, False)])
def test_missed_day_is_made_up_for_within_a_week(late: int, due: bool) -> None:
    """At six in the morning of the day it is too early; a week later the next day is nearer."""
    now = datetime(2026, 11, 3, 6, tzinfo=UTC) + timedelta(days=late)
    assert is_due(rule("month"), date(2026, 10, 6), now) is due


def test_issue_of_the_day_is_not_due_again() -> None:
    assert is_due(rule("month"), date(2026, 11, 3), datetime(2026, 11, 3, 20, tzinfo=UTC)) is False


# -- languages --------------------------------------------------------------------------------------------------

TWO = Content(
    IssueKind.NEWSLETTER, NOON, ("news",),
    (Block("news", "a", {"en": Words("", "a"), "pt-BR": Words("", "a")}),
     Block("news", "b", {"en": Words("", "b"), "pt": Words("", "b"), "es": Words("", "b")})),
)  # fmt: skip


def test_issue_can_be_said_where_every_block_was_written() -> None:
    assert languages_of(TWO, ("en", "es", "pt")) == ("en", "pt")


@pytest.mark.parametrize(
    ("chain", "language"),
    [(("fr", "pt-BR", "en"), "pt"), (("fr", "es"), "en"), (("PT_br",), "pt"), ((), "en")],
)
def test_reader_gets_the_first_of_their_languages_that_is_there(chain: tuple[str, ...], language: str) -> None:
    assert reader_language(chain, ("en", "pt")) == language


def test_language_that_only_begins_alike_is_another() -> None:
    assert words_in({"fil": Words("", "x")}, "fi") is None


# -- content ----------------------------------------------------------------------------------------------------


def session(number: int, *skills: str) -> ComingSession:
    return ComingSession(number, f"S{number}", NOON, 60, "", "", "", ("en",), (), ("Rosa",), skills)


FULL = Content(
    IssueKind.DIGEST, NOON, ("opening", "coming"), (Block("opening", "x", {"ar": Words("ا", "ب")}),),
    (PastSession(1, "Past", NOON, 90, (ResourceLine("slides", "T", "https://a.example", "en", None),)),),
    (session(2, "maps"), session(3)),
    (Opportunity(4, "O", "School", "https://b.example", date(2026, 12, 1), ("en", "fr"), {"en": Words("", "w")}),
     Opportunity(5, "P", "", "https://c.example", None, (), {})),
    (("people", 3),), ("Rosa",), 2,
)  # fmt: skip


def test_content_is_kept_as_it_was() -> None:
    assert newsletter_json.load(newsletter_json.dump(FULL)) == FULL
    assert newsletter_json.dump(newsletter_json.load(newsletter_json.dump(FULL))) == newsletter_json.dump(FULL)


def test_what_a_reader_wants_to_learn_comes_first_then_time() -> None:
    coming = (session(1), session(2, "maps"), session(3), session(4, "maps", "wikis"))
    assert [one.id for _, one in in_order(coming, {"maps"})] == [2, 4, 1, 3]
    assert [one.id for _, one in in_order(coming, set())] == [1, 2, 3, 4]


def test_numbers_and_thanks_alone_are_nothing_to_say() -> None:
    only = Content(IssueKind.NEWSLETTER, NOON, ("numbers",), numbers=(("people", 3),), thanks=("Rosa",))
    assert (something_to_say(only), something_to_say(TWO)) == (False, True)


# -- posts ------------------------------------------------------------------------------------------------------


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(st.sampled_from("ab \n\U0001f389"), max_size=300), st.integers(2, 40))
def test_posts_fit_and_lose_nothing(text: str, longest: int) -> None:
    posts = split(text, longest)
    assert [post for post in posts if units(post) > longest or not post.strip()] == []
    assert "".join("".join(posts).split()) == "".join(text.split())


def test_posts_are_parted_between_paragraphs() -> None:
    paragraphs = ["a" * 10, "b" * 10, "c" * 10]
    assert split("\n\n".join(paragraphs), 25) == ["\n\n".join(paragraphs[:2]), paragraphs[2]]
