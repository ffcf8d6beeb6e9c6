"""What a run would do: the scheduler's questions, asked without executing anything."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..failure import Failure
from ..ir.templates import UNDECIDED, Gone
from . import order
from .doubts import Doubt, way_out
from .memory import Lost, Memory, Reusable, Unread
from .order import End
from .plan import Plan, Step
from .prepare import Prepared, Site, prepare, resolve, template_failure
from .result import Preview

OPEN = "open"
"""The state, here only, of a node that would run: what it will give is not known yet."""


def preview(plan: Plan, site: Site, memory: Memory, values: Mapping[str, Any]) -> Preview:
    """Say for every node whether it would be reused, run, send, send again, or fail.

    `values` are the resolved inputs, as the scheduler gets them.  Nothing on disk is changed.
    """
    walk = _Walk(plan, site, memory, values)
    for wave in plan.waves:
        for id in wave:
            walk.visit(plan.steps[id])
    ordered = {id: walk.verdicts[id] for id in plan.steps}
    return Preview(ordered, tuple(walk.failures), walk.changed, walk.why)


class _Walk:
    """One walk over the waves; collects verdicts as it goes.

    `shaken` are the nodes that change the world in the run, and those that come after them.
    """

    def __init__(self, plan: Plan, site: Site, memory: Memory, values: Mapping[str, Any]) -> None:
        self.plan, self.site, self.memory = plan, site, memory
        self.scope: dict[str, Any] = {**dict.fromkeys(plan.steps, UNDECIDED), **values}
        self.ends: dict[str, End] = {}
        self.verdicts: dict[str, str] = {}
        self.failures: list[Failure] = []
        self.changed: dict[str, tuple[str, ...]] = {}
        self.why: dict[str, tuple[str, ...]] = {}
        self.shaken: set[str] = set()

    def visit(self, step: Step) -> None:
        """Decide about one node; all that it waits for was visited before."""
        reason = self.plan.left_out.get(step.node.id) or self._reason_to_skip(step)
        if reason is not None:
            return self._end(step, "skipped", End("skipped", reason=reason))
        resolution = resolve(step, self.scope)
        failure = template_failure(step, resolution, self.site)
        if failure is not None:
            return self._fail(step, failure)
        if resolution.undecided:
            return self._would_run(step, None)
        prepared = prepare(step, resolution, self.site)
        if isinstance(prepared, Failure):
            return self._fail(step, prepared)
        self._look_up(step, prepared)

    def _reason_to_skip(self, step: Step) -> str | None:
        ends = {id: self.ends[id] for id in step.waits_for if self.ends[id].state != OPEN}
        return order.reason_to_skip(step, ends)

    def _look_up(self, step: Step, prepared: Prepared) -> None:
        match self.memory.find(prepared, self.scope, look_only=True):
            case Reusable() | Lost() if self._is_shaken(step):
                self._would_run(step, prepared)
            case Reusable(kept):
                self.scope[step.node.id] = kept.outputs
                self._end(step, "reused", End("reused", kept.action))
            case Lost():
                self._end(step, "reused", End("reused"))
            case Unread(failure):
                self._fail(step, failure)
            case Doubt() as doubt:
                self._doubt(prepared, doubt)
            case _:
                self._would_run(step, prepared)

    def _doubt(self, prepared: Prepared, doubt: Doubt) -> None:
        match way_out(doubt, prepared, self.memory.run, time.time()):
            case "resend":
                self._end(prepared.step, "would resend", End(OPEN))
            case "look":
                self._end(prepared.step, "would verify", End(OPEN))
            case "ask":
                self._end(prepared.step, "in doubt", End("in_doubt"))

    def _is_shaken(self, step: Step) -> bool:
        """Whether its reuse depends on files that a node before it may change in the run."""
        on_disk = step.type.files or step.type.stands or step.node.reads
        return bool(on_disk) and any(id in self.shaken for id in step.waits_for)

    def _would_run(self, step: Step, prepared: Prepared | None) -> None:
        """Tell a first effect from one that this node already had under another key."""
        if prepared is not None:
            self.why[step.node.id] = self.memory.why(prepared)
        if step.effect != "write":
            return self._end(step, "runs", End(OPEN))
        before = self.memory.previous(step.node.id)
        if before is None:
            return self._end(step, "would send", End(OPEN))
        if prepared is None:
            self.changed[step.node.id] = tuple(before)
        else:
            names = before.keys() | prepared.digests.keys()
            self.changed[step.node.id] = tuple(
                sorted(name for name in names if before.get(name) != prepared.digests.get(name))
            )
        self._end(step, "would send again", End(OPEN))

    def _fail(self, step: Step, failure: Failure) -> None:
        self.failures.append(failure)
        self._end(step, "failed", End("failed"))

    def _end(self, step: Step, verdict: str, end: End) -> None:
        self.verdicts[step.node.id] = verdict
        acts = end.state == OPEN and step.effect == "write"
        if acts or any(id in self.shaken for id in step.waits_for):
            self.shaken.add(step.node.id)  # what it waits for changes the world, or it does
        self.ends[step.node.id] = end
        if end.state in ("skipped", "failed", "in_doubt"):
            self.scope[step.node.id] = Gone(end.reason or end.state)
