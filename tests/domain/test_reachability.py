"""What a refusal says of an address, and how failures add up."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.participants import Health
from domain.reachability import Failure, Permanence, permanence, score, status_in

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HARD, SOFT, DELAYED, DELIVERED = Permanence.HARD, Permanence.SOFT, Permanence.DELAYED, Permanence.DELIVERED


def ago(lasting: Permanence, days: float) -> Failure:
    return Failure(NOW - timedelta(days=days), lasting)


@pytest.mark.parametrize(
    ("failures", "health"),
    [
        ([], Health.OK),
        ([ago(HARD, 0)], Health.HARD),
        ([ago(HARD, 400)], Health.HARD),  # does not fade by itself
        ([ago(SOFT, 0)], Health.SOFT),
        ([ago(SOFT, 29)], Health.SOFT),
        ([ago(SOFT, 30)], Health.OK),
        ([ago(SOFT, 1), ago(SOFT, 2)], Health.SOFT),
        ([ago(SOFT, 0), ago(SOFT, 14), ago(SOFT, 29)], Health.HARD),
        ([ago(SOFT, 0), ago(SOFT, 14), ago(SOFT, 30)], Health.SOFT),
        ([ago(SOFT, 100), ago(SOFT, 101), ago(SOFT, 102)], Health.HARD),  # was hard then, and no sign of life since
        ([ago(SOFT, 0), ago(SOFT, 0.1), ago(SOFT, 0.2), ago(SOFT, 0.3)], Health.SOFT),  # one day, one point
        ([ago(DELAYED, n) for n in range(20)], Health.SOFT),  # never hard
        ([ago(DELAYED, 31)], Health.OK),
        ([ago(DELIVERED, 1)], Health.OK),
        ([ago(SOFT, -1)], Health.OK),  # not yet
    ],
)
def test_score(failures: list[Failure], health: Health) -> None:
    assert score(failures, NOW) == health
    assert score(reversed(failures), NOW) == health


@pytest.mark.parametrize(
    ("text", "status", "code", "expected"),
    [
        ("", "5.1.1", None, HARD),
        ("", "5.1.10", None, HARD),
        ("", "5.1.6", None, HARD),
        ("", "5.1.8", None, SOFT),  # the sender's address
        ("user unknown", "5.7.1", None, SOFT),  # the status is more exact than the words
        ("", "5.2.2", None, SOFT),
        ("", "4.4.7", None, SOFT),
        ("", "4.1.1", None, SOFT),
        ("550 5.1.1 no", "5.0.0", None, HARD),
        ("550 no such user here", "5.0.0", None, HARD),
        ("550 mailbox of this user is full", "5.0.0", None, SOFT),
        ("", "5.0.0", 550, SOFT),
        ("550 5.1.1 User unknown", "", 550, HARD),
        ("550 5.7.26 unauthenticated mail", "", 550, SOFT),
        ("mailbox unavailable", "", 550, HARD),
        ("blocked using a blocklist", "", 550, SOFT),
        ("no", "", 550, HARD),
        ("no", "", 552, SOFT),
        ("no", "", None, SOFT),
        ("Remote host said: 553 go away", "", None, HARD),
        ("from 5.1.1.7: spam", "", None, SOFT),  # an IP address
        ("L'adresse ada n'existe pas", "", None, HARD),
        ("La cuenta no existe", "", None, HARD),
    ],
)
def test_permanence(text: str, status: str, code: int | None, expected: Permanence) -> None:
    assert permanence(text, status, code) == expected


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 no", "5.1.1"), ("5.0.0 smtp; 5.2.2 full", "5.2.2"), ("5.0.0", "5.0.0"), ("192.5.1.1", ""),
        ("5.1.1.1", ""), ("(#5.1.1)", "5.1.1"), ("2.1.5 fine", ""), ("", ""),
    ],
)  # fmt: skip
def test_status_in(text: str, status: str) -> None:
    assert status_in(text) == status
