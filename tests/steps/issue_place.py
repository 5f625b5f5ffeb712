"""A place with readers of a newsletter, for the tests of issues."""

from pathlib import Path
from typing import Any

from domain.newsletter import IssueKind, Words
from domain.times import iso
from steps import newsletter
from store.newsletter import Issue
from tests.programme import Place


class IssuePlace(Place):
    def __init__(self, folder: Path, **rules: Any) -> None:
        super().__init__(folder, **rules)
        # Welcomes and invitations are other tests' matter.
        self.readers: list[int] = []

    def reader(self, name: str = "Ada", language: str = "en", zone: str = "UTC", agreed: bool = True) -> int:
        person = self.person(name, language=language, zone=zone, consents={"newsletter": agreed})
        self.app.conn.execute("update participants set registered_at = null where id = ?", (person,))
        self.readers.append(person)
        return person

    def wishes(self, person: int, skill: str) -> None:
        self.app.conn.execute(
            "insert into participant_skills (participant_id, skill, direction) values (?, ?, 'learn')", (person, skill)
        )

    def chat(self, person: int, chat: int) -> None:
        self.app.conn.execute(
            "insert into contact_points (participant_id, channel, address, canonical, last_sign_at, created_at)"
            " values (?, 'telegram', ?, ?, ?, ?)",
            (person, str(chat), str(chat), iso(self.time), iso(self.time)),
        )

    def draft(self, kind: str = "newsletter", **texts: str) -> Issue:
        """An open draft with one block of news, by language; in English alone without any."""
        issue = newsletter.draft(self.app, IssueKind(kind), "test", anyway=True)
        words = {code: Words(f"News in {code}", body) for code, body in (texts or {"en": "All is well."}).items()}
        newsletter.write(self.app, issue, "news", "first", words, "test")
        return issue

    def approve(self, issue: Issue) -> int:
        return newsletter.approve(self.app, issue, newsletter.preview(self.app, issue).code, "test")

    def state(self, issue: Issue) -> str:
        return newsletter.find(self.app, str(issue.id)).state.value

    def sent(self) -> list[str]:
        """Keys of what left in this delivery, sorted."""
        before = len(self.channel.stored)
        self.deliver()
        return sorted(self.message(parcel.id).key for parcel in self.channel.stored[before:])
