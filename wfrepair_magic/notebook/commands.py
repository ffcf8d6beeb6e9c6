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
from ..wire.snapshot import NOWHERE
from . import tables
from .asking import inputs_of, overview, usage_of, variable
from .cells import line_for, told
from .doctor import examine
from .kernel import Kernel
from .report import COMMANDS, bundle
from .underway import Last, Start, Underway, Wanted


def apply(kernel: Kernel, found: argparse.Namespace) -> None:
    """Go on with a fix of the last run, and write the repaired workflow into a new cell."""
    last = kernel.the_last()
    fix = _fix(last.run, found.fix)
    if found.no_run:
        kernel.write_last_cell([fix], fix.apply(last.run.workflow).text)
        return
    run = kernel.watch(
        _again(last, lambda sinks, stop: last.run.apply(fix, sinks=sinks, stop=stop))
    )
    kernel.write_last_cell(run.applied)


def _again(last: Last, start: Start) -> Wanted:
    """Want a run that goes on from the last one, on its line."""
    return Wanted(last.run.name, last.run.store, start, lambda run: last.line)


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
        go_on = partial(last.run.resume, inputs={**last.run.given, **given})
        wanted = _again(last, lambda sinks, stop: go_on(sinks=sinks, stop=stop))
    else:
        wanted = _from_store(kernel, found, given)
    run = kernel.watch(wanted)
    if run.applied:
        kernel.write_last_cell(run.applied)


def _from_store(kernel: Kernel, found: argparse.Namespace, given: Mapping[str, Any]) -> Wanted:
    store = kernel.store(found.store)
    past = session.last_run(store, found.name)
    if past is None:
        named = f" of {found.name!r}" if found.name else ""
        raise BadUsage(f"there is no run{named} in {store} to go on with")
    _refuse_lost(past.name, [name for name in past.lost if name not in given])
    workflow, inputs = Workflow.parse(past.text), {**past.inputs, **given}
    go_on = partial(session.run, workflow, inputs, **past.options, name=past.name, store=store)
    line = line_for(workflow, past.name, inputs)
    return Wanted(
        past.name, store, lambda sinks, stop: go_on(sinks=sinks, stop=stop), lambda run: line
    )


def _refuse_lost(workflow: str, lost: Sequence[str]) -> None:
    """Refuse to go on without an input that had a value then: another would run things again."""
    if lost:
        how = " ".join(f"--input {name}=$variable" for name in lost)
        raise BadUsage(f"{workflow}: not everything given could be kept; add {how}")


def resolve(kernel: Kernel, found: argparse.Namespace) -> None:
    """Say whether an effect in doubt happened."""
    asking = _asking(kernel, found)
    store = asking.wanted.store if asking is not None else kernel.store(found.store)
    value = MISSING if found.value is None else variable(kernel.variables, found.value)
    answer = session.resolve(
        asking.wanted.name if asking is not None else found.name or _last_name(kernel, found.store),
        found.node,
        verdict_of(found),
        store=store,
        value=value,
        by=getpass.getuser(),
    )
    kernel.front.say(answer)
    kernel.front.say(
        "→ %workflow resume" if asking is None else "→ the run that is under way goes on with that"
    )


def _asking(kernel: Kernel, found: argparse.Namespace) -> Underway | None:
    """Find the run under way that asks about a node.  Raises BadUsage where several do."""
    store = None if found.store is None else kernel.store(found.store)
    fitting = [
        each
        for each in kernel.runs_underway(found.name)
        if found.node in each.asking and store in (None, each.wanted.store)
    ]
    if len(fitting) > 1:
        names = " or ".join(f"--name {each.wanted.name}" for each in fitting)
        raise BadUsage(f"several runs under way ask about {found.node}; say {names}")
    return fitting[0] if fitting else None


def stop(kernel: Kernel, found: argparse.Namespace) -> None:
    """End what runs in this kernel, in order: what completed stays, and it can be gone on with."""
    meant = kernel.runs_underway(found.name)
    if not meant:
        close = nearest(found.name or "", [each.wanted.name for each in kernel.underway])
        hint = f"; did you mean {close!r}?" if close else ""
        named = f" of {found.name!r}" if found.name else ""
        raise BadUsage(f"no run{named} is under way in this kernel{hint}")
    for each in meant:
        each.stop.set()
        kernel.front.say(f"{each.wanted.name}: stopped; what completed is kept")
    kernel.front.say("→ %workflow resume")


def dismiss(kernel: Kernel, found: argparse.Namespace) -> None:
    """Do not want a fix: it is not offered again in its session, until it changes."""
    store, run = _run_meant(kernel, found)
    state = history.recorded(store, run)
    if not state.suggestions:
        raise BadUsage(f"{state.workflow}: there is no fix to dismiss")
    if found.fix > len(state.suggestions):
        raise BadUsage(
            f"{state.workflow}: no fix {found.fix}; the last is {len(state.suggestions)}"
        )
    fix = state.suggestions[found.fix - 1]
    session.dismiss(store, state.session, fix)
    kernel.front.say(f"dismissed: {fix.title} ({fix.code}); it is not offered again unchanged")


def effects(kernel: Kernel, found: argparse.Namespace) -> None:
    """List the effects of a workflow's session, or of all."""
    store, name = kernel.store(found.store), found.name
    if name is None and not found.all:
        name = _last_name(kernel, found.store)
    workflow, receipts = session.effects(store, name, found.all)
    if receipts:
        kernel.front.show(tables.effects(receipts, time.time(), found.all, workflow))
    else:
        kernel.front.say(f"{workflow or store}: no effects")


def _last_name(kernel: Kernel, store: str | None) -> str:
    if kernel.spoken_of:
        return history.recorded(kernel.store(store), kernel.spoken_of).workflow
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
        kernel.front.say(f"no runs in {store}")


def show(kernel: Kernel, found: argparse.Namespace) -> None:
    """Show a run's report again from its history."""
    store = kernel.store(found.store)
    state = history.recorded(store, _run_id(store, found.run))
    last = kernel.last if kernel.last is not None and kernel.last.run.id == state.run else None
    commands = COMMANDS if last else Commands()
    origin = last.origin if last else NOWHERE
    kernel.front.show(bundle(state, state.last, commands, last=True, origin=origin))


def _run_meant(kernel: Kernel, found: argparse.Namespace) -> tuple[Path, str]:
    """Give the run that is meant: the one spoken of, the last of this kernel, or of the store."""
    store = kernel.store(found.store)
    if kernel.spoken_of:
        return store, kernel.spoken_of
    if kernel.last is not None and found.store is None:
        return store, kernel.last.run.id
    return store, _run_id(store, None)


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
        kernel.front.say(f"no runs{f' of {found.name}' if found.name else ''} in {store}")


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
    kernel.front.say(usage_of(found.command).format_help() if found.command else overview())
