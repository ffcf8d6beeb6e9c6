"""The panel of runs in a real JupyterLab and Notebook: live, past, in doubt, lasting, harmless."""

from __future__ import annotations

import re
from typing import Final

import pytest
from labs import READY, THEMES, TOKEN, Lab, command, faults
from playwright.sync_api import Browser, Locator, Page, expect
from stories import EVIL

LOAD: Final = "%load_ext wfrepair_magic"
BROKEN: Final = """\
%%workflow {name}
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - {id: slow, type: shell, effect: pure, params: {command: "sleep 2; : {name}"}}
  - {id: said, type: value, params: {text: "${user.userName}"}, after: [slow]}
"""
SENDING: Final = """\
%%workflow mail
nodes:
  - {id: post, type: shell, params: {command: "test -e sent || { touch sent; sleep 60; }"}}
"""
PANEL: Final = ".wfv-panel"
SHOW: Final = "wfrepair-magic:show-panel"
RUN_ALL: Final = "notebook:run-all-cells"
RESTART: Final = """() => {
    const again = jupyterapp.shell.currentWidget.sessionContext.restartKernel();
    again.then(() => { window.restarted = true; });
}"""
RESTARTED: Final = "() => window.restarted"
LEAST: Final = 20
THEME: Final = "theme => { jupyterapp.commands.execute('apputils:change-theme', { theme: theme }) }"
STRANGER: Final = f"""
# A kernel whose answers are hostile; wfrepair_magic is not loaded.
EVIL = {EVIL!r}
SNAPSHOT = dict(version=1, run=EVIL, workflow=EVIL, session=EVIL, state=EVIL, at=1, elapsed=1,
    percent=1, done=1, total=1, nodes=[dict(id=EVIL, type=EVIL, state=EVIL)])
RUN = dict(run=EVIL, workflow=EVIL, session=EVIL, state=EVIL, began=1, repairs=[EVIL])
EFFECT = dict(node=EVIL, workflow=EVIL, session=EVIL, words=EVIL, run=EVIL, began=1, said=EVIL,
    question=EVIL, lines=[EVIL, EVIL])
KNOWN = dict(runs=[RUN], run=SNAPSHOT, effects=[EFFECT, dict(EFFECT, doubt=True)],
    cache=[dict(what=EVIL, found=EVIL, said=EVIL)])
def opened(comm, message):
    def heard(message):
        asked = message['content']['data']
        comm.send(dict(id=asked['id'], ok=True, text=EVIL, **KNOWN))
    comm.on_msg(heard)
    comm.send(dict(event='open', version=1))
    comm.send(dict(event='run', run=EVIL, workflow=EVIL, state=EVIL, percent=1))
get_ipython().kernel.comm_manager.register_target('wfrepair', opened)
"""


def broken(name: str) -> list[str]:
    """Give cells that run a workflow of this name, which takes a while and fails."""
    return [LOAD, BROKEN.replace("{name}", name)]


def row(page: Page, name: str) -> Locator:
    """Find the latest run of a workflow in the panel."""
    return page.locator(f"{PANEL} .wfv-row", has_text=name).first


def run_all(page: Page, name: str) -> None:
    """Run all cells and wait until the panel says that the run has failed."""
    command(page, SHOW)
    command(page, RUN_ALL)
    expect(row(page, name)).to_contain_text("failed")


def restart(page: Page) -> None:
    """Restart the kernel; the new one has not loaded the extension."""
    page.evaluate(RESTART)
    expect(page.locator(PANEL)).to_contain_text("no kernel answers now")
    page.wait_for_function(RESTARTED)
    page.wait_for_function(READY)


def load(page: Page) -> None:
    """Load the extension by the notebook's first cell."""
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 0 }")
    command(page, "notebook:run-cell")
    expect(page.locator(PANEL)).not_to_contain_text("no kernel answers now")


def test_the_palette_opens_the_panel_and_a_reload_restores_it(lab: Lab, page: Page) -> None:
    """It is found by its name in the palette, says what to type first, and is there again."""
    lab.open(page, lab.write("palette.ipynb", [LOAD]))
    command(page, "apputils:activate-command-palette")
    page.keyboard.type("show workflow runs")
    page.keyboard.press("Enter")
    panel = page.locator(PANEL)
    expect(panel).to_contain_text("The kernel of palette.ipynb has not loaded wfrepair_magic")
    expect(panel).to_contain_text(LOAD)
    page.wait_for_timeout(2000)  # JupyterLab keeps its layout a second after it changed
    page.reload()
    page.wait_for_function(READY)
    expect(panel).to_be_visible()


