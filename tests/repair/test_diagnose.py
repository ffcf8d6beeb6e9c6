"""Diagnosis: every problem of every root failure becomes one case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wfrepair_magic.engine.result import NodeRun, Outcome
from wfrepair_magic.failure import Failure
from wfrepair_magic.ir.spec import catalogue
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.repair.diagnose import diagnose


def _codes(workflow: Workflow, outcome: Outcome) -> list[str]:
    return [case.problem.code for case in diagnose(workflow, outcome, catalogue)]


def test_all_problems_are_found_in_the_order_of_the_text(
    engine: Any, send: Callable[..., Workflow]
) -> None:
    """One failed node with three wrong templates gives three cases, top to bottom."""
    workflow = send(to="${fetch.emial}", text="${fetch.phone}", row="${fetch.rows.0}")
    outcome = engine.execute(workflow, 1)
    assert _codes(workflow, outcome) == ["TPL03", "TPL05", "TPL12"]


def test_what_the_check_finds_counts_once(engine: Any) -> None:
    """An error of the static check is a case, whether or not the outcome tells it too."""
    workflow = Workflow.parse("nodes: [{id: a, type: valeu}]\n")
    outcome = engine.execute(workflow, 1)
    assert _codes(workflow, outcome) == ["GRF01"]
    silent = Outcome("FAILED", {"a": NodeRun("a", "valeu", "skipped")})
    assert _codes(workflow, silent) == ["GRF01"]


def test_warnings_are_no_cases(engine: Any) -> None:
    """What only warns is nothing to repair."""
    workflow = Workflow.parse("inputs: {lang: {default: en}}\nnodes: [{id: a, type: value}]\n")
    assert [problem.severity for problem in workflow.problems()] == ["warning"]
    assert _codes(workflow, engine.execute(workflow, 1)) == []


def test_a_failure_of_the_nodes_own_code_is_a_case_at_its_node() -> None:
    """A failure without problems becomes one of its code, placed at the node."""
    workflow = Workflow.parse("nodes:\n  - id: a\n    type: value\n")
    failure = Failure(
        node="a", code="PY07", category="exception", helps="change", effect="no",
        fixable=True, message="ZeroDivisionError: division by zero", hint="look at b",
    )  # fmt: skip
    outcome = Outcome("FAILED", {"a": NodeRun("a", "value", "failed")}, (failure,))
    (case,) = diagnose(workflow, outcome, catalogue)
    problem = case.problem
    assert (problem.code, problem.node, problem.line) == ("PY07", "a", 2)
    assert (problem.message, problem.hint) == (failure.message, failure.hint)
    assert problem.facts["failure"] is failure


def test_completed_nodes_are_frozen_and_their_outputs_at_hand(
    engine: Any, send: Callable[..., Workflow]
) -> None:
    """A case knows what has completed; failed and skipped nodes stay open."""
    workflow = send(text="${fetch.userName}")
    (case,) = diagnose(workflow, engine.execute(workflow, 1), catalogue)
    assert case.frozen == {"fetch"}
    assert case.outputs == {"fetch": engine.given["fetch"]}
    assert case.written == "${fetch.userName}"
    assert case.spot == "send.params.text"
