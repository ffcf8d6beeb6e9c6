"""The same cells under papermill, nbclient and plain IPython in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from processes import PATIENCE, environment, python

from wfrepair_magic.wire import MIME

PARAMETERS = "channel = 'general'\nmany = {'greeting': 'hello'}"
CELL = """\
%%workflow digest --repair safe --params many --input channel=$channel
inputs: {channel: {type: string}, greeting: {type: string, default: hi}}
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - {id: said, type: shell, params: {command: "echo sent >> log; echo ${greeting} ${channel}"}}
  - {id: last, type: value, params: {text: "${user.userName}: ${said.stdout}"}}
outputs: {text: {source: "${last.text}"}}
"""
RESULT = "print('RESULT', _wf.state, _wf.outputs)"


def write(path: Path, cells: Sequence[str]) -> nbformat.NotebookNode:
    """Write a notebook whose second cell holds the parameters."""
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    made[1].metadata["tags"] = ["parameters"]
    notebook = nbformat.v4.new_notebook(cells=made)
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python"
    }  # fmt: skip
    nbformat.write(notebook, path)
    return notebook


def process(folder: Path, words: Sequence[str], stdin: str = "") -> str:
    """Run a program in a folder; gives what it prints."""
    done = python(["-m", *words], folder, stdin)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def printed(cell: Any) -> str:
    """Join what a cell printed."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


CELLS = ("%load_ext wfrepair_magic", PARAMETERS, CELL, RESULT)


def test_papermill_parameters_reach_the_inputs(tmp_path: Path) -> None:
    """What papermill injects behind the tagged cell feeds `--input k=$variable` and `--params`."""
    write(tmp_path / "in.ipynb", CELLS)
    process(
        tmp_path,
        ["papermill", "in.ipynb", "out.ipynb", "-k", "python3", "--no-progress-bar",
         "-p", "channel", "random", "-y", "many: {greeting: good day}"],
    )  # fmt: skip
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    nbformat.validate(done)
    assert "widgets" not in done.metadata
    assert "RESULT SUCCESS {'text': 'ann: good day random'}" in printed(done.cells[-1])
    reports = [o for o in done.cells[-2].outputs if o.output_type == "display_data"]
    assert len(reports) == 1
    assert set(reports[0].data) == {MIME, "text/plain", "text/html"}
    assert "was offered as a new cell" in printed(done.cells[-2])
    assert len(done.cells) == len(CELLS) + 1


def test_papermill_sees_a_strict_failure(tmp_path: Path) -> None:
    """`--strict` fails the notebook under papermill; without it the notebook goes on."""
    strict = CELL.replace("--repair safe", "--repair off --strict")
    write(tmp_path / "in.ipynb", (*CELLS[:2], strict))
    words = ["-m", "papermill", "in.ipynb", "out.ipynb", "--no-progress-bar"]
    done = python(words, tmp_path)
    assert done.returncode != 0
    assert "NodeFailed" in done.stderr


def test_nbclient_runs_the_same_cells_twice_and_repeats_nothing(tmp_path: Path) -> None:
    """A notebook that is executed again goes on with its session: the effect happened once."""
    for attempts in ("1", "0"):
        notebook = write(tmp_path / "in.ipynb", (*CELLS, "print(_wf.nodes['said'].attempts)"))
        resources = {"metadata": {"path": str(tmp_path)}}
        client = NotebookClient(
            notebook, timeout=PATIENCE, kernel_name="python3", resources=resources
        )
        client.execute(env=environment(tmp_path))
        nbformat.validate(notebook)
        assert "SUCCESS {'text': 'ann: hello general'}" in printed(notebook.cells[3])
        assert printed(notebook.cells[4]).strip() == attempts
    assert (tmp_path / "log").read_text() == "sent\n"


def test_nbconvert_shows_the_report(tmp_path: Path) -> None:
    """A notebook that ran becomes a page with the whole report: no script of ours, no widget."""
    write(tmp_path / "in.ipynb", CELLS)
    words = ["nbconvert", "--execute", "--to", "html", "in.ipynb", "--output", "out.html"]
    process(tmp_path, words)
    page = (tmp_path / "out.html").read_text()
    report = page[page.index('class="wfr"') :]
    assert "success" in report and "user_name" in report and "<svg" in report
    assert "widget-view" not in page and MIME not in page
    assert "<script" not in report[: report.index("RESULT")]


def test_ipython_runs_a_notebook_in_a_terminal(tmp_path: Path) -> None:
    """`ipython notebook.ipynb` shows lines and a report as text, no HTML."""
    write(tmp_path / "in.ipynb", CELLS)
    shown = process(tmp_path, ["IPython", "--no-banner", "in.ipynb"])
    assert "digest · ✓ SUCCESS · 3 of 3 nodes done" in shown
    assert "RESULT SUCCESS {'text': 'ann: hello general'}" in shown
    assert "<div" not in shown


def test_ipython_takes_cells_that_are_typed(tmp_path: Path) -> None:
    """A cell at the prompt of a terminal runs at an empty line, and the repaired one is offered."""
    typed = f"%load_ext wfrepair_magic\n{PARAMETERS}\n\n{CELL}\n\n{RESULT}\n%workflow runs\nexit\n"
    shown = process(
        tmp_path, ["IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"], typed
    )
    assert "✓ last done" in shown
    assert "✓ fixed: `userName` → `user_name`" in shown
    assert "stands at the prompt" in shown
    assert "RESULT SUCCESS {'text': 'ann: hello general'}" in shown
    assert (tmp_path / "log").read_text() == "sent\n"
