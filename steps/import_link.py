"""The published sheet: fetched over https and imported like any file. Fetching safely is `channels/links.py`'s."""

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path

from channels import links
from domain.imports import ImportReport
from steps.app import App
from steps.import_run import import_registrations

SOURCE = "link"


def import_link(
    app: App, *, dry_run: bool = False, fetch: Callable[..., str] = links.fetch
) -> ImportReport | None:
    """Import what LETSCONNECT_SHEET_URL serves; None when it is not set. UserError when it cannot be had or read.

    `fetch` is for tests that serve the sheet themselves.
    """
    url = app.settings.sheet_url
    if not url:
        return None
    app.settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=app.settings.home, prefix="sheet-") as folder:
        path = Path(folder) / SOURCE
        get = functools.partial(fetch, url, limit=app.programme.import_bytes, seconds=app.programme.link_seconds)
        with path.open("wb") as file:
            get(file)
        return import_registrations(app, path, dry_run=dry_run, source=SOURCE)
