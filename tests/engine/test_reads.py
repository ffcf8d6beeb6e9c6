"""`reads:` the content of declared files belongs to the key of a node."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import Event, Run, Workflow, run
from wfrepair_magic.events import Notice
from wfrepair_magic.ir.model import Node


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that the workflows work in, with two files of data."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "data").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "data" / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def go(reads: str, store: Path, effect: str = "pure", **options: Any) -> Run:
    """Run a command that declares what it reads."""
    text = f"""\
inputs: {{channel: {{default: a}}}}
nodes:
  - {{id: where, type: value, params: {{files: [data/a.csv, data/b.csv], n: "${{channel}}"}}}}
  - {{id: c, type: shell, effect: {effect}, reads: {reads}, params: {{command: cat data/*}}}}
"""
    return run(text, name="w", store=store, **options)


@pytest.mark.parametrize("effect", ["pure", "read", "write"])
@pytest.mark.parametrize(
    "reads", ["data/a.csv", "[data/a.csv]", '["data/*.csv"]', "data/**", '["data/${channel}.csv"]',
              '"${where.files}"', '["x", "${where.files}"]'],
)  # fmt: skip
def test_a_file_that_changed_runs_the_node_again(
    store: Path, project: Path, reads: str, effect: str
) -> None:
    """By path, by pattern and by template: other content is another key, the same is the same."""
    assert go(reads, store, effect).nodes["c"].state == "done"
    assert go(reads, store, effect).nodes["c"].state == "reused"
    (project / "data/a.csv").write_text("other")
    changed = go(reads, store, effect)
    assert changed.nodes["c"].state == "done"
    (project / "data/a.csv").write_text("a.csv")
    assert go(reads, store, effect).nodes["c"].state == "reused"


def test_a_pattern_sees_files_come_and_go(store: Path, project: Path) -> None:
    """A new file, and one that is gone, is another key; so is one that is named and missing."""
    for reads in ("'data/*.csv'", "data/c.csv"):
        assert go(reads, store).nodes["c"].state == "done"
        (project / "data/c.csv").write_text("c")
        assert go(reads, store).nodes["c"].state == "done"
        (project / "data/c.csv").unlink()
        assert go(reads, store).nodes["c"].state == "reused"


def test_the_place_of_the_project_is_not_in_the_key(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal files in another folder give the same key."""
    text = "nodes: [{id: c, type: value, reads: 'd/*', params: {x: 1}}]"
    states = []
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "d").mkdir(parents=True)
        (folder / "d/f").write_text("same")
        monkeypatch.chdir(folder)
        states.append(run(text, name=name, store=store).nodes["c"].state)
    assert states == ["done", "reused"]


@pytest.mark.parametrize(
    ("reads", "words"),
    [
        ("../x", "goes up by `..`"), ("/etc/passwd", "outside of the project"),
        ("data", "is a folder; all files in it are `data/**`"),
        ('["${where}"]', "names files as text, not as object"),
    ],
)  # fmt: skip
def test_what_may_not_be_read_fails_the_node(store: Path, reads: str, words: str) -> None:
    """A path that no file node may reach is refused before the node runs."""
    failure = go(reads, store).failures[0]
    assert (failure.node, failure.effect) == ("c", "no")
    assert words in failure.message


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ("data/aa.csv", ["there is no `data/aa.csv` (near: `a.csv`, `b.csv`)"]),
        ("'sub/*.csv'", ["nothing matches `sub/*.csv`"]),
        ("[data/a.csv, none/at/all, sub]", ["there is no `none/at/all`", "there is no `sub`"]),
        ('["data/${channel}.csv", "data/*"]', []),
    ],
)
def test_what_finds_no_file_is_told_once(store: Path, reads: str, said: list[str]) -> None:
    """A declared name without a file, which may be misspelt, is told in a notice."""
    told: list[Event] = []
    assert go(reads, store, sinks=[told.append]).state == "SUCCESS"
    notices = [event.text for event in told if isinstance(event, Notice)]
    assert notices == [f"`reads`: {words}, so nothing is watched for it" for words in said]


def test_a_secret_in_a_name_that_finds_no_file_stays_hidden(store: Path, project: Path) -> None:
    """The name is not taken apart before what is secret in it is hidden."""
    text = "inputs: {k: {secret: true}}\n"
    text += 'nodes: [{id: c, type: value, reads: ["x-${k}"], params: {x: 1}}]'
    told: list[Event] = []
    run(text, {"k": "hunter2long/tail99"}, store=store, sinks=[told.append])
    notices = [event.text for event in told if isinstance(event, Notice)]
    assert len(notices) == 1
    assert "hunter2long" not in notices[0] and "tail99" not in notices[0]


def test_a_template_in_reads_is_waited_for_and_checked() -> None:
    """`reads` makes its node wait, and its templates are checked where they stand."""
    text = """\
nodes:
  - {id: where, type: write-file, params: {path: x, content: y}}
  - {id: c, type: value, reads: ["${where.pathh}"]}
  - {id: d, type: value, reads: "${were.path}"}
  - {id: e, type: value, reads: ["${e.x}", "${x"]}
"""
    found = Workflow.parse(text).problems()
    lines = text.splitlines()
    places = [lines[(one.line or 0) - 1][(one.column or 0) - 1 :][:5] for one in found]
    assert [(one.code, one.path, place) for one, place in zip(found, places, strict=True)] == [
        ("TPL03", "nodes[1].reads[0]", "pathh"),
        ("TPL01", "nodes[2].reads", "were."),
        ("TPL19", "nodes[3].reads[0]", 'e.x}"'),
        ("TPL00", "nodes[3].reads[1]", '"]}'),
    ]
    assert found[0].message.startswith("node `c`, `reads[0]`: ")
    good = Workflow.parse(text.replace("pathh", "path")).problems()
    assert "TPL03" not in [one.code for one in good]


def test_a_misspelt_template_in_reads_is_repaired(store: Path) -> None:
    """A fix changes the piece of the path that is wrong, and the run goes on."""
    done = go('["data/${where.m}.csv", "${where.nn}"]'.replace("where.m", "channel"), store)
    assert (done.state, done.failures[0].code) == ("FAILED", "TPL05")
    text = "nodes: [{id: w, type: value, params: {the_path: data/a.csv}}, "
    text += '{id: c, type: value, reads: ["${w.thePath}"], params: {x: 1}}]'
    done = run(text, name="v", store=store, repair="safe")
    assert (done.state, done.repaired_text) == ("SUCCESS", text.replace("thePath", "the_path"))


def test_an_input_used_in_reads_only_is_used() -> None:
    """No warning says that nothing uses it."""
    text = 'inputs: {p: {}}\nnodes: [{id: c, type: value, reads: "${p}"}]'
    assert Workflow.parse(text).problems() == []


def test_reads_can_be_built_in_python() -> None:
    """A Node value with `reads` becomes the text that its author would write."""
    built = Workflow.build([Node("c", "value", reads=("a", "b"))])
    assert built.data["nodes"][0] == {"id": "c", "type": "value", "reads": ["a", "b"]}
    assert Workflow.parse(built.text).node("c").reads == ("a", "b")


def test_a_preview_leaves_open_what_a_run_may_change(store: Path, project: Path) -> None:
    """A node that reads what an earlier one would write anew is not promised to be reused."""
    text = """\
nodes:
  - {id: w, type: write-file, params: {path: f, content: "1"}}
  - {id: r, type: read-file, after: [w], params: {path: f}}
  - {id: c, type: shell, effect: pure, after: [w], reads: f, params: {command: cat f}}
"""
    run(text, name="p", store=store)
    edited = Workflow.parse(text.replace('"1"', '"2"'))
    first = run(text, name="p", store=store)
    assert first.preview(edited).verdicts == {"w": "would send again", "r": "runs", "c": "runs"}
    done = run(edited, name="p", store=store)
    assert {id: one.state for id, one in done.nodes.items()} == dict.fromkeys("wrc", "done")


@pytest.mark.parametrize(
    "node",
    [
        "{id: r, type: read-file, timeout: 2s, params: {path: pipe}}",
        "{id: r, type: shell, effect: pure, reads: [pipe], timeout: 2s, params: {command: 'true'}}",
    ],
)
def test_a_pipe_is_refused_and_not_waited_for(store: Path, project: Path, node: str) -> None:
    """What is no plain file fails the node with a sentence, at once."""
    os.mkfifo(project / "pipe")
    done = run(f"nodes: [{node}]", name="p", store=store)
    assert done.state == "FAILED"
    assert "is no plain file" in done.failures[0].message
