"""RunState = fold(RunState, event): the one place that knows percent, counts and elapsed time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Final

from .. import events
from ..engine.states import COMPLETED, ENDED
from ..events import Event, NodeEvent, NodeInfo, Suggestion
from ..failure import Failure
from ..problem import Problem
from .rows import NodeState, Rows

RUNNING: Final = "RUNNING"
KEPT_LOGS: Final = 20
KEPT_SPANS: Final = 20


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
    state: str = ""
    attempt: int = 1
    started: float = 0.0
    last: float = 0.0
    seconds: float = 0.0
    nodes: Rows = field(default_factory=Rows)
    failures: tuple[Failure, ...] = ()
    problems: tuple[Problem, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    abstained: tuple[str, ...] = ()
    applied: tuple[events.FixApplied, ...] = ()
    notices: tuple[str, ...] = ()
    owner: str = ""
    doing: str = ""
    usual: float | None = None

    @property
    def finished(self) -> bool:
        """Say whether the run has ended."""
        return self.state not in ("", RUNNING)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Count the nodes by state; states without nodes are not listed."""
        return Counter(node.state for node in self.nodes.values())

    @property
    def completed(self) -> int:
        """Count the nodes that have their result: done or reused."""
        return sum(count for state, count in self.counts.items() if state in COMPLETED)

    @cached_property
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

    @cached_property
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


def replay(story: Iterable[Event]) -> RunState:
    """Fold a whole history."""
    return reduce(fold, story, RunState())


def fold(state: RunState, event: Event) -> RunState:
    """Give the state after the event.  Events of unknown kinds and nodes change nothing else."""
    seen = replace(state, last=event.at, run=event.run or state.run)
    if not isinstance(event, NodeEvent):
        return _of_run(seen, event)
    row = seen.nodes.get(event.node)
    if row is not None:
        seen = replace(seen, nodes=seen.nodes.put(_of_node(row, event)))
    if isinstance(event, events.NodeBroke) and not event.handled:
        return replace(seen, failures=(*seen.failures, event.failure))
    return seen


def _of_run(state: RunState, event: Event) -> RunState:
    match event:
        case events.RunStarted():
            return _begun(state, event)
        case events.RunFinished():
            return _finished(state, event)
        case events.OwnerAwaited():
            begun = state.state or RUNNING
            return replace(state, owner=event.owner, doing=event.doing, state=begun)
        case events.Checked():
            return replace(state, problems=event.problems)
        case events.FixesFound():
            return replace(state, suggestions=event.suggestions, abstained=event.abstained)
        case events.FixApplied():
            return replace(state, applied=(*state.applied, event))
        case events.Notice():
            text = f"{event.node}: {event.text}" if event.node else event.text
            return replace(state, notices=tuple(dict.fromkeys((*state.notices, text))))
    return state


def _begun(state: RunState, event: events.RunStarted) -> RunState:
    """Begin a pass: what an earlier one found is over, what was done about it stays."""
    return replace(
        state,
        workflow=event.workflow,
        session=event.session,
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


def _again(info: NodeInfo, earlier: Rows) -> NodeState:
    """Begin a node's row; what earlier passes of this run spent on it stays counted."""
    known = earlier.get(info.id, NodeState(info))
    return NodeState(info, attempts=known.attempts, seconds=known.seconds, spans=known.spans)


def _finished(state: RunState, event: events.RunFinished) -> RunState:
    """End the run, and the rows that no event ended: with errors from the check nothing starts."""
    by_node = {failure.node: failure for failure in event.failures}
    nodes = state.nodes
    for row in nodes.values():
        if row.state in ENDED:
            continue
        if (failure := by_node.get(row.id)) is not None:
            row = replace(row, state="failed", failure=failure, message=failure.message)
        else:
            row = replace(row, state="skipped", message="run stopped")
        nodes = nodes.put(row)
    return replace(
        state,
        state=event.state,
        seconds=event.seconds,
        failures=event.failures,
        nodes=nodes,
        owner="",
        doing="",
    )


def _of_node(row: NodeState, event: NodeEvent) -> NodeState:
    match event:
        case events.NodeStarted():
            begun = replace(row, state="running", attempts=row.attempts + 1, started=event.at)
            return replace(begun, fraction=None, message="", why=event.why or row.why)
        case events.NodeProgress():
            fraction = None if event.fraction is None else min(max(event.fraction, 0.0), 1.0)
            return replace(row, fraction=fraction, message=event.message)
        case events.NodeLog():
            return replace(row, logs=(*row.logs, event.text)[-KEPT_LOGS:])
        case events.NodeRetrying():
            message = f"tries again after {event.wait:g} s: {event.failure.cause}"
            spans = _spans(row, event.at)
            return replace(row, state="pending", started=None, spans=spans, message=message)
    return _ended(row, event)


def _ended(row: NodeState, event: NodeEvent) -> NodeState:
    over = replace(row, started=None, fraction=None, spans=_spans(row, event.at))
    match event:
        case events.NodeDone():
            note = event.note or ("" if event.kept else "result not kept: it lives in memory only")
            over = replace(over, state="done", seconds=row.seconds + event.seconds, message=note)
            return replace(over, action=event.action, shape=event.shape)
        case events.NodeReused():
            over = replace(over, state="reused", age=event.age, saved=event.saved, message="")
            spans = (*over.spans, (event.at, event.at))
            return replace(over, action=event.action, shape=event.shape, spans=spans)
        case events.NodeBroke():
            seconds, failure = row.seconds + event.seconds, event.failure
            over = replace(over, state="failed", seconds=seconds, message=failure.message)
            return replace(over, failure=failure, handled=event.handled)
        case events.NodeSkipped():
            return replace(over, state="skipped", message=event.reason)
        case events.NodeCancelled():
            return replace(over, state="cancelled", message=event.reason)
        case events.NodeInDoubt():
            return replace(over, state="in_doubt", message=event.question)
        case events.NodeWaiting():
            return replace(over, state="waiting", message=event.question)
    return row


def _spans(row: NodeState, at: float) -> tuple[tuple[float, float], ...]:
    """Give the attempts that are over, when the one under way ends."""
    return row.spans if row.started is None else (*row.spans, (row.started, at))[-KEPT_SPANS:]
