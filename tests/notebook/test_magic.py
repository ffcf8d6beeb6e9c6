"""The magics in a real kernel: run, fail, apply, look, and how each cell ends."""

from __future__ import annotations

import time

import pytest
from kernels import Notebook

BODY = """\
# a digest {braces} $$x %percent
inputs:
  word: {type: string, default: hello}
nodes:
  - id: fetch
    type: shell
    params: {command: "echo fetch >> log; echo '{\\"user_name\\": \\"ann\\"}'"}
  - id: send
    type: shell
    params: {command: "echo send >> log; echo ${word}"}
  - id: last   # stays
    type: write-file
    after: [send]
    params:
      path: out.txt
      content: "${fetch.stdout.userName} ${word}"
outputs:
  who: {source: "${last.path}"}
  said: "${send.stdout}"
"""
BODY = BODY.replace('  said: "${send.stdout}"\n', '  said: {source: "${send.stdout}"}\n')
GOOD = BODY.replace("userName", "user_name")


def log(notebook: Notebook) -> list[str]:
    """Give the effects that happened, in order of their names."""
    return sorted((notebook.folder / "log").read_text().split())


def test_a_failed_run_ends_its_cell_normally(notebook: Notebook) -> None:
    """A failed workflow is a red report and a failed Run, not an error of the cell."""
    ended = notebook.run(f"%%workflow digest --out r\n{BODY}", live=True)
    assert (ended.status, ended.error) == ("ok", None)
    assert ended.new_cells == []
    assert len(ended.displays) == 1
    assert "✗ FAILED" in ended.last["text/plain"]
    assert "%workflow apply 1" in ended.last["text/html"]
    assert notebook.value("(r.state, r is _wf)") == "('FAILED', True)"
    assert (
        notebook.value("[(p.line, p.column) for f in r.failures for p in f.problems]")
        == "[(17, 32)]"
    )


def test_apply_goes_on_and_writes_the_cell(notebook: Notebook) -> None:
    """The accepted fix runs what is left, and the new cell has line, comment and repaired text."""
    raw = f"%%workflow digest --input word=hi\n{BODY}".rstrip("\n")
    notebook.run(raw, live=True)
    ended = notebook.run("%workflow apply", live=True)
    assert ended.status == "ok"
    assert "✓ SUCCESS" in ended.last["text/plain"]
    (cell,) = ended.new_cells
    head, comment, text = cell.split("\n", 2)
    assert head == "%%workflow digest --input word=hi"
    assert comment.startswith("# repaired: `userName` → `user_name`")
    assert text == GOOD.rstrip("\n")
    assert log(notebook) == ["fetch", "send"]
    assert notebook.value("[n.state for n in _wf.nodes.values()]") == "['reused', 'reused', 'done']"


def test_the_new_cell_runs_and_repeats_nothing(notebook: Notebook) -> None:
    """The repaired cell, run as it stands, goes on with the same session: all is reused."""
    notebook.run(f"%%workflow --input word=hi\n{BODY}", live=True)
    (cell,) = notebook.run("%workflow apply", live=True).new_cells
    assert cell.startswith("%%workflow cell-c0ffee --input word=hi\n")
    ended = notebook.run(cell, live=True)
    assert notebook.value("{n.state for n in _wf.nodes.values()}") == "{'reused'}"
    assert ended.new_cells == []
    assert log(notebook) == ["fetch", "send"]


def test_a_safe_fix_is_applied_at_once_where_asked(notebook: Notebook) -> None:
    """With `--repair safe` the run succeeds and the repaired workflow lands in a new cell."""
    safe = BODY.replace("type: write-file", "type: value").replace("${last.path}", "${last}")
    ended = notebook.run(f"%%workflow digest --repair safe --fresh\n{safe}", live=True)
    assert ended.status == "ok", ended
    assert "✓ SUCCESS" in ended.last["text/plain"]
    (cell,) = ended.new_cells
    assert cell.startswith("%%workflow digest --repair safe\n# repaired: ")
    assert cell.endswith(safe.replace("userName", "user_name"))


