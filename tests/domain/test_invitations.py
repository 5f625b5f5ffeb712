"""Which of several answers counts."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from domain.invitations import PartStat, Rsvp, RsvpSource, conflict, resolve

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
YES, NO, MAYBE = PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE


def rsvp(
    partstat: PartStat, sequence: int = 0, minutes: int = 0, id: int = 1, source: RsvpSource = RsvpSource.CALENDAR
) -> Rsvp:
    return Rsvp(1, partstat, source, sequence, AT + timedelta(minutes=minutes), id=id)


def test_resolve_nothing_answered() -> None:
    assert resolve([], 0) is None


@pytest.mark.parametrize(
    ("answers", "time_sequence", "counts"),
    [
        ([rsvp(YES), rsvp(NO, minutes=1)], 0, NO),  # changed their mind
        ([rsvp(YES, sequence=1), rsvp(NO, sequence=0, minutes=99)], 0, YES),  # RFC 5546 2.1.5: SEQUENCE first
        ([rsvp(YES, sequence=0)], 1, None),  # for another time
        ([rsvp(YES, sequence=0), rsvp(MAYBE, sequence=1)], 1, MAYBE),
        ([rsvp(YES, sequence=3), rsvp(NO, sequence=2, minutes=9)], 2, YES),
        ([rsvp(YES, id=1), rsvp(NO, id=2)], 0, NO),  # within one second: the one that came last
        ([rsvp(YES, source=RsvpSource.PAGE), rsvp(NO, minutes=1, source=RsvpSource.MAIL_TEXT)], 0, NO),
    ],
)
def test_resolve_newest_for_this_time(answers: list[Rsvp], time_sequence: int, counts: PartStat | None) -> None:
    for order in permutations(answers):
        winner = resolve(order, time_sequence)
        assert (winner.partstat if winner else None) == counts


MAIL = RsvpSource.MAIL_TEXT


@pytest.mark.parametrize(
    ("answers", "contradict"),
    [
        ([rsvp(YES), rsvp(NO, minutes=60, source=MAIL, id=2)], True),
        ([rsvp(NO), rsvp(YES, minutes=60, source=MAIL, id=2)], True),
        ([rsvp(NO), rsvp(MAYBE, minutes=60, source=MAIL, id=2)], True),
        ([rsvp(YES), rsvp(MAYBE, minutes=60, source=MAIL, id=2)], False),
        ([rsvp(YES), rsvp(NO, minutes=60, id=2)], False),  # the same source: changed their mind
        ([rsvp(YES), rsvp(NO, minutes=24 * 60, source=MAIL, id=2)], True),
        ([rsvp(YES), rsvp(NO, minutes=24 * 60 + 1, source=MAIL, id=2)], False),
        ([rsvp(YES), rsvp(NO, minutes=60, source=MAIL, id=2), rsvp(NO, minutes=90, source=MAIL, id=3)], False),
        ([rsvp(YES), rsvp(NO, minutes=60, source=RsvpSource.COORDINATOR, id=2)], False),
        ([rsvp(YES, sequence=0), rsvp(NO, sequence=1, minutes=60, source=MAIL, id=2)], False),  # time_sequence is 1
        ([rsvp(PartStat.NEEDS_ACTION), rsvp(NO, minutes=60, source=MAIL, id=2)], False),
        ([rsvp(YES)], False),
        ([], False),
    ],
)
def test_conflict(answers: list[Rsvp], contradict: bool) -> None:
    time_sequence = max((a.sequence for a in answers), default=0)
    for order in permutations(answers):
        pair = conflict(order, time_sequence)
        assert pair == (tuple(answers[-2:]) if contradict else None)
