"""Badges issued, taken back, listed for the badge site; certificates made and checked."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from config import badges as badges_file
from config import settings
from domain.badges import Earned
from domain.errors import ConfigError, UserError
from domain.sessions import Session
from domain.times import iso
from domain.translations import Said
from steps import badge_export, badges, certificates, persons
from steps.attendance import attended
from store import badges as stored
from templates_email import certificate
from templates_email.certificate import Certificate
from tests.needs import needs
from tests.programme import Place

WIKI = ["User name", "Badge", "Issued on", "Evidence"]


@lru_cache
def drawing() -> bool:
    try:
        import weasyprint  # noqa: F401 - whether it can be loaded is the question
    except OSError:
        return False
    return Path("/usr/share/fonts/truetype/noto/NotoSansBengali-Regular.ttf").exists()


def held(place: Place, title: str = "Proposal writing", **fields: str) -> Session:
    """A session that is over."""
    session = place.session(title, start=iso(place.time + timedelta(hours=1)), **fields)
    place.later(hours=4)
    return session


def earner(place: Place, name: str = "Ada", user: str = "", consent: bool | None = None, **more: str) -> int:
    person = place.person(name, consents=None if consent is None else {"directory": consent}, **more)
    place.app.conn.execute("update participants set wiki_user = ? where id = ?", (user, person))
    attended(place.app, str(held(place, f"Clinic of {name}").id), [str(person)], "test")
    return person


def lead(place: Place, session: Session, person: int) -> None:
    place.app.conn.execute("insert into sharers values (?, 0, 'x', ?)", (session.id, person))


# -- issuing ----------------------------------------------------------------------------------------------------


def test_issue_by_attendance_and_by_sharing_each_once(place: Place) -> None:
    ada, ben = place.person("Ada"), place.person("Ben")
    clinic = held(place)
    attended(place.app, str(clinic.id), [str(ada), str(ben)], "test")
    lead(place, clinic, ben)
    assert badges.issue(place.app, "test", dry_run=True).by_badge == {"learner": 1, "sharer": 1}
    assert badges.listing(place.app) == []
    assert badges.issue(place.app, "test").by_badge == {"learner": 1, "sharer": 1}
    assert [(b.badge, b.participant_id, b.sessions) for b in badges.listing(place.app)] == [
        ("learner", ada, (clinic.id,)), ("sharer", ben, (clinic.id,)),
    ]  # fmt: skip
    before = list(place.app.conn.iterdump())
    again = Earned("learner", (clinic.id,), place.time)
    assert not stored.issue(place.app.conn, ada, again, place.time)  # another process was faster
    assert badges.issue(place.app, "test").new == 0
    assert list(place.app.conn.iterdump()) == before


def test_nothing_is_earned_before_the_end_nor_by_a_cancelled_session(place: Place) -> None:
    ada = place.person()
    running = place.session(start=iso(place.time + timedelta(hours=1)))
    cancelled = place.session("Off", start=iso(place.time + timedelta(hours=1)))
    place.later(hours=2)
    attended(place.app, str(running.id), [str(ada)], "test")
    attended(place.app, str(cancelled.id), [str(ada)], "test")
    place.cancel(cancelled)
    assert badges.issue(place.app, "test").new == 0
    place.later(hours=1)
    badges.issue(place.app, "test")
    assert [b.sessions for b in badges.listing(place.app)] == [(running.id,)]


def test_revoked_badge_is_not_issued_again(place: Place) -> None:
    earner(place)
    badges.issue(place.app, "test")
    assert badges.revoke(place.app, 1, "test")
    assert not badges.revoke(place.app, 1, "test")
    assert badges.issue(place.app, "test").new == 0
    with pytest.raises(UserError, match="was taken back"):
        certificates.paper(place.app, badges.find(place.app, 1))


def test_erased_person_leaves_no_badge_and_earns_none(place: Place) -> None:
    ada = earner(place)
    badges.issue(place.app, "test")
    code = certificates.code(place.app, badges.find(place.app, 1))
    assert len(persons.export(place.app, str(ada))["badges"]) == 1
    persons.erase(place.app, str(ada), "test")
    assert badges.issue(place.app, "test").new == 0
    assert badges.listing(place.app) == []
    with pytest.raises(UserError, match="not kept any more"):
        certificates.check(place.app, code)


# -- the badge site ---------------------------------------------------------------------------------------------


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_export_lists_each_badge_once(place: Place, tmp_path: Path) -> None:
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    earner(place, "Ada", "=Ada Lovelace", consent=True)
    earner(place, "Ben", "", consent=True)
    earner(place, "Cy", "Cy", consent=False)
    earner(place, "Di", "Di")
    badges.issue(place.app, "test")
    done = badge_export.export(place.app, "wiki", tmp_path / "a.csv", "test")
    assert (done.written, done.without_value, done.without_consent) == (1, 1, 2)
    header, one = rows(tmp_path / "a.csv")
    assert (header, one[:3]) == (WIKI, ["'=Ada Lovelace", "Learner", "2026-11-23"])
    assert certificates.check(place.app, one[3]).name == "Ada"
    place.app.conn.execute("update participants set wiki_user = 'Ben' where name = 'Ben'")
    badge_export.export(place.app, "wiki", tmp_path / "b.csv", "test")
    assert [row[0] for row in rows(tmp_path / "b.csv")[1:]] == ["Ben"]
    badge_export.export(place.app, "wiki", tmp_path / "c.csv", "test", everything=True)
    assert [row[0] for row in rows(tmp_path / "c.csv")[1:]] == ["'=Ada Lovelace", "Ben"]


def test_export_that_cannot_be_written_counts_nothing(place: Place, tmp_path: Path) -> None:
    earner(place, "Ada", "Ada", consent=True)
    badges.issue(place.app, "test")
    (tmp_path / "a.csv").touch()
    with pytest.raises(UserError, match="is there already"):
        badge_export.export(place.app, "wiki", tmp_path / "a.csv", "test")
    with pytest.raises(UserError, match="is no form"):
        badge_export.export(place.app, "moodle", tmp_path / "b.csv", "test")
    assert badge_export.export(place.app, "badgr", tmp_path / "b.csv", "test").written == 1


# -- certificates -----------------------------------------------------------------------------------------------

SHOWN = Certificate(
    "Let's Connect", "<b>Ada</b> & Co", "Learner", False, ((Said("Proposals"), date(2026, 12, 3)),), date(2026, 12, 4),
    "7", "https://pages.example.org/certificate/7",
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "direction", "word", "day"),
    [("en", "ltr", "Certificate", "4 December 2026"), ("ar", "rtl", "شهادة", "4 ديسمبر 2026"),
     ("bn", "ltr", "সনদপত্র", "4 ডিসেম্বর, 2026"), ("fr", "ltr", "Certificat", "4 décembre 2026")],
)  # fmt: skip
def test_certificate_page(language: str, direction: str, word: str, day: str) -> None:
    page = certificate.html(SHOWN, certificate.language_of([language]))
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert f"<h1>{word}</h1>" in page
    assert day in page
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; Co" in page
    assert "<b>Ada" not in page


def test_certificate_of_a_language_without_words_falls_back_whole() -> None:
    assert certificate.language_of(["sw", "bn-IN", "fr"]) == "bn"
    assert certificate.language_of(["sw"]) == "en"


MANY = ((Said("Proposals and budgets " * 9), date(2026, 1, 1)),) * 9
LONG = replace(SHOWN, name="Maria Aparecida dos Santos " * 4, sessions=MANY)


@pytest.mark.parametrize("shown", [SHOWN, LONG])
@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_certificate_is_one_page_and_the_same_bytes_again(shown: Certificate, language: str) -> None:
    needs(drawing(), "Pango and fonts-noto-core")
    import weasyprint

    shown = replace(shown, name=f"{shown.name} سارة আনিকা")
    data = certificate.pdf(shown, language)
    assert data.startswith(b"%PDF-")
    assert len(data) < 60_000
    certificate.pdf.cache_clear()
    assert certificate.pdf(shown, language) == data
    (page,) = weasyprint.HTML(string=certificate.html(shown, language)).render().pages
    (main,) = [box for box in page._page_box.descendants() if box.element_tag == "main"]
    (footer,) = [box for box in main.descendants() if box.element_tag == "footer" and box.height != "auto"]
    (listed,) = [box for box in main.descendants() if box.element_tag == "ul"]
    assert listed.position_y + listed.height < footer.position_y


def test_certificate_with_a_letter_that_no_font_has_is_refused() -> None:
    needs(drawing(), "Pango and fonts-noto-core")
    with pytest.raises(UserError, match="no font on this machine"):
        certificate.pdf(replace(SHOWN, name="\U000f0000"), "en")


def test_certificate_loads_nothing() -> None:
    needs(drawing(), "Pango and fonts-noto-core")
    with pytest.raises(ValueError, match="loads nothing"):
        certificate._refuse("file:///etc/passwd")


def test_paper_in_the_persons_language_and_checked_by_its_address(place: Place) -> None:
    needs(drawing(), "Pango and fonts-noto-core")
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    earner(place, "আনিকা রহমান", language="bn")
    badges.issue(place.app, "test")
    badge = badges.find(place.app, 1)
    own, french = certificates.paper(place.app, badge), certificates.paper(place.app, badge, "fr")
    place.later(days=400)
    certificate.pdf.cache_clear()
    assert certificates.paper(place.app, badge) == own != french
    found = certificates.check(place.app, certificates.link(place.app, badge))
    assert (found.name, found.title, found.stands) == ("আনিকা রহমান", "শিক্ষার্থী", True)
    badges.revoke(place.app, 1, "test")
    assert not certificates.check(place.app, certificates.code(place.app, badge)).stands


@pytest.mark.parametrize("code", ["", "1-2-x", "1-99999-aaaaaaaaaaaaaaaaaaaaaaaa", "https://pages.example.org/certificate/"])
def test_check_of_what_is_not_ours(place: Place, code: str) -> None:
    with pytest.raises(UserError, match="is no certificate of ours"):
        certificates.check(place.app, code)


# -- badges.toml ------------------------------------------------------------------------------------------------


def test_badges_file_is_right() -> None:
    known = badges_file.load(settings.ROOT / "config", ("clinic", "regional", "connectathon", "coffee", "cluster"))
    assert [rule.code for rule in known.rules] == ["learner", "steady_learner", "connector", "sharer"]
    assert all(set(rule.titles) == {"en", "es", "fr", "pt", "ar", "bn"} for rule in known.rules)
    assert list(known.exports) == ["wiki", "badgr"]


def test_badges_file_with_everything_wrong_says_all(tmp_path: Path) -> None:
    (tmp_path / "badges.toml").write_text(
        'version = 1\n[badges.a]\nby = "luck"\ncount = 0\ntitles = {}\n[exports.x]\ncolumns = []\nneeds = ["shoe"]\n'
    )
    with pytest.raises(ConfigError) as refused:
        badges_file.load(tmp_path, ("clinic",))
    assert [p.where.removeprefix("badges.toml: ") for p in refused.value.problems] == [
        "badges.a.by", "badges.a.count", "exports.x.columns", "exports.x.needs.0",
    ]  # fmt: skip
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "badges.toml").write_text(
        'version = 1\n[badges.a]\nby = "sharing"\ncount = 1\nkinds = ["ball"]\ntitles = { fr = "x" }\n'
    )
    with pytest.raises(ConfigError) as refused:
        badges_file.load(tmp_path / "b", ("clinic",))
    assert [p.where.removeprefix("badges.toml: ") for p in refused.value.problems] == [
        "badges.a.kinds", "badges.a.titles",
    ]  # fmt: skip


def test_no_badges_file_is_no_badges(tmp_path: Path) -> None:
    assert badges_file.load(tmp_path, ()).rules == ()
