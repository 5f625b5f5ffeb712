"""Two sharers, Ada and Ben, and a clinic of theirs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.checklists import Item
from domain.participants import folded_name
from domain.sessions import Session
from domain.times import iso
from steps.inbox import read_filed
from store import checklists
from tests.season.season_place import Left, TwoChannels
from tests.steps.mails_in import reply_by_text

DAY = timedelta(days=1)
LINK = "https://slides.example.org/a"


class SharersPlace(TwoChannels):
    """`ada`, `ben`: registered long ago, so that they hear of checklists only."""

    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(folder, **more)
        self.ada, self.ben = self.named("Ada Obi"), self.named("Ben Silva")
        self.welcomed()

    def round(self) -> list[Left]:
        """What leaves about checklists: what else sharers hear of is tested elsewhere."""
        return [left for left in super().round() if not left[1].startswith("audience_")]

    def tick(self) -> list[str]:
        return [key for key in super().tick() if not key.startswith("audience_")]

    def named(self, name: str, **more: Any) -> int:
        person = self.person(name, **more)
        conn = self.app.conn
        conn.execute("update participants set name_folded = ? where id = ?", (folded_name(name), person))
        return person

    def clinic(self, days: float, sharers: str = "Ada Obi; Ben Silva", **more: str) -> Session:
        """A clinic in so many days, and two hours."""
        start = iso(self.time + days * DAY + timedelta(hours=2))
        return self.session(start=start, kind="clinic", sharers=sharers, **more)

    def items(self, session: Session) -> dict[str, Item]:
        return {item.code: item for item in checklists.items_of(self.app.conn, [session.id])[session.id]}

    def states(self, session: Session) -> dict[str, str]:
        return {code: item.state.value for code, item in self.items(session).items()}

    def key(self, session: Session, code: str, person: int, touchpoint: str = "checklist_ask") -> str:
        (occasion,) = self.app.conn.execute("select time_sequence from sessions where id = ?", (session.id,)).fetchone()
        return f"{touchpoint}/item-{self.items(session)[code].id}/{occasion}/{person}"

    def replies(self, key: str, words: str) -> None:
        """By mail, to that message; and the mailbox is read."""
        (number,) = self.app.conn.execute("select count(*) from inbox").fetchone()
        self.file(reply_by_text(words, to=self.by_key(key).message_id, ident=f"m{number}"))
        read_filed(self.app)

    def left(self, **by: float) -> list[str]:
        """What leaves until then: key and channel."""
        return [f"{key} {channel}" for _, key, channel in self.through(**by)]

    def desk(self) -> list[str]:
        """Subjects of the tasks that wait."""
        query = "select subject from desk_tasks where settled_at is null order by id"
        return [row["subject"] for row in self.app.conn.execute(query)]
