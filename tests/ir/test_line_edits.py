"""Edits of whole lines: together the other text, each of its node, and in any choice of nodes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.line_edits import apply_line_edits, line_edits
from wfrepair_magic.ir.workflow import Workflow

PARAMS = st.lists(st.integers(0, 3), min_size=1, max_size=4)
LISTS = st.lists(PARAMS, min_size=1, max_size=5)


def written(nodes: list[list[int]], form: str, newline: str = "\n") -> str:
    """Write value nodes `n0`, `n1` … whose params are numbers, a line each, or all on one line."""
    if form == "json":
        items = [
            {"id": f"n{n}", "type": "value", "params": {f"p{k}": v for k, v in enumerate(node)}}
            for n, node in enumerate(nodes)
        ]
        return json.dumps({"nodes": items}, indent=1).replace("\n", newline)
    lines = ["# ours", "nodes:"]
    for n, node in enumerate(nodes):
        params = [f"p{k}: {value}" for k, value in enumerate(node)]
        if form == "flow":
            lines.append(f"  - {{id: n{n}, type: value, params: {{{', '.join(params)}}}}}")
        else:
            lines += [f"  - id: n{n}", "    type: value", "    params:"]
            lines += [f"      {param}" for param in params]
    return newline.join(lines)


@given(LISTS, st.data(), st.sampled_from(["block", "flow", "json"]), st.sampled_from("\n\r"))
def test_any_choice_of_nodes_changes_those_alone(
    nodes: list[list[int]], data: st.DataObject, form: str, end: str
) -> None:
    """Edits of some nodes give the text in which only these have changed; all give the whole."""
    newline = "\r\n" if end == "\r" else "\n"
    changed = [data.draw(PARAMS) for _ in nodes]
    before = Workflow.parse(written(nodes, form, newline))
    after = Workflow.parse(written(changed, form, newline))
    edits = line_edits(before, after)
    assert apply_line_edits(before.text, edits) == after.text
    chosen = data.draw(st.sets(st.integers(0, len(nodes) - 1)))
    part = [changed[n] if n in chosen else node for n, node in enumerate(nodes)]
    mine = [edit for edit in edits if edit.node in {f"n{n}" for n in chosen}]
    assert apply_line_edits(before.text, mine) == written(part, form, newline)


@given(LISTS, LISTS, st.sampled_from(["block", "flow", "json"]), st.booleans())
def test_all_edits_give_the_other_text(
    one: list[list[int]], other: list[list[int]], form: str, ends: bool
) -> None:
    """Whatever changed, and whether or not the texts end with a newline."""
    before = Workflow.parse(written(one, form) + "\n" * ends)
    after = Workflow.parse(written(other, form) + "\n" * (not ends))
    assert apply_line_edits(before.text, line_edits(before, after)) == after.text


A, B = "- {id: a, type: value}\n", "- {id: b, type: value}\n"
OTHER = A.replace("value", "sort")


@pytest.mark.parametrize(
    ("before", "after", "nodes"),
    [
        (f"nodes:\n{A}", f"nodes:\n{A.replace('a,', 'b,')}", ["a"]),
        (f"nodes:\n{A}", f"nodes:\n{A}{B}", [""]),
        (f"nodes:\n{A}{B}", f"nodes:\n{A}", [""]),
        (f"nodes: [{A[2:-1]}, {B[2:-1]}]", f"nodes: [{OTHER[2:-1]}, {B[2:-1]}]", [""]),
        (f"name: x\nnodes:\n{A}", f"name: y\nnodes:\n{OTHER}", ["", "a"]),
        (f"nodes:\n{A[:-2]}", f"nodes:\n{A}", [""]),
    ],
)
def test_each_edit_names_its_node(before: str, after: str, nodes: list[str]) -> None:
    """What is of two nodes, of none, or of a text that cannot be read, names none."""
    edits = line_edits(Workflow.accept(before), Workflow.accept(after))
    assert [edit.node for edit in edits] == nodes
