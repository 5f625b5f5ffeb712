"""Titles in a certificate read in their own direction, whatever the certificate's is."""

from datetime import date

import pytest

from domain.translations import Said
from templates_email.certificate import Certificate, html

DAY = date(2027, 2, 4)


@pytest.mark.parametrize(
    ("title", "way"),
    [("Budgets (2)", "ltr"), ("(2) كتابة", "rtl"), ("עברית", "rtl"), ("উইকিডাটা", "ltr"), ("2027!", "ltr")],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_title_keeps_its_direction(title: str, way: str, language: str) -> None:
    page = html(Certificate("Let's Connect", "Ada", "Learner", False, ((Said(title), DAY),), DAY, "17"), language)
    assert f'<bdi dir="{way}">{title}</bdi>' in page
