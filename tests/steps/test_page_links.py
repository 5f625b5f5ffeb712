"""Links to people's pages: nobody else can make one, and none outlives its day."""

from datetime import timedelta
from pathlib import Path

import pytest

from steps.page_links import LinkRefused, Page, read, read_pair, read_reference, token, url
from tests.programme import NOON, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.environ["LETSCONNECT_PAGES_URL"] = "https://pages.example.org"
    place.app = place.another()
    return place


def test_a_link_leads_to_its_id(place: Place) -> None:
    link = url(place.app, Page.RSVP, 17, NOON)
    assert link == "https://pages.example.org/rsvp/" + token(place.app, Page.RSVP, 17, NOON)
    assert read(place.app, Page.RSVP, link.rpartition("/")[2]) == 17


def test_a_link_is_good_through_its_last_day(place: Place) -> None:
    given = token(place.app, Page.RSVP, 17, NOON + timedelta(days=2))
    place.later(days=2, hours=11)
    assert read(place.app, Page.RSVP, given) == 17
    place.later(hours=1)
    with pytest.raises(LinkRefused) as refused:
        read(place.app, Page.RSVP, given)
    assert refused.value.expired


@pytest.mark.parametrize("spoil", ["18{}", "{}x", "", "17", "17-99999-{0[9]}", "١{}"])
def test_a_changed_link_is_nobodys(place: Place, spoil: str) -> None:
    given = token(place.app, Page.RSVP, 17, NOON)
    with pytest.raises(LinkRefused) as refused:
        read(place.app, Page.RSVP, spoil.format(given))
    assert not refused.value.expired


def test_what_stood_behind_a_link_in_a_text_does_no_harm(place: Place) -> None:
    assert read(place.app, Page.RSVP, token(place.app, Page.RSVP, 17, NOON) + ").") == 17


def test_a_link_serves_one_purpose(place: Place) -> None:
    given = token(place.app, Page.RSVP, 17, NOON)
    with pytest.raises(LinkRefused):
        read(place.app, Page.PROFILE, given)


def test_a_longer_life_cannot_be_written_into_a_link(place: Place) -> None:
    ident, day, mac = token(place.app, Page.RSVP, 17, NOON).split("-")
    with pytest.raises(LinkRefused):
        read(place.app, Page.RSVP, f"{ident}-{int(day) + 1}-{mac}")


def test_a_link_may_name_two_ids_or_a_message(place: Place) -> None:
    assert read_pair(place.app, Page.RSVP, token(place.app, Page.RSVP, (3, 17), NOON)) == (3, 17)
    reference = "k3v7q2n5x4b6"
    assert read_reference(place.app, Page.UNSUBSCRIBE, token(place.app, Page.UNSUBSCRIBE, reference, NOON)) == reference


def test_a_link_of_one_kind_is_not_read_as_another(place: Place) -> None:
    for ident, wrong in ((17, read_pair), ((3, 17), read), ("k3v7q2n5x4b6", read), (17, read_reference)):
        with pytest.raises(LinkRefused):
            wrong(place.app, Page.RSVP, token(place.app, Page.RSVP, ident, NOON))


def test_without_pages_there_is_no_link(tmp_path: Path) -> None:
    assert url(Place(tmp_path).app, Page.RSVP, 17, NOON) == ""
