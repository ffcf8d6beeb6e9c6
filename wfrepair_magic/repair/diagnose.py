"""From what failed to Cases: one for each problem that a rule may look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..engine.result import Outcome
from ..failure import Failure
from ..ir.spec import Catalogue
from ..ir.workflow import Workflow
from ..problem import Problem, path_text
from .last_good import NOTHING, LastGood
from .rules import RULES
from .rules.base import Candidate, Case


def diagnose(
    workflow: Workflow, outcome: Outcome, catalogue: Catalogue, last_good: LastGood = NOTHING
) -> tuple[Case, ...]:
    """Give a case for every problem of every root failure, in the order of the text.

    What the static check finds counts as a failure too, and so do the warnings that a rule looks
    at.  A failure without problems (the node's own code broke) becomes one problem of the
    failure's code at its node.  What completed is frozen.  Where the values at hand say more
    precisely what a problem is, its code does.
    """
    outputs = outcome.outputs_of_nodes()
    unique = {
        (problem.node, problem.code, problem.slot, problem.message): problem
        for problem in (*_failed(workflow, outcome), *workflow.problems(catalogue))
        if problem.severity == "error" or _is_looked_at(problem)
    }
    return tuple(
        _precisely(
            Case(
                problem, workflow, outputs, outcome.values, catalogue, frozenset(outputs), last_good
            )
        )
        for problem in sorted(unique.values(), key=_place)
    )


def _is_looked_at(warning: Problem) -> bool:
    rule = RULES.get(warning.code)
    return rule is not None and rule.warns


def _precisely(case: Case) -> Case:
    """Give the problem the code of the first rule for such problems that has an answer to it."""
    for rule in RULES.values():
        if case.code in rule.of and isinstance(rule.repair(case), Candidate):
            problem = case.problem
            if problem.code != case.code:  # an output's, which says what is wrong beside
                facts = {**problem.facts, "as": rule.code}
                return replace(case, problem=replace(problem, facts=facts))
            return replace(case, problem=replace(problem, code=rule.code))
    return case


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
