"""Linking a chat to a person by the one-time link of a mail: asked first, because mails are passed on."""

from datetime import timedelta

from steps import chat_links, chat_words
from steps.chat_visit import Reading, Visit
from store import chats, contact_points
from templates_email import chats as words

CONFIRM_WITHIN = timedelta(days=1)


def start(visit: Visit) -> Reading:
    """/start, with a link's payload or without."""
    if not visit.event.text:
        return _start_again(visit)
    person = chat_links.opened(visit.app, visit.conn, visit.event.text)
    if person is None:
        return visit.read("link", words.LinkRefused(), reason="no unused link of ours")
    if person == visit.person_id:
        return _start_again(visit)
    chats.ask(visit.conn, person, visit.event.chat_id, visit.now)
    question = words.LinkQuestion(first_name=visit.first_name(person))
    return Reading("read", "link", "", person, said=visit.say(question, chat_words.link_rows(person), person))


def _start_again(visit: Visit) -> Reading:
    if visit.person_id is None:
        return visit.help()
    lifted = contact_points.lift(visit.conn, visit.person_id, "*", visit.now, channel="telegram")
    return visit.read("start", words.Started(), count="starts") if lifted else visit.help()


def confirm(visit: Visit, yes: bool, person: int) -> Reading:
    """A press of the question's buttons. It counts in the chat that was asked, and once."""
    asked = chats.asked(visit.conn, person)
    if asked.chat_id != visit.event.chat_id or asked.asked_at is None:
        if person == visit.person_id:
            return visit.read("link", reason="pressed twice")
        return visit.read("link", words.LinkRefused(), reason="this chat was not asked")
    if visit.now - asked.asked_at > CONFIRM_WITHIN:
        return visit.read("link", words.LinkRefused(), reason="asked too long ago")
    if not yes:
        chats.ask(visit.conn, person, None, visit.now)
        return visit.read("link", words.LinkRefused(), reason="said no")
    chats.link(visit.conn, person, visit.event.chat_id, visit.now)
    visit.person_id = person
    return visit.read("linked", words.Linked(first_name=visit.first_name(person)), count="links")
