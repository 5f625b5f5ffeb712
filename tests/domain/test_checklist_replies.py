"""Replies about one item: right, or for a person; never guessed."""

import pytest

from domain.checklist_replies import read
from domain.checklists import Answered, ItemState, Way

DONE, NO, HELP = ItemState.DONE, ItemState.NOT_NEEDED, ItemState.HELP
QUOTE = "\n\nOn Sun, 22 Nov 2026 at 12:00, Let's Connect <l@example.org> wrote:\n> Reply: **done**.\n> not needed"
LINK = "https://commons.example.org/wiki/File:Slides_(2026).pdf"


@pytest.mark.parametrize(
    ("words", "way", "expected"),
    [
        ("done", Way.TICK, (DONE, "")),
        ("Done!", Way.TICK, (DONE, "")),
        ("Hi Amina,\n\nIt's done.\n\nBest regards,\nAda Obi", Way.TICK, (DONE, "")),
        ("Hecho, gracias", Way.TICK, (DONE, "")),
        ("Hecho.\nGracias", Way.TICK, (DONE, "")),
        ("C’est fait", Way.TICK, (DONE, "")),
        ("Já está feito\nObrigada\nJoana", Way.TICK, (DONE, "")),
        ("تم", Way.TICK, (DONE, "")),
        ("👍", Way.TICK, (DONE, "")),
        ("almost done", Way.TICK, None),
        ("not done yet", Way.TICK, None),
        ("Is it done?", Way.TICK, None),
        ("not needed", Way.LINK, (NO, "")),
        ("No hace falta", Way.TICK, (NO, "")),
        ("Pas nécessaire.", Way.TEXT, (NO, "")),
        ("não é necessário", Way.NUMBER, (NO, "")),
        ("غير مطلوب", Way.FILE, (NO, "")),
        ("help", Way.LINK, (HELP, "")),
        ("Necesito ayuda", Way.TEXT, (HELP, "")),
        ("J'ai besoin d'aide", Way.TEXT, (HELP, "")),
        ("Preciso de ajuda!", Way.TICK, (HELP, "")),
        ("أحتاج إلى مساعدة", Way.TICK, (HELP, "")),
        ("I cannot help with this", Way.TICK, None),
        (LINK.replace("(", "%28").replace(")", "%29"), Way.LINK, (DONE, LINK.replace("(", "%28").replace(")", "%29"))),
        ("Here you are: https://slides.example.org/a\nThanks", Way.LINK, (DONE, "https://slides.example.org/a")),
        ("https://slides.example.org/a.", Way.FILE, (DONE, "https://slides.example.org/a")),
        ("https://a.example.org and https://b.example.org", Way.LINK, None),
        ("done", Way.LINK, None),
        ("I will send https://slides.example.org/a when the second half of it is ready, wait", Way.LINK, None),
        ("Is it https://slides.example.org/a ?", Way.LINK, None),
        ("20", Way.NUMBER, (DONE, "20")),
        ("About 20 people", Way.NUMBER, (DONE, "20")),
        ("20 or 25", Way.NUMBER, None),
        ("20-25", Way.NUMBER, None),
        ("3.5", Way.NUMBER, None),
        ("many", Way.NUMBER, None),
        ("We speak English and French.\nArabic would be nice.", Way.TEXT,
         (DONE, "We speak English and French.\nArabic would be nice.")),
        ("Bonjour,\n\nPour les débutants.\n\nCordialement,\nAya", Way.TEXT, (DONE, "Pour les débutants.")),
        ("What do you mean by roles?", Way.TEXT, None),
        ("no", Way.TEXT, None),
        ("done", Way.TEXT, None),
        ("", Way.TEXT, None),
        ("x" * 6000, Way.TEXT, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("quote", ["", QUOTE])
def test_read_reply_about_an_item(words: str, way: Way, expected: tuple[ItemState, str] | None, quote: str) -> None:
    assert read(words + quote, way) == (Answered(*expected) if expected else None)


def test_read_yes_to_whether_one_can_help_out_is_a_promise() -> None:
    assert read("yes", Way.TICK) == Answered(DONE)
    assert read("yes", Way.TICK, theirs=False) is None
    assert read("done", Way.TICK, theirs=False) == Answered(DONE)


def test_read_answer_below_the_quote() -> None:
    quoted = "On Sun, 22 Nov 2026 at 12:00, Let's Connect <l@example.org> wrote:\n> done?\n\n"
    assert read(quoted + "Done", Way.TICK) == Answered(DONE)
    assert read("Hm.\n\n" + quoted + "Done", Way.TICK) is None
    assert read("Done\n\n" + quoted + "Not really", Way.TICK) is None
