"""What a touch becomes in a chat: words, buttons that work, the calendar file, the page."""

from dataclasses import replace
from datetime import timedelta

import icalendar
import pytest

from channels.memory_telegram import MemoryTelegram
from channels.telegram_message import ChatMessage, thaw
from domain.cadences import Purpose
from domain.facts import Facts
from domain.messages import State
from domain.planning import Send
from domain.sessions import Session
from domain.touches import Touch
from steps.compose import compose
from steps.deliver import deliver
from store import invitations, outbox, participants, sessions
from store.outbox import NewMessage
from tests.steps.bot_place import ADA, BotPlace


def composed(bot: BotPlace, person: int, session: Session | None, touchpoint: str) -> NewMessage:
    """The message of that touchpoint to this person's chat."""
    conn, now = bot.app.conn, bot.time
    one = participants.load(conn, [person], now)[person]
    point = bot.programme.rules.touchpoints[touchpoint]
    invitation = invitations.of_session(conn, session.id, [person]).get(person) if session else None
    facts = Facts(one, registered_at=now, session=session, invitation=invitation)
    touch = Touch(
        key=f"{touchpoint}/{person}", touchpoint=touchpoint, purpose=point.purpose, topic=point.topic,
        participant_id=person, session_id=session.id if session else None,
        sequence=session.sequence if session else None, expires_at=now + timedelta(days=1), because="test",
    )  # fmt: skip
    return compose(bot.app, Send(touch, "test", one.telegram), facts, State.QUEUED, now)


def touchpoint(bot: BotPlace, purpose: Purpose) -> str:
    return next(code for code, point in bot.programme.rules.touchpoints.items() if point.purpose is purpose)


def test_invitation_has_words_buttons_calendar_file_and_page(bot: BotPlace) -> None:
    bot.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    bot.app = bot.another()
    person = bot.linked(language="fr")
    session, invitation = bot.invited(person)
    made = composed(bot, person, session, "invitation")
    message = thaw(made.data)
    assert (made.channel, made.recipient, made.sender, made.repeatable) == ("telegram", str(ADA), "", False)
    assert "Proposal writing" in message.text
    assert [[b.text for b in row] for row in message.buttons] == [["Oui", "Non", "Peut-être"], ["Ouvrir la page"]]
    assert [b.data for b in message.buttons[0]] == [f"rsvp/{invitation}/{c}/0" for c in ("yes", "no", "maybe")]
    assert message.buttons[1][0].url == f"https://pages.example.org/sessions/{session.id}"
    assert message.document is not None
    assert message.document.name == "invite.ics"
    calendar = icalendar.Calendar.from_ical(message.document.content)
    (event,) = calendar.walk("VEVENT")
    known = invitations.get(bot.app.conn, invitation)
    assert known is not None
    assert (str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"])) == ("REQUEST", known.uid, 0)


def test_nudge_in_a_chat_asks_again_with_the_newest_sequence(bot: BotPlace) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    session = bot.change(session, start="2026-12-05T10:00Z")
    message = thaw(composed(bot, person, session, touchpoint(bot, Purpose.NUDGE)).data)
    assert message.buttons[0][0].data == f"rsvp/{invitation}/yes/1"
    assert message.document is not None
    assert b"SEQUENCE:1" in message.document.content


def test_reminder_has_buttons_and_no_file(bot: BotPlace) -> None:
    person = bot.linked()
    session, _ = bot.invited(person)
    message = thaw(composed(bot, person, session, "reminder_one_hour").data)
    assert (message.document, len(message.buttons)) == (None, 1)
    assert "https://meet.example.org/x" in message.text


def test_page_that_only_we_can_reach_has_no_button(bot: BotPlace) -> None:
    bot.environ["LETSCONNECT_PAGES_URL"] = "http://127.0.0.1:8080"
    bot.app = bot.another()
    person = bot.linked()
    session, _ = bot.invited(person)
    assert len(thaw(composed(bot, person, session, "reminder_one_hour").data).buttons) == 1


def test_person_without_an_address_gets_no_file(bot: BotPlace) -> None:
    person = bot.linked()
    session, _ = bot.invited(person)
    bot.app.conn.execute("update outbox set contact_point_id = null")
    bot.app.conn.execute("delete from contact_points where channel = 'email'")
    assert thaw(composed(bot, person, session, "invitation").data).document is None


def test_onboarding_has_words_only(bot: BotPlace) -> None:
    person = bot.linked()
    message = thaw(composed(bot, person, None, touchpoint(bot, Purpose.ONBOARDING_SKILLS)).data)
    assert (message.buttons, message.document) == ((), None)


def test_unusual_titles_stay_within_the_limits(bot: BotPlace) -> None:
    person = bot.linked(language="ar")
    session, _ = bot.invited(person, "😀 A title of unusual length " * 7)
    for code, point in bot.programme.rules.touchpoints.items():
        if point.purpose in (Purpose.INVITATION, Purpose.UPDATE, Purpose.REMINDER, Purpose.NUDGE, Purpose.CANCELLATION):
            assert isinstance(thaw(composed(bot, person, session, code).data), ChatMessage)


def test_button_of_a_delivered_reminder_is_answered(bot: BotPlace) -> None:
    """The whole way: composed, delivered, pressed, counted, and proven to have arrived."""
    person = bot.linked()
    session, invitation = bot.invited(person)
    made = replace(composed(bot, person, session, "reminder_one_hour"), key="chat/of the test", purpose="chat_answer")
    assert outbox.record(bot.app.conn, made, bot.time)
    channel = MemoryTelegram()
    assert deliver(bot.app, channel=channel).sent == 1
    (message,) = channel.said(ADA)
    bot.app.conn.execute("update outbox set state = 'unsure' where key = 'chat/of the test'")
    bot.api.forge_press(ADA, message.buttons[0][0].data)
    bot.hear()
    found = sessions.get(bot.app.conn, session.id)
    assert found is not None
    assert bot.partstat(person, found) == "ACCEPTED"
    assert bot.by_key("chat/of the test").state is State.SENT
    assert invitation == made.invitation_id


@pytest.mark.parametrize("other", ["sent", "unsure"])
def test_button_that_two_messages_have_proves_neither(bot: BotPlace, other: str) -> None:
    person = bot.linked()
    session, invitation = bot.invited(person)
    for key, code in (("chat/one", "reminder_two_days"), ("chat/other", "reminder_one_hour")):
        made = replace(composed(bot, person, session, code), key=key, message_id=key, purpose="chat_answer")
        assert outbox.record(bot.app.conn, made, bot.time)
    assert deliver(bot.app, channel=MemoryTelegram()).sent == 2
    bot.app.conn.execute("update outbox set state = 'unsure' where key = 'chat/one'")
    bot.app.conn.execute("update outbox set state = ? where key = 'chat/other'", (other,))
    bot.api.forge_press(ADA, f"rsvp/{invitation}/yes/0")
    bot.hear()
    assert bot.partstat(person, session) == "ACCEPTED"
    assert (bot.by_key("chat/one").state, bot.by_key("chat/other").state) == (State.UNSURE, State(other))
