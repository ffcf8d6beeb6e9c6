"""RunState = fold(RunState, event): the one place that knows percent, counts and elapsed time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce, singledispatch
from typing import Any, Final

from .. import events
from ..engine.result import NodeRun
from ..engine.states import COMPLETED, ENDED
from ..events import Event, NodeInfo, Suggestion
from ..failure import Failure
from ..problem import Problem
from .rows import NodeState, Rows

RUNNING: Final = "RUNNING"
KEPT_LOGS: Final = 20


@dataclass(frozen=True)
class Applied:
    """A fix that went into the workflow, and who let it in (`policy`, `person`)."""

    suggestion: Suggestion
    by: str


@dataclass(frozen=True)
class RunState:
    """All that viewers show of a run.  Times are Unix time and seconds.

    `state` is empty before the first event, RUNNING, or one of `engine.states.RUN_STATES`.
    `attempt` counts passes: 1, and one more for each repair.  `owner` and `doing` are set while
    the run waits for another process that holds its session.  `failures` are those that nothing
    handled.
    `usual` is how long earlier runs took, in seconds; no event tells it, a viewer may fill it in.
    """

    run: str = ""
    workflow: str = ""
    session: str = ""
    digest: str = ""
    state: str = ""
    attempt: int = 1
    started: float = 0.0
    last: float = 0.0
    seconds: float = 0.0
    nodes: Rows = field(default_factory=Rows)
    action: str = "default"
    failures: tuple[Failure, ...] = ()
    problems: tuple[Problem, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    abstained: tuple[str, ...] = ()
    applied: tuple[Applied, ...] = ()
    notices: tuple[str, ...] = ()
    owner: str = ""
    doing: str = ""
    usual: float | None = None

    @property
    def finished(self) -> bool:
        """Say whether the run has ended."""
        return self.state not in ("", RUNNING)

    @property
    def counts(self) -> Mapping[str, int]:
        """Count the nodes by state; states without nodes are not listed."""
        return Counter(node.state for node in self.nodes.values())

    @property
    def completed(self) -> int:
        """Count the nodes that have their result: done or reused."""
        return sum(count for state, count in self.counts.items() if state in COMPLETED)

    @property
    def progress(self) -> float:
        """Give the share of the nodes that have ended, 0 to 1; a running one counts in part."""
        if not self.nodes:
            return 1.0 if self.finished else 0.0
        ended = sum(_share(node) for node in self.nodes.values())
        return min(ended / len(self.nodes), 1.0)

    @property
    def percent(self) -> int:
        """Give the progress as a whole number; 100 only when every node has ended."""
        return int(self.progress * 100)

    @property
    def saved(self) -> float:
        """Give the seconds that reused results spared."""
        return sum(node.saved for node in self.nodes.values())

    def elapsed(self, now: float) -> float:
        """Give the seconds from the run's start to its end, or to `now` while it goes on."""
        if self.finished:
            return self.seconds
        return max(now - self.started, 0.0) if self.started else 0.0


def _share(node: NodeState) -> float:
    if node.state in ENDED:
        return 1.0
    return node.fraction or 0.0


def fold(state: RunState, event: Event) -> RunState:
    """Give the state after the event.  Events of unknown kinds and nodes change nothing else."""
    seen = replace(state, last=event.at, run=event.run or state.run)
    return _after(event, seen)


def replay(story: Iterable[Event]) -> RunState:
    """Fold a whole history."""
    return reduce(fold, story, RunState())


def completed(state: RunState, name: str, nodes: Iterable[NodeRun]) -> RunState:
    """Fill in what no event told: a run that was held back before it began announces no nodes."""
    if state.nodes:
        return state
    rows = Rows.of(
        NodeState(
            NodeInfo(id=node.id, type=node.type, wave=0, effect=""),
            state=node.state,
            message=node.question or node.reason,
        )
        for node in nodes
    )
    return replace(state, workflow=name, nodes=rows)


@singledispatch
def _after(event: Event, state: RunState) -> RunState:
    return state


@_after.register
def _(event: events.RunStarted, state: RunState) -> RunState:
    return replace(
        state,
        workflow=event.workflow,
        session=event.session,
        digest=event.digest,
        state=RUNNING,
        attempt=event.attempt,
        started=state.started or event.at,
        nodes=Rows.of(_again(info, state.nodes) for info in event.nodes),
        failures=(),
        problems=(),
        suggestions=(),
        abstained=(),
        owner="",
        doing="",
    )


def _again(info: events.NodeInfo, earlier: Rows) -> NodeState:
    """Begin a node's row; what earlier passes of this run spent on it stays counted."""
    known = earlier.get(info.id)
    if known is None:
        return NodeState(info)
    return NodeState(info, attempts=known.attempts, seconds=known.seconds)


