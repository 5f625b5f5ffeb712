"""Half a year of three hundred people against an oracle of plain rules: no wrong, double or missing message.

Hour by hour, every step run twice and killed before that at any instant; people answer by every door, late or never,
bounce, block, stop, go away and move countries; sessions move, change and fall. Takes most of a minute.
"""

import gc
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from config import settings
from tests.season.season_oracle import Sent, cadences, expected
from tests.season.season_world import END, HOUR, START, World

pytestmark = pytest.mark.timeout(280)


@pytest.fixture
def home() -> Iterator[Path]:
    """In memory where there is such a thing: what is killed here is no machine."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="season-") as folder:
        yield Path(folder)


class Season(World):
    """The world, the hours it goes through, and what arrived in it."""

    def __init__(self, folder: Path, seed: int, people: int) -> None:
        super().__init__(folder, seed, people)
        self.arrived: list[tuple[datetime, int, str]] = []

    def live(self) -> list[datetime]:
        """Every hour at which something could be done."""
        place, now, hours = self.place, START, []
        while now < END:
            hours.append(now)
            self.happens_until(now)
            mails, said = len(place.channel.stored), len(place.chat.stored)
            place.hour()
            for channel, parcels in (("email", place.channel.stored[mails:]), ("telegram", place.chat.stored[said:])):
                for parcel in parcels:
                    key = place.message(parcel.id).key
                    self.arrived.append((now, parcel.id, channel))
                    if channel == "telegram":
                        self.shows(parcel.data)
                    if not key.startswith(("chat/", "rsvp/")):
                        self.received(key, parcel.data, channel)
            now += HOUR
        return hours

    def left(self) -> list[Sent]:
        """What arrived, or may have, and what was put on the desk: once each, in order."""
        conn = self.place.app.conn
        found = {(at, self.place.message(i).key, channel) for at, i, channel in self.arrived}
        for row in conn.execute("select key, channel, created_at from outbox where state = 'unsure'"):
            found.add((datetime.fromisoformat(row["created_at"]), row["key"], row["channel"]))
            self.log.doubtful.add(row["key"])
        for row in conn.execute("select key, created_at from desk_tasks"):
            found.add((datetime.fromisoformat(row["created_at"]), row["key"], "desk"))
        return sorted((at, self._named(key), channel) for at, key, channel in found if not key.startswith("chat/"))

    def _named(self, key: str) -> str:
        """The confirmation of an answer by whose it was and when it came."""
        if not key.startswith("rsvp/"):
            return key
        row = self.place.app.conn.execute(
            "select r.stamp, i.session_id, i.participant_id from rsvps r join invitations i on i.id = r.invitation_id"
            " where r.id = ?",
            (int(key.split("/")[1]),),
        ).fetchone()
        return f"rsvp/{row[1]}/{row[2]}/{datetime.fromisoformat(row[0]):%m%d%H%M}"

    def more_than_once(self) -> list[str]:
        """Keys that arrived more often than is allowed: again only what a calendar takes twice, after a kill."""
        times = Counter(i for _, i, _ in self.arrived)
        repeats = dict(self.place.app.conn.execute("select id, repeats from outbox"))
        return [self.place.message(i).key for i, n in times.items() if n > 1 + repeats[i]]

    def sent_without_arriving(self) -> list[str]:
        """Keys of what the outbox says was sent, and nobody got."""
        arrived = {i for _, i, _ in self.arrived}
        rows = self.place.app.conn.execute("select id, key from outbox where state = 'sent'")
        return [row["key"] for row in rows if row["id"] not in arrived]


def test_half_a_year_against_the_oracle(home: Path) -> None:
    seed = int(os.environ.get("SEASON_SEED", "1"))
    season = Season(home, seed, people=300)
    gc.freeze()
    hours = season.live()
    left, states = season.left(), Counter(season.place.outbox().values())
    wanted = expected(season.log, cadences(settings.ROOT / "config" / "cadences.toml"), hours)
    missing, wrong = sorted(set(wanted) - set(left)), sorted(set(left) - set(wanted))
    print(f"seed {seed}: {len(wanted)} expected, {season.place.kills} kills, {dict(states)}")
    for name, found in (("missing", missing), ("wrong", wrong)):
        for at, key, channel in found[:12]:
            print(f"{name}: {at:%m-%d %H:%M} {key} {channel}")
    assert (missing, wrong, season.more_than_once(), season.sent_without_arriving()) == ([], [], [], [])
    assert len(left) == len({key for _, key, _ in left})  # each thing was said once, on one channel
    # Nothing is left lying, and little is doubtful: what a kill caught between the mark and the answer.
    assert set(states) <= {"sent", "unsure", "failed", "cancelled"}
    assert 0 < states["unsure"] < season.place.kills / 20

    # It was a season: everything happened, by every door, and every rule had its turn.
    kinds = Counter((key.split("/")[0], channel) for _, key, channel in left)
    assert season.place.kills > 2000 and len(left) > 4000
    assert {kind for kind, _ in kinds} == {
        "welcome", "invite", "cancel", "rsvp", "reminder_two_days", "reminder_one_hour", "unanswered_mail",
        "unanswered_telegram", "unanswered_coordinator", "onboarding_start", "onboarding_skills", "never_came_first",
        "never_came_last",
    }  # fmt: skip
    assert {"email", "telegram"} == {channel for kind, channel in kinds if kind == "reminder_one_hour"}
    people, spaces = season.log.people.values(), season.log.spaces.values()
    doors = Counter(answer.door for someone in people for answer in someone.answers)
    assert min(doors[door] for door in ("calendar", "text", "telegram", "page")) > 30
    for name in ("mail_dead", "chat_gone", "chat_known_gone", "linked", "skilled"):
        assert sum(getattr(someone, name) is not None for someone in people) >= 5, name
    for name in ("stops", "away", "leaves"):
        assert sum(bool(getattr(someone, name)) for someone in people) >= 5, name
    assert sum(len(someone.zones) > 1 for someone in people) > 20
    assert sum(len(space.versions) > 1 for space in spaces) >= 4 and any(space.cancelled for space in spaces)
