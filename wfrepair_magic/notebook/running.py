"""What the magics do once they are used: run the cell's workflow, or obey a subcommand."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import Any, Final

from .. import session
from ..errors import BadWorkflow, NodeFailed
from ..ir.workflow import Workflow
from ..monitor import history
from ..session import Run
from ..settings import find_store
from ..usage import BadUsage, asked, check_consent, settled
from ..wire.shown import CellNote
from ..wire.snapshot import Origin
from . import commands, tables
from .asking import CELL, HELP, inputs_of, usage_of, words
from .cells import exact, head_of, line_for, next_line
from .kernel import Kernel
from .report import COMMANDS, bundle
from .underway import Last, Wanted

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
    workflow = session.read_workflow(cell.body, found.repair or defaults["repair"], cell.first_line)
    inputs = inputs_of(found, kernel.variables)
    keywords = settled(asked(found), workflow, defaults)
    quiet, strict = bool(keywords.pop("quiet")), bool(keywords.pop("strict"))
    keywords["name"] = name = _name(found.name or workflow.name, kernel, workflow)
    if found.dry_run:
        plan = session.preview(workflow, inputs, **keywords)
        return kernel.front.show(tables.plan(workflow, name, plan))
    check_consent(workflow, found)
    go = partial(session.run, workflow, inputs, **keywords)
    add = name if found.name is None and workflow.name is None else None
    wanted = Wanted(
        name,
        Path(store).absolute() if (store := keywords["store"]) else find_store(Path.cwd()),
        lambda sinks, stop: go(sinks=sinks, stop=stop),
        lambda run: next_line(line, add),
        quiet,
    )
    if found.background:
        return _in_background(kernel, wanted, found, strict)
    return _in_cell(kernel, wanted, found, strict)


def _name(given: str | None, kernel: Kernel, workflow: Workflow) -> str:
    """Name the session: as its author does, else after the cell, which may be edited."""
    cell = kernel.front.cell_id
    return given or (f"cell-{cell}" if cell else workflow.digest[:12])


def _in_cell(kernel: Kernel, wanted: Wanted, found: Namespace, strict: bool) -> Any:
    run = kernel.watch(wanted)
    if found.out:
        kernel.variables[found.out] = run
    if strict:
        _raise_if_failed(run)
    elif run.applied:
        kernel.write_last_cell(run.applied)
    return run.result if found.output else None


def _in_background(kernel: Kernel, wanted: Wanted, found: Namespace, strict: bool) -> None:
    """Begin the run and leave it; what is offered stands in its report, for no cell is written."""
    for option, given in (("--output", found.output), ("--strict", strict)):
        if given:
            raise BadUsage(f"{option} and --background do not go together: the cell ends first")
    if any(each.wanted.store == wanted.store for each in kernel.runs_underway(wanted.name)):
        raise BadUsage(
            f"{wanted.name} is under way already; `%workflow stop {wanted.name}` ends it"
        )

    def remember(last: Last) -> None:
        kernel.remember(last)
        if found.out:
            kernel.variables[found.out] = last.run

    kernel.watch_apart(wanted, remember)


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
    line = line_for(run.workflow, run.name, run.given)
    origin = Origin(CellNote("", head_of(line), ""), run.workflow.text)
    return bundle(state, state.last, COMMANDS, last=True, origin=origin)
