"""The buttons of a report in a real JupyterLab and Notebook: what they do, and what they undo."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from labs import READY, Lab, command, faults
from playwright.sync_api import Browser, Locator, Page, expect

LOAD = "%load_ext wfrepair_magic"
REPORT = ".jp-OutputArea .wfv-run"
STATE = f"{REPORT} .wfv-state"
CELLS = "() => jupyterapp.shell.currentWidget.model.sharedModel.cells.map(c => c.getSource())"
RESTART = """() => {
    const context = jupyterapp.shell.currentWidget.sessionContext;
    context.restartKernel().then(() => { window.restarted = true; });
}"""
SAVED = "() => !jupyterapp.shell.currentWidget.context.model.dirty"
JOIN = """path => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    jupyterapp.commands.execute('docmanager:open', { path }).then(async panel => {
        await panel.sessionContext.ready;
        await panel.sessionContext.changeKernel({ id: kernel.id });
        window.joined = true;
    });
}"""
BRING = """async path => {
    const { shell, commands } = jupyterapp;
    const panel = await commands.execute('docmanager:open', { path });
    // A command is there for the notebook that has the focus, which comes a little later.
    while (shell.currentWidget !== panel || !commands.isEnabled('notebook:run-all-cells')) {
        shell.activateById(panel.id);
        await new Promise(later => setTimeout(later, 100));
    }
}"""
SELECT = "place => { jupyterapp.shell.currentWidget.content.activeCellIndex = place }"
PROCESS = """\
import os
print("process", os.getpid())"""

SENDING = """\
%%workflow {name}
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - id: send
    type: http
    params: {url: "{url}/{path}", body: {text: "hello ${user.user_name}"}}
  - id: said
    type: value
    params: {text: "${user.userName}"}
    after: [send]
"""
TWICE = """\
%%workflow {name}
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - {id: one, type: value, params: {text: "${user.userName}"}}
  - {id: two, type: value, params: {text: "${user.userName}"}}
"""
SLOW = """\
%%workflow {name}
nodes:
  - {id: send, type: http, params: {url: "{url}/ok", body: {text: hello}}}
  - {id: slow, type: shell, effect: read, params: {command: sleep {seconds}}, after: [send]}
"""
DOUBTFUL = """\
%%workflow {name}
nodes:
  - {id: send, type: http, params: {url: "{url}/cut", body: {text: hello}}}
  - {id: slow, type: shell, effect: read, params: {command: sleep {seconds}}}
  - {id: last, type: value, params: {text: done}, after: [send]}
"""


class Service(ThreadingHTTPServer):
    """The other side: counts what arrives; at ``/cut`` it takes the message and hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Post)
        self.arrived: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"


class Post(BaseHTTPRequestHandler):
    """Take one message."""

    server: Service

    def do_POST(self) -> None:
        """Write the message down, and answer unless the path says otherwise."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.arrived.append(body)
        if self.path == "/cut":
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a service that nobody has written to."""
    server = Service()
    yield server
    server.shutdown()
    server.server_close()


def cell(text: str, name: str, service: Service | None = None, **more: object) -> str:
    """Write a workflow cell of a template."""
    said = {"name": name, "path": "ok", "url": service.url if service else "", **more}
    for key, value in said.items():
        text = text.replace(f"{{{key}}}", str(value))
    return text


def sources(page: Page) -> list[str]:
    """Give the texts of the cells, as everybody who edits the notebook has them."""
    found: list[str] = page.evaluate(CELLS)
    return found


def run_all(page: Page, state: str = "failed") -> None:
    """Run all cells and wait for the state of the report."""
    command(page, "notebook:run-all-cells")
    expect(page.locator(STATE)).to_have_text(f" {state}")


def button(page: Page, name: str, report: int = 0) -> Locator:
    """Find a button of a report."""
    return page.locator(REPORT).nth(report).get_by_role("button", name=name, exact=True)


