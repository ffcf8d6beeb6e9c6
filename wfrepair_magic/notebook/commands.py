"""The subcommands of ``%workflow``: those that show what is there, and with them those that act."""

from __future__ import annotations

import argparse
import difflib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .. import session
from ..engine.result import Preview
from ..ir.names import nearest
from ..monitor import history, reasons
from ..monitor.metrics import measure
from ..monitor.text import Commands
from ..nodes import registry
from ..usage import BadUsage
from ..wire.snapshot import NOWHERE
from . import tables
from .acting import apply, dismiss, last_name, resolve, resume, run_id, stop
from .asking import overview, usage_of
from .cells import told
from .doctor import examine
from .kernel import Kernel
from .report import COMMANDS, bundle

__all__ = [
    "apply", "cache", "diff", "dismiss", "doctor", "effects", "help", "metrics", "nodes", "resolve",
    "resume", "runs", "show", "stop", "why",
]  # fmt: skip


def effects(kernel: Kernel, found: argparse.Namespace) -> None:
    """List the effects of a workflow's session, or of all."""
    store, name = kernel.store(found.store), found.name
    if name is None and not found.all:
        name = last_name(kernel, found.store)
    workflow, receipts = session.effects(store, name, found.all)
    if receipts:
        kernel.front.show(tables.effects(receipts, time.time(), found.all, workflow))
    else:
        kernel.front.say(f"{workflow or store}: no effects")


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
    state = history.recorded(store, run_id(store, found.run))
    last = kernel.last if kernel.last is not None and kernel.last.run.id == state.run else None
    commands = COMMANDS if last else Commands()
    origin = last.origin if last else NOWHERE
    kernel.front.show(bundle(state, state.last, commands, last=True, origin=origin))


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
    one, other = (run_id(store, start) for start in (found.run, found.other))
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
