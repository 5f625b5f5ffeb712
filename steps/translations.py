"""A session's words in another language: given, changed, taken away.

No change of the session: no new SEQUENCE, nothing taken back, and nobody is written to because of it. What is written
from then on has the new words; what waits in the outbox leaves as it was written. Who gets which words is decided in
`domain/translations.py`.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.errors import Problem, UserError
from domain.sessions import Session
from domain.translations import FIELDS, Translation
from steps import sessions
from steps.app import App
from steps.typed_texts import language_code
from store import database, journal, translations


def translate(app: App, ref: str, language: str, fields: Mapping[str, str], who: str) -> Session:
    """Give some of FIELDS in `language` (BCP 47); a field not named stays, an empty one is taken away, and with the
    last of them the translation. UserError lists every problem."""
    now = app.now()
    with database.write(app.conn) as conn:
        session = sessions.find(app, ref)
        given, problems = _read(fields)
        try:
            code = language_code(language)
        except ValueError as error:
            problems.append(Problem(str(error), "language"))
        if problems:
            raise UserError(*problems)
        old = next((one for one in session.translations if one.language.lower() == code.lower()), Translation(code))
        new = replace(old, **given)
        if new == old:
            return session
        translations.put(conn, session.id, new, now)
        named = ", ".join(field for field in FIELDS if getattr(new, field)) or "taken away"
        journal.note(conn, now, who, "translated", f"session/{session.id}", f"{new.language}: {named}")
        return sessions.find(app, str(session.id))


def remove(app: App, ref: str, language: str, who: str) -> Session:
    """Take all of a session's words in `language` away."""
    return translate(app, ref, language, dict.fromkeys(FIELDS, ""), who)


def outdated(before: Session, after: Session) -> dict[str, list[str]]:
    """After a change of the session's own words: language -> fields whose translation is of the words before."""
    changed: list[str] = [field for field in FIELDS if getattr(before, field) != getattr(after, field)]
    found = {one.language: [field for field in changed if getattr(one, field)] for one in after.translations}
    return {language: fields for language, fields in found.items() if fields}


def _read(fields: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    known = ", ".join(FIELDS)
    problems = [
        Problem("is the same in every language", name, f"Give only {known} with a language")
        for name in fields
        if name not in FIELDS
    ]
    given: dict[str, str] = {}
    for name in (one for one in FIELDS if one in fields):
        try:
            given[name] = sessions.text(name, fields[name])
        except ValueError as error:
            problems.append(Problem(str(error), name))
    return given, problems
