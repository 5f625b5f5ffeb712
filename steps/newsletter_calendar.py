"""The coming sessions as rows of the calendar tables that this movement's wikis keep by hand.

A row is: name with link and purpose; moment in UTC, linked to a page that tells everybody's own time; who organises;
languages; where. Paste them into the table, which is in order of time.
"""

from domain.newsletter import ComingSession, Content, session_words
from steps.app import App
from templates_email import formats
from templates_email.wikitext import address, escaped

# Shows a moment in the reader's own zone; the number is the Unix time.
ZONESTAMP = "https://zonestamp.toolforge.org"


def calendar_entries(app: App, content: Content, language: str) -> str:
    """Wikitext; "" when nothing is coming."""
    return "".join(_row(app, content, one, language) for one in content.coming)


def _row(app: App, content: Content, session: ComingSession, language: str) -> str:
    words = session_words(content, session, language)
    url = f"{app.settings.pages_url}/sessions/{session.id}" if app.settings.pages_url else ""
    title = escaped((words.title if words else "") or session.told("title").said_in(language).text)
    name = f"[{address(url)} {title}]" if url else title
    when = formats.when(session.starts_at, session.minutes, "UTC", language)
    first = (words.body if words else session.told("purpose").said_in(language).text).strip().partition("\n\n")[0]
    cells = (
        f"'''{name}'''" + (f"<br>{escaped(first)}" if first else ""),
        f"[{ZONESTAMP}/{int(session.starts_at.timestamp())} {escaped(when.span)} UTC]",
        escaped(app.programme.name),
        escaped(formats.language_names(session.languages, language)) if session.languages else "",
        f"[{address(url)}]" if url else "",
    )
    return "|-\n" + "".join(f"| {cell}\n" for cell in cells)
