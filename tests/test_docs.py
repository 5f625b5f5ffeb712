"""Documentation that is missing or wrong fails the build."""

import re
from pathlib import Path

import pytest

from config import programme, settings
from store.migrations import migrations  # noqa: F401 - the schema file is the reader's view of these
from templates_email.contexts import CONTEXTS
from tests import reference

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


@pytest.mark.parametrize("name", reference.PAGES)
def test_made_page_is_what_the_code_says(name: str) -> None:
    assert read(name) == reference.PAGES[name](), "run: .venv/bin/python -m tests.reference"


def test_every_table_is_described() -> None:
    tables = re.findall(r"^create table (\w+)", (ROOT / "store" / "schema.sql").read_text("utf-8"), re.M | re.I)
    assert len(tables) > 20
    assert [name for name in tables if f"`{name}`" not in read("tables.md")] == []


def test_every_deployment_is_described() -> None:
    from flows.deployments import everything

    names = [deployment.name for deployment in everything("UTC", {})]
    assert len(names) > 5
    assert [name for name in names if f"## {name}\n" not in read("flows.md")] == []


def test_every_message_is_described() -> None:
    assert [name for name in CONTEXTS if f"`{name}`" not in read("messages.md")] == []


def test_every_touchpoint_is_described() -> None:
    rules = programme.load(settings.ROOT / "config").rules
    assert [code for code in rules.touchpoints if f"`{code}`" not in read("cadences.md")] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *DOCS.glob("*.md")]
    broken = [
        (page.name, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_readme_shows_every_floor() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    floors = [p.parent.name for p in ROOT.glob("*/__init__.py") if p.parent.name != "tests"]
    assert [name for name in floors if f"{name}/" not in text] == []
