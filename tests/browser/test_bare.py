"""A JupyterLab without our extension: a widget while a run goes on, and HTML that stays."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from labs import NAME, WIDGETS, Lab, Visits, command, faults
from playwright.sync_api import Page, expect

CELLS = (
    "%load_ext wfrepair_magic",
    """\
%%workflow {name}
nodes:
  - {id: slow, type: shell, params: {command: "for x in 1 2 3 4; do echo $x; sleep 1; done"}}
  - {id: user, type: value, params: {user_name: ann}, after: [slow]}
  - {id: said, type: value, params: {text: "${user.userName}"}}
""",
)
WIDGET = ".jp-OutputArea .wfv-run"
STATIC = ".jp-OutputArea .wfr"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a running JupyterLab that has widgets, but nothing of ours."""
    server = Lab(tmp_path_factory.mktemp("bare"), without=[NAME])
    yield server
    server.stop()


@pytest.fixture
def barest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a running JupyterLab that has no widgets, beside a kernel that has."""
    server = Lab(tmp_path_factory.mktemp("barest"), without=[NAME, WIDGETS])
    yield server
    server.stop()


def begin(lab: Lab, page: Page, name: str) -> None:
    """Run a notebook's cells in a new page."""
    lab.open(page, lab.write(f"{name}.ipynb", [cell.replace("{name}", name) for cell in CELLS]))
    command(page, "notebook:run-all-cells")


def test_a_widget_shows_the_run_and_html_its_end(bare: Lab, page: Page, visits: Visits) -> None:
    """Live it is our view, drawn in place; at the end it is HTML, and no widget is left."""
    begin(bare, page, "live")
    progress = page.locator(f"{WIDGET} [role=progressbar]")
    expect(progress).to_be_visible()
    handle = progress.element_handle()
    expect(page.locator(f"{WIDGET} tbody .wfv-id")).to_have_text(["slow", "user", "said"])
    expect(page.locator(WIDGET)).to_contain_text("running")
    assert handle.evaluate("bar => bar.isConnected")
    assert faults(page) == []
    expect(page.locator(STATIC)).to_contain_text("✗ failed")
    expect(page.locator(WIDGET)).to_have_count(0)
    assert visits.elsewhere == []


def test_without_widgets_html_is_redrawn_while_the_run_goes_on(barest: Lab, page: Page) -> None:
    """A front end that draws no widgets is not left with what was true when the run began."""
    begin(barest, page, "plain")
    expect(page.locator(f"{STATIC} tbody tr").first).to_contain_text("running")
    expect(page.locator(STATIC)).to_contain_text("✗ failed")
    expect(page.locator(WIDGET)).to_have_count(0)


def test_what_is_saved_holds_no_widget(bare: Lab, page: Page) -> None:
    """After a save and a new kernel the report reads as it did; nothing of widgets is written."""
    begin(bare, page, "saved")
    expect(page.locator(STATIC)).to_contain_text("✗ failed")
    before = page.locator(STATIC).inner_text()
    command(page, "docmanager:save")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    written = json.loads((bare.folder / "saved.ipynb").read_text())
    assert "widgets" not in written["metadata"]
    assert "widget-view" not in json.dumps(written)
    bare.open(page, "saved.ipynb")
    expect(page.locator(STATIC)).to_be_visible()
    assert page.locator(STATIC).inner_text() == before


def test_a_page_of_ours_that_came_late_shows_the_run_live(lab: Lab, page: Page) -> None:
    """Where the kernel knows of no page yet, ours is told what goes to the widget."""
    begin(lab, page, "late")
    progress = page.locator(f"{WIDGET} [role=progressbar]")
    expect(progress).to_be_visible()
    expect(page.locator(f"{WIDGET} .wfv-is-running")).not_to_have_count(0)
    expect(page.locator(f"{WIDGET} .wfv-state")).to_have_text(" failed")
    expect(page.locator(STATIC)).to_have_count(0)
