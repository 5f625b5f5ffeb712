"""The gaps of a programme: people's wishes against sessions, and targets against the calendar."""

from datetime import timedelta

from domain.gaps import Cover
from domain.times import iso
from flows.topic_gaps import told
from steps import gaps, persons, status
from store import database, skills
from tests.programme import Place


def wishes(place: Place, direction: str, code: str, *people: int) -> None:
    with database.write(place.app.conn) as conn:
        skills.sync(conn, place.programme.skills)
        for person in people:
            conn.execute("insert into participant_skills values (?, ?, ?, '', '')", (person, code, direction))


def test_topics_without_a_session(place: Place) -> None:
    ada, ben, cy = (place.person(name) for name in ("Ada", "Ben", "Cy"))
    wishes(place, "learn", "surveys", ada, ben, cy)
    wishes(place, "learn", "mentoring", ada, ben)
    wishes(place, "learn", "advocacy", cy)
    wishes(place, "share", "mentoring", cy)
    place.session("Surveys", skills="surveys", start="2026-12-03T14:00Z")
    cancelled = place.session("Advocacy", skills="advocacy", start="2026-12-04T14:00Z")
    place.cancel(cancelled)
    found = gaps.find(place.app)
    assert (found.people, found.prioritised, found.covered) == (3, 3, 0)
    assert [(t.skill, t.learn, t.share, t.cover, t.prioritised) for t in found.topics] == [
        ("mentoring", 2, 1, Cover.SHARER, True), ("advocacy", 1, 0, Cover.NOBODY, True),
    ]  # fmt: skip
    assert found.topics[0].title == "Mentoring and giving feedback"
    place.later(days=20)
    assert gaps.find(place.app).covered == 1
    persons.erase(place.app, str(cy), "test")
    assert [(t.skill, t.share) for t in gaps.find(place.app).topics] == [("mentoring", 0)]


def test_targets_on_the_desk(place: Place) -> None:
    for days in (3, 40):
        start = iso(place.time + timedelta(days=days))
        place.session(f"Clinic {days}", start=start, led_by="community")
        place.session(f"Own {days}", start=start, led_by="working_group")
        place.session(f"Team {days}", start=start, led_by="team")
        place.session(f"Cluster {days}", start=start, kind="cluster")
    assert not any(t.short for t in gaps.targets(place.app))
    place.later(days=10)  # the next community clinic is more than two weeks after the last
    (due,) = [t for t in gaps.targets(place.app) if t.short and t.code == "community_clinics"]
    assert (due.last, due.due) == (place.time - timedelta(days=7), place.time + timedelta(days=7))
    assert gaps.find(place.app).targets == tuple(gaps.targets(place.app))
    (item,) = [i for i in status.needs_person(place.app) if i["kind"] == "targets"]
    assert item["count"] == sum(t.short for t in gaps.targets(place.app))
    assert "Learning clinics led by communities" in item["why"]


def test_artifact_says_it_in_words(place: Place) -> None:
    wishes(place, "learn", "mentoring", place.person())
    place.session("Long ago", start=iso(place.time + timedelta(hours=1)))
    place.later(days=300)
    text = told(gaps.find(place.app))
    assert text.startswith("1 wanted topic has no session, 4 targets are short of sessions.")
    assert "| Mentoring and giving feedback | 1 | 0 | prioritised |" in text