def test_a_run_is_shown_while_it_goes_on_and_after(lab: Lab, page: Page) -> None:
    """List, status bar and the run in full follow it to its end without being asked."""
    lab.open(page, lab.write("live.ipynb", broken("live")))
    command(page, SHOW)
    command(page, RUN_ALL)
    expect(row(page, "live").locator(".wfv-bar")).to_be_visible()
    status = page.locator(".wfv-status-button")
    expect(status).to_have_text(re.compile(r"liverunning \d+ %"))
    row(page, "live").click()
    state = page.locator(f"{PANEL} .wfv-state")
    expect(state).to_have_text(" running")
    expect(state).to_have_text(" failed")
    expect(page.locator(f"{PANEL} .wfv-cause").first).to_contain_text("userName")
    expect(status).to_have_text("livefailed")
    page.get_by_role("button", name="All runs").click()
    expect(row(page, "live")).to_contain_text("failed")


def test_the_status_bar_opens_the_panel(lab: Lab, page: Page) -> None:
    """A click on the notebook's run shows the runs of its project."""
    lab.open(page, lab.write("status.ipynb", broken("status")))
    command(page, RUN_ALL)
    expect(page.locator(PANEL)).not_to_be_visible()
    page.locator(".wfv-status-button").click()
    expect(page.locator(PANEL)).to_be_visible()


def test_a_repair_hangs_together_with_the_run_that_failed(lab: Lab, page: Page) -> None:
    """The run of a repaired text leads to the one that it came from, and both to their cells."""
    lab.open(page, lab.write("mended.ipynb", [*broken("mended"), "%workflow apply 1"]))
    command(page, SHOW)
    command(page, RUN_ALL)
    expect(row(page, "mended")).to_contain_text("repaired: TPL02")
    row(page, "mended").click()
    chain = page.locator(f"{PANEL} .wfv-chain")
    expect(chain.locator(".wfv-row")).to_have_text([re.compile("failed"), re.compile("success")])
    chain.locator(".wfv-row").first.click()
    expect(page.locator(f"{PANEL} .wfv-state")).to_have_text(" failed")
    page.get_by_role("button", name="Go to its cell").click()
    expect(page.locator(".jp-Cell.jp-mod-active")).to_contain_text("%%workflow mended")


def test_a_restart_keeps_the_panel_readable_and_past_runs_are_shown_in_full(
    lab: Lab, page: Page
) -> None:
    """What was known stays, with its time; a kernel that never ran it shows the run whole."""
    lab.open(page, lab.write("again.ipynb", broken("again")))
    run_all(page, "again")
    restart(page)
    expect(row(page, "again")).to_contain_text("failed")
    load(page)
    row(page, "again").click()
    expect(page.locator(f"{PANEL} .wfv-graph")).to_be_visible()
    expect(page.locator(f"{PANEL} tbody .wfv-id")).to_have_text(["user", "slow", "said"])


def test_commands_stop_a_run_go_on_with_it_and_show_its_report(lab: Lab, page: Page) -> None:
    """They stand in the menu of a workflow's cell, and each does what it says."""
    lab.open(page, lab.write("commands.ipynb", broken("commanded")))
    command(page, SHOW)
    command(page, RUN_ALL)
    expect(row(page, "commanded")).to_contain_text("running")
    command(page, "wfrepair-magic:stop")
    expect(row(page, "commanded")).to_contain_text("cancelled")
    rows = page.locator(f"{PANEL} .wfv-row", has_text="commanded")
    expect(rows).to_have_count(1)
    page.locator(".jp-CodeCell").nth(1).locator(".cm-line").first.click(button="right")
    page.get_by_role("menuitem", name="Go On With the Workflow").click()
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("failed")
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.activeCellIndex = 0 }")
    command(page, "wfrepair-magic:show-report")
    expect(page.locator(".jp-Cell.jp-mod-active")).to_contain_text("%%workflow commanded")
    page.locator(".jp-CodeCell").first.locator(".cm-line").first.click(button="right")
    expect(page.locator(".lm-Menu-itemLabel", has_text="Cut Cell")).to_be_visible()
    expect(page.locator(".lm-Menu-itemLabel", has_text="Go On With")).not_to_be_visible()


