"""Writing workflows in a real JupyterLab: colours, marks, hints, completion, in our cells alone."""

from __future__ import annotations

import pytest
from labs import READY, Lab, command
from playwright.sync_api import Locator, Page, expect

LOAD = "%load_ext wfrepair_magic"
YAML = """\
%%workflow writing --quiet  --fresh
# what it is for
nodes:
  - {id: user, type: value, params: {user_name: ann, user_age: 42}}
  - id: said
    type: shell
    params:
      command: "echo ${user.user_name}"
"""
JSON = """\
%%workflow
{"nodes": [{"id": "user", "type": "value", "params": {"n": 42}},
           {"id": "said", "type": "value", "params": {"text": "it is ${user.n}"}}]}
"""
PYTHON = """\
import os
nodes = {"id": "user", "text": "${user.n}"}
"""
MISSPELT = YAML.replace("type: shell", "type: shel")
MARK = ".cm-lintRange-error"
LANGUAGE = "found => found.dataset.language"
COLOUR = """(found, text) => {
    const span = [...found.querySelectorAll('span')].find(each => each.textContent === text);
    return span ? getComputedStyle(span).color : null;
}"""
VIEW = "jupyterapp.shell.currentWidget.content.widgets[cell].editor.editor"
PUT = f"""([cell, text, put]) => {{
    const view = {VIEW};
    const from = view.state.doc.toString().indexOf(text);
    view.focus();
    view.dispatch({{ changes: {{ from, to: from + text.length, insert: put }},
                     selection: {{ anchor: from + put.length }} }});
}}"""
SPOT = f"""([cell, text]) => {{
    const view = {VIEW};
    const at = view.state.doc.toString().indexOf(text);
    const [one, other] = [view.coordsAtPos(at), view.coordsAtPos(at + 1)];
    return {{ x: (one.left + other.left) / 2, y: (one.top + one.bottom) / 2 }};
}}"""
SAVE = """text => jupyterapp.serviceManager.settings.save('wfrepair-magic:plugin', text)"""


def texts(page: Page, cell: int) -> Locator:
    """Give the text of a cell as it is drawn."""
    return page.locator(".jp-Notebook .jp-Cell .cm-content").nth(cell)


def colours(page: Page, cell: int, *pieces: str) -> list[str | None]:
    """Give the colours of pieces of a cell's text; None where one has no colour of its own."""
    return [texts(page, cell).evaluate(COLOUR, piece) for piece in pieces]


def put(page: Page, cell: int, text: str, new: str) -> None:
    """Replace a piece of a cell's text, as somebody who types does; the cursor stands behind it."""
    page.evaluate(PUT, [cell, text, new])


def point(page: Page, cell: int, text: str) -> None:
    """Rest the pointer on the first letter of a text in a cell."""
    page.mouse.move(1, 1)
    spot = page.evaluate(SPOT, [cell, text])
    page.mouse.move(spot["x"], spot["y"])
    page.mouse.move(spot["x"] + 1, spot["y"])


def run(page: Page, cell: int) -> None:
    """Run a cell to its end."""
    page.evaluate("cell => { jupyterapp.shell.currentWidget.content.activeCellIndex = cell }", cell)
    command(page, "notebook:run-cell")
    prompt = page.locator(".jp-Notebook .jp-Cell .jp-InputPrompt").nth(cell)
    expect(prompt).to_have_text("[1]:" if cell == 0 else "[2]:")
    page.wait_for_function(READY)


@pytest.fixture
def ready(lab: Lab, page: Page, request: pytest.FixtureRequest) -> Page:
    """Give a notebook with a cell of each kind, in whose kernel the extension is loaded."""
    name = f"{request.node.name.partition('[')[0]}.ipynb"
    lab.open(page, lab.write(name, [LOAD, MISSPELT, JSON, PYTHON]))
    run(page, 0)
    expect(page.locator(MARK)).to_have_text(["shel"])
    return page


def test_our_cells_have_colours_and_others_keep_theirs(lab: Lab, page: Page) -> None:
    """YAML and JSON show what is what; Python stays Python, whatever words it holds."""
    lab.open(page, lab.write("colours.ipynb", [YAML, JSON, PYTHON]))
    for cell, language in enumerate(("workflow", "workflow", "python")):
        assert texts(page, cell).evaluate(LANGUAGE) == language
    seen = colours(
        page,
        0,
        "%%workflow",
        "--fresh",
        "# what it is for",
        "nodes",
        "42",
        '"echo ',
        "${user.user_name}",
    )
    assert None not in seen
    assert len({*seen}) >= 6  # options look like keys
    assert colours(page, 1, '"nodes"', "42", "${user.n}") == [seen[3], seen[4], seen[6]]
    assert colours(page, 2, "nodes", "${user.n}") == [None, None]
    assert colours(page, 2, "import") != [None]


