"""The demo's draft of the newsletter without its servers: the same steps on the same sample people, at a fixed time."""

import shutil
from pathlib import Path

from demo import earlier, issue, people, story
from steps import imports
from steps.newsletter import Preview
from tests.programme import Place

PAGES = "https://pages.example.org"


def draft(folder: Path) -> tuple[Place, Preview]:
    place = Place(folder)
    place.environ["LETSCONNECT_PAGES_URL"] = PAGES
    place.app = app = place.another()
    past, coming = earlier.add(app), story.plan_sessions(app)
    file = folder / "registrations.csv"
    titles = [one.title for one in coming]
    sample = people.write(file, [skill.title for skill in app.programme.skills], titles, app.now())
    imports.import_registrations(app, file)
    earlier.record(app, past, coming[0], set(sample.cast.values()))
    return place, issue.draft(app)


if __name__ == "__main__":  # python -m tests.demo.demo_issue FOLDER: every form, to look at
    import sys
    from tempfile import mkdtemp

    made, _ = draft(Path(mkdtemp()))
    shutil.copytree(made.home / issue.FOLDER, sys.argv[1], dirs_exist_ok=True)
