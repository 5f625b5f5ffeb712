"""Made-up letters, one for every branch of every template: for looking at, and for the golden files.

The session speaks English in every language, as a real one would; names and zones change with the reader.
"""

from datetime import UTC, datetime

from templates_email.contexts import Cancellation, Change, Invitation, Letter, RsvpConfirmation, Update, Welcome
from templates_email.formats import Moment

READERS = {
    "en": ("Amina Okafor", "Africa/Lagos"),
    "es": ("Lucía Fernández", "America/Argentina/Buenos_Aires"),
    "fr": ("Aya Kouassi", "Africa/Casablanca"),
    "pt": ("João da Silva", "America/Sao_Paulo"),
    "ar": ("سارة حداد", "Asia/Amman"),
}
_STARTS_AT = datetime(2026, 12, 3, 13, 0, tzinfo=UTC)
_PURPOSE = """\
Learn to turn an idea into a grant proposal that a committee understands.

- what a *good* objective looks like
- a budget in one page, see [the template](https://meta.example/templates/budget)
"""
_PREPARATION = "1. Bring one idea of your own.\n2. Read the case study (2 pages)."


def samples(language: str) -> dict[str, Letter]:
    """Letters by case name, `<message>` or `<message>-<branch>`, to a reader of `language`."""
    name, zone = READERS.get(language, READERS["en"])
    everybody = {"programme": "Let's Connect", "mailbox": "hello@connect.example"}
    person = {**everybody, "name": name, "reference": "LC-7K2M-4Q"}
    session = {
        **person,
        "title": "Writing proposals & budgets",
        "venue": "https://meet.example/clinic?room=7&lang=en",
        "when": Moment(_STARTS_AT, 120, zone),
    }
    about = {
        **session,
        "purpose": _PURPOSE,
        "audience": "Everybody who plans to ask for a grant. No experience needed.",
        "preparation": _PREPARATION,
        "languages": ("en", "fr"),
        "interpretation": ("ar", "es"),
        "sharers": ("Chidi Eze", "Rosa Quispe"),
    }
    bare = {**session, "venue": "", "languages": ("sw",)}
    moved = (Change("time", Moment(datetime(2026, 12, 1, 23, 30, tzinfo=UTC), 90, zone), session["when"]),)  # type: ignore[arg-type]  # a dict of mixed values
    words = (
        Change("title", "Writing proposals", "Writing proposals & budgets"),
        Change("venue", "Room 3", "https://meet.example/clinic?room=7&lang=en"),
        Change("purpose"),
        Change("audience"),
        Change("preparation", "Nothing", ""),
        Change("languages", ("en",), ("en", "fr")),
        Change("interpretation", (), ("ar", "es")),
        Change("sharers", ("Chidi Eze",), ("Chidi Eze", "Rosa Quispe")),
    )
    letters: dict[str, Letter] = {}

    def add(case: str, kind: type[Letter], **values: object) -> None:
        letters[f"{kind.message}-{case}" if case else kind.message] = kind(**values)  # type: ignore[arg-type]  # as above

    add("registration", Invitation, **about, origin="registration")
    add("general", Invitation, **about, origin="general")
    add("bare", Invitation, **bare, origin="general")
    add("time-answered", Update, **about, origin="registration", changes=moved, time_changed=True, has_answered=True)
    add("time-open", Update, **about, origin="general", changes=moved, time_changed=True)
    add("words-answered", Update, **about, origin="registration", changes=words, has_answered=True)
    add("words-open", Update, **about, origin="general", changes=words)
    add("session", Cancellation, **session, origin="registration", reason="Our sharer has fallen ill.")
    add("person", Cancellation, **session, origin="general", scope="person")
    for answer in ("yes", "no", "maybe"):
        add(answer, RsvpConfirmation, **session, origin="registration", answer=answer)
    add("", Welcome, **person)
    return letters
