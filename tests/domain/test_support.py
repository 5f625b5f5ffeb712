"""What a reply asks for: one of the offered words, in five languages, or nothing that is sure."""

import pytest

from domain.support import Ask, asked, means_wanted

M, R, C = Ask.MENTORING, Ask.REVIEW, Ask.COMMUNITY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mentoring", (M,)), ("Mentoring, please!", (M,)), ("Review and community", (R, C)),
        ("Hi Amina,\n\ncommunity of practice\n\nBest regards,\nBen Okri", (C,)), ("Yes, mentoring", (M,)),
        ("Mentoría, por favor", (M,)), ("revisión de documentos", (R,)), ("Relecture et communauté", (R, C)),
        ("un mentorat s'il vous plaît\n\nMerci !\nAya", (M,)), ("Comunidade de prática", (C,)), ("revisão", (R,)),
        ("إرشاد من فضلك", (M,)), ("مراجعة ومجتمع", ()), ("مراجعة و مجتمع الممارسة", (R, C)),
        ("mentoring\n\nOn Mon, 7 Dec 2026 at 10:00, Us <a@example.org> wrote:\n> **review**, **community**", (M,)),
        ("mentoring\nBen", (M,)), ("Review\n-- \nBen Okri\nCommunity manager", (R,)),
    ],
)  # fmt: skip
def test_asked(text: str, expected: tuple[Ask, ...]) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(
    "text",
    ["mentoring\nbut only if it costs nothing", "",
     "yes", "thank you!", "no mentoring", "mentoring?", "I did not get the review", "mentoring for my sister",
     "Is the community open", "not the community", "mentoring " * 30, "what is mentoring", "revisión no",
     "> mentoring\nthanks", "review\n> and you?\nno"],
)  # fmt: skip
def test_what_a_person_must_read(text: str) -> None:
    assert asked(text) == ()


@pytest.mark.parametrize("said", ["", "No", "no.", "None", "N/A", "não", "لا", "-", "Nothing", "no, thanks"])
def test_no_means_wanted(said: str) -> None:
    assert not means_wanted(said)


@pytest.mark.parametrize("said", ["Yes", "data bundle", "No, but a headset would help", "un casque", "إنترنت"])
def test_means_wanted(said: str) -> None:
    assert means_wanted(said)
