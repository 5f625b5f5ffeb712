"""Write for an issue: one text, in one language. Leaves checking it to steps/newsletter_files.py."""

from typing import Literal

from prefect import flow

from domain.newsletter import IssueKind
from flows.skin import COORDINATOR, show, step
from steps import newsletter, newsletter_files
from steps.app import App

NAME = "Write for an issue"


@flow(name=NAME, persist_result=False)
async def write_block(
    issue: Literal["newsletter", "digest", "brief"] = "newsletter",
    section: Literal["opening", "news", "movement", "thanks", "coming"] = "news",
    name: str = "",
    language: str = "en",
    text: str = "",
) -> None:
    """Puts a text into the draft that is open, in one language. The same name again replaces it; empty takes it away.

    What you type is going to be published, and is kept in Prefect's list of runs: write nothing about a person here
    who did not agree to it.

    Args:
        issue: Which one. There must be a draft: make one with the form of that name.
        section: Where it stands; "coming" is for what this issue alone says of a session.
        name: A short name for it, such as skills; its translations have the same one. For a session it is its code.
        language: The language of this text, such as en or pt-BR.
        text: Markdown. A first line that begins with "# " is its title.
    """
    said = await step(NAME, lambda app: write(app, issue, section, name, language, text))
    await show("write-for-an-issue", said, section)


def write(app: App, issue: str, section: str, name: str, language: str, text: str) -> str:
    found = newsletter.find(app, IssueKind(issue).value)
    words = newsletter_files.checked(section, name, language, text)
    newsletter.write(app, found, section, name, {language: words}, COORDINATOR)
    done = "is in the draft" if words.body else "is taken out of the draft"
    return f"The text {section}/{name} in {language} {done} (issue {found.id})."
