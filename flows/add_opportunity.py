"""Add an opportunity: something to learn elsewhere. Leaves checking and storing to steps/opportunities.py."""

from prefect import flow

from flows.skin import COORDINATOR, show, step
from steps import opportunities
from steps.app import App
from steps.opportunities import Added
from store.database import trying

NAME = "Add an opportunity"


@flow(name=NAME, persist_result=False)
async def add_opportunity(
    url: str,
    title: str,
    organiser: str = "",
    until: str = "",
    languages: str = "",
    language: str = "",
    text: str = "",
    dry_run: bool = True,
) -> None:
    """Adds something to learn elsewhere, for the newsletter and the digest. The same address again changes it.

    Args:
        url: Where it is, as https://...
        title: Its own name.
        organiser: Which organisation offers it. Nobody's name.
        until: Its last day, as 2026-12-31; empty while it is open.
        languages: Languages it is held in, such as en,fr.
        language: The language of the text; the programme's first when this is empty.
        text: What it is, as Markdown. For another language, run the form again with the same address.
        dry_run: Only check what you typed. Take the tick away to add it.
    """
    fields = {"url": url, "title": title, "organiser": organiser, "until": until, "languages": languages,
              "language": language, "text": text}  # fmt: skip
    added = await step(NAME, lambda app: add(app, fields, dry_run))
    await show("add-an-opportunity", told(added, dry_run), NAME)


def add(app: App, fields: dict[str, str], dry_run: bool) -> Added:
    """A dry run takes it back."""
    with trying(app.conn, dry_run):
        return opportunities.add(app, fields, COORDINATOR)


def told(added: Added, dry_run: bool) -> str:
    if dry_run:
        return "Nothing was changed: this was a dry run. Everything you typed is right."
    done = "is added" if added.new else "is changed" if added.changed else "was there already, with nothing new"
    return f"Opportunity {added.id} {done}."
