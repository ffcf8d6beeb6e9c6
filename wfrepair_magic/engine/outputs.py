"""The declared outputs of a run, from what its nodes gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..failure import Failure
from ..ir.findings import problem_of
from ..ir.model import Output
from ..ir.templates import Unresolved, resolve, source_template
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
            missing = _as_written(output, found.unresolved[0])
            place = workflow.place(slot, missing.segment_span[0])
            failures.append(_failure(name, problem_of(missing, None, place)))
        else:
            values[name] = found.value
    return Outputs(values, tuple(absent), tuple(failures))


def _as_written(output: Output, missing: Unresolved) -> Unresolved:
    """Count places in what the author wrote, who may have left the braces out."""
    shift = len(source_template(output.source)) - len(output.source) and len("${")
    start, end = missing.segment_span
    return replace(missing, segment_span=(start - shift, end - shift))


def _failure(name: str, problem: Problem) -> Failure:
    return Failure(
        node=f"outputs.{name}",
        code=problem.code,
        category="template",
        helps="change",
        effect="no",
        fixable=True,
        message=problem.message,
        problems=(problem,),
        hint=problem.hint,
    )
