"""Loading is light, and the magics work in every front end: nbclient and a terminal too."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from processes import environment, python

import wfrepair_magic
from wfrepair_magic.wire import MIME

HEAVY = ("anthropic", "httpx2", "nbformat", "ipywidgets", "jupyter_server", "pandas", "numpy")
CELL = "%%workflow t\nnodes: [{id: a, type: value, params: {x: 1}}]"


def printed(code: str, folder: Path) -> str:
    """Run a piece of Python in a process of its own and give what it prints."""
    done = python(["-c", code], folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_loading_imports_nothing_heavy(tmp_path: Path) -> None:
    """`%load_ext` brings no web client, no server, no model's client, no widgets."""
    code = (
        "import sys, json\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "before = set(sys.modules)\n"
        "shell.run_line_magic('load_ext', 'wfrepair_magic')\n"
        "print(json.dumps([name for name in sys.modules if name not in before]))\n"
    )
    loaded = json.loads(printed(code, tmp_path).splitlines()[-1])
    assert not [name for name in loaded if name.split(".")[0] in HEAVY]
    assert not [name for name in loaded if name.startswith("wfrepair_magic.engine")]
    assert "wfrepair_magic.notebook.magic" in loaded


def test_importing_the_package_imports_nothing_else(tmp_path: Path) -> None:
    """`import wfrepair_magic` opens a doorway; rooms are entered when they are asked for."""
    code = (
        "import sys, json\n"
        "import wfrepair_magic\n"
        "print(json.dumps([n for n in sys.modules if n.startswith('wfrepair_magic')]))\n"
    )
    assert json.loads(printed(code, tmp_path)) == ["wfrepair_magic"]


def test_every_public_name_is_there(tmp_path: Path) -> None:
    """Each name of the doorway can be had, and a workflow knows the built-in types at once."""
    for name in wfrepair_magic.__all__:
        assert getattr(wfrepair_magic, name) is not None
    assert dir(wfrepair_magic) == sorted(wfrepair_magic.__all__)
    code = (
        "from wfrepair_magic import Workflow\n"
        "text = 'nodes: [{id: a, type: shell, params: {command: ls}}]'\n"
        "print(Workflow.parse(text).problems())\n"
    )
    assert printed(code, tmp_path) == "[]\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The doorway says what it does not have, as any module does."""
    assert not hasattr(wfrepair_magic, "nothing_of_that_name")


def test_a_terminal_gets_text(tmp_path: Path) -> None:
    """Plain IPython shows lines and a text report, and takes the new cell as its next input."""
    body = (
        "nodes:\n"
        "  - {id: a, type: value, params: {user_name: ann}}\n"
        '  - {id: b, type: value, params: {x: "${a.userName}"}}\n'
    )
    code = (
        "from IPython.terminal.interactiveshell import TerminalInteractiveShell\n"
        "shell = TerminalInteractiveShell.instance()\n"
        "shell.run_cell('%load_ext wfrepair_magic')\n"
        f"shell.run_cell({'%%workflow t --repair safe' + chr(10) + body!r})\n"
        "print(shell.rl_next_input)\n"
        "shell.run_cell('%workflow runs')\n"
    )
    text = printed(code, tmp_path)
    assert "✓ fixed: `userName` → `user_name`" in text
    assert "t · ✓ SUCCESS · 2 of 2 nodes done" in text
    assert "%%workflow t --repair safe\n# repaired: " in text
    assert "✓ SUCCESS  t" in text


def test_nbclient_executes_a_notebook(tmp_path: Path) -> None:
    """A notebook run headless has one report a cell, and is valid when saved."""
    cells = ["%load_ext wfrepair_magic", CELL, "_wf.outputs", "%workflow runs"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute(env=environment(tmp_path))
    nbformat.validate(notebook)
    (report,) = notebook.cells[1].outputs
    assert report.output_type == "display_data"
    assert "t · ✓ SUCCESS" in report.data["text/plain"]
    assert set(report.data) == {MIME, "text/plain", "text/html"}
