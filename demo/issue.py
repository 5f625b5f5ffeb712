"""The demo's newsletter: a draft in five languages, put together from what the story left, for a person to approve.

Not sent: approving is a coordinator's, and the demo shows how. What coordinators write for it are the Markdown files
in `issue_texts/`; every form of the draft comes to lie in the folder `newsletter`.
"""

import tomllib
from datetime import timedelta
from pathlib import Path

from domain.newsletter import IssueKind
from steps import newsletter, newsletter_files, opportunities
from steps.app import App
from steps.newsletter import Preview

WHO = "demo"
WRITTEN = Path(__file__).parent / "issue_texts"
FOLDER = "newsletter"


def draft(app: App) -> Preview:
    """The draft as a coordinator would see it; its forms are written beside the database."""
    for one in tomllib.loads((WRITTEN / "opportunities.toml").read_text("utf-8"))["opportunities"]:
        until = f"{app.now() + timedelta(one['days']):%Y-%m-%d}" if "days" in one else ""
        about = {name: one.get(name, "") for name in ("url", "title", "organiser", "languages")}
        for language, text in one["text"].items():
            opportunities.add(app, {**about, "until": until, "language": language, "text": text}, WHO)
    issue = newsletter.draft(app, IssueKind.NEWSLETTER, WHO)
    newsletter_files.write_files(app, issue, [WRITTEN], WHO)
    seen = newsletter.preview(app, issue)
    folder = app.settings.home / FOLDER
    folder.mkdir(exist_ok=True)
    for name, content in newsletter_files.exports(app, seen):
        (folder / name).write_text(content, "utf-8")
    return seen
