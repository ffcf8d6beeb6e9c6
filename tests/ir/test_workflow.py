"""Workflow: parsed from text, built in Python, written again."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir.model import Defaults, Edge, Input, Node, Output, Retry
from wfrepair_magic.ir.spec import NodeSpec
from wfrepair_magic.ir.workflow import Workflow

TEXT = """\
# what the team asked for
nodes:
  - id: fetch            # first
    type: http
    params: {url: "http://localhost/x"}
  - id: keep
    type: value
    params: {all: "${fetch.response}"}
"""


def test_the_authors_text_is_kept() -> None:
    """A parsed workflow keeps its text byte for byte, and its digest is that of the text."""
    workflow = Workflow.parse(TEXT)
    assert workflow.text == TEXT
    assert workflow.digest == hashlib.sha256(TEXT.encode()).hexdigest()
    assert [node.id for node in workflow.nodes] == ["fetch", "keep"]
    assert workflow.problems() == []


@pytest.mark.parametrize("verb", ["to_yaml", "to_json"])
def test_what_is_written_reads_the_same(verb: str) -> None:
    """YAML and JSON of a workflow say what it says."""
    workflow = Workflow.parse(TEXT)
    again = Workflow.parse(getattr(workflow, verb)())
    assert again.data == workflow.data
    assert again.nodes == workflow.nodes


def test_the_interchange_form_is_accepted_as_it_is() -> None:
    """JSON of the form 0.1.0 (nodes, edges, params) is a workflow without problems."""
    workflow = Workflow.parse(
        """{
          "ir_version": "0.1.0",
          "inputs": {"n": {"type": "number", "required": false, "default": 1}},
          "nodes": [
            {"id": "a", "type": "value", "purpose": "first", "params": {"x": "${n}"}},
            {"id": "b", "type": "write-file", "params": {"file_path": "b", "content": "${a.x}"}}
          ],
          "edges": [{"from": "a", "to": "b", "action": "default"}],
          "start_node": "a",
          "outputs": {"x": {"description": "it", "type": "number", "source": "${a.x}"}}
        }"""
    )
    assert workflow.problems() == []
    assert workflow.edges[0].to == "b"


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("- a\n- b\n", "LNG02", "not a list"),
        ("", "SRC03", ""),
        ("hello", "LNG02", "not hello (string)"),
        ("name: x\n", "LNG05", "has no `nodes`"),
        ("name: x\nsteps: []\n", "LNG01", "did you mean `nodes`?"),
        ('{"nodes": }', "SRC01", ""),
    ],
)
def test_what_is_no_workflow_is_refused(text: str, code: str, says: str) -> None:
    """Text that is no mapping with `nodes` raises BadWorkflow, which says what is missing."""
    with pytest.raises(BadWorkflow) as caught:
        Workflow.parse(text)
    assert code in {problem.code for problem in caught.value.problems}
    assert says in str(caught.value)


def test_lines_count_from_the_cells_own_first_line() -> None:
    """`first_line` moves every place, so that line 1 may be the magic line."""
    text = "nodes:\n  - id: a\n    type: htpp\n"
    (problem,) = Workflow.parse(text, first_line=2).problems()
    assert (problem.code, problem.line, problem.column) == ("GRF01", 4, 11)


def test_places_lead_into_long_texts() -> None:
    """A place can be asked for one character of a text, in a block of lines too."""
    lines = ["nodes:", "  - id: a", "    type: shell", "    params:", "      command: |"]
    workflow = Workflow.parse("\n".join([*lines, "        one", "        two", ""]))
    slot = ("nodes", 0, "params", "command")
    assert workflow.place(slot) == (5, 16)
    assert workflow.place(slot, at=5) == (7, 10)
    assert Workflow.build([{"id": "a", "type": "value"}]).place(("nodes", 0)) == (None, None)


def test_a_workflow_is_built_from_dicts_or_values() -> None:
    """Nodes and edges as dicts, or as values of the model, make the same workflow."""
    by_values = Workflow.build(
        [
            Node("a", "value", {"x": 1}, after=("b",), retry=Retry(3, wait=2.0), timeout=5.0),
            Node("b", "value"),
        ],
        [Edge("b", "a", "approve")],
        inputs={"i": Input("i", "string", default="x"), "j": Input("j", secret=True)},
        outputs={"o": Output("o", "a.x")},
        defaults=Defaults(on_failure="stop"),
        name="built",
    )
    by_dicts = Workflow.build(
        [
            {"id": "a", "type": "value", "params": {"x": 1}, "after": ["b"],
             "retry": {"attempts": 3, "wait": 2.0}, "timeout": 5.0},
            {"id": "b", "type": "value"},
        ],
        [{"from": "b", "to": "a", "action": "approve"}],
        inputs={"i": {"type": "string", "default": "x"}, "j": {"secret": True}},
        outputs={"o": {"source": "a.x"}},
        defaults={"on_failure": "stop"},
        name="built",
    )  # fmt: skip
    assert by_values.data == by_dicts.data


def test_a_built_workflow_has_a_text() -> None:
    """What was built in Python can be read as YAML, and has a digest of its own."""
    workflow = Workflow.build([{"id": "a", "type": "value", "params": {"x": "yes"}}])
    assert workflow.source is None
    assert Workflow.parse(workflow.text).data == workflow.data
    assert workflow.digest == Workflow.parse(workflow.text).digest


def test_a_built_workflow_is_its_own() -> None:
    """Changing what was given to `build` afterwards changes nothing in the workflow."""
    params: dict[str, Any] = {"x": [1]}
    workflow = Workflow.build([{"id": "a", "type": "value", "params": params}])
    params["x"].append(2)
    assert workflow.nodes[0].params == {"x": [1]}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (Path("x"), "nodes[0].params.x is a "),
        (float("nan"), "nodes[0].params.x is nan"),
        ({1: 2}, "nodes[0].params.x has the key 1"),
        (b"x", "nodes[0].params.x is a bytes"),
    ],
)
def test_what_no_text_could_hold_is_refused_with_its_place(value: object, says: str) -> None:
    """Objects of Python do not enter a workflow; the message says where one stood."""
    with pytest.raises(BadWorkflow, match="nodes") as caught:
        Workflow.build([{"id": "a", "type": "value", "params": {"x": value}}])
    assert says in str(caught.value)
    assert [problem.code for problem in caught.value.problems] == ["LNG02"]


def test_a_circle_of_dicts_is_refused() -> None:
    """A tree that contains itself ends in an error, not in a full stack."""
    circle: dict[str, Any] = {}
    circle["x"] = circle
    with pytest.raises(BadWorkflow, match="levels deep"):
        Workflow.build([{"id": "a", "type": "value", "params": circle}])


def test_one_node_may_be_given_alone_and_nonsense_may_not() -> None:
    """A single node needs no list around it; something else than nodes is refused."""
    assert len(Workflow.build({"id": "a", "type": "value"}).nodes) == 1
    with pytest.raises(BadWorkflow, match="lists"):
        Workflow.build(3)


def test_more_nodes_than_a_text_may_have_can_be_built() -> None:
    """The limit of 10,000 nodes binds text only."""
    nodes = [{"id": f"n{number}", "type": "value"} for number in range(10_001)]
    workflow = Workflow.build(nodes)
    assert len(workflow.nodes) == 10_001
    with pytest.raises(BadWorkflow) as caught:
        Workflow.parse(workflow.text)
    assert [problem.code for problem in caught.value.problems] == ["SRC06"]


def test_problems_can_be_asked_of_another_catalogue() -> None:
    """The check knows the node types that it is given, and no others."""
    workflow = Workflow.parse("nodes: [{id: a, type: mine}]")
    assert [problem.code for problem in workflow.problems()] == ["GRF01"]
    assert workflow.problems({"mine": NodeSpec("mine")}) == []


def test_a_workflow_is_a_value() -> None:
    """Equal texts are equal workflows; it cannot be changed; it survives pickling."""
    workflow = Workflow.parse(TEXT)
    assert workflow == Workflow.parse(TEXT)
    assert workflow != Workflow.parse(TEXT.replace("localhost", "example"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        workflow.name = "x"
    assert pickle.loads(pickle.dumps(workflow)) == workflow
