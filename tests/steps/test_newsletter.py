"""Issues from draft to the outbox: who gets what, what an approval is bound to, and what happens when things change."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.programme import Group
from domain.errors import UserError
from domain.newsletter import IssueKind, Words, something_to_say
from domain.participants import Role
from steps import newsletter, newsletter_archive, page_links, persons, topics, why
from steps.newsletter_files import FORMS, SUFFIXES, export, exports, write_files
from steps.newsletter_preview import inspect, said, send_test, summary
from steps.newsletter_send import SendReport, send_approved
from store import contact_points, database
from tests.steps.issue_place import IssuePlace


@pytest.fixture
def place(tmp_path: Path) -> IssuePlace:
    return IssuePlace(tmp_path)


def sent(place: IssuePlace) -> list[str]:
    """Keys of what left in this delivery, sorted."""
    before = len(place.channel.stored)
    place.deliver()
    return sorted(place.message(parcel.id).key for parcel in place.channel.stored[before:])


def test_approved_issue_goes_once_to_those_who_agreed(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada"), place.reader("Ben", "fr")
    place.reader("Cem", agreed=False)
    issue = place.draft(en="All is well.", fr="Tout va bien.")
    assert (send_approved(place.app), sent(place)) == (SendReport(), [])
    assert place.approve(issue) == 2
    assert send_approved(place.app) == SendReport(issues=1, messages=2)
    assert sent(place) == [f"newsletter/{issue.id}/{ada}", f"newsletter/{issue.id}/{ben}"]
    assert (send_approved(place.app), sent(place), place.state(issue)) == (SendReport(), [], "sent")


def test_reader_gets_one_language_throughout(place: IssuePlace) -> None:
    """French words for the frame and English news would be two languages in one letter."""
    ben = place.reader("Ben", "fr")
    issue = place.draft(en="All is well.")
    place.approve(issue)
    send_approved(place.app)
    letter = place.letter(f"newsletter/{issue.id}/{ben}")
    assert (letter["Content-Language"], letter["Subject"]) == ("en", "Let's Connect newsletter, November 2026")
    assert "Hello Ben," in letter.get_body(("plain",)).get_content()


def test_preview_tells_who_gets_it_and_who_not_and_why(place: IssuePlace) -> None:
    place.reader("Ada")
    place.reader("Cem", agreed=False)
    place.set_address(place.reader("Dov"), "hard")
    persons.suppress(place.app, str(place.reader("Eve")), "newsletter", "test")
    seen = newsletter.preview(place.app, place.draft(en="Well.", es="Bien."))
    assert (seen.audience.count, dict(seen.audience.languages), dict(seen.audience.channels)) == (
        1, {"en": 1}, {"email": 1},
    )  # fmt: skip
    assert dict(seen.audience.left_out) == {
        "did not agree to the newsletter": 1,
        "the e-mail address refuses mail": 1,
        "asked for no more messages about newsletter": 1,
    }
    assert (seen.wording.languages, seen.missing) == (("en", "es"), ("fr", "pt", "ar"))


def test_code_of_an_earlier_preview_approves_nothing(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    code = newsletter.preview(place.app, issue).code
    newsletter.write(place.app, issue, "news", "first", {"en": Words("News", "All is well!")}, "test")
    with pytest.raises(UserError, match="not those of"):
        newsletter.approve(place.app, issue, code, "test")
    place.reader("somebody new")
    code = newsletter.preview(place.app, issue).code
    place.reader("somebody newer")
    with pytest.raises(UserError, match="not those of"):
        newsletter.approve(place.app, issue, code, "test")
    assert (send_approved(place.app), place.outbox(), place.state(issue)) == (SendReport(), {}, "draft")


def test_session_moved_after_the_approval_asks_again(place: IssuePlace) -> None:
    place.reader()
    session = place.session()
    issue = place.draft()
    place.approve(issue)
    place.change(session, start="2026-12-05T14:00Z")
    assert send_approved(place.app) == SendReport(asked_again=1)
    assert (place.outbox(), place.state(issue)) == ({}, "draft")
    assert newsletter.find(place.app, "newsletter").note == "asked again: its content has changed"
    assert place.approve(issue) == 1
    assert send_approved(place.app) == SendReport(issues=1, messages=1)


def test_somebody_new_after_the_approval_asks_again(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    place.reader("late")
    assert (send_approved(place.app), place.state(issue)) == (SendReport(asked_again=1), "draft")
    assert newsletter.find(place.app, "newsletter").note == "asked again: 1 more people would get it"


def test_other_words_after_the_approval_ask_again_even_half_way(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    place.app.conn.execute("update issues set state = 'sending'")
    place.programme = replace(place.programme, name="Another name")
    place.app = place.another()
    assert (send_approved(place.app), place.state(issue)) == (SendReport(asked_again=1), "draft")
    assert newsletter.find(place.app, "newsletter").note == "asked again: its wording has changed"


def test_approval_is_good_for_days_but_not_for_ever(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    place.later(days=8)
    assert send_approved(place.app) == SendReport(asked_again=1)
    place.approve(issue)
    place.later(days=6)
    assert send_approved(place.app) == SendReport(issues=1, messages=1)


def test_who_leaves_after_the_approval_gets_nothing_and_nobody_is_asked(place: IssuePlace) -> None:
    ada, ben, cem = place.reader("Ada"), place.reader("Ben"), place.reader("Cem")
    issue = place.draft()
    place.approve(issue)
    persons.suppress(place.app, str(ben), "newsletter", "test")
    persons.erase(place.app, str(cem), "test")
    assert send_approved(place.app) == SendReport(issues=1, messages=1, left=2)
    assert sent(place) == [f"newsletter/{issue.id}/{ada}"]


def test_who_leaves_after_it_was_recorded_gets_nothing(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada"), place.reader("Ben")
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    with database.write(place.app.conn) as conn:  # as a one-click does, without taking anything back
        contact_points.suppress(conn, ben, "newsletter", "test", place.time)
    assert sent(place) == [f"newsletter/{issue.id}/{ada}"]
    assert place.by_key(f"newsletter/{issue.id}/{ben}").note == "asked for no more messages about newsletter"


def test_session_teaching_what_a_reader_wishes_for_comes_first(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada", zone="Africa/Lagos"), place.reader("Ben")
    skill = place.programme.skills[0].code
    place.app.conn.execute(
        "insert or ignore into skills (code, category, title, version) values (?, 'x', 'x', 1)", (skill,)
    )
    early = place.session("Early", "2026-12-01T10:00Z")
    place.session("Late", "2026-12-02T10:00Z", skills=skill)
    place.wishes(ada, skill)
    place.register(ben, early)
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    texts = [place.letter(f"newsletter/{issue.id}/{who}").get_body(("plain",)).get_content() for who in (ada, ben)]
    assert [text.index("Late") < text.index("Early") for text in texts] == [True, False]
    assert ["11:00–13:00 (West Africa" in text for text in texts] == [True, False]
    assert ["something that you want to learn" in text for text in texts] == [True, False]
    assert ["You are registered." in text for text in texts] == [False, True]


def test_reader_who_answers_in_a_chat_gets_posts_that_fit(place: IssuePlace) -> None:
    ada = place.reader("Ada")
    place.chat(ada, 77)
    issue = place.draft(en="\n\n".join(f"Paragraph {n}. " + "word " * 150 for n in range(12)))
    place.approve(issue)
    assert send_approved(place.app) == SendReport(issues=1, messages=3)
    rows = place.app.conn.execute("select key, channel, recipient from outbox order by id").fetchall()
    base = f"newsletter/{issue.id}/{ada}"
    assert [tuple(row) for row in rows] == [(key, "telegram", "77") for key in (base, f"{base}/2", f"{base}/3")]


def test_nothing_to_say_is_skipped_and_said_on_the_desk_until_somebody_knows(place: IssuePlace) -> None:
    from steps import status

    issue = newsletter.draft(place.app, IssueKind.DIGEST, "test")
    kinds = [item["kind"] for item in status.needs_person(place.app)]
    assert (issue.state.value, kinds) == ("skipped", ["skipped issues"])
    newsletter.settle(place.app, issue, "test")
    assert status.needs_person(place.app) == []


def test_draft_waits_on_the_desk_for_approval(place: IssuePlace) -> None:
    from steps import status

    place.draft()
    assert [(item["kind"], item["count"]) for item in status.needs_person(place.app)] == [("issues", 1)]


def test_dropped_issue_takes_back_what_has_not_left(place: IssuePlace) -> None:
    place.reader()
    place.reader()
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    place.deliver(limit=1)
    assert newsletter.drop(place.app, issue, "test") == 1
    assert sorted(place.outbox().values()) == ["cancelled", "sent"]
    with pytest.raises(UserError, match="all of it has left"):
        newsletter.drop(place.app, issue, "test")


def test_page_that_was_begun_is_not_gone_on_with_after_it_was_dropped(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft()
    place.approve(issue)
    newsletter.drop(place.app, issue, "test")
    assert (send_approved(place.app), place.outbox(), place.state(issue)) == (SendReport(), {}, "dropped")


def test_issue_is_drafted_on_its_day_once(place: IssuePlace) -> None:
    def due(**at: float) -> bool:
        place.later(**at)
        return newsletter.draft_when_due(place.app, IssueKind.NEWSLETTER, "test") is not None

    # Noon of Sunday 22 November; the first Tuesday of December is the 1st, at eight.
    assert [due(), due(days=8), due(hours=19), due(hours=1), due(hours=1), due(days=1)] == [
        False, False, False, True, False, False,
    ]  # fmt: skip


def test_mail_to_many_says_so_in_its_headers(place: IssuePlace) -> None:
    ada = place.reader()
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    letter = place.letter(f"newsletter/{issue.id}/{ada}")
    assert (letter["List-Id"], letter["Precedence"], letter["Feedback-ID"]) == (
        "<newsletter.letsconnect.example.org>", "bulk", f"newsletter-{issue.id}:newsletter:newsletter:letsconnect",
    )  # fmt: skip
    assert "mailto:letsconnect+u-" in letter["List-Unsubscribe"]


@pytest.mark.parametrize(("kind", "topic"), [("newsletter", "newsletter"), ("digest", "opportunities"),
                                              ("brief", "advice")])  # fmt: skip
def test_one_click_ends_an_issues_topic_and_no_other(place: IssuePlace, kind: str, topic: str) -> None:
    """Each kind of issue is a list of its own: its headers name it, and leaving it leaves the others alone."""
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    ada = place.reader("Ada")
    persons.role(place.app, str(ada), Role.ADVISER, "test")
    issue = newsletter.draft(place.app, IssueKind(kind), "test", anyway=True)
    newsletter.write(place.app, issue, "opening", "first", {"en": Words("", "Well.")}, "test")
    place.approve(issue)
    send_approved(place.app)
    letter = place.letter(f"{kind}/{issue.id}/{ada}")
    assert letter["List-Id"] == f"<{kind}.letsconnect.example.org>"
    assert letter["Feedback-ID"] == f"{kind}-{issue.id}:{kind}:newsletter:letsconnect"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    https = letter["List-Unsubscribe"].partition(">")[0].removeprefix("<")
    reference = page_links.read_reference(place.app, page_links.Page.UNSUBSCRIBE, https.rpartition("/")[2])
    message = topics.of_reference(place.app, reference)
    assert message is not None
    topics.stop(place.app, message, message.topic, "one-click")
    wishes = topics.wishes(place.app, ada)
    assert wishes is not None
    assert [name for name, wanted in wishes.wanted.items() if not wanted] == [topic]
    assert sent(place) == []


def test_brief_goes_to_advisers_whom_a_coordinator_named_and_is_on_no_page(place: IssuePlace) -> None:
    ada, ben = place.reader("Ada", agreed=False), place.reader("Ben")
    place.app.conn.execute("insert into participant_roles values (?, 'adviser', 'wished')", (ben,))
    issue = newsletter.draft(place.app, IssueKind.BRIEF, "test", anyway=True)
    newsletter.write(place.app, issue, "opening", "first", {"en": Words("", "Well.")}, "test")
    seen = newsletter.preview(place.app, issue)
    nobody = said(seen, inspect(place.app, seen))
    assert "- 0 people would get it\n- 2 people would not: 2 is no adviser of the programme\n" in nobody
    assert "approve" not in nobody
    assert persons.role(place.app, str(ada), Role.ADVISER, "test")
    place.approve(issue)
    send_approved(place.app)
    assert sent(place) == [f"brief/{issue.id}/{ada}"]
    assert (newsletter_archive.listing(place.app), newsletter_archive.get(place.app, issue.id)) == ([], None)


def test_why_says_what_became_of_an_issue_for_everybody(place: IssuePlace) -> None:
    ada, ben, cem = place.reader("Ada"), place.reader("Ben"), place.reader("Cem", agreed=False)
    issue = place.draft()
    place.approve(issue)
    persons.suppress(place.app, str(ben), "newsletter", "test")
    send_approved(place.app)
    late = place.reader("Dov")
    people = (ada, ben, cem, late)
    told = [[(r.what, r.verdict, r.because) for r in why.why(place.app, str(p)) if r.what] for p in people]
    assert told == [
        [("newsletter", "queued", "on the approved list of the newsletter")],
        [("newsletter", "skip", "asked for no more messages about newsletter")],
        [("newsletter", "none", "did not agree to the newsletter")],
        [("newsletter", "none", "was not on the approved list")],
    ]


def test_erased_sharer_is_named_in_no_kept_issue(place: IssuePlace) -> None:
    sharer = place.person('Rosa "R" Quispe-ñ', consents={"quoted": True})
    session = place.session("Maps", "2026-11-22T13:00Z", sharers='Rosa "R" Quispe-ñ')
    place.app.conn.execute("update sharers set participant_id = ? where session_id = ?", (sharer, session.id))
    place.reader()
    place.later(hours=6)
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)

    def thanks() -> tuple[str, ...]:
        return newsletter.preview(place.app, newsletter.find(place.app, str(issue.id))).content.thanks

    assert thanks() == ('Rosa "R" Quispe-ñ',)
    persons.erase(place.app, str(sharer), "test")
    assert thanks() == ()
    (left,) = place.app.conn.execute("select count(*) from issues where content like '%Rosa%'").fetchone()
    assert left == 0


def test_test_mail_goes_to_coordinators_only_once_a_version_in_every_language(place: IssuePlace) -> None:
    place.reader()
    issue = place.draft(en="All is well.", ar="كل شيء بخير.")
    assert (send_test(place.app, issue, "test"), send_test(place.app, issue, "test")) == (2, 0)
    rows = place.app.conn.execute("select recipient, language, participant_id from outbox order by id").fetchall()
    assert [tuple(row) for row in rows] == [("letsconnect@example.org", code, None) for code in ("en", "ar")]
    newsletter.write(place.app, issue, "news", "first", {"en": Words("", "Better.")}, "test")
    assert send_test(place.app, issue, "test") == 2


def test_inspection_tells_sizes_and_signs_in_every_language(place: IssuePlace) -> None:
    place.reader()
    seen = newsletter.preview(place.app, place.draft(en="Look: [https://a.example](https://b.example)", fr="Bien."))
    found = inspect(place.app, seen)
    assert [(one.language, one.readers, one.signs) for one in found.looks] == [
        ("en", 1, ("a link shows a.example and leads to b.example",)), ("fr", 0, ()),
    ]  # fmt: skip
    assert [one.subject for one in found.looks] == [
        "Let's Connect newsletter, November 2026", "Lettre d’information de Let's Connect, novembre 2026",
    ]  # fmt: skip
    assert (found.addresses, found.links, min(one.text for one in found.looks) > 300) == (1, None, True)
    assert summary(seen, found)["code"] == seen.code in said(seen, found)
    assert "- 1 person would get it: 1 in English; 1 by email\n- nobody is left out\n" in said(seen, found)


def test_group_gets_a_public_issue_in_posts_once(tmp_path: Path) -> None:
    place = IssuePlace(tmp_path, groups=(Group("Ours", -100),))
    place.environ["LETSCONNECT_TELEGRAM_TOKEN"] = "1:x"
    place.app = place.another()
    place.reader("Ada")
    issue = place.draft()
    place.approve(issue)
    send_approved(place.app)
    send_approved(place.app)
    rows = place.app.conn.execute("select key, recipient from outbox where channel = 'telegram'").fetchall()
    assert [tuple(row) for row in rows] == [(f"newsletter/{issue.id}/group/-100/1", "-100")]


def test_files_of_texts_are_taken_all_or_none_with_every_problem(place: IssuePlace) -> None:
    issue = newsletter.draft(place.app, IssueKind.NEWSLETTER, "test", anyway=True)
    folder = place.home / "texts"
    folder.mkdir()
    (folder / "news-skills.en.md").write_text("# Skills\n\nThe list is new.", "utf-8")
    (folder / "news-skills.pt-BR.md").write_text("A lista é nova.", "utf-8")
    assert write_files(place.app, issue, [folder], "test") == 2
    (block,) = newsletter.preview(place.app, issue).content.blocks
    assert block.words == {"en": Words("Skills", "The list is new."), "pt-BR": Words("", "A lista é nova.")}
    (folder / "news-skills.en.md").write_text("", "utf-8")
    (folder / "numbers-x.en.md").write_text("x", "utf-8")
    (folder / "readme.md").write_text("x", "utf-8")
    with pytest.raises(UserError) as refused:
        write_files(place.app, issue, [folder], "test")
    assert [problem.where for problem in refused.value.problems] == ["numbers-x.en.md: section", "readme.md"]
    assert newsletter.preview(place.app, issue).content.blocks == (block,)


def test_session_is_told_in_the_words_that_were_written_of_it_in_the_readers_language(place: IssuePlace) -> None:
    ada, ben, cem = place.reader("Ada"), place.reader("Ben", "fr"), place.reader("Cem", "es")
    place.session("Maps", purpose="Read maps.", audience="Everybody.", preparation="Nothing.")
    issue = place.draft(en="Well.", fr="Bien.", es="Bien.")
    newsletter.write(place.app, issue, "coming", "maps", {"fr-CA": Words("Des cartes", "Lire *des cartes*.")}, "test")
    seen = newsletter.preview(place.app, issue)
    assert seen.wording.languages == ("en", "es", "fr")
    told = "- tells the session maps in its own words in Spanish: coming/maps would be its translation\n"
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


def test_every_form_of_an_issue_is_exported(place: IssuePlace) -> None:
    place.reader()
    place.session("Maps | {{x}}", purpose="Learn [[maps]].\n\nMore.", languages="en,fr")
    seen = newsletter.preview(place.app, place.draft(en="Well.", ar="بخير."))
    assert sorted(name for name, _ in exports(place.app, seen)) == sorted(
        f"{form}-{code}.{SUFFIXES[form]}" for form in FORMS for code in ("en", "ar")
    )
    assert export(place.app, seen, "calendar", "en") == (
        "|-\n| '''Maps &#124; &#123;&#123;x&#125;&#125;'''<br>Learn &#91;&#91;maps&#93;&#93;.\n"
        "| [https://zonestamp.toolforge.org/1796306400 Thursday, 3 December 2026, 14:00–16:00 UTC]\n"
        "| Let's Connect\n| English and French\n| \n"
    )
