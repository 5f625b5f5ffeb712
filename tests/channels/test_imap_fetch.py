"""The short way of reading a FETCH answer against imapclient's: the same, or none at all."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from channels import imap_fetch
from channels.imap_fetch import plain

CAME = b'INTERNALDATE "22-Nov-2026 12:00:00 +0300"'
NOON = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_plain_answers_are_read_the_short_way() -> None:
    mails = [(b"1 (UID 7 " + CAME + b" BODY[] {2}", b"Hi"), b")", (b"2 (" + CAME + b" UID 8 BODY[] {0}", b""), b")"]
    assert plain(mails) == {
        7: {b"INTERNALDATE": NOON, b"BODY[]": b"Hi"}, 8: {b"INTERNALDATE": NOON, b"BODY[]": b""}
    }  # fmt: skip
    assert plain([b"1 (UID 7 RFC822.SIZE 2)", b"2 (RFC822.SIZE 0 UID 8)"]) == {
        7: {b"RFC822.SIZE": 2}, 8: {b"RFC822.SIZE": 0}
    }  # fmt: skip
    assert plain([None]) == {}


UIDS = st.sampled_from([b"UID 7 ", b"UID 8 ", b"UID x ", b"", b"UID 7 UID 8 "])
DATES = st.sampled_from([
    CAME, b'INTERNALDATE " 1-Jan-2020 00:00:00 -1130"', b'INTERNALDATE "31-Feb-2020 00:00:00 +0000"',
    b"INTERNALDATE NIL", b'INTERNALDATE "01-Jan-0001 00:00:00 +0300"', b'INTERNALDATE "01-JAN-2020 00:00:00 +0000"',
    b"FLAGS (\\Seen)",
])  # fmt: skip
BODIES = st.tuples(
    st.sampled_from([b"1 (", b"2  (", b"x ("]), UIDS, DATES, st.sampled_from([b" ", b" UID 9 ", b"  "]),
    st.sampled_from([b"BODY[] {2}", b"BODY[HEADER]<0> {2}", b"body[] {2}"]),
).map(lambda pieces: (b"".join(pieces), b"Hi"))  # fmt: skip
ENDS = st.sampled_from([b")", b" UID 9)", b" FLAGS ())", b""])
SIZES = st.sampled_from([
    b"1 (UID 7 RFC822.SIZE 2)", b"2 (RFC822.SIZE 3 UID 8)", b"1 (UID 7 RFC822.SIZE 2 FLAGS ())", b"3 (FLAGS ())",
    b"4 ()", b"(UID 7 RFC822.SIZE 2)", b"5 (UID 9 RFC822.SIZE NIL)",
])  # fmt: skip
ANSWERS = st.lists(st.one_of(st.tuples(BODIES, ENDS), SIZES.map(lambda size: (size,))), max_size=4)


@given(ANSWERS)
@settings(max_examples=500, deadline=None)
def test_what_is_read_the_short_way_is_what_imapclient_reads(answers: list[tuple[Any, ...]]) -> None:
    data = [line for answer in answers for line in answer] or [None]
    found = plain(data)
    if found is not None:
        whole = parse_fetch_response(data, normalise_times=False, uid_is_key=True)
        assert found == {
            uid: {item: value for item, value in items.items() if item != b"SEQ"} for uid, items in whole.items()
        }


@pytest.mark.parametrize("date", [b"22-Nov-2026 12:00:00 +030x", b"99-Nov-2026 12:00:00 +0300"])
def test_date_that_is_none(date: bytes) -> None:
    assert imap_fetch._moment(date) is None