def test_three_actions_from_the_first_failure_to_success(
    lab: Lab, page: Page, service: Service
) -> None:
    """Run, accept: the repaired cell runs below and succeeds, and one message has arrived."""
    lab.open(page, lab.write("accept.ipynb", [LOAD, cell(SENDING, "accept", service), "1 + 1"]))
    run_all(page)
    button(page, "Apply & run").click()
    expect(page.locator(STATE).nth(1)).to_have_text(" success")
    assert len(service.arrived) == 1
    _, broken, repaired, _ = sources(page)
    assert broken == cell(SENDING, "accept", service)
    assert repaired.startswith("%%workflow accept\n# repaired: ")
    assert "${user.user_name}" in repaired.splitlines()[-2]
    assert "reused" in page.locator(REPORT).nth(1).inner_text()


def test_a_new_cell_stands_below_the_one_that_ran(lab: Lab, page: Page) -> None:
    """Whatever is selected, however the notebook was scrolled and its cells were moved."""
    fill = [f"# {number}\n" + "\n" * 30 for number in range(12)]
    lab.open(page, lab.write("below.ipynb", [LOAD, cell(TWICE, "below"), *fill]))
    run_all(page)
    page.evaluate(
        "() => { const nb = jupyterapp.shell.currentWidget.content;"
        " nb.moveCell(1, 6); nb.activeCellIndex = 12; nb.scrollToItem(12) }"
    )
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.scrollToItem(6) }")
    page.evaluate(SELECT, 0)
    button(page, "Insert as new cell").click()
    place = sources(page).index(cell(TWICE, "below"))
    assert place == 6
    assert sources(page)[7].startswith("%%workflow below\n# repaired: ")
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.activeCellIndex === 7")
    expect(page.locator(f"{REPORT} .wfv-told")).to_have_text("Stands in a new cell below.")


def test_one_undo_takes_an_inserted_cell_back(lab: Lab, page: Page) -> None:
    """After Insert, Ctrl-Z alone makes the notebook what it was."""
    lab.open(page, lab.write("undo.ipynb", [LOAD, cell(TWICE, "undo"), "1 + 1"]))
    run_all(page)
    before = sources(page)
    button(page, "Insert as new cell").click()
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 4")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 3")
    assert sources(page) == before


def test_one_undo_takes_an_edit_back(lab: Lab, page: Page) -> None:
    """Edit repairs the cell itself and puts the cursor there; Ctrl-Z gives it back."""
    lab.open(page, lab.write("edit.ipynb", [LOAD, cell(TWICE, "edit"), "1 + 1"]))
    run_all(page)
    before = sources(page)
    button(page, "Edit").click()
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.mode === 'edit'")
    assert "userName" not in sources(page)[1].partition("\nnodes:")[2]
    page.keyboard.press("Control+z")
    assert sources(page) == before


def test_a_cell_that_was_changed_is_not_edited(lab: Lab, page: Page) -> None:
    """What somebody wrote meanwhile stays; the report says so, and Insert still works."""
    lab.open(page, lab.write("kept.ipynb", [LOAD, cell(TWICE, "kept")]))
    run_all(page)
    changed = cell(TWICE, "kept") + "# mine\n"
    page.evaluate(
        "text => jupyterapp.shell.currentWidget.model.sharedModel.getCell(1).setSource(text)",
        changed,
    )
    button(page, "Edit").click()
    expect(page.locator(f"{REPORT} .wfv-told")).to_contain_text("changed since it ran")
    assert sources(page) == [LOAD, changed]
    button(page, "Insert as new cell").click()
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 3")
    assert sources(page)[1] == changed


def test_a_node_can_be_left_out(lab: Lab, page: Page) -> None:
    """Of a repair of two nodes the one that is chosen goes into the new cell."""
    lab.open(page, lab.write("choice.ipynb", [LOAD, cell(TWICE, "choice")]))
    run_all(page)
    card = page.locator(f"{REPORT} .wfv-card").first
    box = card.get_by_role("checkbox", name="two")
    box.focus()
    page.keyboard.press("Space")
    expect(box).not_to_be_checked()
    expect(box).to_be_focused()
    button(page, "Insert as new cell").click()
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 3")
    lines = sources(page)[2].splitlines()
    assert "user.user_name" in lines[-2]
    assert "user.userName" in lines[-1]


