"""Lists of meeting tools: who was there, who is a guest, who may be somebody; and what a person says to it."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from domain.errors import UserError
from domain.sessions import Session
from steps import attendance, housekeeping, persons, status
from steps.import_attendance import AttendanceReport, import_attendance
from tests.programme import Place

DATA = Path(__file__).parents[1] / "data" / "attendance"
PEOPLE = ("Aisha Abubakar", "Chidi Okafor", "Ximena Núñez", "Juma Mushi", "Grace Nakato", "Fatima Bello")


@pytest.fixture
def clinic(place: Place) -> Session:
    for name in PEOPLE:
        place.person(name, "aisha@example.org" if name.startswith("Aisha") else "")
    session = place.session()
    place.register(5, session)
    place.time = datetime.fromisoformat("2026-12-04T09:00:00+00:00")
    return session


def take(place: Place, name: str, **options: bool) -> AttendanceReport:
    return import_attendance(place.app, DATA / name, "1", "test", **options)


def came(place: Place) -> dict[int, int | None]:
    """Person -> minutes."""
    return dict(place.app.conn.execute("select participant_id, minutes from attendances order by 1").fetchall())


def guests(place: Place) -> dict[str, str]:
    return dict(place.app.conn.execute("select name, state from guests order by id").fetchall())


def test_zoom_list(place: Place, clinic: Session) -> None:
    report = take(place, "zoom.csv")
    counts = (report.accepted, report.guests, report.doubtful, report.unchanged, report.ignored, report.rejected)
    assert counts == (3, 1, 3, 0, 2, 1)
    assert came(place) == {1: 60, 2: 60, 3: 110}
    assert guests(place) == {
        "J. Mushi": "doubtful", "Grace": "doubtful", "Fatima Bello": "doubtful", "Someone Else": "guest",
    }  # fmt: skip
    assert [problem.where for problem in report.problems] == ["line 15, name"]


def test_doubtful_ones_come_with_whom_they_may_be(place: Place, clinic: Session) -> None:
    take(place, "zoom.csv")
    found = [
        (one["name"], [(c["participant_id"], c["confidence"], c["reason"]) for c in one["candidates"]])
        for one in attendance.doubtful(place.app)
    ]
    assert found == [
        ("J. Mushi", [(4, 70, "the same name with initials")]),
        ("Grace", [(5, 45, "one word of the name")]),  # registered for the session: worth asking
        ("Fatima Bello", [(6, 100, "the same name")]),  # but with a mailbox that is not hers
    ]
    (waiting,) = [one for one in status.needs_person(place.app) if one["kind"] == "doubtful guests"]
    assert waiting["count"] == 3


@pytest.mark.parametrize(
    ("name", "minutes", "strangers"),
    [
        ("meet.csv", {1: 62, 2: 58}, {"Nobody Known": "guest"}),
        ("bigbluebutton.csv", {1: 90, 2: 10}, {}),
        ("teams.csv", {1: 88, 2: 10}, {}),
    ],
)
def test_lists_of_other_tools(
    place: Place, clinic: Session, name: str, minutes: dict[int, int], strangers: dict[str, str]
) -> None:
    report = take(place, name)
    assert (came(place), guests(place), report.rejected) == (minutes, strangers, 0)


def test_same_list_again_changes_nothing(place: Place, clinic: Session) -> None:
    take(place, "zoom.csv")
    before = "\n".join(place.app.conn.iterdump())
    report = take(place, "zoom.csv")
    assert (report.accepted, report.guests, report.doubtful, report.unchanged) == (0, 0, 0, 7)
    after = "\n".join(place.app.conn.iterdump())

    def facts(dump: str) -> list[str]:
        return [line for line in dump.splitlines() if "import_r" not in line and "journal" not in line]

    assert facts(after) == facts(before)


def test_dry_run_counts_and_changes_nothing(place: Place, clinic: Session) -> None:
    before = list(place.app.conn.iterdump())
    report = take(place, "zoom.csv", dry_run=True)
    assert (report.accepted, report.doubtful, report.run_id) == (3, 3, None)
    assert list(place.app.conn.iterdump()) == before


def test_settled_guest_is_a_person_and_stays_so(place: Place, clinic: Session) -> None:
    take(place, "zoom.csv")
    mushi, grace, _ = (one["id"] for one in attendance.doubtful(place.app))
    attendance.settle(place.app, mushi, "4", "test")
    attendance.settle(place.app, grace, None, "test")
    assert came(place)[4] == 10
    assert guests(place) == {"": "person", "Grace": "guest", "Fatima Bello": "doubtful", "Someone Else": "guest"}
    take(place, "zoom.csv")
    assert [one["name"] for one in attendance.doubtful(place.app)] == ["Fatima Bello"]
    with pytest.raises(UserError, match="is not on the list"):
        attendance.settle(place.app, mushi, "4", "test")


def test_guest_who_registered_since_is_no_guest_any_more(place: Place, clinic: Session) -> None:
    take(place, "zoom.csv")
    someone = place.person("Somebody", "someone@elsewhere.example")
    take(place, "zoom.csv")
    assert came(place)[someone] == 50
    assert place.app.conn.execute("select state from guests where key like 'mail:someone%'").fetchone()[0] == "person"


def test_by_hand_with_people_and_nameless_guests(place: Place, clinic: Session) -> None:
    assert attendance.attended(place.app, "1", ["1", "2"], "test", guests=3) == 2
    assert attendance.attended(place.app, "1", ["1"], "test", guests=2) == 0
    assert place.app.conn.execute("select count(*) from guests").fetchone()[0] == 2
    with pytest.raises(UserError) as error:
        attendance.attended(place.app, "1", ["77", "nobody@example.org"], "test", guests=-1)
    assert len(error.value.problems) == 3


def test_no_list_of_people(place: Place, clinic: Session, tmp_path: Path) -> None:
    (tmp_path / "sums.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="no column of names"):
        import_attendance(place.app, tmp_path / "sums.csv", "1", "test")


def test_session_to_come_or_cancelled_has_no_list(place: Place, clinic: Session) -> None:
    later = place.session("Later", "2026-12-20T14:00Z")
    with pytest.raises(UserError, match="has not begun"):
        import_attendance(place.app, DATA / "meet.csv", str(later.id), "test")
    place.cancel(clinic)
    with pytest.raises(UserError, match="was cancelled"):
        take(place, "meet.csv")


def test_names_of_guests_are_forgotten_and_their_number_stays(place: Place, clinic: Session) -> None:
    take(place, "zoom.csv")
    place.later(days=place.programme.retention.guests_days + 1)
    housekeeping.tidy(place.app)
    rows = place.app.conn.execute("select name, email, key, state from guests").fetchall()
    assert {(row["name"], row["email"], row["key"].partition(":")[0], row["state"]) for row in rows} == {
        ("", "", "forgotten", "guest")
    }
    assert len(rows) == 4


def test_erased_person_leaves_no_name_among_guests(place: Place, clinic: Session) -> None:
    take(place, "zoom.csv")
    attendance.settle(place.app, attendance.doubtful(place.app)[0]["id"], "4", "test")
    someone = place.person("Somebody", "someone@elsewhere.example")
    assert [row["name"] for row in persons.export(place.app, str(someone))["guests"]] == ["Someone Else"]
    for person in (4, 5, someone):
        persons.erase(place.app, str(person), "test")
    told = json.dumps([dict(row) for row in place.app.conn.execute("select * from guests")]).casefold()
    assert [word for word in ("someone", "mushi") if word in told] == []
    (left,) = place.app.conn.execute("select count(*) from guest_candidates where participant_id in (4, 5)").fetchone()
    assert left == 0


def test_settled_guest_stays_who_they_are_whoever_gets_that_mailbox(place: Place, clinic: Session) -> None:
    take(place, "zoom.csv")
    fatima = next(one["id"] for one in attendance.doubtful(place.app) if one["name"] == "Fatima Bello")
    attendance.settle(place.app, fatima, "6", "test")
    other = place.person("Fatima Bello", "fatima@elsewhere.example")
    take(place, "zoom.csv")
    assert other not in came(place) and came(place)[6] == 50
