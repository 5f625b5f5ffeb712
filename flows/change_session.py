"""Change what is said of a session. Leaves the change to steps/sessions.py, and who hears of it to steps/plan.py."""

from dataclasses import dataclass

from prefect import flow

from domain.sessions import Session
from domain.translations import Translation
from flows.one_session import carry_out
from flows.plan_and_deliver import check, told
from flows.skin import COORDINATOR, informed, page, show, step
from steps import sessions, translations
from steps.app import App
from steps.deliver import DeliverReport
from steps.plan import PlanReport
from templates_email.formats import language_name

NAME = "Change a session"
NOTHING = "-"  # typed to empty a field; an empty one stays as it is


@flow(name=NAME, persist_result=False)
async def change_session(
    session: str,
    title: str = "",
    purpose: str = "",
    audience: str = "",
    preparation: str = "",
    venue: str = "",
    languages: str = "",
    interpretation: str = "",
    capacity: str = "",
    translation: str = "",
    dry_run: bool = True,
) -> None:
    """Changes what is said of a session: where it is, what it is for, which languages. Who has it is told what changed.

    A field left empty stays as it is; a single "-" empties it. Another day or hour: "Move a session".

    With a language in "translation" it keeps the words for people who read that language; the session itself stays as
    it is, and nobody is written to because of it.

    Args:
        session: Which session.
        title: What it is called.
        purpose: What it is for. Markdown.
        audience: Who it is for. Markdown.
        preparation: What to prepare. Markdown.
        venue: Where people meet: a link.
        languages: Languages spoken, such as en, fr.
        interpretation: Languages interpreted into, such as es.
        capacity: How many places there are.
        translation: The language of title, purpose, audience and preparation if they are a translation, such as ar.
            Empty: they are the session's own words.
        dry_run: Only show what would happen. Take the tick away to change it.
    """
    typed = {
        "title": title, "purpose": purpose, "audience": audience, "preparation": preparation, "venue": venue,
        "languages": languages, "interpretation": interpretation, "capacity": capacity,
    }  # fmt: skip
    done = await step(NAME, lambda app: change(app, session, typed, dry_run, translation.strip()))
    planned, delivered = done.planned, done.delivered
    await show("change-session", page(changed(done, dry_run), told(planned, delivered, dry_run)), session)
    check(NAME, delivered)


@dataclass(frozen=True, slots=True)
class Changed:
    """`names`: fields that are others now, in `language` if that is not "". `outdated`: language -> fields whose
    translation is of the words before."""

    names: list[str]
    language: str
    outdated: dict[str, list[str]]
    planned: PlanReport
    delivered: DeliverReport


def change(app: App, chosen: str, typed: dict[str, str], dry_run: bool, language: str = "") -> Changed:
    """What became of it, what was planned for the session, and what was delivered."""
    fields = {name: "" if text.strip() == NOTHING else text for name, text in typed.items() if text.strip()}

    def edit(one: Session) -> Session:
        if language:
            return translations.translate(app, str(one.id), language, fields, COORDINATOR)
        return sessions.change(app, str(one.id), fields, COORDINATOR)

    before, after, planned, delivered = carry_out(app, chosen, edit, dry_run)
    old, new = (_words(one, language) for one in (before, after))
    names = [name for name in fields if getattr(old, name) != getattr(new, name)]
    return Changed(names, language, translations.outdated(before, after), planned, delivered)


def _words(session: Session, language: str) -> Session | Translation:
    """The session, or its words in that language."""
    code = language.replace("_", "-").lower()
    found = (one for one in session.translations if one.language.lower() == code)
    return next(found, Translation(code)) if language else session


def changed(done: Changed, dry_run: bool) -> str:
    if not done.names:
        return "Nothing was changed: all of it is like that already."
    what = f"{', '.join(done.names)} of the session"
    if done.language:
        what += f" in {language_name(done.language, 'en')}"
        who = "Nobody is written to because of it; what is written from then on has these words."
    else:
        who = informed(done.planned.by_purpose.get("update", 0), dry_run) or "Nobody has it in their calendar."
    left = [
        f"Still as they were, in {language_name(code, 'en')}: {', '.join(fields)}."
        ' Change them too, with "translation".'
        for code, fields in done.outdated.items()
    ]
    begin = f"Nothing was changed: this was a dry run.\n\nIt would change {what}." if dry_run else f"Changed: {what}."
    return "\n\n".join([f"{begin} {who}", *left])
