"""What a card carries for a page: enough to write the new cell without the kernel, exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wfrepair_magic import Run, run
from wfrepair_magic.events import LineEdit
from wfrepair_magic.ir.line_edits import apply_line_edits
from wfrepair_magic.monitor import history
from wfrepair_magic.monitor.text import Commands
from wfrepair_magic.notebook.cells import new_cell
from wfrepair_magic.wire import shape, snapshot
from wfrepair_magic.wire.comment import COMMENT
from wfrepair_magic.wire.shown import CellNote
from wfrepair_magic.wire.snapshot import Origin

YAML = """\
nodes:
  - {id: user, type: value, params: {user_name: ann, e_mail: a@b}}
  - {id: said, type: value, params: {text: "${user.userName}"}}  # ours
  - {id: sent, type: value, params: {to: "${user.eMail}"}}
"""
JSON = json.dumps(
    {
        "nodes": [
            {"id": "user", "type": "value", "params": {"user_name": "ann"}},
            {"id": "said", "type": "value", "params": {"text": "${user.userName}"}},
        ]
    },
    indent=2,
)
ONE_LINE = (
    "nodes: [{id: a, type: value, params: {user_name: x}},"
    ' {id: b, type: value, params: {y: "${a.userName}"}}]'
)
UNREADABLE = '{"nodes": [\n{"id": "a", "type": "value", "params": {},}\n]}'
NAMED = Commands(apply="%workflow apply {number}", dismiss="%workflow dismiss {number}")


def told(done: Run, line: str = "w", last: bool = True) -> dict[str, Any]:
    """Give the snapshot of a run as its cell shows it."""
    state = history.recorded(done.store, done.id)
    cell = CellNote("c0ffee", f"%%workflow {line}", "0" * 64)
    return snapshot(state, state.last, NAMED, last, Origin(cell, done.workflow.text))


def written(shown: dict[str, Any], number: int) -> str:
    """Write the new cell as a page does: head, comment, and the text with the edits made."""
    card = shown["fixes"][number]
    edits = [LineEdit(**{**edit, "lines": tuple(edit["lines"])}) for edit in card["edits"]]
    text = apply_line_edits(shown["source"], edits)
    while text.startswith(COMMENT):
        text = text.partition("\n")[2]
    return "\n".join([shown["cell"]["head"], "".join(card.get("comment", ())) + text])


@pytest.mark.parametrize(
    "text",
    [YAML, JSON, ONE_LINE, YAML.replace("\n", "\r\n"), f"{COMMENT}x – y (TPL02)\n{YAML}"],
    ids=["yaml", "json", "one line", "crlf", "again"],
)
def test_a_page_writes_the_cell_that_the_kernel_would(store: Path, text: str) -> None:
    """For every fix on offer the page's cell is exactly the kernel's own."""
    done = run(text, name="w", store=store, repair="suggest")
    shown = told(done)
    Draft202012Validator(shape.schema()).validate(shown)
    assert shown["fixes"]
    for number, fix in enumerate(done.fixes):
        assert written(shown, number) == new_cell("w", fix.apply(done.workflow).text, [fix])
        assert shown["fixes"][number]["dismiss"] == f"%workflow dismiss {number + 1}"


def test_a_joint_fix_tells_of_each_node(store: Path) -> None:
    """A repair of two nodes has an edit for each, so that a reader can choose."""
    done = run(YAML, name="w", store=store, repair="suggest")
    edits = told(done)["fixes"][0]["edits"]
    assert [edit["node"] for edit in edits] == ["said", "sent"]
    assert len(told(done)["fixes"][0]["comment"]) == 2


def test_what_cannot_be_read_is_one_change(store: Path) -> None:
    """The mend of a text that is no workflow yet belongs to no node."""
    done = run(UNREADABLE, name="w", store=store, repair="suggest")
    (card,) = told(done)["fixes"]
    assert [edit["node"] for edit in card["edits"]] == [""]


def test_only_the_end_tells_where_it_came_from(store: Path) -> None:
    """Under way there is no text, no edit and no cell; without a fix there is no text at all."""
    done = run(YAML, name="w", store=store, repair="suggest")
    live = told(done, last=False)
    assert not {"source", "cell"} & {*live}
    assert not any("edits" in card or "comment" in card for card in live["fixes"])
    well = told(run("nodes: [{id: a, type: value}]", name="x", store=store))
    assert "source" not in well and well["cell"]["id"] == "c0ffee"
