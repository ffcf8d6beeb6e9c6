"""The subcommands of ``%workflow``: each shows what is there, or goes on from the last run."""

from __future__ import annotations

import argparse
import difflib
import getpass
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .. import session
from ..engine.result import Preview
from ..ir.model import MISSING
from ..ir.names import nearest
from ..ir.workflow import Workflow
from ..monitor import history, reasons
from ..monitor.metrics import measure
from ..monitor.text import Commands
from ..nodes import registry
from ..repair.fix import Fix
from ..session import Run
from ..usage import BadUsage, verdict_of
from . import tables
from .asking import inputs_of, overview, usage_of, variable
from .cells import line_for, told
from .doctor import examine
from .kernel import Kernel
from .report import COMMANDS, bundle


def apply(kernel: Kernel, found: argparse.Namespace) -> None:
    """Go on with a fix of the last run, and write the repaired workflow into a new cell."""
    last = kernel.the_last()
    fix = _fix(last.run, found.fix)
    if found.no_run:
        kernel.write_last_cell([fix], fix.apply(last.run.workflow).text)
        return
    run = kernel.watch(lambda sinks: last.run.apply(fix, sinks=sinks))
    kernel.remember(run, last.line)
    kernel.write_last_cell(run.applied)


def _fix(run: Run, number: int) -> Fix:
    if not run.fixes:
        raise BadUsage(f"{run.name}: there is no fix to apply")
    if number > len(run.fixes):
        raise BadUsage(f"{run.name}: no fix {number}; the last is {len(run.fixes)}")
    return run.fixes[number - 1]


def resume(kernel: Kernel, found: argparse.Namespace) -> None:
    """Run a workflow again as it was asked for, in this kernel or in an earlier one."""
    last = kernel.last
    given = inputs_of(found, kernel.variables)
    if last is not None and found.store is None and found.name in (None, last.run.name):
        inputs = {**last.run.given, **given}
        run = kernel.watch(lambda sinks: last.run.resume(sinks=sinks, inputs=inputs))
        line = last.line
    else:
        run, line = _resume_from_store(kernel, found, given)
    kernel.remember(run, line)
    if run.applied:
        kernel.write_last_cell(run.applied)


def _resume_from_store(
    kernel: Kernel, found: argparse.Namespace, given: Mapping[str, Any]
) -> tuple[Run, str]:
    store = kernel.store(found.store)
    past = session.last_run(store, found.name)
    if past is None:
        named = f" of {found.name!r}" if found.name else ""
        raise BadUsage(f"there is no run{named} in {store} to go on with")
    _refuse_lost(past.name, [name for name in past.lost if name not in given])
    workflow, inputs = Workflow.parse(past.text), {**past.inputs, **given}
    keywords = {**past.options, "name": past.name, "store": store}
    run = kernel.watch(lambda sinks: session.run(workflow, inputs, sinks=sinks, **keywords), store)
    return run, line_for(workflow, past.name, inputs)


def _refuse_lost(workflow: str, lost: Sequence[str]) -> None:
    """Refuse to go on without an input that had a value then: another would run things again."""
    if lost:
        how = " ".join(f"--input {name}=$variable" for name in lost)
        raise BadUsage(f"{workflow}: not everything given could be kept; add {how}")


def resolve(kernel: Kernel, found: argparse.Namespace) -> None:
    """Say whether an effect in doubt happened."""
    store = kernel.store(found.store)
    value = MISSING if found.value is None else variable(kernel.variables, found.value)
    answer = session.resolve(
        found.name or _last_name(kernel, found.store),
        found.node,
        verdict_of(found),
        store=store,
        value=value,
        by=getpass.getuser(),
    )
    print(answer)
    print("→ %workflow resume")


def effects(kernel: Kernel, found: argparse.Namespace) -> None:
    """List the effects of a workflow's session, or of all."""
    store, name = kernel.store(found.store), found.name
    if name is None and not found.all:
        name = _last_name(kernel, found.store)
    workflow, receipts = session.effects(store, name, found.all)
    if receipts:
        kernel.front.show(tables.effects(receipts, time.time(), found.all, workflow))
    else:
        print(f"{workflow or store}: no effects")


def _last_name(kernel: Kernel, store: str | None) -> str:
    if kernel.last is not None and store is None:
        return kernel.last.run.name
    past = session.last_run(kernel.store(store))
    if past is None:
        raise BadUsage(f"there is no run in {kernel.store(store)}; name the workflow with --name")
    return past.name


