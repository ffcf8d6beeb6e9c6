"""What the magics do once they are used: run the cell's workflow, or obey a subcommand."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .. import session
from ..errors import BadWorkflow, NodeFailed
from ..ir.workflow import Workflow
from ..session import Run
from ..settings import find_store
from ..usage import BadUsage, asked, check_consent, settled
from . import tables
from .asking import HELP, cell_usage, inputs_of, usage_of, words
from .cells import exact, next_line
from .commands import ACTIONS, recorded
from .kernel import Kernel
from .report import COMMANDS, bundle

ENDED_WELL: Final = frozenset({"SUCCESS", "DEGRADED"})


def run_line(kernel: Kernel, line: str) -> None:
    """Obey ``%workflow SUBCOMMAND …``."""
    command, *rest = words(line) or ["help"]
    if command in HELP:
        command = "help"
    found = usage_of(command).read(rest)
    if command == "run":
        raise BadUsage("%workflow run: a workflow is run by a cell that begins with %%workflow")
    ACTIONS[command](kernel, found)


def run_cell(kernel: Kernel, line: str, body: str) -> Any:
    """Run the workflow of a cell; gives the output that ``--output`` asks for.

    A workflow that fails is shown and raises nothing, unless ``--strict`` asks for it.
    """
    found = cell_usage().read(words(line))
    _check_variable(found.out)
    cell = exact(line, body, kernel.front.raw_cell)
    defaults = {"repair": "suggest", **kernel.defaults()}
    policy = found.repair or defaults["repair"]
    workflow = session.read_workflow(cell.body, policy, cell.first_line)
    asking = _asking(kernel, workflow, found, defaults)
    if found.dry_run:
        return _foresee(kernel, workflow, asking)
    check_consent(workflow, found)
    run = kernel.watch(
        lambda sinks: session.run(workflow, asking.inputs, sinks=sinks, **asking.keywords),
        Path(store).absolute() if (store := asking.keywords["store"]) else find_store(Path.cwd()),
        quiet=asking.quiet,
    )
    unnamed = found.name is None and workflow.name is None
    kernel.remember(run, next_line(line, run.name if unnamed else None))
    if found.out:
        kernel.variables[found.out] = run
    if asking.strict:
        _raise_if_failed(run)
    elif run.applied:
        kernel.write_last_cell(run.applied)
    return run.result if found.output else None


@dataclass(frozen=True)
class _Asking:
    """What a cell asks for, with all that its line leaves to others filled in."""

    inputs: Mapping[str, Any]
    keywords: Mapping[str, Any]
    quiet: bool
    strict: bool


def _asking(
    kernel: Kernel,
    workflow: Workflow,
    found: argparse.Namespace,
    defaults: Mapping[str, Any],
) -> _Asking:
    cell_id = kernel.front.cell_id
    name = found.name or workflow.name or (f"cell-{cell_id}" if cell_id else None)
    said = {**asked(found), "quiet": found.quiet, "strict": found.strict}
    keywords = settled(said, workflow, defaults)
    quiet, strict = bool(keywords.pop("quiet")), bool(keywords.pop("strict"))
    keywords |= {"name": name, "output": found.output}
    return _Asking(inputs_of(found, kernel.variables), keywords, quiet, strict)


def _foresee(kernel: Kernel, workflow: Workflow, asking: _Asking) -> None:
    """Show what the run would do, and leave everything as it is."""
    plan = session.preview(workflow, asking.inputs, **asking.keywords)
    name = asking.keywords["name"] or "workflow"
    kernel.front.show(tables.plan(workflow, name, plan))


def _check_variable(name: str | None) -> None:
    if name is not None and not name.isidentifier():
        raise BadUsage(f"--out: {name!r} cannot name a variable")


def _raise_if_failed(run: Run) -> None:
    if run.state in ENDED_WELL:
        return
    problems = [problem for failure in run.failures for problem in failure.problems]
    told = "; ".join(failure.describe() for failure in run.failures) or "see the report"
    raise NodeFailed(f"{run.name} is {run.state}: {told}", problems or run.problems)


def run_bundle(run: Run) -> dict[str, str]:
    """Show a Run as the report that its history tells; nothing where there is none."""
    try:
        state = recorded(run.store, run.id)
    except (BadWorkflow, OSError):
        return {}
    return bundle(state, state.last, COMMANDS, last=True)
