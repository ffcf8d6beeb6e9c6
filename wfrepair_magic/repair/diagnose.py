"""From what failed to Cases: one for each problem that a rule may look at."""

from __future__ import annotations

from collections.abc import Iterator

from ..engine.result import Outcome
from ..failure import Failure
from ..ir.spec import Catalogue
from ..ir.workflow import Workflow
from ..problem import Problem, path_text
from .rules.base import Case


def diagnose(workflow: Workflow, outcome: Outcome, catalogue: Catalogue) -> tuple[Case, ...]:
    """Give a case for every problem of every root failure, in the order of the text.

    What the static check finds counts as a failure too.  A failure without problems (the node's
    own code broke) becomes one problem of the failure's code at its node.  What completed is
    frozen.
    """
    outputs = outcome.outputs_of_nodes()
    unique = {
        (problem.node, problem.code, problem.slot, problem.message): problem
        for problem in (*_failed(workflow, outcome), *workflow.problems(catalogue))
        if problem.severity == "error"
    }
    return tuple(
        Case(problem, workflow, outputs, outcome.values, catalogue, frozenset(outputs))
        for problem in sorted(unique.values(), key=_place)
    )


def _place(problem: Problem) -> tuple[float, float, str]:
    """Order by place; what has none comes last."""
    last = float("inf")
    return (problem.line or last, problem.column or last, problem.path)


def _failed(workflow: Workflow, outcome: Outcome) -> Iterator[Problem]:
    for failure in outcome.failures:
        yield from failure.problems or (_as_problem(workflow, failure),)


def _as_problem(workflow: Workflow, failure: Failure) -> Problem:
    slot = next((node.slot for node in workflow.nodes if node.id == failure.node), ())
    line, column = workflow.place(slot) if slot else (None, None)
    return Problem(
        severity="error",
        code=failure.code,
        path=path_text(slot),
        line=line,
        column=column,
        message=failure.message,
        hint=failure.hint,
        node=failure.node,
        slot=slot,
        facts={"failure": failure},
    )
