"""Where every node of a pass stands: applies the table, tells the sinks, says what is ready."""

from __future__ import annotations

import dataclasses
import heapq
from collections import ChainMap
from collections.abc import Callable, Mapping
from typing import Any

from .. import events
from ..failure import Failure
from ..ir.templates import UNDECIDED, Gone
from ..nodes.base import Action
from . import order, states
from .envelope import Kept
from .order import End
from .plan import Plan, Step
from .result import NodeRun
from .shapes import shape

Emit = Callable[[events.Event], None]


class Board:
    """The standing of one pass over a plan.

    `runs` is how each node stands, `scope` what templates may see, `failures` the root failures
    that nothing handled and `handled` the others, both by node.
    """

    def __init__(
        self, plan: Plan, values: Mapping[str, Any], attempts: Mapping[str, int], emit: Emit
    ) -> None:
        self.steps = plan.steps
        self.emit = emit
        self.runs = {
            id: NodeRun(id, step.node.type, attempts=attempts.get(id, 0))
            for id, step in plan.steps.items()
        }
        self.scope: dict[str, Any] = {**dict.fromkeys(plan.steps, UNDECIDED), **values}
        self.ends: dict[str, End] = {}
        self.failures: dict[str, Failure] = {}
        self.handled: dict[str, Failure] = {}
        self.ready: list[tuple[int, int, str]] = []
        self._waits = {id: len(step.waits_for) for id, step in plan.steps.items()}
        self.followers: dict[str, list[str]] = {id: [] for id in plan.steps}
        for id, step in plan.steps.items():
            for before in step.waits_for:
                self.followers[before].append(id)
        for id in plan.left_out:
            self._waits[id] = -1  # nothing makes it ready
        for id, count in list(self._waits.items()):
            if count == 0:
                self._push(id)
        self._shown = plan.shown
        for id, reason in plan.left_out.items():
            self.skip(id, reason)

    # --- what may be done next --------------------------------------------------------------

    def next(self) -> Step:
        """Take the ready node at the head of the longest remaining path."""
        return self.steps[heapq.heappop(self.ready)[2]]

    def _push(self, id: str) -> None:
        step = self.steps[id]
        heapq.heappush(self.ready, (-step.remaining, step.index, id))

    def reason_to_skip(self, step: Step) -> str | None:
        """Say why a ready node does not run; None if it does."""
        return order.reason_to_skip(step, self.ends)

    def scope_of(self, step: Step) -> Mapping[str, Any]:
        """Give the values that a node's templates may see: a caught failure shows what it said."""
        caught = {
            edge.source: _reported(self.handled[edge.source])
            for edge in step.edges_in
            if edge.action == "error" and edge.source in self.handled
        }
        return ChainMap(caught, self.scope) if caught else self.scope

    def is_needed(self, id: str) -> bool:
        """Whether some node's templates or a declared output name this node's outputs."""
        return id in self._shown or any(
            id in self.steps[other].mentions for other in self.followers[id]
        )

    # --- a node runs ------------------------------------------------------------------------

    def start(self, id: str, attempt: int, why: tuple[str, ...]) -> None:
        """The node's code begins; `why` says what has changed since it ran last."""
        run = self._step(id, "start")
        self.runs[id] = dataclasses.replace(run, attempts=run.attempts + 1, why=why or run.why)
        self.emit(events.NodeStarted(node=id, attempt=attempt, why=why))

    def spend(self, id: str, seconds: float) -> None:
        """Count the time of one execution."""
        run = self.runs[id]
        self.runs[id] = dataclasses.replace(run, seconds=run.seconds + seconds)

    def retry(self, id: str, failure: Failure, wait: float) -> None:
        """An attempt failed, and another one follows after `wait` seconds."""
        self._step(id, "retry")
        self.emit(events.NodeRetrying(node=id, failure=failure, wait=wait))

    # --- a node ends ------------------------------------------------------------------------

    def finish(self, step: Step, action: Action, kept: bool) -> None:
        """The node's code ran to its end; `kept` says whether its result lies on disk."""
        if not self._complete(step, "finish", action):
            return
        run = self.runs[step.node.id]
        self.emit(
            events.NodeDone(
                node=run.id, seconds=run.seconds, attempts=run.attempts,
                shape=shape(run.outputs), action=run.action, kept=kept,
            )
        )  # fmt: skip
        self._decided(run.id)

    def reuse(self, step: Step, kept: Kept, age: float) -> None:
        """A kept result, made `age` seconds ago, stands in for running the node."""
        id = step.node.id
        self.runs[id] = dataclasses.replace(self.runs[id], saved_seconds=kept.seconds, age=age)
        if not self._complete(step, "reuse", Action(kept.action, kept.outputs)):
            return
        outputs = self.runs[id].outputs
        self.emit(
            events.NodeReused(
                node=id, age=age, saved=kept.seconds, shape=shape(outputs), action=kept.action
            )
        )
        self._decided(id)

    def _complete(self, step: Step, signal: str, action: Action) -> bool:
        lost = _no_edge(step, action)
        if lost is not None:
            self.fail(step, lost)
            return False
        id = step.node.id
        self._set(id, signal, outputs=dict(action.outputs), action=action.name)
        self.scope[id] = self.runs[id].outputs
        return True

    def fail(self, step: Step, failure: Failure) -> None:
        """The node failed for good; an error edge or `optional` may take it."""
        id = step.node.id
        edge = any(edge.action == "error" for edge in step.edges_out)
        handled = step.node.optional or (edge and order.takes_error_edge(failure))
        (self.handled if handled else self.failures)[id] = failure
        self._set(id, "fail", failure=failure, reason=failure.message, handled=handled)
        seconds = self.runs[id].seconds
        self.emit(events.NodeBroke(node=id, failure=failure, seconds=seconds, handled=handled))
        self._decided(id)

    def skip(self, id: str, reason: str) -> None:
        """The node does not run."""
        self._set(id, "skip", reason=reason)
        self.emit(events.NodeSkipped(node=id, reason=reason))
        self._decided(id)

    def cancel(self, id: str) -> None:
        """The run was interrupted while the node was under way."""
        self._set(id, "cancel", reason="interrupted")
        self.emit(events.NodeCancelled(node=id))
        self._decided(id)

    def doubt(self, id: str, question: str, failure: Failure | None = None) -> None:
        """Whether the node's effect happened is not known; a person must say."""
        self._set(id, "doubt", question=question, reason=question, failure=failure)
        self.emit(events.NodeInDoubt(node=id, question=question))
        self._decided(id)

    def wait(self, id: str, question: str) -> None:
        """The node needs something from a person."""
        self._set(id, "wait", question=question, reason=question)
        self.emit(events.NodeWaiting(node=id, question=question))
        self._decided(id)

    # --- the table --------------------------------------------------------------------------

    def _step(self, id: str, signal: str, **facts: Any) -> NodeRun:
        run = self.runs[id]
        self.runs[id] = dataclasses.replace(run, state=states.step(run.state, signal), **facts)
        return self.runs[id]

    def _set(self, id: str, signal: str, *, handled: bool = False, **facts: Any) -> None:
        """Apply the table and remember how the node ended."""
        run = self._step(id, signal, **facts)
        self.ends[id] = End(run.state, run.action, run.reason, handled)
        if run.state not in states.COMPLETED:
            self.scope[id] = Gone(run.reason or run.state)

    def _decided(self, id: str) -> None:
        for other in self.followers[id]:
            self._waits[other] -= 1
            if self._waits[other] == 0:
                self._push(other)

    def last_action(self) -> str:
        """Give the action that the run ends with: that of the last end without a follower."""
        actions = [
            run.action
            for id, run in self.runs.items()
            if run.state in states.COMPLETED and not self.steps[id].edges_out
        ]
        named = [action for action in actions if action != "default"]
        return named[-1] if named else "default"


def _reported(failure: Failure) -> dict[str, Any]:
    error = {"code": failure.code, "message": failure.message}
    return {**failure.reported, "error": error}


def _no_edge(step: Step, action: Action) -> Failure | None:
    """A named action without an edge, where others exist, is a failure that lists them."""
    actions = sorted({edge.action for edge in step.edges_out})
    if action.name == "default" or not actions or action.name in actions:
        return None
    return Failure(
        node=step.node.id,
        code="GRF06",
        category="graph",
        helps="change",
        effect="yes",
        fixable=True,
        message=f"{step.node.id} ended with the action {action.name!r}, which no edge takes; "
        f"its edges take {', '.join(map(repr, actions))}",
    )
