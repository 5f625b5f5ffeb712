"""Add a resource: a link that a session left. Leaves checking and storing to steps/resources.py."""

from typing import Literal

from prefect import flow

from flows.choices import session_ref
from flows.skin import COORDINATOR, page, show, step
from steps import resources
from steps.app import App
from steps.resources import Added
from store.database import trying

NAME = "Add a resource"


@flow(name=NAME, persist_result=False)
async def add_resource(
    session: str,
    kind: Literal["recording", "slides", "case_study", "template", "translation", "link"],
    url: str,
    title: str = "",
    language: str = "",
    size: str = "",
    dry_run: bool = True,
) -> None:
    """Adds a recording, slides or another link to a session that has begun. The same address again changes it.

    When everything that the session's kind demands is in, the people of the session get one mail with it.

    Args:
        session: Which session.
        kind: What it is.
        url: Where it is, as https://...
        title: What it is called; the session's title when this is empty. Nobody's name.
        language: The language it is in, such as fr.
        size: How large it is, such as 84 MB: people on small lines want to know.
        dry_run: Only check what you typed. Take the tick away to add it.
    """
    fields = {"kind": kind, "url": url, "title": title, "language": language, "size": size}
    added = await step(NAME, lambda app: add(app, session_ref(session), fields, dry_run))
    await show("add-resource", told(added, dry_run), session)


def add(app: App, ref: str, fields: dict[str, str], dry_run: bool) -> Added:
    """A dry run takes it back."""
    with trying(app.conn, dry_run):
        return resources.add(app, ref, fields, COORDINATOR)


def told(added: Added, dry_run: bool) -> str:
    kind = added.resource.kind.replace("_", " ")
    done = "is added" if added.new else "is changed" if added.changed else "was there already, with nothing new"
    lacks = ", ".join(one.replace("_", " ") for one in added.missing)
    return page(
        "Nothing was changed: this was a dry run. Everything you typed is right." if dry_run else f"The {kind} {done}.",
        f"{'Still missing' if not dry_run else 'Missing after it'}: {lacks}." if lacks else "Nothing is missing.",
        "With it all materials are in: the people of the session get one mail about them." if added.complete else "",
    )
