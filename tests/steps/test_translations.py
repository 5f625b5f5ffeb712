"""A session with words in another language: who reads what, in letters, entries, chats, feeds and on pages."""

import re
from collections.abc import Mapping
from pathlib import Path

import html5lib
import icalendar
import pytest

from channels.telegram_message import thaw
from domain.errors import UserError
from domain.sessions import Session
from domain.translations import Translation
from steps import feeds, rsvps, sessions, translations
from store.outbox import NewMessage
from tests.judges.judge import judge_ical_js, judge_libical
from tests.programme import Place
from tests.steps.bot_place import BotPlace
from tests.steps.test_compose_chat import composed
from tests.visitor import Visitor, with_pages

ARABIC = {"title": "كتابة المقترحات", "purpose": "اكتب مقترحًا."}
OWN = {"title": "Proposals & budgets", "purpose": "Write one.", "preparation": "An idea.", "languages": "en; fr"}
ISOLATED = "\u2068Proposals & budgets\u2069"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Person 1 reads English, person 2 Arabic, person 3 French; all are registered for session 1."""
    place = with_pages(Place(tmp_path))
    session = place.session(**OWN)
    for language in ("en", "ar", "fr"):
        place.register(place.person(language=language), session)
    place.welcomed()
    return place


def translate(place: Place, language: str = "ar", words: Mapping[str, str] = ARABIC) -> Session:
    return translations.translate(place.app, "1", language, words, "test")


def subjects(place: Place, key: str = "invite/1/0/{}") -> list[str]:
    return [str(place.letter(key.format(person))["subject"]) for person in (1, 2, 3)]


def calendar_of(place: Place, key: str) -> bytes:
    parts = [part for part in place.letter(key).walk() if part.get_content_type() == "text/calendar"]
    return bytes(parts[0].get_payload(decode=True))


def html_of(place: Place, key: str) -> str:
    body = place.letter(key).get_body(("html",))
    assert body is not None
    return str(body.get_content())


# -- letters and their entries --------------------------------------------------------------------------------------


def test_every_reader_gets_the_words_in_their_language_or_the_marked_ones(place: Place) -> None:
    translate(place)
    place.tick()
    english, arabic, french = subjects(place)
    assert "Proposals & budgets" in english
    assert ARABIC["title"] in arabic
    assert "Proposals" not in arabic
    assert "Proposals & budgets" in french
    assert "\u2068" not in french  # it runs the same way
    pages = [html_of(place, f"invite/1/0/{person}") for person in (1, 2, 3)]
    assert [re.findall(r'<bdi lang="(\w+)"', page) for page in pages] == [[], [], ["en", "en"]]
    # what nobody translated is marked, in the same letter as what somebody did
    marks = [re.findall(r'class="guest"(?: dir="auto"| lang="(\w+)" dir="(\w+)")', page) for page in pages]
    assert marks == [[("", ""), ("", "")], [("", ""), ("en", "ltr")], [("en", "ltr"), ("en", "ltr")]]


def test_own_words_in_a_letter_that_runs_the_other_way_are_isolated(place: Place) -> None:
    place.tick()
    assert OWN["title"] in subjects(place)[1]
    assert "\u2068" not in "".join(subjects(place))  # header fields hold no such controls
    assert f'<bdi lang="en" dir="ltr">{OWN["title"].replace("&", "&amp;")}</bdi>' in html_of(place, "invite/1/0/2")
    text = place.letter("invite/1/0/2").get_body(("plain",))
    assert text is not None
    assert ISOLATED in text.get_content()


@pytest.mark.parametrize("judge", [judge_ical_js, judge_libical])
def test_entry_has_the_words_of_its_reader_whoever_reads_it(place: Place, judge: object) -> None:
    assert callable(judge)
    translate(place)
    place.tick()
    judged = [judge(calendar_of(place, f"invite/1/0/{person}")) for person in (1, 2, 3)]
    assert [one["events"][0]["summary"] for one in judged] == [[OWN["title"]], [ARABIC["title"]], [OWN["title"]]]
    assert ARABIC["title"] in judged[1]["events"][0]["description"][0]
    events = [place.event(f"invite/1/0/{person}")[1] for person in (1, 2, 3)]
    assert [one["SUMMARY"].params["LANGUAGE"] for one in events] == ["en", "ar", "en"]
    assert [one["DESCRIPTION"].params["LANGUAGE"] for one in events] == ["en", "ar", "fr"]


def test_translation_given_later_writes_to_nobody(place: Place) -> None:
    place.tick()
    uids = [place.event(f"invite/1/0/{person}")[1]["UID"] for person in (1, 2, 3)]
    before = sessions.find(place.app, "1")
    after = translate(place)
    assert (after.sequence, after.changed_at) == (before.sequence, before.changed_at)
    assert place.tick() == []
    # a change that calendars show brings the new words, with the same UID and the next SEQUENCE
    place.change(after, venue="https://meet.example.org/y")
    place.tick()
    _, event = place.event("invite/1/1/2")
    assert (event["UID"], event["SEQUENCE"], event["SUMMARY"]) == (uids[1], 1, ARABIC["title"])
    place.cancel(after)
    place.tick()
    method, event = place.event("cancel/1/2/2")
    assert (method, event["UID"], event["SUMMARY"]) == ("CANCEL", uids[1], ARABIC["title"])


def test_what_is_queued_leaves_as_it_was_written(place: Place) -> None:
    place.plan()
    translate(place)
    place.tick()
    assert OWN["title"] in subjects(place)[1]


def test_change_of_the_title_is_told_in_the_words_that_each_reader_knows(place: Place) -> None:
    translate(place)
    place.tick()
    after = place.change(sessions.find(place.app, "1"), title="Proposals")
    place.tick()
    told = [place.letter(f"invite/1/1/{person}").get_body(("plain",)).get_content() for person in (1, 2)]
    assert "Proposals (before: Proposals & budgets)" in told[0]
    assert "العنوان: انظروا أدناه" in told[1]
    assert "Proposals" not in told[1]
    assert after.told("title").said_in("ar").text == ARABIC["title"]


# -- giving them ----------------------------------------------------------------------------------------------------


def test_field_not_named_stays_and_an_empty_one_goes(place: Place) -> None:
    translate(place)
    assert translate(place, "AR", {"title": " كتابة \n جديدة "}).translations == (
        Translation("ar", title="كتابة جديدة", purpose=ARABIC["purpose"]),
    )
    assert translate(place, "ar", {"title": ""}).translations == (Translation("ar", purpose=ARABIC["purpose"]),)
    translate(place, "pt_BR", {"title": "Propostas"})
    left = translations.remove(place.app, "1", "ar", "test").translations
    assert left == (Translation("pt-BR", title="Propostas"),)
    assert sessions.find(place.app, "1").translations == left
    notes = place.app.conn.execute("select detail from journal where what = 'translated' order by id").fetchall()
    assert [row[0] for row in notes] == [
        "ar: title, purpose", "ar: title, purpose", "ar: purpose", "pt-BR: title", "ar: taken away"
    ]  # fmt: skip


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_kept(place: Place) -> None:
    with pytest.raises(UserError) as wrong:
        translate(place, "Arabic!", {"venue": "Room 3", "title": "x" * 201, "purpose": "y"})
    assert [(one.where, one.what) for one in wrong.value.problems] == [
        ("venue", "is the same in every language"),
        ("title", "is longer than 200 characters"),
        ("language", "is not a language code: write fr, or pt-BR"),
    ]
    assert sessions.find(place.app, "1").translations == ()


def test_the_same_again_is_no_change(place: Place) -> None:
    assert translate(place) == translate(place)
    assert place.app.conn.execute("select count(*) from journal where what = 'translated'").fetchone()[0] == 1


def test_translations_of_words_that_changed_are_named(place: Place) -> None:
    before = translate(place)
    after = place.change(before, title="Other", preparation="Nothing.", venue="Room 3")
    assert translations.outdated(before, after) == {"ar": ["title"]}
    assert after.translations == before.translations


# -- chats, feeds, pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("translated", [True, False])
def test_chat_and_its_file(bot: BotPlace, translated: bool) -> None:
    person = bot.linked(language="ar")
    session, _ = bot.invited(person)
    session = bot.change(session, languages="en")
    if translated:
        session = translations.translate(bot.app, str(session.id), "ar", ARABIC, "test")
    made: NewMessage = composed(bot, person, session, "invitation")
    message = thaw(made.data)
    assert made.language == "ar"
    assert (ARABIC["title"] in message.text, "\u2068Proposal writing\u2069" in message.text) == (
        translated, not translated
    )  # fmt: skip
    assert message.document is not None
    (event,) = icalendar.Calendar.from_ical(message.document.content).walk("VEVENT")
    expected = (ARABIC["title"], "ar") if translated else ("Proposal writing", "en")
    assert (str(event["SUMMARY"]), event["SUMMARY"].params["LANGUAGE"]) == expected


def test_own_feed_speaks_its_readers_language_and_everybodys_the_sessions_own(place: Place) -> None:
    translate(place)

    def events(content: bytes) -> list[tuple[str, str, str, str]]:
        found = icalendar.Calendar.from_ical(content).walk("VEVENT")
        return [
            (str(one["SUMMARY"]), one["SUMMARY"].params.get("LANGUAGE", ""),
             str(one["DESCRIPTION"]).partition("\n")[0], one["DESCRIPTION"].params.get("LANGUAGE", ""))
            for one in found
        ]  # fmt: skip

    personal = [feeds.personal(place.app, person, 1) for person in (1, 2, 3)]
    assert [events(one[0]) for one in personal if one] == [
        [(OWN["title"], "en", OWN["purpose"], "en")],
        [(ARABIC["title"], "ar", ARABIC["purpose"], "")],  # the preparation is in English
        [(OWN["title"], "en", OWN["purpose"], "en")],
    ]
    assert events(feeds.public(place.app)[0]) == [(OWN["title"], "", OWN["purpose"], "")]
    for one in personal:
        assert one is not None
        assert judge_ical_js(one[0])["ok"]
        assert judge_libical(one[0])["ok"]


def test_own_page_speaks_its_language_and_everybodys_page_the_sessions_own(place: Place) -> None:
    session = translate(place)
    place.tick()
    visitor = Visitor(place)

    def heading(address: str) -> tuple[str, str, str]:
        page = html5lib.parse(visitor.get(address).text, namespaceHTMLElements=False)
        (title,) = page.iter("h1")
        return "".join(title.itertext()), title.get("lang", ""), title.get("dir", "")

    arabic, english = (rsvps.link(place.app, session, person) for person in (2, 1))
    assert heading(arabic) == (ARABIC["title"], "", "auto")
    assert f"<p class=\"written\" dir=\"auto\">{ARABIC['purpose']}</p>" in visitor.answer.text
    assert '<p class="written" lang="en" dir="ltr">An idea.</p>' in visitor.answer.text
    assert heading(f"{arabic}?lang=fr") == (OWN["title"], "en", "ltr")
    assert heading(english) == (OWN["title"], "", "auto")
    assert heading("/sessions/1?lang=ar") == (OWN["title"], "en", "ltr")
    assert ARABIC["title"] not in visitor.answer.text
    visitor.get("/?lang=ar")
    assert ARABIC["title"] not in visitor.text