def test_apply_may_only_write_the_cell(notebook: Notebook) -> None:
    """`--no-run` gives the repaired workflow to look at, and runs nothing."""
    notebook.run(f"%%workflow digest\n{BODY}", live=True)
    ended = notebook.run("%workflow apply 1 --no-run", live=True)
    assert len(ended.new_cells) == 1
    assert notebook.value("_wf.state") == "'FAILED'"


def test_a_second_cell_from_one_cell_is_printed(notebook: Notebook) -> None:
    """A front end takes one new cell; what comes after it is printed to copy."""
    notebook.run(f"%%workflow digest\n{BODY}", live=True)
    ended = notebook.run("%workflow apply --no-run\n%workflow apply --no-run", live=True)
    assert len(ended.new_cells) == 1
    assert "to copy into a cell" in ended.text


def test_in_batch_mode_the_report_is_one_display(notebook: Notebook) -> None:
    """nbclient and papermill get the finished report once, for they may ignore updates."""
    ended = notebook.run(f"%%workflow digest\n{BODY}")
    assert (len(ended.displays), len(ended.updates)) == (1, 0)
    assert "FAILED" in ended.displays[0]["text/plain"]


def test_inputs_come_from_text_variables_and_dicts(notebook: Notebook) -> None:
    """`--input` takes text and `$variable`, `--params` a dict; `--input` wins."""
    notebook.run("x = 'from x'; many = {'word': 'from many'}")
    for line, expected in (
        ("--input 'word=a {b} $c'", "a {b} $c"),
        ("--input word=$x", "from x"),
        ("--params many", "from many"),
        ("--params many --input word=$$x", "$x"),
    ):
        ended = notebook.run(f"%%workflow digest --output said --no-repair {line}\n{GOOD}")
        assert ended.result == repr(expected), ended


def test_output_is_the_value_of_the_cell(notebook: Notebook) -> None:
    """`--output` gives one output; without it the cell has no value beside its report."""
    assert notebook.run(f"%%workflow digest\n{GOOD}").result is None
    assert notebook.run(f"%%workflow digest --output said\n{GOOD}").result == "'hello'"


def test_strict_raises_and_writes_no_cell(notebook: Notebook) -> None:
    """`--strict` turns a failed run into an error of the cell, of at most six lines."""
    ended = notebook.run(f"%%workflow digest --strict\n{BODY}", live=True)
    assert ended.status == "error"
    assert ended.error is not None
    assert ended.error[0] == "NodeFailed"
    assert len(ended.trace.splitlines()) <= 6
    assert ended.new_cells == []
    assert notebook.value("_wf.state") == "'FAILED'"


def test_quiet_shows_nothing(notebook: Notebook) -> None:
    """`--quiet` runs without a report; the Run is there all the same."""
    ended = notebook.run(f"%%workflow digest --quiet\n{GOOD}", live=True)
    assert (ended.displays, ended.text) == ([], "")
    assert notebook.value("_wf.state") == "'SUCCESS'"


def test_sending_again_needs_consent(notebook: Notebook) -> None:
    """`--rerun` of a node with an effect explains itself and runs only with `--yes`."""
    notebook.run(f"%%workflow digest\n{GOOD}")
    refused = notebook.run(f"%%workflow digest --rerun send\n{GOOD}")
    assert refused.status == "error"
    assert "nothing was run" in refused.errors
    assert "send" in refused.errors
    assert "--yes" in refused.errors
    assert log(notebook) == ["fetch", "send"]
    agreed = notebook.run(f"%%workflow digest --rerun send --yes\n{GOOD}")
    assert agreed.status == "ok"
    assert log(notebook) == ["fetch", "send", "send"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("%%workflow x --frsh\nnodes: []", "no option --frsh; did you mean --fresh?"),
        ("%%workflow x --input word\nnodes: []", "'word' is not of the form name=value"),
        ("%%workflow x --out 3a\nnodes: []", "'3a' cannot name a variable"),
        ("%%workflow x 'y\nnodes: []", "No closing quotation"),
        ("%%workflow x y\nnodes: []", "'y' is one word too many"),
        ("%workflow aply", "no command 'aply'; did you mean apply?"),
        ("%workflow apply 0", "'0' is not a number from 1"),
        ("%workflow apply", "no workflow ran in this kernel"),
        ("%workflow show", "no runs in"),
        ("%workflow resume", "there is no run in"),
        ("%workflow run", "begins with %%workflow"),
    ],
)
def test_a_slip_is_a_usage_error(notebook: Notebook, cell: str, told: str) -> None:
    """A command line that cannot be understood is one sentence without a traceback."""
    ended = notebook.run(cell)
    assert ended.status == "error"
    assert ended.errors.startswith("UsageError: ")
    assert told in ended.errors
    assert ended.displays == []
    assert notebook.value("_wf is None") == "True"


