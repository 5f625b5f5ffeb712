"""Resources of sessions: what is understood, what is refused, when everything is in; from fields and from files."""

from pathlib import Path

import pytest

from domain.errors import UserError
from domain.resources import ResourceKind, checked_url, missing, parse_size
from domain.sessions import Session
from steps import resources, sessions
from steps.import_resources import import_resources
from store import imports
from store import resources as stored
from templates_email.formats import size
from tests.programme import Place

R, S, T = ResourceKind.RECORDING, ResourceKind.SLIDES, ResourceKind.TEMPLATE


@pytest.fixture
def clinic(place: Place) -> Session:
    return place.session()


def add(place: Place, kind: str, url: str = "https://commons.example.org/x", **more: str) -> resources.Added:
    return resources.add(place.app, "1", {"kind": kind, "url": url, **more}, "test")


def test_add_resource(place: Place, clinic: Session) -> None:
    added = add(place, "Case study", title="  A  school ", language="pt_BR", size="1,5 MB")
    one = added.resource
    assert (one.kind, one.title, one.language, one.bytes) == (ResourceKind.CASE_STUDY, "A school", "pt-BR", 1_500_000)
    assert (added.new, added.changed, added.complete, added.missing) == (True, True, False, (R, S))
    assert resources.listing(place.app, "proposal-writing") == [one]


def test_add_takes_the_title_of_the_session(place: Place, clinic: Session) -> None:
    assert add(place, "slides").resource.title == "Proposal writing"


def test_add_same_kind_and_address_changes_what_is_said(place: Place, clinic: Session) -> None:
    first = add(place, "slides", size="2 MB")
    same = add(place, "slides", size="2 MB")
    other = add(place, "slides", language="fr", title="A talk")
    assert (same.resource, same.new, same.changed) == (first.resource, False, False)
    one = other.resource
    assert (one.title, one.language, one.bytes, other.new, other.changed) == ("A talk", "fr", 2_000_000, False, True)
    assert [r.id for r in resources.listing(place.app)] == [first.resource.id]
    (notes,) = place.app.conn.execute("select count(*) from journal where what like '%resource'").fetchone()
    assert notes == 2


def test_two_kinds_at_one_address_are_two_resources(place: Place, clinic: Session) -> None:
    slides = add(place, "slides")
    recording = add(place, "recording")
    assert (slides.missing, recording.new, recording.complete) == ((R,), True, True)
    again = [add(place, kind) for kind in ("slides", "recording")]
    assert [(one.new, one.changed) for one in again] == [(False, False)] * 2
    assert [(r.kind, r.url) for r in resources.listing(place.app)] == [
        (R, slides.resource.url), (S, slides.resource.url),
    ]  # fmt: skip


@pytest.mark.parametrize("kinds", [("slides", "link"), ("link", "slides")])
def test_mere_link_is_no_second_entry(place: Place, clinic: Session, kinds: tuple[str, str]) -> None:
    first = add(place, kinds[0], language="fr")
    second = add(place, kinds[1])
    assert (second.new, second.resource.id) == (False, first.resource.id)
    assert [r.kind for r in resources.listing(place.app)] == [S]


def test_materials_are_in_once_when_the_last_needed_one_comes(place: Place, clinic: Session) -> None:
    assert not add(place, "recording").complete
    place.later(hours=1)
    done = add(place, "slides", "https://commons.example.org/s")
    at = place.time
    place.later(hours=1)
    late = add(place, "template", "https://commons.example.org/t")
    assert (done.complete, done.missing, late.complete) == (True, (), False)
    assert stored.record_of(place.app.conn, 1).materials_at == at


def test_materials_of_a_kind_that_needs_none_are_in_with_the_first(place: Place) -> None:
    place.session(kind="coffee")
    assert add(place, "link").complete


def test_remove_resource(place: Place, clinic: Session) -> None:
    one = add(place, "slides").resource
    resources.remove(place.app, one.id, "test")
    assert resources.listing(place.app) == []
    with pytest.raises(UserError, match="there is no such resource"):
        resources.remove(place.app, one.id, "test")


def test_add_says_every_problem(place: Place, clinic: Session) -> None:
    with pytest.raises(UserError) as refused:
        add(place, "film", "ftp://x", title="t" * 201, language="Klingon!", size="big")
    assert [p.where for p in refused.value.problems] == ["kind", "url", "title", "language", "size"]


