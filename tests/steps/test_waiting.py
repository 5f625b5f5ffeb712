"""What waits for a person, one by one, and each thing's settling."""

from datetime import timedelta

import pytest

from domain.errors import UserError
from domain.newsletter import IssueKind
from domain.times import iso
from steps import newsletter, rsvps, waiting
from steps.inbox import read_filed
from steps.status import needs_person
from tests.programme import Place
from tests.steps.mails_in import calendar_answer, reply_by_text


@pytest.fixture
def desk(place: Place) -> Place:
    """One of each: a mail, a row of an import, a task, an unsure and a refused message, an issue, two answers."""
    app, conn = place.app, place.app.conn
    session = place.session()
    people = [place.person(name) for name in ("Adaeze Planted", "Bo Planted")]
    place.welcomed()
    for person in people:
        place.register(person, session)
    place.tick()
    conn.execute("update outbox set state = 'failed' where participant_id = 2")
    place.file(b"x", received=place.time - timedelta(days=2))
    conn.execute("update inbox set state = 'quarantined'")
    place.file(calendar_answer(app.uid(1, 1), "ACCEPTED", dtstamp=place.time))
    place.later(hours=1)
    place.file(reply_by_text("No", to=place.by_key("invite/1/0/1").message_id))
    read_filed(app)
    conn.execute("update outbox set state = 'unsure' where participant_id = 1 and purpose = 'invitation'")
    at = iso(place.time)
    run = "import_runs (id, kind, source, sha256, started_at)"
    row = "import_rejections (run_id, line, field, reason, raw)"
    conn.execute(f"insert into {run} values (1, 'x', 'a.csv', 'x', ?)", (at,))
    conn.execute(f"insert into {row} values (1, 94, 'email', 'Planted', '')")
    task = "insert into desk_tasks (key, participant_id, session_id, coordinator, because, created_at) values"
    conn.execute(f"{task} ('t', 2, 1, 'Eve', 'Planted', ?)", (at,))
    newsletter.draft(app, IssueKind.DIGEST, "test")
    conn.execute("update issues set state = 'skipped'")
    return place


def listed(place: Place) -> dict[str, str]:
    return {thing.ref: thing.about for thing in waiting.things(place.app)}


def test_everything_is_listed_oldest_first_without_a_name(desk: Place) -> None:
    assert listed(desk) == {
        "mail 1": "could not be read, came at 12:00 UTC",
        "message 1": "invitation to person 1: nobody can know whether it arrived",
        "message 2": "invitation to person 2: refused",
        "answer 1/1": "session 1, person 1: two answers",
        "issue 1": "digest: nothing to say, so it was skipped",
        "row 1": "line 94, email",
        "task 1": "person 2, session 1",
    }
    assert "Planted" not in str(waiting.things(desk.app))


@pytest.mark.parametrize(
    ("ref", "outcome", "said"),
    [
        ("mail 1", "seen to", "Mail 1 is settled."),
        ("row 1", "seen to", "Row 1 is settled."),
        ("task 1", "seen to", "Task 1 is settled."),
        ("issue 1", "seen to", "Issue 1 is settled."),
        ("message 1", "it arrived", "Message 1 is taken as arrived."),
        ("message 1", "send it again", "Message 1 leaves again."),
        ("message 2", "send it again", "Message 2 leaves again, as message 3."),
        ("answer 1/1", "yes", "Person 1 said yes to session 1."),
    ],
)
def test_settled_thing_waits_no_more_here_nor_on_the_desk(desk: Place, ref: str, outcome: str, said: str) -> None:
    before, counted = listed(desk), len(needs_person(desk.app))
    desk.later(minutes=1)
    assert waiting.settle(desk.app, ref, outcome, "eve") == said
    assert listed(desk) == {other: about for other, about in before.items() if other != ref}
    assert len(needs_person(desk.app)) == counted - 1


def test_outcomes_are_kept(desk: Place) -> None:
    desk.later(minutes=1)
    waiting.settle(desk.app, "message 1", "it arrived", "eve")
    waiting.settle(desk.app, "answer 1/1", "yes", "eve")
    assert desk.message(1).note == "eve says it arrived"
    assert (desk.message(1).state, rsvps.contradictions(desk.app)) == ("sent", [])
    assert desk.app.conn.execute("select partstat from invitations where id = 1").fetchone()[0] == "ACCEPTED"


def test_message_that_is_refused_again_waits_again(desk: Place) -> None:
    waiting.settle(desk.app, "message 2", "send it again", "eve")
    desk.app.conn.execute("update outbox set state = 'failed' where id = 3")
    assert [ref for ref in listed(desk) if ref.startswith("message")] == ["message 1", "message 3"]


@pytest.mark.parametrize(
    ("ref", "outcome", "problem"),
    [
        ("mail 9", "seen to", "mail 9: does not wait for a person"),
        ("mail 1", "yes", "outcome: 'yes' is no outcome of a mail. Choose seen to"),
        ("message 1", "seen to", "outcome: 'seen to' is no outcome of a message. Choose it arrived or send it again"),
        ("(there is none to choose from)", "seen to", "thing: '(there is none to choose from)' is not one of"),
        ("mail 1; drop", "seen to", "thing: 'mail 1; drop' is not one of the things that wait."),
        ("answer 1", "yes", "thing: 'answer 1' is not one of the things that wait."),
        ("mail 1/1", "seen to", "thing: 'mail 1/1' is not one of the things that wait."),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(desk: Place, ref: str, outcome: str, problem: str) -> None:
    before = listed(desk)
    with pytest.raises(UserError) as refused:
        waiting.settle(desk.app, ref, outcome, "eve")
    assert problem in str(refused.value)
    assert listed(desk) == before
