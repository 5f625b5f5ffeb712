"""A person's own page: its link by mail, and every part of it changed and seen again."""

import re
from pathlib import Path

import pytest

from steps import feeds, profiles
from tests.programme import Place
from tests.visitor import Visitor, with_pages


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return with_pages(Place(tmp_path))


@pytest.fixture
def ada(place: Place) -> int:
    person = place.person("Ada", email="ada@example.org", zone="Africa/Lagos")
    place.app.conn.execute("update participants set country = 'NG' where id = ?", (person,))
    place.app.conn.execute("insert into registrations (participant_id, created_at) values (?, '2026')", (person,))
    return person


def opened(place: Place, person: int) -> Visitor:
    visitor = Visitor(place)
    assert visitor.get(profiles.link(place.app, person)).status_code == 200
    return visitor


def part(visitor: Visitor, word: str) -> int:
    """Which form of the page has a button with that value."""
    return re.findall(r'name="do" value="(\w+)"', visitor.answer.text).index(word)


def save(visitor: Visitor, word: str, **fields: str | list[str]) -> None:
    visitor.send(word, form=part(visitor, word), **fields)


def test_link_comes_by_mail_and_the_answer_tells_nothing(place: Place, ada: int) -> None:
    pages = []
    for address in ("Ada@Example.org", "nobody@example.org"):
        visitor = Visitor(place)
        visitor.get("/me")
        visitor.send("Send me the link", email=address)
        pages.append((visitor.answer.status_code, str(visitor.answer.url), visitor.text))
    assert pages[0] == pages[1]
    (key,) = [key for key in place.outbox() if key.startswith("my_page/")]
    assert key == f"my_page/{ada}/2026-11-22/1"
    assert place.tick() == [key, f"welcome/{ada}"]
    body = place.letter(key).get_body(("plain",))
    assert body is not None
    assert profiles.link(place.app, ada) in body.get_content()


def test_link_is_mailed_three_times_a_day_at_most(place: Place, ada: int) -> None:
    visitor = Visitor(place)
    for _ in range(5):
        visitor.get("/me")
        visitor.send("Send me the link", email="ada@example.org")
    assert len([key for key in place.outbox() if key.startswith("my_page/")]) == 3


def test_address_that_is_none_comes_back(place: Place) -> None:
    visitor = Visitor(place)
    visitor.get("/me")
    visitor.send("Send me the link", email="not an address")
    assert (visitor.answer.status_code, "not an address" in visitor.answer.text) == (422, True)


def test_details_are_changed(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    save(visitor, "about", name="Ada L.", language1="fr", language2="en", hour="18", wiki_user="Ada")
    assert "Enregistré." in visitor.text
    row = place.app.conn.execute("select * from participants where id = ?", (ada,)).fetchone()
    found = [row[name] for name in ("name", "languages", "preferred_hour", "zone", "wiki_user")]
    assert found == ["Ada L.", '["fr", "en"]', 18, "Africa/Lagos", "Ada"]


def test_other_country_brings_its_zone_or_asks_for_one(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    save(visitor, "about", country="KE")
    assert _zone(place, ada) == ("KE", "Africa/Nairobi")
    save(visitor, "about", country="BR")
    assert (visitor.answer.status_code, _zone(place, ada)) == (422, ("KE", "Africa/Nairobi"))
    save(visitor, "about", country="BR", zone="America/Sao_Paulo")
    assert _zone(place, ada) == ("BR", "America/Sao_Paulo")


def _zone(place: Place, person: int) -> tuple[str, str]:
    return tuple(place.app.conn.execute("select country, zone from participants where id = ?", (person,)).fetchone())


def test_consents_are_kept_one_by_one(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    save(visitor, "consents", consents=["newsletter", "quoted"])
    rows = place.app.conn.execute("select topic, granted from consents where granted = 1 order by topic")
    assert [tuple(row) for row in rows] == [("newsletter", 1), ("quoted", 1)]
    place.later(days=1)
    save(visitor, "consents", consents=["quoted"])
    rows = place.app.conn.execute("select topic, granted, at from consents where topic in ('newsletter', 'quoted')")
    days = {row["topic"]: (row["granted"], row["at"][:10]) for row in rows}
    assert days == {"newsletter": (0, "2026-11-23"), "quoted": (1, "2026-11-22")}


def test_topics_are_chosen(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    save(visitor, "topics", topic=["sessions"])
    rows = place.app.conn.execute("select topic from suppressions where lifted_at is null")
    assert "sessions" not in {row[0] for row in rows}
    assert re.findall(r'name="topic" value="(\w+)" checked', visitor.answer.text) == ["sessions"]


def test_whom_not_to_meet_is_kept_and_never_shown(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    save(visitor, "avoid", names="Ben Okri\n\n User:Zed ")
    assert "Okri" not in visitor.answer.text
    save(visitor, "avoid", names="Cleo")
    assert _avoided(place) == "Ben Okri\nUser:Zed\nCleo"
    save(visitor, "avoid", names="", forget="yes")
    assert _avoided(place) == ""


def _avoided(place: Place) -> str:
    row = place.app.conn.execute("select value from answers where question = 'dont_connect_with'").fetchone()
    return str(row[0])


def test_skills_with_level_and_example(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    visitor.get(next(link for link in visitor.links() if link.endswith("/skills")))
    visitor.send("Save", learn=["storytelling"], share=["governance", "staffing"])
    visitor.send("Save", **{"level-governance": "advanced", "example-governance": "Wrote <our> rules"})
    assert "Wrote &lt;our&gt; rules" in visitor.answer.text
    rows = place.app.conn.execute("select skill, direction, level, example from participant_skills order by 1")
    assert [tuple(row) for row in rows] == [
        ("governance", "share", "advanced", "Wrote <our> rules"),
        ("staffing", "share", "", ""),
        ("storytelling", "learn", "", ""),
    ]


def test_level_of_another_form_stays(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    visitor.get(next(link for link in visitor.links() if link.endswith("/skills")))
    visitor.send("Save", share=["governance"])
    place.app.conn.execute("update participant_skills set level = '4 of 5'")
    visitor.get(str(visitor.answer.url))
    visitor.send("Save", **{"example-governance": "x"})
    assert place.app.conn.execute("select level, example from participant_skills").fetchone()[:] == ("4 of 5", "x")


def test_new_calendar_address(place: Place, ada: int) -> None:
    old = feeds.link(place.app, ada)
    visitor = opened(place, ada)
    assert old in visitor.links()
    save(visitor, "feed")
    new = feeds.link(place.app, ada)
    assert (old == new, new in visitor.links(), Visitor(place).get(old).status_code) == (False, True, 410)


def test_page_shows_no_whole_address(place: Place, ada: int) -> None:
    visitor = opened(place, ada)
    assert ("ada@example.org" in visitor.answer.text, "a…@example.org" in visitor.answer.text) == (False, True)


def test_page_of_somebody_erased(place: Place, ada: int) -> None:
    link = profiles.link(place.app, ada)
    place.app.conn.execute("update participants set erased_at = '2026' where id = ?", (ada,))
    assert Visitor(place).get(link).status_code == 410


@pytest.mark.parametrize("page", ["", "/skills"])
def test_pages_are_light(place: Place, ada: int, page: str) -> None:
    answer = Visitor(place).get(profiles.link(place.app, ada) + page)
    assert int(answer.headers["content-length"]) < 14_000