@pytest.mark.parametrize(
    "url",
    ["", "x", "http://", "https://user:pw@host/x", "https://h/\nx", 'https://h/"x', "javascript:alert(1)",
     "https://h:99999/", "https://h/ x", "https://h/" + "x" * 2000, "//h/x", "https://h/<b>"],
)  # fmt: skip
def test_url_that_must_not_stand_in_a_letter(url: str) -> None:
    with pytest.raises(ValueError):
        checked_url(url)


def test_url_that_may() -> None:
    assert checked_url(" https://commons.wikimedia.org/wiki/File:A_(b)%20ü.webm?x=1&y=2#t=3 ").startswith("https://commons")


@pytest.mark.parametrize(
    ("text", "count"),
    [("", None), ("84MB", 84_000_000), ("1.5 GB", 1_500_000_000), ("1,25 kb", 1250), ("512 KiB", 524_288),
     ("830000", 830_000), ("12 bytes", 12), ("0", 0)],
)  # fmt: skip
def test_size_read(text: str, count: int | None) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["MB", "-1 MB", "1.5", "12 parsecs", "1e9", "99999 GB", "1.5.2 MB"])
def test_size_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_size(text)


@pytest.mark.parametrize(
    ("count", "language", "words"),
    [(84_000_000, "en", "84 MB"), (1_500_000_000, "fr", "1,5 Go"), (2_000, "es", "2 kB"), (999_900, "en", "1 MB"),
     (512, "pt", "512 bytes"), (84_000_000, "ar", "84 م.ب")],
)  # fmt: skip
def test_size_in_words(count: int, language: str, words: str) -> None:
    assert size(count, language).replace("\xa0", " ").replace("\u202f", " ") == words


def test_missing_keeps_the_order_of_needs() -> None:
    assert missing((R, S, T), {S}, set()) == (R, T)
    assert missing((R, S), {S}, {R}) == ()


# -- from a file ------------------------------------------------------------------------------------------------


def file(folder: Path, text: str) -> Path:
    path = folder / "resources.csv"
    path.write_text(text, "utf-8")
    return path


GOOD = (
    "Session,Type,Link,Language,Size\nproposal-writing,Recording,https://c.example/r,en,84 MB\n"
    "Proposal writing,slides,https://c.example/s,,\n"
)


def test_import_resources(place: Place, clinic: Session, tmp_path: Path) -> None:
    report = import_resources(place.app, file(tmp_path, GOOD))
    assert (report.accepted, report.merged, report.unchanged, report.rejected) == (2, 0, 0, 0)
    assert [(r.kind, r.url, r.bytes) for r in resources.listing(place.app)] == [
        (R, "https://c.example/r", 84_000_000), (S, "https://c.example/s", None),
    ]  # fmt: skip
    assert stored.record_of(place.app.conn, 1).materials_at == place.time
    again = import_resources(place.app, file(tmp_path, GOOD))
    assert (again.accepted, again.merged, again.unchanged, again.rejected) == (0, 0, 2, 0)


def test_import_keeps_what_is_wrong_until_it_is_corrected(place: Place, clinic: Session, tmp_path: Path) -> None:
    bad = "session,kind,url\nnone,film,x\n1,slides,https://c.example/s\n"
    report = import_resources(place.app, file(tmp_path, bad))
    assert (report.accepted, report.rejected) == (1, 1)
    assert [p.where for p in report.problems] == ["line 2, session", "line 2, kind", "line 2, url"]
    assert len(imports.open_rejections(place.app.conn)) == 3
    corrected = bad.replace("none,film,x", "1,link,https://c.example/x")
    assert import_resources(place.app, file(tmp_path, corrected)).accepted == 1
    assert imports.open_rejections(place.app.conn) == []


def test_import_dry_run_changes_nothing(place: Place, clinic: Session, tmp_path: Path) -> None:
    before = list(place.app.conn.iterdump())
    assert import_resources(place.app, file(tmp_path, GOOD), dry_run=True).accepted == 2
    assert list(place.app.conn.iterdump()) == before


def test_import_names_the_columns_that_lack(place: Place, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        import_resources(place.app, file(tmp_path, "a,b\n1,2\n"))
    assert [p.what for p in refused.value.problems] == [f"has no column '{n}'" for n in ("session", "kind", "url")]


def test_session_of_a_kind_that_left_the_programme_needs_nothing(place: Place, clinic: Session) -> None:
    place.app.conn.execute("update sessions set kind = 'gone'")
    assert resources.lacking(place.app, sessions.find(place.app, "1")) == ()
