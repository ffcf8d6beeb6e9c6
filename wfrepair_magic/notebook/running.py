"""What the magics do once they are used: run the cell's workflow, or obey a subcommand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from .. import session
from ..errors import BadWorkflow, NodeFailed
from ..monitor import history
from ..session import Run
from ..settings import find_store
from ..usage import BadUsage, asked, check_consent, settled
from . import commands, tables
from .asking import CELL, HELP, inputs_of, usage_of, words
from .cells import exact, next_line
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
    getattr(commands, command)(kernel, found)


def run_cell(kernel: Kernel, line: str, body: str) -> Any:
    """Run the workflow of a cell; gives the output that ``--output`` asks for.

    A workflow that fails is shown and raises nothing, unless ``--strict`` asks for it.
    """
    found = CELL.read(words(line))
    _check_variable(found.out)
    cell = exact(line, body, kernel.front.raw_cell)
    defaults = {"repair": "suggest", **kernel.defaults()}
    policy = found.repair or defaults["repair"]
    workflow = session.read_workflow(cell.body, policy, cell.first_line)
    inputs = inputs_of(found, kernel.variables)
    keywords = settled(asked(found), workflow, defaults)
    quiet, strict = bool(keywords.pop("quiet")), bool(keywords.pop("strict"))
    cell_id = kernel.front.cell_id
    keywords["name"] = found.name or workflow.name or (f"cell-{cell_id}" if cell_id else None)
    if found.dry_run:
        plan = session.preview(workflow, inputs, **keywords)
        return kernel.front.show(tables.plan(workflow, keywords["name"] or "workflow", plan))
    check_consent(workflow, found)
    run = kernel.watch(
        lambda sinks: session.run(workflow, inputs, sinks=sinks, **keywords),
        Path(store).absolute() if (store := keywords["store"]) else find_store(Path.cwd()),
        quiet=quiet,
    )
    unnamed = found.name is None and workflow.name is None
    kernel.remember(run, next_line(line, run.name if unnamed else None))
    if found.out:
        kernel.variables[found.out] = run
    if strict:
        _raise_if_failed(run)
    elif run.applied:
        kernel.write_last_cell(run.applied)
    return run.result if found.output else None


def _check_variable(name: str | None) -> None:
    if name is not None and not name.isidentifier():
        raise BadUsage(f"--out: {name!r} cannot name a variable")


def _raise_if_failed(run: Run) -> None:
    if run.state in ENDED_WELL:
        return
    problems = [problem for failure in run.failures for problem in failure.problems]
    told = "; ".join(failure.describe() for failure in run.failures) or "see the report"
    raise NodeFailed(f"{run.name} is {run.state}: {told}", problems or run.problems)


def run_bundle(run: Run) -> dict[str, Any]:
    """Show a Run as the report that its history tells; nothing where there is none."""
    try:
        state = history.recorded(run.store, run.id)
    except (BadWorkflow, OSError):
        return {}
    return bundle(state, state.last, COMMANDS, last=True)
