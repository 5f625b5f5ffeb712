"""No more of this: one press, by a mail program's own button too (RFC 8058), topic by topic, and undone as easily.

The link names the message that brought somebody here, and the topic is that message's. What a wish does is in
`steps/topics.py`.
"""

from starlette.responses import Response

from domain.messages import Message
from steps import topics
from steps.page_links import Page
from steps.topics import EVERYTHING
from web.refusals import Refused
from web.room import Spot
from web.visit import Visit


def show(visit: Visit) -> Response:
    return _page(visit, *_reader(visit))


def press(visit: Visit) -> Response:
    message, wishes = _reader(visit)
    match visit.form.choice("do", ("stop", "stop_all", "undo", "undo_all", "choose"), needed=True):
        case "stop":
            topics.stop(visit.app, message, message.topic, "asked on the page")
        case "stop_all":
            topics.stop(visit.app, message, EVERYTHING, "asked on the page")
        case "undo":
            topics.resume(visit.app, wishes.person.id, message.topic)
        case "undo_all":
            topics.resume(visit.app, wishes.person.id, EVERYTHING)
        case "choose":
            wanted = visit.form.many("topic", wishes.wanted)
            if not visit.form.problems:
                topics.choose(visit.app, wishes.person.id, wanted)
    if visit.form.problems:
        return _page(visit, message, wishes)
    return visit.back()


def one_click(visit: Visit) -> Response:
    """RFC 8058 section 3.1: the mail service presses the button; it reads no page."""
    message, wishes = _reader(visit)
    if wishes.wanted.get(message.topic, True):  # a service may ask twice
        topics.stop(visit.app, message, message.topic, "asked by a mail program's button")
    return _page(visit, *_reader(visit))


def _reader(visit: Visit) -> tuple[Message, topics.Wishes]:
    message = topics.of_reference(visit.app, visit.reference)
    wishes = topics.wishes(visit.app, message.participant_id) if message and message.participant_id else None
    if message is None or wishes is None:
        raise Refused(410, "over")
    visit.speaks(wishes.person.languages)
    return message, wishes


def _page(visit: Visit, message: Message, wishes: topics.Wishes) -> Response:
    """`message.topic` may be one of no cadence; then it is wanted until it was stopped, which made it known."""
    wanted = {message.topic: True} | wishes.wanted
    status = 422 if visit.form.problems else 200
    return visit.page("unsubscribe", status, topic=message.topic, wanted=wanted, nothing=wishes.nothing)


SPOTS = (Spot("/unsubscribe/{token}", show, press, Page.UNSUBSCRIBE, message=True, one_click=one_click),)
