"""Sample people's answers, read by the real readers."""

from datetime import UTC, datetime, timedelta

import pytest

from calendars import invitations, replies
from channels import inbound, letter
from demo import answers
from demo.caught import Caught
from domain.invitations import PartStat
from domain.replies import Answer, answer

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
START = NOW + timedelta(days=9)
PROGRAMME = "letsconnect@example.org"
PERSON = answers.Person("منى عبد الرحمن", "mona@uni.example.com", PROGRAMME, NOW)


@pytest.fixture
def invitation() -> Caught:
    entry = invitations.Entry(
        uid="a" * 60 + "@example.org", sequence=3, dtstamp=NOW, start=START, end=START + timedelta(hours=2),
        summary="Numbers, and stories; día", description="d", location="https://meet.example.org", url="",
        organizer_name="Let's Connect: mail", organizer_address=PROGRAMME, attendee_name=PERSON.name,
        attendee_address=PERSON.address,
    )  # fmt: skip
    data = letter.build(
        letter.Letter(
            sender_name="Let's Connect", sender_address=PROGRAMME, recipient_name=PERSON.name,
            recipient_address=PERSON.address, subject="دعوة", text="Hello\n\nSee you\n", html="<p>Hello</p>", date=NOW,
            message_id="<m1@example.org>", language="ar", calendar=invitations.request(entry),
            calendar_method="REQUEST", headers=(), in_reply_to=None,
        )
    )  # fmt: skip
    return Caught(7, NOW, "letsconnect+b-m1@example.org", PERSON.address, data)


def read_calendar(sent: answers.Answer) -> list[replies.Reply]:
    mail = inbound.read(sent.data)
    return [r for part in mail.calendars for r in replies.read(part.data, part.charset, part.method)]


def test_caught_invitation_is_described(invitation: Caught) -> None:
    assert (invitation.purpose, invitation.language, invitation.subject) == ("update", "ar", "دعوة")
    assert (invitation.html.strip(), invitation.text.split()) == ("<p>Hello</p>", ["Hello", "See", "you"])
    assert answers.title(invitation) == "Numbers, and stories; día"


def test_google_yes_is_automatic_and_accepts(invitation: Caught) -> None:
    sent = answers.google_yes(invitation, PERSON)
    (reply,) = read_calendar(sent)
    assert (reply.partstat, reply.uid) == (PartStat.ACCEPTED, "a" * 60 + "@example.org")
    assert (reply.sequence, reply.start) == (3, START)
    assert inbound.read(sent.data).auto_submitted is True
    assert (sent.sender, sent.recipient) == (PERSON.address, PROGRAMME)


def test_outlook_no_declines_with_a_comment(invitation: Caught) -> None:
    (reply,) = read_calendar(answers.outlook_no(invitation, PERSON, "I travel that day"))
    assert (reply.partstat, reply.comment, reply.attendee) == (PartStat.DECLINED, "I travel that day", PERSON.address)


def test_other_time_is_a_counter(invitation: Caught) -> None:
    (reply,) = read_calendar(answers.other_time(invitation, PERSON, timedelta(hours=2), "¿Más tarde?"))
    assert (reply.method, reply.proposal(START)) == ("COUNTER", START + timedelta(hours=2))


@pytest.mark.parametrize(
    ("words", "wrote", "expected"),
    [
        ("Yes, I'll be there!", f"On 2026-11-22, Let's Connect <{PROGRAMME}> wrote:", Answer.YES),
        ("Sí, claro", f"El 2026-11-22, Let's Connect <{PROGRAMME}> escribió:", Answer.YES),
        ("لا", f"في 2026-11-22، كتب Let's Connect <{PROGRAMME}>:", Answer.NO),
        ("Could I join for the second hour only?", f"On 2026-11-22, Let's Connect <{PROGRAMME}> wrote:", None),
    ],
)
def test_written_answer_is_read_above_the_quote(
    invitation: Caught, words: str, wrote: str, expected: Answer | None
) -> None:
    mail = inbound.read(answers.written(invitation, PERSON, words, wrote).data)
    assert (answer(mail.text), mail.in_reply_to, mail.auto_submitted) == (expected, ("<m1@example.org>",), False)


def test_holiday_notice_is_automatic(invitation: Caught) -> None:
    mail = inbound.read(answers.holiday_notice(invitation, PERSON).data)
    assert (mail.auto_submitted, mail.calendars, mail.dsn) == (True, (), ())


def test_bounce_goes_to_the_envelope_and_names_the_message(invitation: Caught) -> None:
    sent = answers.bounce(invitation, NOW)
    (failed,) = inbound.read(sent.data).dsn
    assert (sent.sender, sent.recipient) == ("", "letsconnect+b-m1@example.org")
    assert (failed.action, failed.status, failed.original_message_id) == ("failed", "5.1.1", "<m1@example.org>")
    assert failed.final_recipient == PERSON.address


def test_unreadable_mail_cannot_be_read() -> None:
    with pytest.raises(inbound.Unreadable):
        inbound.read(answers.unreadable(PERSON).data)
