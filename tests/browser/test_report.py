"""A run's report in a real JupyterLab and Notebook: ours, lasting, harmless, accessible."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from labs import BUILT, READY, THEMES, Lab, Visits, command, faults
from playwright.sync_api import Browser, Page, expect
from stories import EVIL, FAILED, FAILURE, FIX, evil_story, lattice, run_of

from wfrepair_magic import events
from wfrepair_magic.monitor.state import RunState
from wfrepair_magic.notebook.report import COMMANDS, bundle

BROKEN = """\
%%workflow {name}
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - {id: slow, type: shell, params: {command: sleep 2}}
  - {id: said, type: value, params: {text: "${user.userName}"}, after: [slow]}
"""
REPORT = ".jp-OutputArea .wfv-run"
PROGRESS = f"{REPORT} [role=progressbar]"
RESTART = "() => { jupyterapp.shell.currentWidget.sessionContext.restartKernel() }"
TRUST = """() => {
    for (const cell of jupyterapp.shell.currentWidget.content.widgets) cell.model.trusted = true;
}"""
TIMELINE = f"{REPORT} [aria-label=Timeline] > .wfv-fold"
NARROW = "found => { found.parentElement.style.cssText = 'flex: none; width: 320px' }"
OUTSIDE = """found => [...found.querySelectorAll('p, dl, dd, td, th, li, summary')].filter(
    part => part.getBoundingClientRect().right > found.getBoundingClientRect().right + 1
).map(part => part.outerHTML)"""
RUNNING = run_of(events.NodeStarted(node="a"), ids=("a", "b"))
REUSED = run_of(
    events.FixApplied(suggestion=FIX, by="you"),
    *(events.NodeReused(node=id, age=60, saved=2, at=100.5, shape="{x: int}") for id in "ab"),
    events.NodeStarted(node="c", at=101),
    events.NodeRetrying(node="c", failure=FAILURE, wait=1, at=102),
    events.NodeStarted(node="c", at=103),
    events.NodeDone(node="c", seconds=3, at=106),
    events.RunFinished(state="SUCCESS", seconds=6, at=106),
)
DOUBT = run_of(
    events.NodeInDoubt(node="b", question="b: was it sent?"),
    events.RunFinished(state="WAITING", seconds=1),
)


def cells(name: str) -> list[str]:
    """Give the cells that run a workflow of this name; one that ran before would be reused."""
    return ["%load_ext wfrepair_magic", BROKEN.replace("{name}", name)]


def shown(state: RunState, last: bool = True) -> Any:
    """Make a cell that has run before, with the report of a run as its output."""
    drawn = bundle(state, 105.0, COMMANDS, last)
    output = nbformat.v4.new_output("display_data", data=drawn)
    return nbformat.v4.new_code_cell("%%workflow", outputs=[output])


def run_all(page: Page) -> None:
    """Run all cells and wait until the run has failed."""
    command(page, "notebook:run-all-cells")
    expect(page.locator(f"{REPORT} .wfv-state")).to_have_text(" failed")


def test_the_page_has_the_extension_of_this_tree(lab: Lab, page: Page, visits: Visits) -> None:
    """What is tested is what was built here, whatever the environment has."""
    lab.open(page, lab.write("tree.ipynb", ["1"]))
    entries = [url.rsplit("/", 1)[1] for url in visits.urls if "/wfrepair-magic/static/" in url]
    assert entries
    assert [name for name in entries if not (BUILT / "static" / name.split("?")[0]).exists()] == []


def test_a_run_is_drawn_by_our_view(lab: Lab, page: Page, visits: Visits) -> None:
    """A report is live while it runs and whole at its end, and asks nothing of another host."""
    lab.open(page, lab.write("run.ipynb", cells("drawn")))
    command(page, "notebook:run-all-cells")
    expect(page.locator(PROGRESS)).to_be_visible()
    expect(page.locator(f"{REPORT} .wfv-state")).to_have_text(" failed")
    report = page.locator(REPORT)
    expect(report).to_have_count(1)
    expect(report.locator(".wfv-cause")).to_contain_text("userName")
    expect(report.locator(".wfv-graph title")).to_have_count(4)
    expect(report.locator("tbody .wfv-id")).to_have_text(["user", "slow", "said"])
    expect(report.locator(".wfv-card code").last).to_have_text("%workflow apply 1")
    expect(page.locator(".wfr")).to_have_count(0)
    assert visits.elsewhere == []


def test_a_report_outlives_the_page_and_the_kernel(lab: Lab, page: Page) -> None:
    """After a save, a reload of the page and a restart of the kernel it reads as before."""
    lab.open(page, lab.write("outlives.ipynb", cells("outlives")))
    run_all(page)
    report = page.locator(REPORT)
    before = report.inner_text()
    command(page, "docmanager:save")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    lab.open(page, "outlives.ipynb")
    page.evaluate(RESTART)
    page.wait_for_function(READY)
    expect(report).to_be_visible()
    assert report.inner_text() == before


def test_what_others_wrote_is_text(lab: Lab, page: Page) -> None:
    """Hostile text in every field of a snapshot is shown as text; buttons come with trust only."""
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    lab.open(page, lab.save("evil.ipynb", [shown(evil_story(2)), shown(evil_story(300))]))
    report = page.locator(REPORT)
    expect(report).to_have_count(2)
    expect(report.first).to_contain_text(EVIL)
    dismiss = page.get_by_role("button", name="Dismiss", exact=True)
    expect(dismiss).to_have_count(0)
    page.evaluate(TRUST)
    expect(dismiss.first).to_be_visible()
    expect(report.first).to_contain_text(EVIL)
    expect(page.locator(f"{REPORT} img, {REPORT} script, {REPORT} a")).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(lab: Lab, page: Page, theme: str) -> None:
    """Reports in every state, and of every size, keep the rules for accessible pages."""
    live = [shown(RUNNING, last=False), shown(lattice(200, 10), last=False)]
    last = [shown(state) for state in (FAILED, DOUBT, REUSED, lattice(200, 10), lattice(400, 40))]
    lab.open(page, lab.save(f"axe-{theme[-4:]}.ipynb", live + last))
    page.evaluate(
        "theme => { jupyterapp.commands.execute('apputils:change-theme', { theme }) }", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    expect(page.locator(REPORT)).to_have_count(7)
    page.evaluate(TRUST)
    expect(page.get_by_role("button", name="It was sent")).to_be_visible()
    for fold in (f"{TIMELINE} > summary", ".wfv-of-note summary"):
        page.locator(fold).evaluate_all("found => found.forEach(fold => fold.click())")
    expect(page.locator(f"{TIMELINE} .wfv-times")).to_have_count(4)
    assert faults(page) == []


def test_a_narrow_page_needs_no_scrolling_sideways(lab: Lab, page: Page) -> None:
    """At 320 px the report keeps to its width, and every node is still there."""
    lab.open(page, lab.save("narrow.ipynb", [shown(FAILED), shown(REUSED)]))
    for report in page.locator(REPORT).all():
        report.evaluate(NARROW)
        report.get_by_text("Timeline", exact=True).click()
        assert report.evaluate("found => found.scrollWidth") <= 320
        assert report.evaluate(OUTSIDE) == []
        expect(report.locator("tbody .wfv-id").last).to_have_text("c")


def test_nothing_moves_for_who_wants_it_still(lab: Lab, page: Page) -> None:
    """What turns while a node runs stands still where the reader asks for less motion."""
    lab.open(page, lab.save("still.ipynb", [shown(RUNNING, last=False)]))
    turning = page.locator(f"{REPORT} .wfv-turn g").first
    moves = "found => getComputedStyle(found).animationName"
    assert turning.evaluate(moves) != "none"
    page.emulate_media(reduced_motion="reduce")
    assert turning.evaluate(moves) == "none"


def test_what_is_folded_opens_by_keyboard(lab: Lab, page: Page) -> None:
    """The timeline and a node's inputs and outputs open with Enter, and keep the focus."""
    lab.open(page, lab.save("folds.ipynb", [shown(REUSED)]))
    for what in (f"{TIMELINE} > summary", ".wfv-of-note summary"):
        summary = page.locator(what).first
        summary.focus()
        page.keyboard.press("Enter")
        expect(summary).to_be_focused()
    expect(page.locator(f"{TIMELINE} .wfv-span")).to_have_count(2)
    expect(page.locator(f"{TIMELINE} .wfv-moment")).to_have_count(2)
    expect(page.locator(".wfv-of-note pre").first).to_have_text("{x: int}")


def test_the_keyboard_reaches_every_button(lab: Lab, page: Page) -> None:
    """Copying by keyboard puts the command on the clipboard and says so."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.open(page, lab.save("keys.ipynb", [shown(FAILED)]))
    button = page.get_by_role("button", name="Copy %workflow apply 1")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{REPORT} [role=status]")).to_have_text("Copied: %workflow apply 1")
    assert page.evaluate("() => navigator.clipboard.readText()") == "%workflow apply 1"
    expect(button).to_be_focused()


def test_notebook_7_shows_the_same(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, page: Page
) -> None:
    """Notebook 7 draws the report with the same view."""
    notebook = Lab(tmp_path_factory.mktemp("notebook"), "notebook")
    try:
        notebook.open(page, notebook.write("seven.ipynb", cells("seven")))
        run_all(page)
        expect(page.locator(f"{REPORT} .wfv-card").first).to_contain_text("Fix 1")
        assert faults(page) == []
    finally:
        notebook.stop()
