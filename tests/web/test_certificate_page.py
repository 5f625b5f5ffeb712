"""The page behind a certificate's address."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.times import iso
from steps import badges, certificates, persons
from steps.attendance import attended
from tests.needs import needs
from tests.programme import Place
from tests.steps.test_badges import drawing
from tests.visitor import Visitor, with_pages


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Sarah has a badge."""
    place = with_pages(Place(tmp_path))
    sarah = place.person("سارة <b>حداد</b>", language="ar")
    session = place.session("Proposals & budgets", start=iso(place.time + timedelta(hours=1)))
    place.later(hours=4)
    attended(place.app, str(session.id), [str(sarah)], "test")
    badges.issue(place.app, "test")
    return place


def link(place: Place) -> str:
    return certificates.link(place.app, badges.find(place.app, 1))


def test_certificate_page_says_what_the_paper_says(place: Place) -> None:
    visitor = Visitor(place)
    assert visitor.get(link(place)).status_code == 200
    for words in ("it stands", "سارة &lt;b&gt;حداد&lt;/b&gt;", "Learner", "Proposals & budgets", "22 November 2026"):
        assert words in visitor.text
    assert visitor.answer.headers["cache-control"] == "no-store"
    visitor.get(link(place) + "?lang=ar")
    assert "متعلّم" in visitor.text


def test_paper_is_in_the_persons_language_or_the_chosen_one(place: Place) -> None:
    needs(drawing(), "Pango and fonts-noto-core")
    visitor, badge = Visitor(place), badges.find(place.app, 1)
    own = visitor.get(f"{link(place)}/certificate.pdf")
    assert (own.status_code, own.headers["content-type"]) == (200, "application/pdf")
    assert own.content == certificates.paper(place.app, badge)
    visitor.get(f"{link(place)}?lang=fr")
    (paper,) = [target for target in visitor.links() if "certificate.pdf" in target]
    assert visitor.get(paper).content == certificates.paper(place.app, badge, "fr") != own.content


def test_revoked_certificate_is_said_to_be_void_and_has_no_paper(place: Place) -> None:
    address = link(place)
    badges.revoke(place.app, 1, "test")
    visitor = Visitor(place)
    assert visitor.get(address).status_code == 200
    assert "was taken back" in visitor.text
    assert not [target for target in visitor.links() if "certificate.pdf" in target]
    assert visitor.get(f"{address}/certificate.pdf").status_code == 410


def test_certificate_of_an_erased_person_is_gone(place: Place) -> None:
    address = link(place)
    persons.erase(place.app, "1", "test")
    assert Visitor(place).get(address).status_code == 410


def test_certificate_that_somebody_made_up(place: Place) -> None:
    other = link(place).replace("/certificate/1-", "/certificate/2-")
    assert Visitor(place).get(other).status_code == 404
