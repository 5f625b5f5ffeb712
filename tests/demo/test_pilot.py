"""The pilot's report against ours of a programme of its shape: every figure, and why one differs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from demo import pilot, pilot_figures
from demo.pilot_figures import LINES, Line
from domain.reports import Report
from steps import report
from steps.app import App


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    one = pilot.build(tmp_path_factory.mktemp("pilot"))
    yield one
    one.close()


@pytest.fixture(scope="module")
def whole(app: App) -> Report:
    return report.report(app, pilot.FIRST, pilot.LAST, small=1)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.what)
def test_pilot_figure(whole: Report, line: Line) -> None:
    assert line.find(whole) == line.ours


def test_pilot_figure_that_differs_says_why() -> None:
    found = list(pilot_figures.differing())
    assert [line.what for line in found] == [
        "Countries with most participants there", "People in a clinic, on average", "Prioritised skills covered",
    ]  # fmt: skip
    assert [line.what for line in found if not line.why] == []


def test_pilot_report_hides_small_groups_and_shows_the_rest(app: App) -> None:
    shown = report.report(app, pilot.FIRST, pilot.LAST)
    assert shown.small == 5
    hidden = [f.definition.code for s in shown.sections for f in s.figures if f.is_hidden]
    assert hidden == ["connections_documents_useful", "connections_follow_up"]
    country = shown.figure("by_country")
    assert [cell.label for cell in country.cells if cell.n < 5] == []
    assert sum(cell.n for cell in country.cells) + country.others_n == country.base == 179


def test_pilot_is_the_same_every_time(app: App, tmp_path: Path) -> None:
    again = pilot.build(tmp_path)
    texts = [report.written(report.report(one, pilot.FIRST, pilot.LAST), "html") for one in (app, again)]
    again.close()
    assert texts[0] == texts[1]


def test_pilot_of_a_part_of_the_season(app: App) -> None:
    """Sessions are those of the range; people are those registered until its end."""
    april = report.report(app, date(2022, 4, 1), date(2022, 4, 30), small=1)
    assert (april.figure("clinics").value, april.figure("registered").value) == (2, 179)
    march = report.report(app, date(2022, 3, 1), date(2022, 3, 10), small=1)
    assert march.figure("clinics").value == 0
    assert march.figure("registered_new").value == march.figure("registered").value
