"""Runs in the background: the cell ends at once, the report goes on, all stays in reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kernels import Ended, Notebook
from pages import Page

from wfrepair_magic.monitor import history

GATED = """\
nodes:
  - {id: first, type: shell, params: {command: "echo first >> log"}}
  - id: second
    type: shell
    after: first
    params: {command: "echo second >> log; until test -e gate; do sleep 0.05; done"}
    effect: pure
  - {id: third, type: value, after: second, params: {x: 1}}
outputs: {x: {source: "${third.x}"}}
"""
TINY = "nodes: [{id: a, type: value, params: {x: 1}}]\n"


@pytest.fixture
def page(notebook: Notebook) -> Page:
    """Give a page that has opened the channel."""
    return Page(notebook)


def begin(notebook: Notebook, name: str, body: str = GATED, more: str = "") -> Ended:
    """Run a cell whose run stays in the background."""
    return notebook.run(f"%%workflow {name} --background {more}\n{body}", live=True)


def test_the_cell_ends_and_the_report_goes_on(notebook: Notebook, page: Page) -> None:
    """Other cells run meanwhile; at the end the report is complete, and the variables are set."""
    begun = begin(notebook, "apart", more="--out done")
    assert (begun.status, begun.result) == ("ok", None)
    assert len(begun.displays) == 1
    told = page.wait_for(percent=33)
    assert (told["workflow"], told["background"]) == ("apart", True)
    assert notebook.value("'done' in dir(), _wf") == "(False, None)"
    (notebook.folder / "gate").touch()
    page.wait_for(state="SUCCESS")
    assert notebook.value("done is _wf, _wf.outputs['x'], _wf.state") == "(True, 1, 'SUCCESS')"


def test_the_last_report_replaces_the_first(notebook: Notebook, page: Page) -> None:
    """The report is one output of the cell that began the run, also after that has ended."""
    sent = notebook.send(f"%%workflow apart --background\n{GATED}", live=True)
    (notebook.folder / "gate").touch()
    page.wait_for(state="SUCCESS")
    reports = [
        message
        for message in notebook.kept
        if message["msg_type"] in ("display_data", "update_display_data")
    ]
    assert {message["parent_header"]["msg_id"] for message in reports} == {sent}
    assert len({message["content"]["transient"]["display_id"] for message in reports}) == 1
    assert [m["msg_type"] for m in reports].count("display_data") == 1
    assert "✓ SUCCESS" in reports[-1]["content"]["data"]["text/plain"]
    assert notebook.wait(sent).status == "ok"


def test_stop_ends_what_is_meant(notebook: Notebook, page: Page) -> None:
    """Of two runs in the background the named one is stopped, then all; they can be resumed."""
    begin(notebook, "one")
    begin(notebook, "two")
    unknown = notebook.run("%workflow stop ono")
    assert "did you mean 'one'?" in unknown.errors
    assert "one: stopped" in notebook.run("%workflow stop one").text
    page.wait_for(workflow="one", state="CANCELLED")
    assert "two: stopped" in notebook.run("%workflow stop").text
    page.wait_for(workflow="two", state="CANCELLED")
    assert "no run is under way" in notebook.run("%workflow stop").errors
    (notebook.folder / "gate").touch()
    ended = notebook.run("%workflow resume one", live=True)
    assert "✓ SUCCESS" in ended.last["text/plain"]


def test_a_run_cannot_be_twice_under_way(notebook: Notebook, page: Page) -> None:
    """The same workflow is not begun again in the background; the line that ends it is named."""
    begin(notebook, "once")
    again = begin(notebook, "once")
    assert "`%workflow stop once` ends it" in again.errors
    notebook.run("%workflow stop")
    page.wait_for(state="CANCELLED")


@pytest.mark.parametrize(
    ("options", "told"), [("--strict", "--strict and"), ("--output x", "--output and")]
)
def test_what_needs_the_end_is_refused(notebook: Notebook, options: str, told: str) -> None:
    """A cell that has ended can neither raise nor give a value: nothing runs."""
    refused = begin(notebook, "apart", more=options)
    assert refused.displays == []
    assert told in refused.errors
    assert not (notebook.folder / ".wfrepair").exists()


def test_what_cannot_begin_is_told_by_the_cell(notebook: Notebook) -> None:
    """Options that do not fit the workflow are an error of the cell, as without --background."""
    refused = begin(notebook, "apart", TINY, "--only nosuch")
    assert "no node 'nosuch'" in f"{refused.errors}{refused.trace}"
    assert notebook.run("%workflow stop").errors


def test_a_doubt_is_answered_while_the_run_goes_on(tmp_path: Path) -> None:
    """An answer that comes while other nodes still run is taken by the run: nobody resumes it."""
    body = """\
nodes:
  - {id: send, type: shell, params: {command: "echo send >> log; test -e sent || sleep 60"}}
  - {id: last, type: shell, after: send, params: {command: "echo last >> log"}}
  - id: long
    type: shell
    params: {command: "test -e again || sleep 60; until test -e gate; do sleep 0.05; done"}
    effect: pure
"""
    first = Notebook(tmp_path)
    first.run("%load_ext wfrepair_magic")
    first.wait_for_output(first.send(f"%%workflow chat\n{body}", live=True), "◐  send")
    first.kill()
    (tmp_path / "sent").touch()
    (tmp_path / "again").touch()
    second = Notebook(tmp_path)
    second.run("%load_ext wfrepair_magic")
    page = Page(second)
    cell = second.send(f"%%workflow chat\n{body}", live=True)
    run = page.wait_for(asking=1)["run"]
    answer = page.ask(ask="line", line="%workflow resolve send not-sent", run=run)
    assert "the run that is under way goes on" in answer["text"]
    (tmp_path / "gate").touch()
    ended = second.wait(cell)
    assert "✓ SUCCESS" in ended.last["text/plain"]
    assert (tmp_path / "log").read_text().split() == ["send", "send", "last"]
    assert len(history.ids(tmp_path / ".wfrepair")) == 2
    second.kill()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Notebook]:
    """Give a kernel of this test's own."""
    notebook = Notebook(tmp_path)
    notebook.run("%load_ext wfrepair_magic")
    yield notebook
    notebook.kill()


@pytest.mark.parametrize("last", ["%unload_ext wfrepair_magic", "%reload_ext wfrepair_magic"])
def test_unloading_stops_what_nobody_could_stop_any_more(own: Notebook, last: str) -> None:
    """Who takes the magics out ends their runs in order."""
    begin(own, "apart")
    assert own.run(last).status == "ok"
    ended = "import threading\n[t.join(30) for t in threading.enumerate() if 'apart' in t.name]"
    own.run(ended)
    store = own.folder / ".wfrepair"
    assert history.recorded(store, history.ids(store)[0]).state == "CANCELLED"


def test_a_kernel_that_shuts_down_ends_its_runs_in_order(own: Notebook) -> None:
    """A shutdown is to a run in the background what an interrupt is: CANCELLED, and resumable."""
    begin(own, "apart")
    own.client.stop_channels()
    own.manager.shutdown_kernel()
    store = own.folder / ".wfrepair"
    assert history.recorded(store, history.ids(store)[0]).state == "CANCELLED"
    assert (own.folder / "log").read_text().split()[0] == "first"