def runs(kernel: Kernel, found: argparse.Namespace) -> None:
    """List the runs of the project store."""
    store = kernel.store(found.store)
    records = session.recent_runs(store, found.limit)
    if records:
        kernel.front.show(tables.runs(records, time.time()))
    else:
        print(f"no runs in {store}")


def show(kernel: Kernel, found: argparse.Namespace) -> None:
    """Show a run's report again from its history."""
    store = kernel.store(found.store)
    state = history.recorded(store, _run_id(store, found.run))
    last = kernel.last is not None and kernel.last.run.id == state.run
    kernel.front.show(bundle(state, state.last, COMMANDS if last else Commands(), last=True))


def _run_id(store: Path, start: str | None) -> str:
    """Find the run that is meant: the latest, unless the start of an id is given."""
    known = history.ids(store)
    if not known:
        raise BadUsage(f"no runs in {store}")
    return known[0] if start is None else history.find(store, start)


def why(kernel: Kernel, found: argparse.Namespace) -> None:
    """Say why a node ran in the last run, or was reused, and what a run now would do with it."""
    store, id = kernel.store(found.store), found.node
    look: Callable[[], Preview]
    if kernel.last is not None and found.store is None:
        run, look = kernel.last.run.id, partial(kernel.last.run.preview, until=id)
    else:
        run, look = _past_run(store, id)
    rows = history.recorded(store, run).nodes
    if id not in rows:
        close = nearest(id, rows)
        hint = f"did you mean {close!r}?" if close else f"it has {', '.join(rows)}"
        raise BadUsage(f"run {run} has no node {id!r}; {hint}")
    text = f"in run {run}: {id} {reasons.told(rows[id])}\n{reasons.foreseen(look(), id)}"
    kernel.front.show(tables.changes(f"why {id}", text))


def _past_run(store: Path, node: str) -> tuple[str, Callable[[], Preview]]:
    past = session.last_run(store)
    if past is None:
        raise BadUsage(f"no runs in {store}")
    keywords = {**past.options, "name": past.name, "store": store, "until": node}
    return past.id, partial(session.preview, past.text, past.inputs, **keywords)


def diff(kernel: Kernel, found: argparse.Namespace) -> None:
    """Show what the last fix changed or would change, or how the texts of two runs differ."""
    changed = _fix_diff(kernel) if found.run is None else _runs_diff(kernel, found)
    kernel.front.show(tables.changes(*changed))


def _fix_diff(kernel: Kernel) -> tuple[str, str]:
    run = kernel.the_last().run
    if run.applied:
        return f"applied to {run.name}: {told(run.applied)}", "".join(f.diff for f in run.applied)
    if not run.fixes:
        raise BadUsage(f"{run.name}: no fix was applied or offered; name two runs to compare")
    return f"offered for {run.name}: {told(run.fixes[:1])}", run.fixes[0].diff


def _runs_diff(kernel: Kernel, found: argparse.Namespace) -> tuple[str, str]:
    store = kernel.store(found.store)
    one, other = (_run_id(store, start) for start in (found.run, found.other))
    before, after = (session.text_of_run(store, id).splitlines() for id in (one, other))
    changed = difflib.unified_diff(before, after, one, other, lineterm="")
    return f"{one} → {other}", "\n".join(changed)


def metrics(kernel: Kernel, found: argparse.Namespace) -> None:
    """Count what the runs of each workflow did."""
    store = kernel.store(found.store)
    states = (history.recorded(store, id) for id in history.ids(store)[: found.limit])
    wanted = [state for state in states if state.workflow and found.name in (None, state.workflow)]
    if wanted:
        kernel.front.show(tables.metrics(measure(wanted), time.time()))
    else:
        print(f"no runs{f' of {found.name}' if found.name else ''} in {store}")


def cache(kernel: Kernel, found: argparse.Namespace) -> None:
    """Show what the project store keeps, and throw away what is old."""
    told = session.cache(
        kernel.store(found.store),
        purging=found.purge,
        older_than=found.older_than,
        dry_run=found.dry_run,
    )
    kernel.front.show(tables.facts(told))


def doctor(kernel: Kernel, found: argparse.Namespace) -> None:
    """Say what is here, and what is off and why."""
    kernel.front.show(tables.facts(examine(kernel, found.store)))


def nodes(kernel: Kernel, found: argparse.Namespace) -> None:
    """List the node types, or show one."""
    if found.type is None:
        kernel.front.show(tables.node_types(known.spec for known in registry.all_types()))
    else:
        kernel.front.show(tables.node_type(registry.find(found.type).spec))


def help(kernel: Kernel, found: argparse.Namespace) -> None:
    """Print what there is, or what one command takes."""
    print(usage_of(found.command).format_help() if found.command else overview())
