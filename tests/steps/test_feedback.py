"""The feedback log: where something was said, what may be done with it, and whose it is."""

from datetime import date

import pytest

from domain.errors import UserError
from domain.feedback import Consent, Source
from steps import feedback, persons
from steps.feedback import Entry
from steps.inbox import read_filed
from tests.programme import Place
from tests.steps.mails_in import reply_by_text


def test_add_and_list(place: Place) -> None:
    ada, session = place.person(), place.session()
    feedback.add(place.app, Entry(Source.CALL, Consent.NAMED, "It helped.\x00", f"{ada}", f"{session.id}"), "amina")
    feedback.add(place.app, Entry(Source.MEETING, Consent.NONE, "Too long", said_on=date(2026, 11, 1)), "amina")
    assert [(f.source, f.consent, f.text, f.participant_id, f.session_id) for f in feedback.listing(place.app)] == [
        ("meeting", "none", "Too long", None, None), ("call", "named", "It helped.", ada, session.id),
    ]  # fmt: skip
    assert [f.text for f in feedback.listing(place.app, quotable=True)] == ["It helped."]
    assert [f.text for f in feedback.listing(place.app, until=date(2026, 11, 2))] == ["Too long"]


def test_add_says_everything_that_is_wrong(place: Place) -> None:
    with pytest.raises(UserError) as error:
        feedback.add(place.app, Entry(Source.CALL, Consent.NAMED, " ", said_on=date(2027, 1, 1)), "amina")
    assert [problem.where for problem in error.value.problems] == ["text", "--person", "--on"]


def test_mail_that_waits_is_taken_into_the_log_once(place: Place) -> None:
    place.person()
    place.tick()
    place.file(reply_by_text("Your sessions changed how we work.\n\nAda", to=place.by_key("welcome/1").message_id))
    read_filed(place.app)
    made = feedback.from_mail(place.app, 1, Consent.ANONYMOUS, "amina")
    (found,) = feedback.listing(place.app)
    assert (found.id, found.text, found.participant_id) == (made, "Your sessions changed how we work.\n\nAda", 1)
    assert place.app.conn.execute("select state from inbox").fetchone()[0] == "settled"
    with pytest.raises(UserError):
        feedback.from_mail(place.app, 1, Consent.ANONYMOUS, "amina")
    persons.erase(place.app, "1", "test")
    (erased,) = feedback.listing(place.app)
    assert (erased.text, erased.participant_id) == ("", None)
