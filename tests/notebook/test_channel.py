"""The channel from a page to a kernel: heard while a cell runs, answered whatever it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from kernels import Notebook
from pages import Page

from wfrepair_magic.wire import shape

SLOW = """\
nodes:
  - {id: first, type: shell, params: {command: "echo first >> log"}}
  - id: second
    type: shell
    after: first
    params: {command: "echo second >> log; test -e gate || sleep 60"}
    effect: pure
"""
FAULTY = """\
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - {id: said, type: value, params: {text: "${user.userName}"}}
"""
CELL = f"%%workflow digest\n{FAULTY}"


@pytest.fixture
def page(notebook: Notebook) -> Page:
    """Give a page that has opened the channel, with a thread of its own in the kernel."""
    return Page(notebook)


def test_stop_reaches_a_running_cell(notebook: Notebook, page: Page) -> None:
    """While the cell runs a stop is heard at once: what completed stays, and the run goes on later.

    The kernel had spoken of the run before: that does not lead the next message astray.
    """
    sent = notebook.send(f"%%workflow slow\n{SLOW}", live=True)
    page.wait_for(state="RUNNING", percent=50)
    stopped = page.ask(ask="line", line="%workflow stop")
    assert (stopped["ok"], stopped["text"].split(":")[0]) == (True, "slow")
    told = page.wait_for(state="CANCELLED")
    assert (told["workflow"], told["cell"]) == ("slow", "c0ffee")
    ended = notebook.wait(sent)
    assert ended.status == "ok"
    assert "■ CANCELLED" in ended.last["text/plain"]
    (notebook.folder / "gate").touch()
    resumed = notebook.run("%workflow resume", live=True)
    assert "✓ SUCCESS" in resumed.last["text/plain"]
    assert (notebook.folder / "log").read_text().split() == ["first", "second", "second"]


def test_without_a_thread_of_its_own_a_page_is_answered_after_the_cell(notebook: Notebook) -> None:
    """Where the kernel has no subshells the same ask is answered when the cell has ended."""
    page = Page(notebook, subshell=False)
    sent = notebook.send(f"%%workflow slow\n{SLOW}", live=True)
    page.wait_for(state="RUNNING", percent=50)
    asked = page.put(ask="line", line="%workflow stop")
    (notebook.folder / "gate").touch()
    notebook.interrupt()
    assert notebook.wait(sent).status == "ok"
    late = page.answer(asked)
    assert (late["ok"], late["text"]) == (False, "no run is under way in this kernel")


def test_a_page_that_comes_late_is_told_of_the_run(notebook: Notebook, page: Page) -> None:
    """Whoever opens the channel while a run is under way hears of it at once."""
    sent = notebook.send(f"%%workflow slow\n{SLOW}", live=True)
    page.wait_for(state="RUNNING")
    late = Page(notebook)
    assert late.wait_for(state="RUNNING")["workflow"] == "slow"
    late.ask(ask="line", line="%workflow stop slow")
    assert late.wait_for(state="CANCELLED")
    notebook.wait(sent)


def test_a_check_marks_the_cell(page: Page) -> None:
    """Problems of the magic line and of the body stand where they are in the cell."""
    text = "\n%%workflow x --frsh\nnodes:\n  - {id: a, type: valu, params: {x: '${b.y}'}}\n"
    line, type_, template = page.ask(ask="check", text=text)["marks"]
    assert (line["line"], line["column"], line["length"]) == (2, 12, 8)
    assert "--fresh" in line["message"]
    assert (type_["code"], type_["hint"], type_["node"]) == (
        "GRF01", "did you mean `value`?", "a",
    )  # fmt: skip
    rows = text.split("\n")
    for mark, word in ((type_, "valu"), (template, "b.y")):
        begin = mark["column"] - 1
        assert rows[mark["line"] - 1][begin : begin + mark["length"]] == word


@pytest.mark.parametrize("text", ["", "x = 1", "%%time\nnodes: 3", "%%workflow --help", CELL])
def test_a_check_finds_nothing_where_nothing_is_wrong(page: Page, text: str) -> None:
    """A cell that is not ours, one that asks for help, and one that only a run finds fault with."""
    assert page.ask(ask="check", text=text) == {"id": page.asked, "ok": True}


def test_a_hover_tells_of_a_word(page: Page) -> None:
    """A node type is told in plain lines, with the place of its word; elsewhere is nothing."""
    column = CELL.split("\n")[2].index("value") + 1
    found = page.ask(ask="hover", text=CELL, line=3, column=column + 2)["hover"]
    assert found["lines"][0].startswith("value: ")
    assert (found["line"], found["column"], found["length"]) == (3, column, 5)
    assert "hover" not in page.ask(ask="hover", text=CELL, line=1, column=1)


def test_the_lists_tell_what_the_store_holds(notebook: Notebook, page: Page) -> None:
    """Runs, one run in full, effects and the cache: as the store remembers them."""
    for ask, field in (("runs", "runs"), ("effects", "effects"), ("cache", "cache")):
        assert field not in page.ask(ask=ask)
    notebook.run(CELL, live=True)
    notebook.run("%workflow apply", live=True)
    newest, oldest = page.ask(ask="runs")["runs"]
    assert (newest["state"], oldest["state"]) == ("SUCCESS", "FAILED")
    assert (newest["repaired_from"], newest["repairs"]) == (oldest["text"], ["TPL02"])
    assert "repaired_from" not in oldest
    assert page.ask(ask="runs", limit=1)["runs"] == [newest]
    told = page.ask(ask="run", run=oldest["run"])["run"]
    Draft202012Validator(shape.schema()).validate(told)
    assert (told["state"], told["cell"]["head"]) == ("FAILED", "%%workflow digest")
    assert told["source"] == FAULTY
    assert told["fixes"][0]["edits"][0]["node"] == "said"
    assert "line" not in told["fixes"][0]  # typed, `%workflow apply 1` would mean the newest
    assert page.ask(ask="run")["run"]["run"] == newest["run"]
    facts = {fact["what"] for fact in page.ask(ask="cache")["cache"]}
    assert "results" in facts


def test_a_doubt_in_the_list_of_effects_can_be_answered(notebook: Notebook, page: Page) -> None:
    """An effect in doubt comes with its question and the lines that end it, and they do."""
    body = SLOW.replace("    effect: pure\n", "")
    sent = notebook.send(f"%%workflow 'my slow'\n{body}", live=True)
    page.wait_for(state="RUNNING", percent=50)
    page.ask(ask="line", line="%workflow stop")
    notebook.wait(sent)
    first, second = page.ask(ask="effects")["effects"]
    assert (first["node"], first["words"], "doubt" in first) == ("first", "done", False)
    assert second["doubt"] and "resolve second" in second["question"]
    assert page.ask(ask="line", line=second["lines"][1])["ok"]
    assert page.ask(ask="effects")["effects"][1]["words"] == "was not sent"


def test_a_line_speaks_of_the_run_that_it_stands_in(notebook: Notebook, page: Page) -> None:
    """With the id of a report's run, a button's line means that run and not the last one."""
    notebook.run(CELL, live=True)
    digest = page.ask(ask="run")["run"]["run"]
    notebook.run("%%workflow other\nnodes: [{id: a, type: value, params: {x: 1}}]", live=True)
    assert not page.ask(ask="line", line="%workflow dismiss 1")["ok"]
    assert page.ask(ask="line", line="%workflow dismiss 1", run=digest)["ok"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%workflow", "%%workflow [NAME] [options]"),
        ("%workflow stop --help", "usage: %workflow stop"),
        ("%workflow nodes shell", "command"),
    ],
)
def test_a_line_is_answered_with_what_it_prints(page: Page, line: str, told: str) -> None:
    """What would stand under a cell comes back as text."""
    answer = page.ask(ask="line", line=line)
    assert answer["ok"] and told in answer["text"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"ask": "line", "line": "%workflow stpo"}, "did you mean stop?"),
        ({"ask": "line", "line": "%workflow stop"}, "no run is under way"),
        ({"ask": "line", "line": "%workflow resume"}, "it belongs in a cell"),
        ({"ask": "line", "line": "import os"}, "begins with %workflow"),
        ({"ask": "line", "line": "%workflow 'x"}, "quotation"),
        ({"ask": "line"}, "needs `line`"),
        ({"ask": "line", "line": 3}, "must be text, not a whole number"),
        ({"ask": "hover", "text": "", "line": True, "column": 1}, "not true or false"),
        ({"ask": "chek", "text": ""}, "did you mean 'check'?"),
        ({"ask": 7}, "there are line, check"),
        ({"ask": "run", "run": "../x"}, "no run"),
        ({"ask": "run", "run": "nosuch"}, "no run"),
        ({}, "`ask` cannot be None"),
    ],
)
def test_what_cannot_be_answered_is_answered(page: Page, data: Any, told: str) -> None:
    """A slip, a message of another kind, an ask without its fields: a sentence says what it is."""
    answer = page.ask(**data)
    assert not answer["ok"]
    assert told in answer["text"]


@pytest.mark.parametrize("data", [None, [1], "stop", 7, {"id": "x", "ask": "line"}])
def test_what_is_no_message_is_answered_under_id_0(notebook: Notebook, data: Any) -> None:
    """Whatever comes over the comm, nothing breaks and nothing shows in the notebook."""
    page = Page(notebook)
    page.say(data)
    assert not page.answer(0)["ok"]
    assert not any(message["msg_type"] in ("error", "stream") for message in notebook.kept)


def test_an_ask_runs_no_hook_of_a_cell(notebook: Notebook, page: Page) -> None:
    """Hooks that show a cell's figures are not run by a page that asks in between."""
    notebook.run("seen = []\nhook = lambda: seen.append(1)")
    notebook.run("get_ipython().events.register('post_execute', hook)")
    before = int(notebook.value("len(seen)"))
    page.ask(ask="check", text=CELL)
    assert int(notebook.value("len(seen)")) == before + 1
    notebook.run("get_ipython().events.unregister('post_execute', hook)")


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Notebook]:
    """Give a kernel that has not loaded the extension."""
    notebook = Notebook(tmp_path)
    yield notebook
    notebook.kill()


def test_a_kernel_without_the_extension_closes_the_channel(bare: Notebook) -> None:
    """Before loading and after unloading a page finds nobody; in between it is answered."""
    Page(bare).wait_for_end()
    assert bare.run("%load_ext wfrepair_magic").status == "ok"
    page = Page(bare)
    assert page.ask(ask="runs")["ok"]
    assert bare.run("%reload_ext wfrepair_magic").status == "ok"
    page.wait_for_end()
    page = Page(bare)
    assert page.ask(ask="runs")["ok"]
    gone = bare.run("%unload_ext wfrepair_magic")
    assert (gone.status, gone.errors) == ("ok", "")
    page.wait_for_end()
    Page(bare).wait_for_end()


def test_opening_loads_nothing_heavy(bare: Notebook) -> None:
    """A page that opens the channel does not make the kernel import the engine."""
    bare.run("%load_ext wfrepair_magic")
    Page(bare)
    assert bare.value("'wfrepair_magic.session' in __import__('sys').modules") == "False"
