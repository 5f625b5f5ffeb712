"""An issue in words: the letters of its readers, its pages, and the mark that tells whether the words have changed.

Leaves what it says to `newsletter_content.py`, and who reads it to `newsletter_readers.py`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from domain.newsletter import Content, in_order, languages_of, matches
from domain.participants import Participant
from steps import newsletter_content as contents
from steps.app import App
from steps.letters import KEPT
from steps.mails import reference_of, unsubscribe_link
from store.newsletter import Issue
from templates_email import documents, skeletons
from templates_email.catalogues import shipped
from templates_email.documents import Document
from templates_email.fields import Part
from templates_email.newsletters import IssueLetter, IssuePage, IssueSession
from templates_email.skeletons import Rendered, Skeleton


@dataclass(frozen=True)
class Wording:
    """One issue's content, with a skeleton a language. Made once for a whole list."""

    app: App
    issue: Issue
    content: Content

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """In which the whole issue can be said: fixed words and written blocks; the programme's first."""
        messages = (self.issue.kind.value, "issue_session", "issue_page")
        catalogues = shipped()
        spoken = [code for code in catalogues.languages() if all(catalogues.is_complete(m, code) for m in messages)]
        wanted = [code.replace("-", "_") for code in self.app.programme.languages]
        ordered = [*(code for code in wanted if code in spoken), *(code for code in spoken if code not in wanted)]
        return languages_of(self.content, ordered)

    @cached_property
    def _skeletons(self) -> Mapping[str, tuple[IssueLetter, Skeleton]]:
        found = {}
        for language in self.languages:
            letter = contents.letter(self.app, self.issue, self.content, language)
            found[language] = (letter, skeletons.prepare(letter.message, language, letter))
        return found

    def letter(
        self, language: str, name: str, message_id: str, zone: str, registered: frozenset[int], wished: frozenset[str]
    ) -> Rendered:
        """One reader's letter: `registered` are ids of sessions, `wished` codes of skills."""
        return self.words(language, zone, registered, wished).fill(self.personal(name, message_id))

    def personal(self, name: str, message_id: str) -> dict[str, str | Part]:
        """What nobody else's letter says."""
        reference = reference_of(message_id)
        stop = unsubscribe_link(self.app, reference, self.app.now())
        return {"name": name, "reference": reference, "stop_link": stop}

    def words(self, language: str, zone: str, registered: frozenset[int], wished: frozenset[str]) -> Skeleton:
        """What the letters of readers of one zone, with the same registrations and wishes, share."""
        coming = self.content.coming
        mine = [(number, one.id in registered, matches(one, wished)) for number, one in in_order(coming, wished)]
        key = (language, zone, *mine)
        if key not in self._words:
            while len(self._words) >= KEPT:
                del self._words[next(iter(self._words))]
            parts = [self._part(language, number, zone, here, fits) for number, here, fits in mine]
            whole = Part("\n".join(part.html for part in parts), "\n\n".join(part.text for part in parts))
            self._words[key] = self._skeletons[language][1].with_part("coming", whole)
        return self._words[key]

    @cached_property
    def _words(self) -> dict[tuple[object, ...], Skeleton]:
        return {}

    @cached_property
    def _parts(self) -> dict[tuple[str, int, str, bool, bool], Part]:
        return {}

    def _part(self, language: str, number: int, zone: str, registered: bool, fits: bool) -> Part:
        """A session as it stands in the letters of a few: kept here, as a cache by value costs more than the splice."""
        key = (language, number, zone, registered, fits)
        if key not in self._parts:
            session = contents.coming(
                self.app, self.content, self.content.coming[number], language, zone, registered=registered, matches=fits
            )
            self._parts[key] = documents.part(language, IssueSession(session=session))
        return self._parts[key]

    def chat(
        self, language: str, zone: str, registered: frozenset[int], wished: frozenset[str]
    ) -> str:
        """The whole issue for one reader in a chat."""
        page = contents.public_page(self.app, self.content, language)
        coming = tuple(
            contents.coming(
                self.app, self.content, one, language, zone,
                registered=one.id in registered, matches=matches(one, wished),
            )
            for _, one in in_order(self.content.coming, wished)
        )  # fmt: skip
        return documents.document(language, replace(page, coming=coming, in_chat=True)).chat

    def page(self, language: str) -> Document:
        """The issue for everybody."""
        return documents.document(language, self.page_context(language))

    def page_context(self, language: str) -> IssuePage:
        return contents.public_page(self.app, self.content, language)

    @cached_property
    def mark(self) -> str:
        """Of everything that is the same for many readers: other words, another mark. The same in every process."""
        digest = hashlib.sha256()
        for language in self.languages:
            one = self._skeletons[language][1]
            digest.update(repr((language, one.subject, one.html, one.text, one.chat)).encode())
            for number in range(len(self.content.coming)):
                for registered, fits in ((False, False), (True, False), (False, True)):
                    part = self._part(language, number, self.app.programme.zone, registered, fits)
                    digest.update(part.html.encode())
            digest.update(repr(self.page(language)).encode())
        return digest.hexdigest()


def zone_of(app: App, person: Participant) -> str:
    return person.zone or app.programme.zone

