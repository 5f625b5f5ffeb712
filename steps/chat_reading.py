"""What one update from Telegram comes to, and what is said back.

Called inside the transaction that settles the update. Who presses is known from the chat's contact point alone; the
data of a button proves nothing. In groups nothing personal is read or said.
"""

import json
import re
import sqlite3
from datetime import datetime

from channels.telegram_message import ChatMessage
from domain.chats import ChatEvent, Heard
from domain.participants import Health
from domain.replies import answer
from domain.reply_phrases import Answer
from steps import chat_linking, chat_proposals, chat_rsvps, chat_surveys, chat_words, checklist_answers
from steps.app import App
from steps.chat_visit import Reading, Visit
from steps.chat_words import Said
from store import chats, contact_points
from store.inbox import Filed
from templates_email import chats as words
from templates_email.catalogues import languages

_RSVP = re.compile(r"rsvp/(\d{1,18})/(?:(yes)|(no)|(maybe))/(\d{1,9})", re.ASCII)
_LINK = re.compile(r"link/(yes|no)/(\d{1,18})", re.ASCII)


def read(app: App, conn: sqlite3.Connection, event: ChatEvent, filed: Filed, now: datetime) -> Reading:
    """Record what the event says. What cannot be meant for us is ignored with a reason."""
    if event.kind is Heard.MIGRATED:
        chats.migrated(conn, event.chat_id, event.new_chat_id)
        return Reading("read", "migrated")
    if not event.private:
        return _in_group(event)
    chat = chats.by_chat(conn, event.chat_id)
    person_id = chat.participant_id if chat else None
    if event.kind in (Heard.BLOCKED, Heard.UNBLOCKED):
        chats.set_health(conn, event.chat_id, Health.BLOCKED if event.kind is Heard.BLOCKED else Health.OK)
        return Reading("read", event.kind.value, participant_id=person_id)
    if chat is not None:
        chats.sign_of_life(conn, event.chat_id, now)
    visit = Visit(app, conn, event, filed.id, filed.received_at, now, chat, person_id)
    if event.kind is Heard.START:
        return chat_linking.start(visit)
    if event.kind is Heard.BUTTON and (match := _LINK.fullmatch(event.data)):
        return chat_linking.confirm(visit, match[1] == "yes", int(match[2]))
    if person_id is None:
        return visit.help()
    if event.kind is Heard.BUTTON:
        return _button(visit)
    if event.kind is Heard.COMMAND:
        return _command(visit)
    if event.kind is Heard.FILE:
        return checklist_answers.sent_file(visit) or visit.unknown()
    return _text(visit) if event.kind is Heard.TEXT else visit.unknown()


def _in_group(event: ChatEvent) -> Reading:
    """A group hears its own number, which coordinators put into the settings, and nothing else."""
    if event.kind is Heard.COMMAND and event.word == "chatid":
        said = Said(ChatMessage(event.chat_id, str(event.chat_id)), "")
        return Reading("read", "chatid", said=said)
    return Reading("ignored", "group")


def _button(visit: Visit) -> Reading:
    data = visit.event.data
    if match := _RSVP.fullmatch(data):
        choice: chat_rsvps.Choice = "yes" if match[2] else "no" if match[3] else "maybe"
        return chat_rsvps.pressed(visit, int(match[1]), choice, int(match[5]))
    if match := chat_surveys.PRESSED.fullmatch(data):
        return chat_surveys.pressed(visit, int(match[1]), match[2], match[3])
    if match := checklist_answers.BUTTON.fullmatch(data):
        return checklist_answers.pressed(visit, int(match[1]), match[2] or "", match[3] or "")
    if match := checklist_answers.GUIDE.fullmatch(data):
        return checklist_answers.guide(visit, int(match[1]))
    if data.startswith("lang/"):
        return _language(visit, data.removeprefix("lang/"))
    return chat_rsvps.mine(visit) if data == "mine" else visit.unknown("no button of ours")


def _command(visit: Visit) -> Reading:
    word = visit.event.word
    if word == "mine":
        return chat_rsvps.mine(visit)
    if word == "survey":
        return chat_surveys.resume(visit)
    if word == "propose":
        return chat_proposals.propose(visit)
    if word == "cancel":
        return chat_proposals.cancel(visit)
    if word == "stop":
        return _stop(visit)
    if word == "language":
        return _language(visit, visit.event.text)
    return visit.help() if word == "help" else visit.unknown()


def _text(visit: Visit) -> Reading:
    said = answer(visit.event.text)
    if said is Answer.STOP:
        return _stop(visit)
    if chat_proposals.asked_last(visit):
        return chat_proposals.said(visit, said)
    if (reading := chat_surveys.said(visit)) is not None:
        return reading
    if (reading := checklist_answers.written(visit)) is not None:
        return reading
    # Yes to what? The buttons know.
    return chat_rsvps.mine(visit) if said is not None else visit.unknown()


def _stop(visit: Visit) -> Reading:
    assert visit.person_id is not None
    contact_points.suppress(visit.conn, visit.person_id, "*", "asked in the chat", visit.now, channel="telegram")
    chats.recall(visit.conn, visit.person_id, "asked for no more messages in this chat")
    return visit.read("stop", words.Stopped(), count="stops")


def _language(visit: Visit, text: str) -> Reading:
    assert visit.person_id is not None
    wanted = text.strip().lower()
    if wanted not in languages():
        return visit.read("language", words.LanguageQuestion(), chat_words.language_rows())
    others = [code for code in visit.person(visit.person_id).languages if code.lower() != wanted]
    chats.prefer_language(visit.conn, visit.person_id, json.dumps([wanted, *others]), visit.now)
    return visit.read("language", words.LanguageChosen(language=wanted))