def test_stop_ends_the_run_and_not_the_kernel(lab: Lab, page: Page, service: Service) -> None:
    """Stop works while the cell runs; what was done is reused when it is run again."""
    slow = cell(SLOW, "stop", service, seconds=50)
    lab.open(page, lab.write("stop.ipynb", [LOAD, PROCESS, slow]))
    command(page, "notebook:run-all-cells")
    expect(page.locator(f"{REPORT} tbody .wfv-is-running .wfv-id")).to_have_text("slow")
    process = page.locator(".jp-OutputArea-output pre", has_text="process").inner_text()
    button(page, "Stop").click()
    expect(page.locator(STATE)).to_have_text(" cancelled", timeout=3000)
    quick = slow.replace("sleep 50", "sleep 0")
    page.evaluate(
        "text => jupyterapp.shell.currentWidget.model.sharedModel.getCell(2).setSource(text)", quick
    )
    run_all(page, "success")
    expect(page.locator(f"{REPORT} tbody tr").first).to_contain_text("reused")
    again = page.locator(".jp-OutputArea-output pre", has_text="process").inner_text()
    assert again == process
    assert len(service.arrived) == 1


def test_a_question_is_answered_while_the_run_goes_on(
    lab: Lab, page: Page, service: Service
) -> None:
    """An effect in doubt is answered for by a button, and the run goes on by itself."""
    lab.open(page, lab.write("during.ipynb", [LOAD, cell(DOUBTFUL, "during", service, seconds=6)]))
    command(page, "notebook:run-all-cells")
    sent = button(page, "It was sent")
    expect(sent).to_be_visible()
    expect(page.locator(STATE)).to_have_text(" running")
    sent.click()
    expect(page.locator(STATE)).to_have_text(" success")
    assert len(service.arrived) == 1


def test_a_question_is_answered_after_the_run(lab: Lab, page: Page, service: Service) -> None:
    """A run that waits for a person goes on in its cell when a button has answered."""
    doubtful = cell(DOUBTFUL, "after", service, seconds=0)
    lab.open(page, lab.write("after.ipynb", [LOAD, doubtful]))
    run_all(page, "waiting")
    button(page, "It was sent").click()
    expect(page.locator(STATE)).to_have_text(" success")
    assert len(service.arrived) == 1
    assert sources(page) == [LOAD, doubtful]


def test_an_answer_in_the_list_of_doubts_goes_on_too(
    lab: Lab, page: Page, service: Service
) -> None:
    """The panel answers where the notebook asks: the run goes on in its cell, sent once."""
    lab.open(page, lab.write("list.ipynb", [LOAD, cell(DOUBTFUL, "list", service, seconds=0)]))
    run_all(page, "waiting")
    command(page, "wfrepair-magic:show-panel")
    doubt = page.locator(".wfv-panel section[aria-label='In doubt'] [role=group]").filter(
        has_text="list"
    )
    doubt.get_by_role("button", name="It was sent", exact=True).click()
    expect(page.locator(STATE).first).to_have_text(" success")
    assert len(service.arrived) == 1


def test_two_notebooks_on_one_kernel_have_the_same_commands(
    lab: Lab, page: Page, service: Service
) -> None:
    """JupyterLab lets the first alone have comms; the second stops the run of the first."""
    lab.write("second.ipynb", ["1 + 1"])
    slow = cell(SLOW, "shared", service, seconds=50)
    lab.open(page, lab.write("first.ipynb", [LOAD, slow]))
    page.evaluate(JOIN, "second.ipynb")
    page.wait_for_function("() => window.joined")
    page.evaluate(BRING, "first.ipynb")
    command(page, "notebook:run-all-cells")
    expect(page.locator(f"{REPORT} tbody .wfv-is-running .wfv-id")).to_have_text("slow")
    page.evaluate(BRING, "second.ipynb")
    expect(page.locator(".wfv-status-button")).to_contain_text("running")
    command(page, "wfrepair-magic:stop")
    page.evaluate(BRING, "first.ipynb")
    expect(page.locator(STATE)).to_have_text(" cancelled")


