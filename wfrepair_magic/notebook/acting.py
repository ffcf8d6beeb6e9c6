"""The subcommands of ``%workflow`` that act: go on, stop, answer for an effect, refuse a fix."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .. import session
from ..ir.model import MISSING
from ..ir.names import nearest
from ..ir.workflow import Workflow
from ..monitor import history
from ..repair.fix import Fix
from ..session import Run
from ..usage import BadUsage, verdict_of
from .asking import inputs_of, variable
from .cells import line_for
from .kernel import Kernel
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
        asking.wanted.name if asking is not None else found.name or last_name(kernel, found.store),
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


def last_name(kernel: Kernel, store: str | None) -> str:
    """Name the workflow that is meant: of the run spoken of, or of the last one."""
    if kernel.spoken_of:
        return history.recorded(kernel.store(store), kernel.spoken_of).workflow
    if kernel.last is not None and store is None:
        return kernel.last.run.name
    past = session.last_run(kernel.store(store))
    if past is None:
        raise BadUsage(f"there is no run in {kernel.store(store)}; name the workflow with --name")
    return past.name


def _run_meant(kernel: Kernel, found: argparse.Namespace) -> tuple[Path, str]:
    """Give the run that is meant: the one spoken of, the last of this kernel, or of the store."""
    store = kernel.store(found.store)
    if kernel.spoken_of:
        return store, kernel.spoken_of
    if kernel.last is not None and found.store is None:
        return store, kernel.last.run.id
    return store, run_id(store, None)


def run_id(store: Path, start: str | None) -> str:
    """Find the run that is meant: the latest, unless the start of an id is given."""
    known = history.ids(store)
    if not known:
        raise BadUsage(f"no runs in {store}")
    return known[0] if start is None else history.find(store, start)
