"""The forecast is the planner's own question: what it foresees is what the clock then brings, for random programmes."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config import programme, settings
from domain.invitations import PartStat, Rsvp, RsvpSource
from domain.participants import Health
from domain.sessions import Session
from domain.times import iso
from steps import outbox
from steps.deliver import deliver
from steps.forecast import Foreseen, forecast
from steps.why import why
from store import chats, contact_points, database, invitations, meta
from tests.programme import NOON, Place
from tests.season.season_place import TwoChannels

ZONES = (
    "UTC", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "America/New_York", "Pacific/Chatham", "",
    "America/Nuuk", "Asia/Tokyo",
)  # fmt: skip
DAYS, LONGER = 3, 12


def populate(place: TwoChannels, dice: random.Random) -> None:
    """Facts of every kind, and a past: some of it planned, some delivered, some changed since."""
    people = [
        place.person(
            zone=dice.choice(ZONES),
            email=None if dice.random() < 0.05 else "",
            language=dice.choice(("en", "fr", "ar")),
            consents=dice.choice(({}, {}, {"invitations": True}, {"invitations": False})),
            programme=dice.random() < 0.8,
        )
        for _ in range(14)
    ]
    learning_spaces = [
        place.session(
            f"Space {n}",
            iso(place.time + timedelta(hours=dice.randint(2, 24 * 6), minutes=dice.choice((0, 15)))),
            kind=dice.choice(("clinic", "orientation")),
        )
        for n in range(4)
    ]
    for person in people:
        hour = dice.choice((None, None, 7, 18, 22))
        place.app.conn.execute("update participants set preferred_hour = ? where id = ?", (hour, person))
        # some have been here for weeks: onboarding, and those who never came
        ago = iso(place.time - timedelta(days=dice.choice((0, 0, 2, 9, 43, 74)), minutes=dice.randrange(600)))
        registered = "update participants set registered_at = ? where id = ? and registered_at is not null"
        place.app.conn.execute(registered, (ago, person))
        if dice.random() < 0.4:
            chats.link(place.app.conn, person, 9000 + person, place.time - timedelta(days=dice.choice((0, 1, 90))))
    for _ in range(3):
        for person in people:
            if dice.random() < 0.3:
                place.register(person, dice.choice(learning_spaces))
        if dice.random() < 0.8:
            place.plan()
        if dice.random() < 0.7:
            place.deliver(limit=dice.choice((None, None, 5)))
            deliver(place.app, channel=place.chat)
        for _ in range(4):
            happen(place, dice, people, learning_spaces)
        place.later(minutes=dice.choice((0, 20, 400)))


def happen(place: TwoChannels, dice: random.Random, people: list[int], learning_spaces: list[Session]) -> None:
    person, session = dice.choice(people), dice.choice(learning_spaces)
    conn = place.app.conn
    match dice.randrange(14):
        case 0:
            contact_points.suppress(
                conn, person, dice.choice(("*", "sessions", "general_invitations")), "", place.time
            )
        case 1:
            place.set_address(person, dice.choice(("soft", "hard")))
        case 2:
            place.withdraw(person, session)
        case 3 | 4:
            invited = invitations.of_session(conn, session.id, [person]).get(person)
            if invited is not None:
                fresh = conn.execute("select sequence, time_sequence from sessions where id = ?", (session.id,))
                sequence, time_sequence = fresh.fetchone()
                source = dice.choice((RsvpSource.MAIL_TEXT, RsvpSource.CALENDAR))
                rsvp = Rsvp(invited.id, dice.choice(list(PartStat)[1:]), source, sequence, place.time)
                with database.write(conn):
                    invitations.record_rsvp(conn, rsvp, time_sequence, place.time)
        case 5:
            (state,) = conn.execute("select state from sessions where id = ?", (session.id,)).fetchone()
            if state == "confirmed":
                place.change(session, start=iso(place.time + timedelta(hours=dice.randint(2, 24 * 6))))
        case 6:
            if dice.random() < 0.5:
                place.cancel(session)
        case 7:
            queued = [m.id for m in outbox.listing(place.app, {"state": "queued"})]
            if queued and dice.random() < 0.5:
                outbox.hold(place.app, [dice.choice(queued)], "test")
        case 8:
            place.writes(person)
        case 9:
            place.presses(person)
        case 10:
            away = place.time + timedelta(hours=dice.randrange(1, 24 * 8))
            conn.execute(
                "update contact_points set away_until = ? where participant_id = ? and channel = 'email'",
                (iso(away), person),
            )
        case 11:
            place.attended(person, session)
        case 12:
            place.skilled(person)
        case 13:
            chats.set_health(conn, 9000 + person, dice.choice((Health.BLOCKED, Health.OK)))


def live_through(place: TwoChannels, foreseen: list[Foreseen], end: datetime) -> set[str]:
    """Plan and deliver at every foreseen moment; the keys that left."""
    sent: list[str] = []
    for moment in sorted({place.time, *(one.at for one in foreseen if place.time <= one.at <= end), end}):
        place.time = moment
        while left := place.round():  # what left may call for more, or for another reason to wait
            sent += [key for _, key, _ in left]
    assert len(sent) == len(set(sent))
    return set(sent)


@pytest.mark.parametrize("seed", range(16))
def test_forecast_is_what_comes(tmp_path: Path, seed: int) -> None:
    days = LONGER if seed % 2 else DAYS
    dice = random.Random(seed)
    start = NOON + timedelta(minutes=dice.randrange(1440))
    if seed % 3 == 0:  # a night in which clocks change, in New York, Chatham or Nuuk
        start = dice.choice((datetime(2026, 3, 7, tzinfo=NOON.tzinfo), datetime(2026, 4, 4, tzinfo=NOON.tzinfo)))
    rules = programme.load(settings.ROOT / "config").rules
    rules = replace(rules, weekly_cap=dice.choice((1, 2, 4)))
    place = TwoChannels(tmp_path, start, mass_plan=dice.choice((5, 500)), rules=rules)
    populate(place, dice)
    before, changes = place.outbox(), place.app.conn.total_changes
    foreseen = forecast(place.app, days)
    assert place.app.conn.total_changes == changes  # it only looks
    assert len({one.key for one in foreseen}) == len(foreseen)

    end = place.time + timedelta(days=days)
    sent = live_through(place, foreseen, end)
    assert {one.key for one in foreseen if one.verdict == "send"} == sent
    after = place.outbox()
    for one in foreseen:
        if one.verdict == "skip" and one.recorded:
            assert after[one.key] in ("cancelled", "expired", "draft", "held"), one
        elif one.verdict == "hold" and (one.recorded or one.because == "waits for approval"):
            assert after[one.key] in ("held", "draft", "queued"), one
        elif one.verdict in ("hold", "skip"):
            assert after.get(one.key, "cancelled") == "cancelled", one  # taken back earlier, and not written anew
    for key, state in after.items():
        if state == "sent" and before.get(key) != "sent":
            assert key in sent
    decided = {
        row["key"]: (row["verdict"], row["because"])
        for row in place.app.conn.execute("select * from decisions")
    }
    waiting = [one for one in foreseen if one.verdict in ("hold", "skip") and not one.recorded]
    waiting = [one for one in waiting if one.because != "waits for approval"]
    # what was refused at first and had become moot by the end was still refused for the foreseen reason
    over = {s[0] for s in place.app.conn.execute("select id from sessions where starts_at <= ?", (iso(end),))}
    for one in waiting:
        if one.session_id not in over:
            verdict, because = decided[one.key]
            assert verdict == one.verdict, one
            if verdict == "skip":  # why something waits (the cap, the night) hangs on when it was looked at last
                assert because == one.because, one


def test_forecast_recorded_general_invitation_waits_for_the_morning(place: Place) -> None:
    place.time = NOON.replace(hour=20, minute=50)
    place.person()
    place.session(kind="orientation")
    place.plan()
    place.time = NOON.replace(hour=22)
    (general,) = [one for one in forecast(place.app, 1) if one.key == "invite/1/0/1"]
    assert (general.verdict, general.at, general.recorded) == ("send", NOON.replace(day=23, hour=8), True)
    (general,) = [one for one in forecast(place.app, 0) if one.key == "invite/1/0/1"]
    assert (general.verdict, general.at) == ("hold", NOON.replace(day=23, hour=8))


def test_forecast_mass_waits_for_approval(tmp_path: Path) -> None:
    place = Place(tmp_path, mass_plan=2)
    for _ in range(3):
        place.person()
    assert {(one.verdict, one.because) for one in forecast(place.app, 1)} == {("hold", "waits for approval")}


def test_forecast_restored_database_holds_everything(place: Place) -> None:
    place.person()
    place.plan()
    place.person()
    meta.put(place.app.conn, meta.RESTORED, "then")
    assert [(one.key, one.verdict, one.because) for one in forecast(place.app, 1)] == [
        ("welcome/1", "hold", "held until a person releases it"),
        ("welcome/2", "hold", "held until a person releases it"),
    ]


def test_forecast_copy_past_its_use_is_skipped(place: Place) -> None:
    place.person()
    place.tick()
    outbox.resend(place.app, 1, "test")
    place.app.conn.execute("update outbox set expires_at = ? where id = 2", (iso(place.time),))
    (copy,) = forecast(place.app, 1)
    assert (copy.key, copy.verdict, copy.because) == ("welcome/1#2", "skip", "too late to be of use")


def test_why_names_every_message_and_non_message(place: Place) -> None:
    ada = place.person(consents={"invitations": False})
    session, general = place.session(), place.session("Open", kind="orientation")
    other = place.session("Not mine")
    place.register(ada, session)
    place.tick()
    found = {(reason.session_id, reason.what): (reason.verdict, reason.because) for reason in why(place.app, str(ada))}
    assert found == {
        (None, "welcome"): ("sent", "registered for the programme"),
        (session.id, "invitation"): ("sent", "registered for the session"),
        (general.id, "invitation"): ("skip", "did not agree to general invitations"),
        (other.id, "invitation"): ("none", "not registered for it, and it is not a general invitation"),
    }
    assert {reason.session_id for reason in why(place.app, str(ada), "Not mine")} == {other.id}
