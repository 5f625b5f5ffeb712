"""Delivery status notifications (RFC 3464): which address they mark, how hard, and what heals it."""

import pytest

from domain.sessions import Session
from steps.inbox import InboxReport
from tests.programme import Place
from tests.steps.mails_in import KEY, bounce, calendar_answer, health, read


@pytest.mark.parametrize(
    ("status", "action", "diagnostic", "expected"),
    [
        ("5.1.1", "failed", "", "hard"),
        ("5.1.10", "failed", "", "hard"),
        ("5.2.2", "failed", "", "soft"),  # mailbox full
        ("5.7.1", "failed", "smtp; 550 5.7.1 policy", "soft"),
        ("4.4.7", "failed", "", "soft"),  # expired in the queue
        ("4.2.2", "delayed", "", "soft"),
        ("5.0.0", "failed", "smtp; 550 5.1.1 no such user", "hard"),  # the status says nothing, the words do
        ("5.0.0", "failed", "smtp; 550 no such user here", "hard"),
        ("5.0.0", "failed", "smtp; 552 too large", "soft"),
        ("5.0.0", "failed", "", "soft"),
    ],
)
def test_bounce_marks_the_address(
    place: Place, session: Session, status: str, action: str, diagnostic: str, expected: str
) -> None:
    raw = bounce(status, action=action, diagnostic=diagnostic, original=bytes(place.channel.stored[0].data))
    assert read(place, raw) == InboxReport(bounces=1)
    assert (health(place, 1), health(place, 2)) == (expected, "ok")
    assert place.outbox()[KEY] == "sent"  # what the far side does later is in the events


def test_bounce_by_its_own_address(place: Place, session: Session) -> None:
    """VERP: nothing of the original came back, but the bounce was sent to an address of that message alone."""
    to = place.by_key(KEY).sender
    assert to.startswith("letsconnect+b-")
    assert read(place, bounce("5.1.1", to=to)) == InboxReport(bounces=1)
    assert (health(place, 1), health(place, 2)) == ("hard", "ok")


def test_bounce_with_a_cut_off_original(place: Place, session: Session) -> None:
    whole = bytes(place.channel.stored[0].data)
    for n, size in enumerate((600, len(whole) // 2, len(whole) - 300)):
        report = read(place, bounce("5.1.1", original=whole[:size], ident=f"b{n}"))
        assert report == InboxReport(bounces=1), size


def test_bounce_hard_takes_back_what_is_queued(place: Place, session: Session) -> None:
    place.change(session, title="Other words")
    place.plan()
    read(place, bounce("5.1.1", to=place.by_key(KEY).sender))
    assert place.outbox()["invite/1/1/1"] == "cancelled"
    assert place.tick() == ["invite/1/1/2"]


def test_bounce_of_nothing_of_ours_is_for_a_person(place: Place, session: Session) -> None:
    assert read(place, bounce("5.1.1", to="letsconnect+b-aaaaaaaaaaaa@example.org")) == InboxReport(for_person=1)
    assert health(place) == "ok"


def test_bounce_soft_does_not_soften_a_hard_address(place: Place, session: Session) -> None:
    to = place.by_key(KEY).sender
    read(place, bounce("5.1.1", to=to, ident="b1"), bounce("4.2.2", action="delayed", to=to, ident="b2"))
    assert health(place) == "hard"


def test_delivery_notice_is_no_bounce(place: Place, session: Session) -> None:
    report = read(place, bounce("2.0.0", action="delivered", to=place.by_key(KEY).sender))
    assert (report, health(place)) == (InboxReport(), "ok")


def test_answer_after_a_bounce_shows_that_the_address_works(place: Place, session: Session) -> None:
    read(place, bounce("5.1.1", to=place.by_key(KEY).sender))
    read(place, calendar_answer(place.app.uid(1, 1), "ACCEPTED"))
    assert health(place) == "ok"
