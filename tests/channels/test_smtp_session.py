"""The SMTP session without a socket: what is written, when, and in how many writes; replies cut up at will."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.pacing import Pacer
from channels.smtp_actions import Action, Again, Answer, AskMark, Broken, Idle, Send
from channels.smtp_replies import Reply, ReplyReader, Unreadable
from channels.smtp_session import SmtpSession
from channels.smtp_verdicts import stuffed
from domain.deliveries import Outcome, Parcel, Phase, Receipt, Trouble, is_plain

ONE = Parcel(1, "us@here.test", "one@there.test", b"Subject: 1\r\n\r\n.dot\r\n")
TWO = Parcel(2, "us@here.test", "two@there.test", b"Subject: 2\r\n\r\n")
READY = b"220 hi\r\n250-there.test\r\n250-SIZE 100000\r\n250 PIPELINING\r\n"
ENVELOPE_ONE = (
    b"MAIL FROM:<us@here.test> SIZE=20\r\nRCPT TO:<one@there.test>\r\nDATA\r\n"
)
ENVELOPE_TWO = b"MAIL FROM:<us@here.test> SIZE=14\r\nRCPT TO:<two@there.test>\r\nDATA\r\n"
TAKEN = b"250 ok\r\n250 ok\r\n354 go on\r\n"


def ready(greeting: bytes = READY) -> SmtpSession:
    session = SmtpSession(local_hostname="here.test", starttls=False)
    assert session.receive(greeting[: greeting.index(b"250")]) == [Send(b"EHLO here.test\r\n")]
    assert session.receive(greeting[greeting.index(b"250") :]) == [Idle()]
    return session


def test_pipelined_envelope_is_one_write_and_the_dot_takes_the_next_along() -> None:
    session = ready()
    assert session.begin(ONE) == [Send(ENVELOPE_ONE)]
    assert session.receive(TAKEN) == [Send(b"Subject: 1\r\n\r\n..dot\r\n"), AskMark(ONE)]
    assert session.finish(TWO) == [Send(b".\r\n" + ENVELOPE_TWO)]
    assert session.dot_out
    assert session.receive(b"250 kept\r\n" + TAKEN) == [
        Answer(ONE, Receipt(Outcome.SENT, Phase.DOT, 250, "kept")),
        Send(b"Subject: 2\r\n\r\n"),
        AskMark(TWO),
    ]
    assert not session.dot_out
    assert session.finish() == [Send(b".\r\n")]
    assert session.receive(b"250 kept\r\n")[-1] == Idle()


def test_lock_step_sends_one_command_at_a_time() -> None:
    session = ready(b"220 hi\r\n250 there.test\r\n")
    assert session.begin(TWO) == [Send(b"MAIL FROM:<us@here.test>\r\n")]
    assert session.receive(b"250 ok\r\n") == [Send(b"RCPT TO:<two@there.test>\r\n")]
    assert session.receive(b"250 ok\r\n") == [Send(b"DATA\r\n")]
    assert session.receive(b"354 go on\r\n") == [Send(TWO.data), AskMark(TWO)]
    assert session.finish() == [Send(b".\r\n")]


def test_refused_recipient_is_followed_by_rset() -> None:
    session = ready()
    session.begin(ONE)
    actions = session.receive(b"250 ok\r\n550 5.1.1 who?\r\n503 no\r\n")
    assert actions == [
        Answer(ONE, Receipt(Outcome.REFUSED_RECIPIENT, Phase.RCPT, 550, "5.1.1 who?")),
        Idle(),
    ]
    assert session.begin(TWO) == [Send(b"RSET\r\n" + ENVELOPE_TWO)]
    assert session.receive(b"250 ok\r\n" + TAKEN) == [Send(TWO.data), AskMark(TWO)]


def test_sender_deferred_and_data_accepted_all_the_same_ends_the_connection() -> None:
    session = ready()
    session.begin(ONE)
    actions = session.receive(b"451 later\r\n250 ok\r\n354 go on\r\n")
    assert actions == [Answer(ONE, Receipt(Outcome.LATER, Phase.MAIL, 451, "later")), Broken()]


def test_lone_dot_that_is_accepted_ends_the_connection() -> None:
    session = ready()
    session.begin(ONE)
    assert session.receive(b"250 ok\r\n550 who?\r\n354 go on\r\n")[-1] == Send(b".\r\n")
    assert session.receive(b"250 kept\r\n") == [Broken()]


@pytest.mark.parametrize("reply", [b"354 what?\r\n", b"220 hello\r\n", b"\xff\r\n", b"250-a\r\n251 b\r\n", b"2\r\n"])
def test_answer_to_the_dot_that_makes_no_sense_is_unsure(reply: bytes) -> None:
    session = ready()
    session.begin(ONE)
    session.receive(TAKEN)
    session.finish(TWO)
    answered, again, broken = session.receive(reply)
    assert isinstance(answered, Answer)
    assert (answered.receipt.outcome, again, broken) == (Outcome.UNSURE, Again(TWO), Broken())


def test_reply_before_the_dot_is_never_taken_for_acceptance() -> None:
    session = ready()
    session.begin(ONE)
    session.receive(TAKEN)
    answered, broken = session.receive(b"250 kept\r\n")
    assert isinstance(answered, Answer)
    assert (answered.receipt.outcome, broken) == (Outcome.LATER, Broken())


def test_loss_before_anything_was_said_of_a_parcel_on_a_used_connection_gives_it_again() -> None:
    session = ready()
    session.begin(ONE)
    session.receive(TAKEN)
    session.finish(TWO)
    session.receive(b"250 kept\r\n")
    assert session.lost("gone") == [Again(TWO), Broken()]


def test_loss_while_setting_up_is_trouble_of_that_phase() -> None:
    session = SmtpSession(local_hostname="here.test", starttls=True)
    session.receive(b"220 hi\r\n")
    assert session.lost("gone") == [Broken(Trouble(Phase.EHLO, "gone"))]
    assert session.lost("gone") == []


def test_giving_back_before_the_dot_returns_and_after_it_is_unsure() -> None:
    session = ready()
    session.begin(ONE)
    session.receive(TAKEN)
    session.finish(TWO)
    outcomes = [a.receipt.outcome for a in session.give_back() if isinstance(a, Answer)]
    assert outcomes == [Outcome.UNSURE, Outcome.RETURNED]


@given(st.lists(st.integers(1, 40), max_size=30))
def test_replies_cut_anywhere_read_the_same(cuts: list[int]) -> None:
    session = SmtpSession(local_hostname="here.test", starttls=False)
    assert cut_up(session, READY, cuts) == [Send(b"EHLO here.test\r\n"), Idle()]
    session.begin(ONE)
    assert cut_up(session, TAKEN, cuts) == [Send(stuffed(ONE)), AskMark(ONE)]
    session.finish()
    assert cut_up(session, b"250-a\r\n250 b\r\n", cuts) == [
        Answer(ONE, Receipt(Outcome.SENT, Phase.DOT, 250, "a b")),
        Idle(),
    ]


TAIL = ["250 ok", "250 2.1.5 ok", "354 go on"]
LINES = [
    "250 kept", "250", "250 ", "250-a", "251 forwarded", "259 odd", "260 no", "354 go on", "421 bye", "451 later",
    "550 5.1.1 who?", "552 full", "250 caf\xe9 \u0645", "25", "x", f"250 {'long ' * 200}", f"250 {'flood' * 1000}",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=5), st.booleans(), st.sampled_from(["\r\n", "\n", "\r\r\n"])
)
def test_replies_that_come_together_mean_what_they_mean_one_by_one(lines: list[str], go_on: bool, end: str) -> None:
    stream = "".join(f"{line}{end}" for line in (lines + TAIL if go_on else lines)).encode()
    found = []
    for cuts in ([], [1] * len(stream)):
        session = ready()
        session.begin(ONE)
        session.receive(TAKEN)
        session.finish(TWO)
        actions = cut_up(session, stream, cuts)
        state = (session.dot_out, session.replies, session.fresh, session.carries)
        found.append((actions, state, session.give_back()))
    assert found[0] == found[1]


def cut_up(session: SmtpSession, stream: bytes, cuts: list[int]) -> list[Action]:
    actions: list[Action] = []
    for size in [*cuts, len(stream)]:
        piece, stream = stream[:size], stream[size:]
        if piece:
            actions.extend(session.receive(piece))
    return actions


@given(st.binary(max_size=200))
def test_no_bytes_make_the_session_raise_or_write_a_dot(data: bytes) -> None:
    session = ready()
    session.begin(ONE)
    actions: Sequence[Action] = session.receive(data)
    sent = b"".join(a.data for a in actions if isinstance(a, Send))
    assert b"\r\n.\r\n" not in sent
    outcomes = {a.receipt.outcome for a in actions if isinstance(a, Answer)}
    assert not outcomes & {Outcome.SENT, Outcome.UNSURE}


@given(st.lists(st.sampled_from([b".", b"..", b"", b"a", b".a", b"a."]), max_size=8), st.booleans())
def test_stuffing_never_holds_an_end_of_data_and_reads_back(lines: list[bytes], ended: bool) -> None:
    data = b"\r\n".join(lines) + (b"\r\n" if ended else b"")
    wire = stuffed(Parcel(1, "", "a@b.test", data))
    assert b"\r\n.\r\n" not in b"\r\n" + wire
    unstuffed = (b"\r\n" + wire).replace(b"\r\n.", b"\r\n")[2:]
    assert unstuffed == (data if data.endswith(b"\r\n") else data + b"\r\n")
    assert is_plain(data) == (wire == data)


@pytest.mark.parametrize(
    "data", [b"a\r\n.\r\n", b".\r\n", b"a\n\r\n", b"a\r", b"a", b"\xff\r\n", b"a\n.\r\n", b"a\r.\r\n"]
)
def test_what_cannot_go_as_it_is_is_not_plain(data: bytes) -> None:
    assert not is_plain(data)


def test_reader_joins_lines_and_refuses_floods() -> None:
    reader = ReplyReader()
    reader.feed(b"250-5.7.1 a\r\n250 b\r\n")
    reply = reader.next()
    assert reply == Reply(250, (b"5.7.1 a", b"b"))
    assert (reply.text, reply.enhanced, reader.next()) == ("5.7.1 a b", "5.7.1", None)
    reader.feed(b"2" * 5000)
    with pytest.raises(Unreadable):
        reader.next()
    flood = ReplyReader()
    flood.feed(b"250-x\r\n" * 20000)
    with pytest.raises(Unreadable):
        flood.next()


def test_pacer_spaces_evenly_and_never_catches_up() -> None:
    now = 100.0
    pacer = Pacer(30, lambda: now)
    waits = []
    for step in (0.0, 0.5, 1.5, 60.0, 0.0):
        now += step
        waits.append(pacer.wait())
        if not waits[-1]:
            pacer.start()
    assert waits == [0.0, 1.5, 0.0, 0.0, 2.0]
    assert Pacer(None, lambda: now).wait() == 0.0
