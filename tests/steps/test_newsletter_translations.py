"""A session that an issue tells, in the words that were written of it in a reader's language."""

from pathlib import Path

import pytest

from domain.errors import UserError
from domain.newsletter import Words, something_to_say
from steps import newsletter
from steps.newsletter_files import export
from steps.newsletter_preview import inspect, said
from steps.newsletter_send import send_approved
from tests.steps.issue_place import IssuePlace


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def test_session_is_told_in_the_words_that_were_written_of_it_in_the_readers_language(place: IssuePlace) -> None:
    ada, ben, cem = place.reader("Ada"), place.reader("Ben", "fr"), place.reader("Cem", "es")
    place.session("Maps", purpose="Read maps.", audience="Everybody.", preparation="Nothing.")
    issue = place.draft(en="Well.", fr="Bien.", es="Bien.")
    newsletter.write(place.app, issue, "coming", "maps", {"fr-CA": Words("Des cartes", "Lire *des cartes*.")}, "test")
    seen = newsletter.preview(place.app, issue)
    assert seen.wording.languages == ("en", "es", "fr")
    told = "- tells the session maps in its own words in Spanish: the form Change a session takes a translation\n"
    assert told in said(seen, inspect(place.app, seen))
    place.approve(issue)
    send_approved(place.app)
    keys = [f"newsletter/{issue.id}/{who}" for who in (ada, ben, cem)]
    texts = [place.letter(key).get_body(("plain",)).get_content() for key in keys]
    own, theirs = ("Maps", "Read maps.", "Everybody.", "Nothing."), ("Des cartes", "Lire des cartes.")
    assert [[words in text for words in own] for text in texts] == [[True] * 4, [False] * 4, [True] * 4]
    assert [[words in text for words in theirs] for text in texts] == [[False] * 2, [True] * 2, [False] * 2]
    for form in ("wikitext", "markdown", "telegram", "calendar"):
        french = export(place.app, seen, form, "fr")
        assert ("Des cartes" in french, "Read maps" in french, "Maps" in french) == (True, False, False)


def test_translation_of_a_session_that_is_not_told_is_refused_and_alone_is_nothing_to_say(place: IssuePlace) -> None:
    session = place.session("Maps")
    issue = place.draft()
    with pytest.raises(UserError, match=r"'map' is the code of no coming session that .* tells\. Known: maps"):
        newsletter.write(place.app, issue, "coming", "map", {"fr": Words("", "Lire.")}, "test")
    newsletter.write(place.app, issue, "coming", "maps", {"fr": Words("", "Lire.")}, "test")
    newsletter.write(place.app, issue, "news", "first", {"en": Words("", "")}, "test")
    content = newsletter.preview(place.app, issue).content
    assert something_to_say(content)
    place.cancel(session)
    assert not something_to_say(newsletter.preview(place.app, issue).content)
