"""Touches about a survey, a checklist item or a proposal: their keys, their dates, and that closing it closes them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config import programme, settings
from domain.cadences import Anchor, Audience, Channel, Purpose, Rules, Touchpoint
from domain.facts import Facts
from domain.foresight import Case, decide_all, foresee
from domain.participants import ContactPoint, Health, Participant
from domain.planning import Hold, Send, Skip, decide, still_wanted
from domain.sessions import Invites, Session, SessionState
from domain.subjects import About, Subject, of_key
from domain.touches import Touch, touches

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MAIL = ContactPoint(1, 7, "email", "a@example.org", "a@example.org", Health.OK)
ADA = Participant(7, "Ada", zone="UTC", email=MAIL)
CLINIC = Session(
    id=3, code="clinic", kind="clinic", title="Clinic", purpose="", audience="", preparation="", languages=(),
    interpretation=(), venue="", starts_at=NOW - 2 * HOUR, minutes=60, zone="UTC", capacity=None,
    invites=Invites.REGISTERED, state=SessionState.CONFIRMED, sequence=2, time_sequence=1, changed_at=NOW,
)  # fmt: skip


def point(
    code: str, anchor: Anchor, days: float, *audience: Audience, channel: Channel = Channel.EMAIL, use: float = 7
) -> Touchpoint:
    purpose = Purpose.ASK_COORDINATOR if channel is Channel.DESK else Purpose.ONBOARDING_SKILLS
    return Touchpoint(
        code, purpose, "asks", quiet_hours=False, expires_after=use * DAY, anchor=anchor, offset=days * DAY,
        audience=audience, channel=channel,
    )  # fmt: skip


DUE = Anchor.CHECKLIST_ITEM_DUE
POINTS = [
    point("first", Anchor.SURVEY_OPENED, 0, Audience.SILENT),
    point("again", Anchor.SURVEY_OPENED, 3, Audience.SILENT),
    point("pack", Anchor.CHECKLIST, 0),
    point("ask", DUE, -2, Audience.OWNER, Audience.IN_TURN, use=2),
    point("press", DUE, 0, Audience.OWNER, Audience.IN_TURN, use=3),
    point("help_out", DUE, 1, Audience.CO_SHARER),
    point("task", DUE, 3, Audience.OWNER, channel=Channel.DESK),
    point("go_on", Anchor.PROPOSAL, 4),
]
SHIPPED = programme.load(settings.ROOT / "config").rules
RULES = Rules({p.code: p for p in POINTS} | {"welcome": SHIPPED.touchpoints["welcome"]}, SHIPPED.quiet, "UTC")
SURVEY = Subject(About.SURVEY, 17, NOW, until=NOW + 10 * DAY)
ASKED = Facts(ADA, session=CLINIC, subject=SURVEY)
FAR = replace(CLINIC, starts_at=NOW + 30 * DAY)


def dated(ident: int, days: float, **known: object) -> Facts:
    """An item due in so many days."""
    item = Subject(About.ITEM, ident, NOW + days * DAY, until=FAR.starts_at, occasion=1)
    return Facts(ADA, session=FAR, subject=replace(item, **known))


def spans(facts: Facts, rules: Rules = RULES) -> dict[str, tuple[timedelta, timedelta]]:
    """Key -> days from now until it is due, and until it is of no use."""
    found: list[Touch] = list(touches(facts, rules))
    return {t.key: (t.due_at - NOW, t.expires_at - NOW) for t in found if t.due_at and t.expires_at}


def test_touches_of_a_survey_name_it_and_end_with_it() -> None:
    assert spans(ASKED) == {
        "first/survey-17/7": (0 * DAY, 7 * DAY),
        "again/survey-17/7": (3 * DAY, 10 * DAY),
    }
    assert spans(replace(ASKED, subject=replace(SURVEY, until=NOW + DAY)))["first/survey-17/7"] == (0 * DAY, DAY)
    assert {t.session_id for t in touches(ASKED, RULES)} == {3}
    assert {t.session_id for t in touches(replace(ASKED, session=None), RULES)} == {None}


def test_touches_of_items_checklists_and_proposals() -> None:
    assert spans(dated(5, 4)) == {
        "ask/item-5/1/7": (2 * DAY, 4 * DAY),
        "press/item-5/1/7": (4 * DAY, 7 * DAY),
        "help_out/item-5/1/7": (5 * DAY, 12 * DAY),
        "task/item-5/1/7": (7 * DAY, 14 * DAY),
    }
    pack = Facts(ADA, session=FAR, subject=Subject(About.CHECKLIST, 2, NOW, until=FAR.starts_at, occasion=0))
    assert spans(pack) == {"pack/checklist-2/0/7": (0 * DAY, 7 * DAY)}
    assert spans(Facts(ADA, subject=Subject(About.PROPOSAL, 9, NOW))) == {"go_on/proposal-9/7": (4 * DAY, 11 * DAY)}


def test_touches_of_a_subject_need_no_registration_and_bring_no_other_touches() -> None:
    assert {t.touchpoint for t in touches(replace(ASKED, registered=True, registered_at=NOW), RULES)} == {
        "first", "again",
    }  # fmt: skip
    assert [t.touchpoint for t in touches(Facts(ADA, registered_at=NOW), RULES)] == ["welcome"]


def test_steps_of_a_squeezed_item_follow_each_other_faster() -> None:
    assert spans(dated(5, 4, pace=0.5)) == {
        "ask/item-5/1/7": (3 * DAY, 4 * DAY),
        "press/item-5/1/7": (4 * DAY, 5.5 * DAY),
        "help_out/item-5/1/7": (4.5 * DAY, 8 * DAY),
        "task/item-5/1/7": (5.5 * DAY, 9 * DAY),
    }


def test_last_step_of_an_item_comes_before_the_session() -> None:
    near = dated(5, 28)  # two days before
    assert spans(near)["task/item-5/1/7"][0] == 29.5 * DAY
    assert spans(near)["help_out/item-5/1/7"][0] == 28.5 * DAY
    begun = dated(5, 30)
    assert {due for due, _ in spans(begun).values()} == {30 * DAY}
    survey = replace(SURVEY, until=NOW + DAY)  # a survey's steps are not squeezed: what comes too late is left out
    assert spans(replace(ASKED, subject=survey))["again/survey-17/7"][0] == 3 * DAY


def of(facts: Facts, code: str) -> Touch:
    (touch,) = [touch for touch in touches(facts, RULES) if touch.touchpoint == code]
    return touch


CLOSED = replace(ASKED, subject=replace(SURVEY, closed="answered the survey"))


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        (CLOSED, "answered the survey"),
        (replace(ASKED, session=replace(CLINIC, state=SessionState.CANCELLED)), "the session was cancelled"),
        (replace(ASKED, subject=replace(SURVEY, begun=True)), "has begun to answer"),
    ],
)
def test_closed_subject_closes_its_touches(facts: Facts, because: str) -> None:
    for code in ("first", "again"):
        touch = of(facts, code)
        assert decide(touch, facts, RULES, NOW + 4 * DAY) == Skip(touch, because, quietly=True)
        assert still_wanted(touch.key, code, facts, RULES, NOW + 4 * DAY) == Skip(touch, because, quietly=True)
    assert decide(of(ASKED, "first"), ASKED, RULES, NOW) == Send(of(ASKED, "first"), "at once: survey opened", MAIL)


def test_subject_that_ended_is_too_late() -> None:
    touch = of(ASKED, "again")
    assert decide(touch, ASKED, RULES, NOW + 10 * DAY) == Skip(touch, "too late to be of use")


def decided(facts: Sequence[Facts], now: datetime, known: frozenset[str] = frozenset()) -> dict[str, str]:
    """What becomes of each touch, those that are not due yet apart."""
    found = [d for _, d in decide_all(Case(tuple(facts), known), RULES, now)]
    return {d.touch.key: type(d).__name__ for d in found if not (isinstance(d, Hold) and d.until == d.touch.due_at)}


def test_items_are_asked_about_one_at_a_time() -> None:
    two = [dated(6, 2), dated(5, 2.5)]
    at = NOW + 1.5 * DAY
    assert decided(two, at) == {
        "ask/item-6/1/7": "Send", "help_out/item-6/1/7": "Skip",
        "ask/item-5/1/7": "Skip", "help_out/item-5/1/7": "Skip",
    }  # fmt: skip
    done = [dated(6, 2, closed="it is done"), dated(5, 2.5)]
    assert decided(done, at)["ask/item-5/1/7"] == "Send"
    on_desk = frozenset({"task/item-6/1/7"})
    assert decided(two, at, on_desk)["ask/item-5/1/7"] == "Send"
    assert decided(two, at, on_desk)["ask/item-6/1/7"] == "Skip"
    elsewhere = [replace(two[0], session=replace(FAR, id=4)), two[1]]
    assert decided(elsewhere, at)["ask/item-5/1/7"] == "Send"
    theirs = [dated(6, 2, mine=False), dated(5, 2.5)]
    assert decided(theirs, at)["ask/item-5/1/7"] == "Send"
    over = [dated(6, 2, until=at), dated(5, 2.5)]
    assert decided(over, at)["ask/item-5/1/7"] == "Send"


def test_co_sharer_is_asked_only_about_what_is_not_theirs() -> None:
    helping = dated(5, 0, mine=False)
    assert decided([helping], NOW + 1 * DAY) == {
        "ask/item-5/1/7": "Skip", "press/item-5/1/7": "Skip", "help_out/item-5/1/7": "Send", "task/item-5/1/7": "Skip",
    }  # fmt: skip


def test_foresight_of_a_silent_sharer_asks_for_the_next_once_a_coordinator_has_the_first() -> None:
    two = Case((dated(6, 2), dated(5, 3)))
    found = [(at - NOW, d.touch.key) for at, _, d in foresee(two, RULES, NOW, NOW + 9 * DAY) if isinstance(d, Send)]
    assert found == [
        (0 * DAY, "ask/item-6/1/7"),
        (2 * DAY, "press/item-6/1/7"),
        (5 * DAY, "task/item-6/1/7"),
        (5 * DAY, "press/item-5/1/7"),
        (6 * DAY, "task/item-5/1/7"),
    ]


def test_foresight_of_a_question_counts_from_when_it_leaves() -> None:
    late = Facts(ADA, subject=Subject(About.PROPOSAL, 9, NOW - 10 * DAY, occasion=0))
    found = foresee(Case((late,)), SHIPPED, NOW, NOW + 30 * DAY)
    assert [(at, d.touch.key) for at, _, d in found if isinstance(d, Send)] == [
        (NOW, "proposal_first/proposal-9/0/7"),
        (datetime(2026, 11, 29, 10, 0, tzinfo=UTC), "proposal_again/proposal-9/0/7"),
    ]


def test_item_of_somebody_who_wants_no_messages_still_comes_to_the_desk() -> None:
    stopped = replace(dated(5, 0), person=replace(ADA, suppressed=frozenset({"asks"})))
    found = decided([stopped], NOW + 3 * DAY)
    assert (found["press/item-5/1/7"], found["task/item-5/1/7"]) == ("Skip", "Send")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("first/survey-17/7", (About.SURVEY, 17)),
        ("first/survey-17/7#2", (About.SURVEY, 17)),
        ("ask/item-5/2/7", (About.ITEM, 5)),
        ("pack/checklist-2/0/7", (About.CHECKLIST, 2)),
        ("go_on/proposal-9/7", (About.PROPOSAL, 9)),
        ("invite/3/0/7", None),
        ("welcome/7", None),
        ("reminder/session-3/7", None),
    ],
)
def test_of_key_names_the_subject(key: str, expected: tuple[About, int] | None) -> None:
    assert of_key(key) == expected