@_after.register
def _(event: events.OwnerAwaited, state: RunState) -> RunState:
    return replace(state, owner=event.owner, doing=event.doing, state=state.state or RUNNING)


@_after.register
def _(event: events.Checked, state: RunState) -> RunState:
    return replace(state, problems=event.problems)


@_after.register
def _(event: events.Notice, state: RunState) -> RunState:
    text = f"{event.node}: {event.text}" if event.node else event.text
    return state if text in state.notices else replace(state, notices=(*state.notices, text))


@_after.register
def _(event: events.FixesFound, state: RunState) -> RunState:
    return replace(state, suggestions=event.suggestions, abstained=event.abstained)


@_after.register
def _(event: events.FixApplied, state: RunState) -> RunState:
    return replace(state, applied=(*state.applied, Applied(event.suggestion, event.by)))


@_after.register
def _(event: events.RunFinished, state: RunState) -> RunState:
    return replace(
        state,
        state=event.state,
        seconds=event.seconds,
        failures=event.failures,
        action=event.action,
        nodes=_settled(state.nodes, event.failures),
        owner="",
        doing="",
    )


def _settled(nodes: Rows, failures: Iterable[Failure]) -> Rows:
    """End the rows that no event ended: with errors from the check nothing ever starts."""
    by_node = {failure.node: failure for failure in failures}
    for row in nodes.values():
        failure = by_node.get(row.id)
        if row.state not in ENDED and failure is not None:
            message = failure.message
            nodes = nodes.put(replace(row, state="failed", failure=failure, message=message))
        elif row.state not in ENDED:
            nodes = nodes.put(replace(row, state="skipped", message="run stopped"))
    return nodes


@_after.register
def _(event: events.NodeStarted, state: RunState) -> RunState:
    attempts = state.nodes[event.node].attempts + 1 if event.node in state.nodes else 1
    return _changed(
        state,
        event,
        state="running",
        attempts=attempts,
        started=event.at,
        fraction=None,
        message="",
    )


@_after.register
def _(event: events.NodeProgress, state: RunState) -> RunState:
    fraction = None if event.fraction is None else min(max(event.fraction, 0.0), 1.0)
    return _changed(state, event, fraction=fraction, message=event.message)


@_after.register
def _(event: events.NodeLog, state: RunState) -> RunState:
    known = state.nodes[event.node].logs if event.node in state.nodes else ()
    return _changed(state, event, logs=(*known, event.text)[-KEPT_LOGS:])


@_after.register
def _(event: events.NodeRetrying, state: RunState) -> RunState:
    message = f"tries again after {event.wait:g} s: {event.failure.cause}"
    return _changed(state, event, state="pending", started=None, message=message)


@_after.register
def _(event: events.NodeDone, state: RunState) -> RunState:
    note = event.note or ("" if event.kept else "result not kept: it lives in memory only")
    return _ended(
        state, event, "done", event.seconds, message=note, action=event.action, shape=event.shape
    )


@_after.register
def _(event: events.NodeReused, state: RunState) -> RunState:
    return _ended(
        state,
        event,
        "reused",
        age=event.age,
        saved=event.saved,
        action=event.action,
        shape=event.shape,
    )


@_after.register
def _(event: events.NodeBroke, state: RunState) -> RunState:
    broken = _ended(
        state,
        event,
        "failed",
        event.seconds,
        failure=event.failure,
        handled=event.handled,
        message=event.failure.message,
    )
    if event.handled:
        return broken
    return replace(broken, failures=(*state.failures, event.failure))


@_after.register
def _(event: events.NodeSkipped, state: RunState) -> RunState:
    return _ended(state, event, "skipped", message=event.reason)


@_after.register
def _(event: events.NodeInDoubt, state: RunState) -> RunState:
    return _ended(state, event, "in_doubt", message=event.question)


@_after.register
def _(event: events.NodeWaiting, state: RunState) -> RunState:
    return _ended(state, event, "waiting", message=event.question)


@_after.register
def _(event: events.NodeCancelled, state: RunState) -> RunState:
    return _ended(state, event, "cancelled", message=event.reason)


def _ended(
    state: RunState, event: events.NodeEvent, end: str, seconds: float = 0.0, /, **changes: Any
) -> RunState:
    known = state.nodes.get(event.node)
    if known is None:
        return state
    told = {"started": None, "fraction": None, "message": ""} | changes
    return _changed(state, event, state=end, seconds=known.seconds + seconds, **told)


def _changed(state: RunState, event: events.NodeEvent, /, **changes: Any) -> RunState:
    known = state.nodes.get(event.node)
    if known is None:
        return state
    return replace(state, nodes=state.nodes.put(replace(known, **changes)))
