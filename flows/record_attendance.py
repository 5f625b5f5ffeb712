"""Record attendance: by hand, from meeting tools' lists, and who a doubtful guest is. Leaves all three to steps/."""

from collections.abc import Sequence
from typing import Annotated

from prefect import flow
from pydantic import Field

from domain.imports import RowProblem
from flows.choices import session_ref
from flows.skin import COORDINATOR, page, sentence, show, step, without_addresses
from steps import attendance, guest_letters, import_attendance
from steps.app import App
from steps.attendance import Present
from store.database import trying

NAME = "Record attendance"


@flow(name=NAME, persist_result=False)
async def record_attendance(
    session: str,
    people: Sequence[Annotated[int, Field(ge=1)]] = (),
    guests: Annotated[int, Field(ge=-1)] = -1,
    lists: bool = True,
    guest: Annotated[int, Field(ge=0)] = 0,
    is_person: Annotated[int, Field(ge=0)] = 0,
    invite_guests: bool = False,
    dry_run: bool = True,
) -> None:
    """Enters who was in a session: people by their ids, guests by their number, lists of meeting tools.

    Lists lie in incoming/attendance of the state folder and are taken in for this session. Safe to run again: who is in
    already stays in, once.

    Args:
        session: Which session.
        people: Ids of people who were there.
        guests: How many were there whose names nobody noted; -1 leaves that as it is.
        lists: Take in the lists that lie in incoming/attendance.
        guest: Number of a doubtful guest to settle (see: letsconnect attendance doubtful); 0 settles none.
        is_person: Id of the person who that guest is; 0 is nobody we know.
        invite_guests: Invite guests whose address the lists gave to register, each once.
        dry_run: Only count. Take the tick away to enter it.
    """
    ref = session_ref(session)

    def work(app: App) -> tuple[int, list[import_attendance.AttendanceReport], Present, int]:
        with trying(app.conn, dry_run):
            done = carry_out(app, ref, people, guests, lists, guest, is_person, dry_run)
            return *done, guest_letters.invite_guests(app, ref, COORDINATOR) if invite_guests else 0

    new, reports, there, invited = await step(NAME, work)
    letters = sentence((invited, "guest is invited to register", "guests are invited to register"))
    await show("record-attendance", page(told(new, reports, there, dry_run), letters), session)


def carry_out(
    app: App, ref: str, people: Sequence[int], guests: int, lists: bool, guest: int, is_person: int, dry_run: bool
) -> tuple[int, list[import_attendance.AttendanceReport], Present]:
    """How many people were new by hand, what the lists came to, and who is entered afterwards."""
    if guest:
        attendance.settle(app, guest, str(is_person) if is_person else None, COORDINATOR)
    noted = None if guests < 0 else guests
    new = attendance.attended(app, ref, [str(one) for one in people], COORDINATOR, noted)
    reports = import_attendance.import_lists(app, ref, COORDINATOR, dry_run=dry_run) if lists else []
    return new, reports, attendance.present(app, ref)


def told(new: int, reports: list[import_attendance.AttendanceReport], there: Present, dry_run: bool) -> str:
    """Counts only. Why a file as a whole was refused may quote its first line, so only that it was is told."""
    accepted = new + sum(report.accepted for report in reports)
    unread = sum(report.run_id is None and bool(report.problems) and not dry_run for report in reports)
    lines = [problem for report in reports for problem in report.problems if isinstance(problem, RowProblem)]
    is_, are = ("would be", "would be") if dry_run else ("is", "are")
    first = sentence(
        (accepted, f"person {is_} entered", f"people {are} entered"),
        (sum(report.guests for report in reports), "guest is new", "guests are new"),
        (sum(report.doubtful for report in reports), "doubtful guest is new", "doubtful guests are new"),
        (
            sum(report.erased for report in reports),
            "row of people who asked to be erased is passed over",
            "rows of people who asked to be erased are passed over",
        ),
        (unread, "list could not be read: see incoming/failed", "lists could not be read: see incoming/failed"),
    )
    return page(
        "Nothing was changed: this was a dry run." if dry_run else "",
        first or "There was nothing new.",
        f"The session now has {there.people} people that we know and {there.guests} guests,"
        f" {there.doubtful} of them doubtful.",
        "\n".join(f"- {without_addresses(p)}" for p in lines[:50]),
    )
