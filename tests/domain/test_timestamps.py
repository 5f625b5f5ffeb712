"""What forms write for a moment, and which of two numbers is the day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.timestamps import DateOrder, Evidence, parse_timestamp

LAGOS = ZoneInfo("Africa/Lagos")  # UTC+1


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2026/11/22 2:45:00 AM GMT+1", "unknown", utc(2026, 11, 22, 1, 45)),
        ("2026/11/22 12:05:00 AM GMT-3", "unknown", utc(2026, 11, 22, 3, 5)),
        ("2026/11/22 2:45:00 PM GMT+5:30", "unknown", utc(2026, 11, 22, 9, 15)),
        ("22/11/2026 14:45:00", "day-first", utc(2026, 11, 22, 13, 45)),
        ("11/22/2026 14:45:00", "month-first", utc(2026, 11, 22, 13, 45)),
        ("5/6/2026 14:45", "day-first", utc(2026, 6, 5, 13, 45)),
        ("5/6/2026 14:45", "month-first", utc(2026, 5, 6, 13, 45)),
        ("22/11/2026 2:45:00 p. m.", "day-first", utc(2026, 11, 22, 13, 45)),
        ("22.11.2026, 14:45", "day-first", utc(2026, 11, 22, 13, 45)),
        ("22/11/2026 14h45", "day-first", utc(2026, 11, 22, 13, 45)),
        ("٢٢\u200f/١١\u200f/٢٠٢٦ ٢:٤٥:٠٠ م", "day-first", utc(2026, 11, 22, 13, 45)),
        ("2026-11-22T02:45:00Z", "unknown", utc(2026, 11, 22, 2, 45)),
        ("2026-11-22T02:45:00.25+01:00", "unknown", utc(2026, 11, 22, 1, 45)),
        ("2026-11-22", "unknown", utc(2026, 11, 21, 23, 0)),
        ("22/11/2026 14:45", "mixed", utc(2026, 11, 22, 13, 45)),
        ("6/6/2026 14:45", "mixed", utc(2026, 6, 6, 13, 45)),
        ("5/6/2026 14:45", "mixed", None),
        ("22/11/2026 14:45", "month-first", None),
        ("31/02/2026 14:45", "day-first", None),
        ("22/11/2026 25:00", "day-first", None),
        ("22/11/2026 13:00 PM", "day-first", None),
        ("22/11/26 14:45", "day-first", None),
        ("yesterday", "day-first", None),
        ("", "day-first", None),
    ],
)
def test_parse_timestamp(text: str, order: str, moment: datetime | None) -> None:
    assert parse_timestamp(text, DateOrder(order), LAGOS) == moment


@pytest.mark.parametrize(
    ("column", "order", "is_open"),
    [
        (["05/06/2026 10:00", "22/06/2026 10:00"], "day-first", True),
        (["05/06/2026 10:00", "06/22/2026 10:00"], "month-first", True),
        (["22/06/2026 10:00", "06/22/2026 10:00", "01/02/2026 1:00"], "mixed", True),
        (["05/06/2026 10:00", "06/06/2026 10:00"], "unknown", True),
        (["02/12/2026 10:00"], "month-first", True),  # 2 December is still to come
        (["11/12/2026 10:00", "12/11/2026 10:00"], "unknown", True),  # both orders make one of them to come
        (["2026/11/22 2:45:00 AM GMT+1", "6/6/2026 10:00", "nothing"], "unknown", False),
    ],
)
def test_evidence_over_a_column(column: list[str], order: str, is_open: bool) -> None:
    evidence = Evidence(utc(2026, 11, 22, 12), LAGOS)
    for text in column:
        evidence.see(text)
    assert (evidence.order, evidence.open) == (DateOrder(order), is_open)
