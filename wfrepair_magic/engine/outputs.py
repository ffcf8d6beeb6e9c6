"""The declared outputs of a run, from what its nodes gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..failure import Failure
from ..ir.findings import problem_of
from ..ir.templates import resolve, source_template
from ..ir.workflow import Workflow
from ..problem import Problem


@dataclass(frozen=True)
class Outputs:
    """`values` by name; `absent` are those whose branch was not taken, or that did not run."""

    values: Mapping[str, Any]
    absent: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def outputs_of(workflow: Workflow, scope: Mapping[str, Any]) -> Outputs:
    """Resolve every declared output against what the templates could see at the run's end."""
    values: dict[str, Any] = {}
    absent: list[str] = []
    failures: list[Failure] = []
    for name, output in workflow.outputs.items():
        slot = ("outputs", name, "source")
        found = resolve(source_template(output.source), scope, slot)
        if found.gone or found.undecided:
            absent.append(name)
        elif found.unresolved:
            place = workflow.place(slot)
            problem = problem_of(found.unresolved[0], None, place)
            failures.append(_failure(name, problem.code, problem))
        else:
            values[name] = found.value
    return Outputs(values, tuple(absent), tuple(failures))


def _failure(name: str, code: str, problem: Problem) -> Failure:
    return Failure(
        node=f"outputs.{name}",
        code=code,
        category="template",
        helps="change",
        effect="no",
        fixable=True,
        message=problem.message,
        problems=(problem,),
        hint=problem.hint,
    )