def test_a_cell_becomes_ours_while_somebody_types(lab: Lab, page: Page) -> None:
    """With the last letter of the magic the colours change, and undoing it undoes them."""
    lab.open(page, lab.write("typed.ipynb", ["\nnodes: [1]"]))
    found = texts(page, 0)
    found.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("%%workflo")
    assert found.evaluate(LANGUAGE) == "python"
    page.keyboard.type("w")
    assert found.evaluate(LANGUAGE) == "workflow"
    assert None not in colours(page, 0, "%%workflow", "nodes")
    page.keyboard.press("Control+z")
    expect(found).to_have_attribute("data-language", "python")
    assert colours(page, 0, "nodes") == [None]


def test_a_misspelt_type_is_marked_until_it_is_mended(ready: Page) -> None:
    """The mark stands at the word, tells what would be right, and goes when it is."""
    marks = ready.locator(MARK)
    point(ready, 1, "shel\n")
    told = ready.locator(".cm-tooltip .wfv-mark")
    expect(told).to_contain_text("GRF01")
    expect(told).to_contain_text("did you mean `shell`?")
    put(ready, 1, "shel\n", "shell\n")
    expect(marks).to_have_count(0)
    put(ready, 1, "--fresh", "--frehs")
    expect(marks).to_have_count(1)
    put(ready, 3, "import os", "import os, shel")
    put(ready, 1, "%%workflow", "%%workflows")
    expect(marks).to_have_count(0)


def test_the_keyboard_reaches_a_mark(ready: Page) -> None:
    """F8 goes to the problem and tells of it."""
    put(ready, 1, "# what", "# what")
    ready.keyboard.press("F8")
    expect(ready.locator(".cm-tooltip .wfv-mark")).to_contain_text("GRF01")


def test_words_tell_what_they_are(ready: Page) -> None:
    """A type tells what it does; after a run a template tells what its value looked like."""
    put(ready, 1, "type: shel\n", "type: shell\n")
    told = ready.locator(".cm-tooltip .wfv-word")
    point(ready, 1, "shell\n")
    expect(told).to_contain_text("shell: Run a command line in a shell.")
    point(ready, 1, "command:")
    expect(told).to_contain_text("command: string, required")
    point(ready, 1, "user_name}")
    expect(told).to_contain_text("user: node of type value")
    run(ready, 1)
    point(ready, 1, "user_name}")
    expect(told).to_contain_text("last value: text(3)")
    point(ready, 3, "nodes")
    expect(told).to_have_count(0)


def test_tab_offers_what_can_stand_there_and_nothing_else(ready: Page) -> None:
    """Node types, then the fields that the last run really gave: no word of Python or the cell."""
    put(ready, 1, "type: shel\n", "type: shell\n")
    run(ready, 1)
    offered = ready.locator(
        ".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item .jp-Completer-match"
    )
    put(ready, 1, "${user.user_name}", "${user.")
    ready.keyboard.press("Tab")
    expect(offered).to_have_text(["user_age", "user_name"])
    ready.keyboard.press("Escape")
    put(ready, 1, "type: shell", "type: ")
    ready.keyboard.press("Tab")
    expect(offered.filter(has_text="http")).to_have_count(1)
    names = offered.all_inner_texts()
    assert {"http", "shell", "value"} <= {*names}
    assert not {"user", "nodes", "import", "print", "id"} & {*names}
    ready.keyboard.press("Escape")
    put(ready, 1, "    type: ", "    type: htt")
    ready.keyboard.press("Tab")
    expect(offered).to_have_text(["http"])
    ready.keyboard.press("Enter")
    expect(texts(ready, 1)).to_contain_text("type: http")


def test_the_setting_switches_it_off(ready: Page, lab: Lab) -> None:
    """Off, our cells are as they were without us; on again, nothing is lost."""
    name = "test_the_setting_switches_it_off.ipynb"
    expect(texts(ready, 1)).to_have_attribute("data-language", "workflow")
    try:
        ready.evaluate(SAVE, '{"editor": false}')
        lab.open(ready, name)
        expect(texts(ready, 1)).to_have_attribute("data-language", "python")
        expect(ready.locator(MARK)).to_have_count(0)
    finally:
        ready.evaluate(SAVE, "{}")
    lab.open(ready, name)
    expect(texts(ready, 1)).to_have_attribute("data-language", "workflow")
    expect(ready.locator(MARK)).to_have_text(["shel"])