def test_a_missing_variable_is_named_with_the_nearest(notebook: Notebook) -> None:
    """`--input k=$nam` says that there is `name`."""
    ended = notebook.run(f"channel = 1\n%workflow help\n{''}")
    ended = notebook.run(f"%%workflow x --input word=$chanel\n{GOOD}")
    assert "no variable 'chanel' in the notebook; did you mean channel?" in ended.errors


def test_a_text_that_is_no_workflow_is_an_error_with_its_place(notebook: Notebook) -> None:
    """Lines count in the cell, and the error takes at most six lines."""
    ended = notebook.run("%%workflow x\nnodes:\n  - id: a\n   type: value")
    assert ended.error is not None
    assert ended.error[0] == "BadWorkflow"
    assert "line 4" in ended.error[1]
    assert len(ended.trace.splitlines()) <= 6


def test_a_workflow_with_errors_runs_nothing_and_says_where(notebook: Notebook) -> None:
    """What the check finds is a failed run with the line in the cell and the nearest name."""
    ended = notebook.run(
        "%%workflow x\nnodes:\n  - {id: a, type: shel, params: {command: 'true'}}\n"
        "  - {id: b, type: value, after: [a]}"
    )
    assert ended.status == "ok"
    text = ended.last["text/plain"]
    assert "✗ FAILED · 0 of 2 nodes done" in text
    assert "at line 3, column 19" in text
    assert "did you mean `shell`?" in text
    assert "pending" not in text


def test_help_works_with_an_empty_body(notebook: Notebook) -> None:
    """`%%workflow --help` alone, with a body, and the line forms print generated usage."""
    for cell in ("%%workflow --help", "%%workflow -h\nnodes: []", "%workflow help run"):
        ended = notebook.run(cell)
        assert ended.status == "ok", cell
        assert "usage: %%workflow" in ended.text
        assert "--rerun NODE" in ended.text
    for cell in ("%workflow", "%workflow --help", "%workflow help"):
        assert "%workflow resolve" in notebook.run(cell).text
    assert "usage: %workflow apply" in notebook.run("%workflow apply --help").text
    assert "--strict" in notebook.value(
        "get_ipython().magics_manager.magics['cell']['workflow'].__doc__"
    )


def test_runs_and_show_tell_what_happened(notebook: Notebook) -> None:
    """The list has every run, and a run's report can be shown again from its id."""
    notebook.run(f"%%workflow digest\n{BODY}")
    id = notebook.value("_wf.id").strip("'")
    notebook.run(f"%%workflow digest\n{GOOD}")
    listed = notebook.run("%workflow runs").last["text/plain"].splitlines()
    assert [line.split()[1] for line in listed[1:]] == ["SUCCESS", "FAILED"]
    shown = notebook.run(f"%workflow show {id}").last["text/plain"]
    assert "✗ FAILED" in shown
    assert "%workflow apply" not in shown
    assert "✓ SUCCESS" in notebook.run("%workflow show").last["text/plain"]


