"""Addresses as they are checked."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from domain.imports import Mail
from steps.addresses import check_mail


@pytest.mark.parametrize(
    ("text", "mail"),
    [
        ("Amina@Example.ORG", Mail("Amina@example.org", "amina@example.org")),
        (" <amina@example.org> ", Mail("amina@example.org", "amina@example.org")),
        ("mailto:amina@example.org", Mail("amina@example.org", "amina@example.org")),
        ("kofi@bücher.example", Mail("kofi@xn--bcher-kva.example", "kofi@xn--bcher-kva.example")),
        ("o'brien&co@example.org", Mail("o'brien&co@example.org", "o'brien&co@example.org")),
        ("a.b+c@googlemail.com", Mail("a.b+c@googlemail.com", "ab@gmail.com")),
        ("a@test", Mail("a@test", "a@test")),
    ],
)
def test_check_mail_good(text: str, mail: Mail) -> None:
    assert check_mail(text) == mail


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("amina", "is not an e-mail address: An email address must have an @-sign"),
        ("amina@example", "is not an e-mail address: The part after the @-sign is not valid"),
        ("a@example.org, b@example.org", "holds several addresses"),
        ("a@example.org b@example.org", "holds several addresses"),
        ("josé@example.org", "has letters before the @"),
        ("amina..bello@example.org", "is not an e-mail address"),
        ('"a@b, evil@x"@example.org', "holds several addresses"),
        ("amina@example.org\r\nBcc: x@example.org", "holds several addresses"),
        ("x" * 65 + "@example.org", "is not an e-mail address"),
        ("a@" + "b" * 64 + ".org", "is not an e-mail address"),
    ],
)
def test_check_mail_bad_says_why_without_the_address(text: str, reason: str) -> None:
    found = check_mail(text)
    assert isinstance(found, str) and found.startswith(reason)
    assert "amina" not in found and "evil" not in found


@given(st.from_regex(r"[A-Za-z0-9_.+-]{1,70}@[A-Za-z0-9.-]{1,20}\.[a-z]{1,5}", fullmatch=True))
def test_check_mail_agrees_with_the_validator(text: str) -> None:
    try:
        slow = validate_email(text, check_deliverability=False, test_environment=True, strict=True).ascii_email
    except EmailNotValidError:
        slow = None
    fast = check_mail(text)
    assert (fast.address if isinstance(fast, Mail) else None) == slow