def test_a_button_pressed_again_adds_no_second_cell(lab: Lab, page: Page) -> None:
    """Whoever presses twice finds the cell that the first press made; Apply & run runs that."""
    lab.open(page, lab.write("again.ipynb", [LOAD, cell(TWICE, "again")]))
    run_all(page)
    told = page.locator(f"{REPORT} .wfv-told").first
    for name in ("Insert as new cell", "Insert as new cell", "Apply & run"):
        button(page, name).first.click()
        expect(told).to_be_visible()
    expect(page.locator(STATE).nth(1)).to_have_text(" success")
    assert len(sources(page)) == 3


def test_cards_act_after_a_reload_and_a_restart(lab: Lab, page: Page, service: Service) -> None:
    """A saved report's Apply & run works in a kernel that never heard of workflows."""
    lab.open(page, lab.write("later.ipynb", [LOAD, cell(SENDING, "later", service)]))
    run_all(page)
    expect(button(page, "Apply & run")).to_be_visible()
    page.wait_for_function(READY)
    command(page, "docmanager:save")
    page.wait_for_function(SAVED)
    lab.open(page, "later.ipynb")
    page.evaluate(RESTART)
    page.wait_for_function("() => window.restarted")
    page.wait_for_function(READY)
    button(page, "Apply & run").click()
    expect(page.locator(STATE).nth(1)).to_have_text(" success")
    assert len(service.arrived) == 1
    assert len(sources(page)) == 3


def test_a_dismissed_repair_is_not_offered_again(lab: Lab, page: Page) -> None:
    """Dismiss hides a card, and the next run does not offer it."""
    lab.open(page, lab.write("dismiss.ipynb", [LOAD, cell(TWICE, "dismiss")]))
    run_all(page)
    cards = page.locator(f"{REPORT} .wfv-card")
    expect(cards).not_to_have_count(0)
    while cards.count():
        before = cards.count()
        cards.first.evaluate("card => { card.open = true }")
        cards.first.get_by_role("button", name="Dismiss", exact=True).click()
        expect(cards).to_have_count(before - 1)
    expect(page.locator(REPORT)).to_be_focused()
    command(page, "notebook:run-all-cells")
    expect(page.locator(f"{REPORT} .wfv-small", has_text="dismissed")).to_be_visible()
    expect(cards).to_have_count(0)


def test_a_keyboard_is_enough(lab: Lab, page: Page) -> None:
    """Every button can be reached and pressed, and says which line does the same."""
    lab.open(page, lab.write("keys.ipynb", [LOAD, cell(TWICE, "keys")]))
    run_all(page)
    explain = button(page, "Explain")
    explain.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{REPORT} .wfv-explained").first).to_contain_text("would fail again")
    expect(explain.first).to_be_focused()
    line = page.locator(f"{REPORT} .wfv-card .wfv-do code").first
    expect(line).to_have_text("%workflow apply 1")
    button(page, "Apply & run").first.focus()
    page.keyboard.press("Tab")
    expect(button(page, "Insert as new cell").first).to_be_focused()
    expect(line).to_have_text("%workflow apply 1 --no-run")
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 3")


def test_notebook_7_has_the_same_buttons(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, page: Page, service: Service
) -> None:
    """In Notebook 7 a repair is inserted, undone, and applied."""
    notebook = Lab(tmp_path_factory.mktemp("notebook"), "notebook")
    try:
        cells = [LOAD, cell(SENDING, "seven", service)]
        notebook.open(page, notebook.write("seven.ipynb", cells))
        run_all(page)
        button(page, "Insert as new cell").click()
        page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 3")
        page.keyboard.press("Control+z")
        page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 2")
        button(page, "Apply & run").click()
        expect(page.locator(STATE).nth(1)).to_have_text(" success")
        assert len(service.arrived) == 1
    finally:
        notebook.stop()