def test_an_effect_in_doubt_is_resolved_from_the_panel(lab: Lab, page: Page) -> None:
    """A kernel that ended while it sent leaves a question at the top, and a button answers it."""
    lab.open(page, lab.write("doubt.ipynb", [LOAD, SENDING]))
    command(page, SHOW)
    command(page, RUN_ALL)
    expect(row(page, "mail")).to_contain_text("running")
    restart(page)
    load(page)
    doubt = page.locator(f"{PANEL} section[aria-label='In doubt']")
    expect(doubt).to_contain_text("post")
    assert faults(page) == []
    page.get_by_role("button", name="It was not sent").click()
    expect(doubt).to_contain_text("taken down as not-sent")
    expect(page.get_by_role("button", name="It was not sent")).to_have_count(0)
    page.locator(f"{PANEL} summary", has_text="effect").click()
    expect(page.locator(f"{PANEL} .wfv-row", has_text="was not sent")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(lab: Lab, page: Page, theme: str) -> None:
    """Empty, listed, unfolded and in full the panel keeps the rules for accessible pages."""
    name = theme[-4:].strip().lower()
    lab.open(page, lab.write(f"axe-{name}.ipynb", broken(name)))
    page.evaluate(THEME, theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    command(page, SHOW)
    expect(page.locator(PANEL)).to_be_visible()
    assert faults(page) == []
    run_all(page, name)
    parts = page.locator(f"{PANEL} .wfv-part > summary")
    for part in parts.all():
        assert part.locator("xpath=..").bounding_box()["height"] >= LEAST
        part.click()
    assert faults(page) == []
    row(page, name).click()
    expect(page.locator(f"{PANEL} .wfv-state")).to_have_text(" failed")
    assert faults(page) == []


def test_what_a_kernel_says_is_text(lab: Lab, page: Page) -> None:
    """Hostile text in every field of every answer is shown as text."""
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    lab.open(page, lab.write("stranger.ipynb", [STRANGER]))
    command(page, SHOW)
    command(page, RUN_ALL)
    panel = page.locator(PANEL)
    made = page.locator(f"{PANEL} img, {PANEL} script, .wfv-status img, .wfv-status script")
    page.get_by_role("button", name="It was sent").click()
    expect(panel.locator("section[aria-label='In doubt']")).to_contain_text(EVIL)
    expect(panel.locator(".wfv-row").first).to_contain_text(EVIL)
    expect(made).to_have_count(0)
    panel.locator(".wfv-row").first.click()
    expect(panel.locator(".wfv-name")).to_have_text(EVIL)
    expect(made).to_have_count(0)


def test_without_a_notebook_the_panel_says_what_to_do(lab: Lab, page: Page) -> None:
    """It opens, names the first step, and nothing in it needs a kernel."""
    page.goto(f"http://127.0.0.1:{lab.port}/lab/workspaces/none?token={TOKEN}&reset")
    page.wait_for_function("() => window.jupyterapp?.commands.hasCommand('apputils:change-theme')")
    page.wait_for_function(f"() => window.jupyterapp.commands.hasCommand('{SHOW}')")
    command(page, SHOW)
    expect(page.locator(PANEL)).to_contain_text("Open a notebook to see the runs of its project")
    assert faults(page) == []


def test_notebook_7_has_the_panel_too(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, page: Page
) -> None:
    """Notebook 7 shows it in its right sidebar; nothing in the console is an error of ours."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error.stack}"))
    notebook = Lab(tmp_path_factory.mktemp("notebook"), "notebook")
    try:
        page.goto(f"http://127.0.0.1:{notebook.port}/tree?token={TOKEN}")
        page.wait_for_function("() => window.jupyterapp")
        notebook.open(page, notebook.write("seven.ipynb", broken("seven")))
        run_all(page, "seven")
        row(page, "seven").click()
        expect(page.locator(f"{PANEL} .wfv-state")).to_have_text(" failed")
        assert faults(page) == []
        # Notebook 7 has errors of its own, which come without the extension too.
        assert [text for text in said if "wfrepair" in text.lower()] == []
    finally:
        notebook.stop()
