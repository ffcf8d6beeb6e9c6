"""Documents: plain JSON under the names of the Python API, whatever the values are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wfrepair_magic import Workflow, node, run, wire
from wfrepair_magic.errors import BadWorkflow

BROKEN = """\
nodes:
  - {id: a, type: value, params: {user_name: ann}}
  - {id: b, type: value, params: {x: "${a.userName}"}}
"""


def test_a_run_is_one_strict_document(store: Path) -> None:
    """The document of a run has the run's own names, and its fixes are numbered from 1."""
    done = run(BROKEN, name="w", store=store, repair="suggest")
    document = wire.run_document(done)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    for name in wire.RUN:
        assert name in document
    assert document["state"] == done.state == "FAILED"
    assert document["nodes"]["a"]["outputs"] == {"user_name": "ann"}
    assert set(document["nodes"]["b"]) == {*wire.NODE}
    (failure,) = document["failures"]
    assert (failure["node"], failure["problems"][0]["line"]) == ("b", 3)
    assert [fix["number"] for fix in document["fixes"]] == [1]
    assert document["fixes"][0]["diff"] == done.fixes[0].diff


def test_values_without_a_json_form_are_named_by_their_type(store: Path) -> None:
    """Bytes, infinities and objects of outputs become texts instead of breaking the document."""

    @node(effect="read")
    def odd() -> dict[str, Any]:
        return {"raw": b"123", "far": float("inf"), "rows": (1, 2)}

    done = run("nodes: [{id: a, type: odd}]", name="w", store=store)
    document = wire.run_document(done)
    assert document["nodes"]["a"]["outputs"] == {"raw": "<3 bytes>", "far": "inf", "rows": [1, 2]}


def test_a_check_says_whether_all_is_well() -> None:
    """`ok` is about errors: warnings leave it true."""
    good = Workflow.parse("inputs: {x: {default: 1}}\nnodes: [{id: a, type: value}]").problems()
    assert [problem.severity for problem in good] == ["warning"]
    assert wire.check_document(good)["ok"]
    bad = Workflow.parse("nodes: [{id: a, type: valu}]").problems()
    document = wire.check_document(bad)
    assert not document["ok"]
    assert document["problems"][0]["code"] == "GRF01"


def test_an_error_carries_its_problems() -> None:
    """What was raised instead of a run is told with the places that it knows."""
    try:
        Workflow.parse("nodes: [")
    except BadWorkflow as error:
        document = wire.error_document(error)
    assert document["error"]["type"] == "BadWorkflow"
    assert document["problems"][0]["code"].startswith("SRC")