def test_node_types_are_listed_with_their_params(notebook: Notebook) -> None:
    """`nodes` lists types, the notebook's own too; `nodes TYPE` tells the params of one."""
    notebook.run(
        "from wfrepair_magic import node\n"
        "@node(effect='pure')\n"
        "def twice(text: str, times: int = 2) -> str:\n"
        "    'Repeat a text.'\n"
        "    return text * times\n"
    )
    listed = notebook.run("%workflow nodes").last["text/plain"]
    assert "write-file" in listed
    assert "text*, times" in listed
    told = notebook.run("%workflow nodes twice").last["text/plain"]
    assert "Repeat a text." in told
    assert "integer" in told
    assert notebook.run("%workflow nodes twic").error is not None
    ended = notebook.run(
        "%%workflow t --output x\n"
        "nodes: [{id: a, type: twice, params: {text: ab}}]\noutputs: {x: {source: a.result}}"
    )
    assert ended.result == "'abab'"


def test_a_run_shows_itself_as_its_report(notebook: Notebook) -> None:
    """A Run as a cell's last value shows the report that its history tells."""
    notebook.run(f"%%workflow digest --quiet\n{GOOD}")
    result = notebook.run("_wf").result
    assert result is not None
    assert result.startswith("digest · ✓ SUCCESS · 3 of 3 nodes done")


def test_an_interrupt_leaves_a_run_to_resume(notebook: Notebook) -> None:
    """Stop ends the run in order: what is done stays, and `resume` finishes the rest."""
    body = (
        "nodes:\n"
        "  - {id: first, type: shell, params: {command: 'echo first >> log'}}\n"
        "  - id: slow\n"
        "    type: shell\n"
        "    effect: read\n"
        "    after: [first]\n"
        "    params: {command: 'echo slow >> log; test -e gate || sleep 60'}\n"
    )
    sent = notebook.send(f"%%workflow stop\n{body}", live=True)
    notebook.wait_for_output(sent, "◐  slow")
    while log(notebook) != ["first", "slow"]:  # it is shown before its command has begun
        time.sleep(0.01)
    notebook.interrupt()
    ended = notebook.wait(sent)
    assert ended.status == "ok"
    assert "■ CANCELLED" in ended.last["text/plain"]
    assert "%workflow resume" in ended.last["text/html"]
    (notebook.folder / "gate").touch()
    resumed = notebook.run("%workflow resume", live=True)
    assert "✓ SUCCESS" in resumed.last["text/plain"]
    assert log(notebook) == ["first", "slow", "slow"]


def test_the_extension_goes_and_comes(notebook: Notebook) -> None:
    """Unloading leaves nothing behind, loading twice adds nothing twice."""
    counted = (
        "(len(get_ipython().input_transformers_cleanup), len(get_ipython().configurables),"
        " 'workflow' in get_ipython().magics_manager.magics['cell'])"
    )
    before = notebook.value(counted)
    notebook.run(
        "import wfrepair_magic; wfrepair_magic.load_ipython_extension(get_ipython())\n"
        "wfrepair_magic.load_ipython_extension(get_ipython())"
    )
    assert notebook.value(counted) == before
    notebook.run("%unload_ext wfrepair_magic")
    transformers, configurables, _ = eval(before)
    assert notebook.value(counted) == str((transformers - 1, configurables - 1, False))
    notebook.run("wfrepair_magic.unload_ipython_extension(get_ipython())")
    assert notebook.run("%load_ext wfrepair_magic").status == "ok"
    assert notebook.value(counted) == before


def test_a_slip_in_the_text_is_a_card_that_can_be_accepted(notebook: Notebook) -> None:
    """A cell that cannot be read shows how it can be mended; `apply` runs it and writes it."""
    text = '{"nodes": [{"id": "a", "type": "value", "params": {"x": 1,}}]}'
    ended = notebook.run(f"%%workflow slip\n{text}", live=True)
    assert (ended.status, ended.error) == ("ok", None)
    assert "✗ FAILED" in ended.last["text/plain"]
    applied = notebook.run("%workflow apply", live=True)
    assert "✓ SUCCESS" in applied.last["text/plain"]
    (cell,) = applied.new_cells
    assert cell == "%%workflow slip\n" + text.replace(",}", "}")
