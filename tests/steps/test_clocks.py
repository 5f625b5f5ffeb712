"""Reminders and the hours that readers see, on both sides of a change of clocks."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.season.season_place import TwoChannels
from tests.steps.mails_in import letter_text

# A session at two in the afternoon, by the wall clock of where it was planned, on both sides of a change there or
# where its reader lives: when the reminders leave (UTC), and the time that the reader reads.
CLOCKS = [
    # planned in Madrid (back on 25 October 2026), read in Lagos, which never changes
    ("Europe/Madrid", "2026-10-24T14:00", "Africa/Lagos", "2026-10-22 09:00", "2026-10-24 11:00", "13:00"),
    ("Europe/Madrid", "2026-10-26T14:00", "Africa/Lagos", "2026-10-24 09:00", "2026-10-26 12:00", "14:00"),
    # planned in Lagos, read in Madrid
    ("Africa/Lagos", "2026-10-24T14:00", "Europe/Madrid", "2026-10-22 08:00", "2026-10-24 12:00", "15:00"),
    ("Africa/Lagos", "2026-10-26T14:00", "Europe/Madrid", "2026-10-24 08:00", "2026-10-26 12:00", "14:00"),
    # planned in Madrid, read in New York (back a week later): an hour nearer in between
    ("Europe/Madrid", "2026-10-28T18:00", "America/New_York", "2026-10-26 14:00", "2026-10-28 16:00", "13:00"),
    ("Europe/Madrid", "2026-11-04T18:00", "America/New_York", "2026-11-02 15:00", "2026-11-04 16:00", "12:00"),
    # New York goes forward on 14 March 2027, Casablanca back on 7 February and forward on 14 March
    ("America/New_York", "2027-03-15T10:00", "Africa/Casablanca", "2027-03-13 10:00", "2027-03-15 13:00", "15:00"),
    ("America/New_York", "2027-02-08T10:00", "Africa/Casablanca", "2027-02-06 09:00", "2027-02-08 14:00", "15:00"),
    ("Africa/Casablanca", "2027-03-15T14:00", "Asia/Kathmandu", "2027-03-13 04:15", "2027-03-15 12:00", "18:45"),
    ("Africa/Casablanca", "2027-02-08T09:00", "Pacific/Apia", "2027-02-05 21:00", "2027-02-08 08:00", "22:00"),
]  # fmt: skip


@pytest.mark.parametrize(("planned", "start", "zone", "two_days", "one_hour", "read"), CLOCKS)
def test_reminders_and_local_times_on_both_sides_of_a_change_of_clocks(
    tmp_path: Path, planned: str, start: str, zone: str, two_days: str, one_hour: str, read: str
) -> None:
    start_of_all = datetime.fromisoformat(start).replace(tzinfo=UTC) - timedelta(days=12)
    place = TwoChannels(tmp_path, start_of_all.replace(minute=0))
    person = place.person(zone=zone)
    place.welcomed()
    session = place.session(start=start, zone=planned)
    place.register(person, session)
    found = place.through(hours=1)
    place.answer(person, session)
    due = {"reminder_two_days": two_days, "reminder_one_hour": one_hour}
    for code, moment in due.items():
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        place.time = at - timedelta(minutes=1)
        assert place.round() == []
        place.time = at
        left = [key for _, key, _ in place.round()]
        night = code == "reminder_one_hour" and zone == "Pacific/Apia"  # nine in the evening: quiet
        assert left == ([] if night else [f"{code}/1/0/1"])
    for key in ["invite/1/0/1", "reminder_two_days/1/0/1"]:
        assert re.search(rf", {read} ?–", letter_text(place, key))
    assert [key for _, key, _ in found] == ["invite/1/0/1"]
