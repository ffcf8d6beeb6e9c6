"""Everything that can happen in a run, as frozen values; sinks receive them in order."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .failure import Failure
from .problem import Problem


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of all events.

    `seq` counts from 1 within a run and `at` is Unix time in seconds; the scheduler, the one
    reader of the queue, sets both.
    """

    run: str = ""
    seq: int = 0
    at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class NodeInfo:
    """What a viewer must know of a node to draw it: its place in the graph."""

    id: str
    type: str
    wave: int
    effect: str
    waits_for: tuple[str, ...] = ()
    purpose: str = ""


@dataclass(frozen=True, kw_only=True)
class RunStarted(Event):
    """A pass of the loop begins.  `attempt` is 1, or more after a repair was applied."""

    workflow: str
    session: str
    nodes: tuple[NodeInfo, ...]
    attempt: int = 1
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnerAwaited(Event):
    """Another process holds this session; the run waits for it.

    `owner` names it, and `doing` says how far it is; told again when it has come further.
    """

    owner: str
    doing: str = ""


@dataclass(frozen=True, kw_only=True)
class NodeEvent(Event):
    """Something happened to one node."""

    node: str


@dataclass(frozen=True, kw_only=True)
class NodeStarted(NodeEvent):
    """The node's own code is about to run; `why` says what has changed since it ran last."""

    attempt: int = 1
    why: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NodeProgress(NodeEvent):
    """The node says how far it is: `fraction` from 0 to 1, or None where it cannot say."""

    fraction: float | None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class NodeLog(NodeEvent):
    """A line that the node wants to be seen."""

    text: str


@dataclass(frozen=True, kw_only=True)
class NodeRetrying(NodeEvent):
    """An attempt failed in a way that time may heal; the next starts after `wait` seconds."""

    failure: Failure
    wait: float


@dataclass(frozen=True, kw_only=True)
class NodeDone(NodeEvent):
    """The node ran to its end in `seconds`; `shape` sketches its outputs without values."""

    seconds: float
    attempts: int = 1
    shape: str = ""
    action: str = "default"
    kept: bool = True  # False: the result has no codec and lives in memory only
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NodeReused(NodeEvent):
    """A kept result stands in for running the node: made `age` seconds ago, sparing `saved`.

    `saved` is what the try took that gave the result, in seconds; tries that failed before it
    are not counted, as nobody knows that they would fail again.
    """

    age: float
    saved: float
    shape: str = ""
    action: str = "default"


@dataclass(frozen=True, kw_only=True)
class NodeBroke(NodeEvent):
    """The node failed for good in this pass.  `handled`: an error edge or `optional` took it."""

    failure: Failure
    seconds: float = 0.0
    handled: bool = False


@dataclass(frozen=True, kw_only=True)
class NodeSkipped(NodeEvent):
    """The node did not run: upstream failed, branch not taken, run stopped, not reachable…"""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NodeInDoubt(NodeEvent):
    """The node's effect may or may not have happened; a person must say (`question`)."""

    question: str


@dataclass(frozen=True, kw_only=True)
class NodeWaiting(NodeEvent):
    """The node waits for a person (`question`)."""

    question: str


@dataclass(frozen=True, kw_only=True)
class NodeCancelled(NodeEvent):
    """The run was interrupted while the node was under way."""

    reason: str = "interrupted"


@dataclass(frozen=True, kw_only=True)
class Notice(Event):
    """A sentence for the reader of the report that is no failure."""

    text: str
    node: str | None = None


@dataclass(frozen=True, kw_only=True)
class Checked(Event):
    """The static check found problems; with errors among them nothing runs."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class LineEdit:
    """At `line` of a text (from 1) `gone` lines go away, and `lines` stand in their place.

    Lines end after their newline, and carry it.  The edits of a repair do not overlap, stand in
    the order of the text, and all count its lines.  `node` is the one that is changed, "" where
    the change belongs to no single node: then it goes in always.
    """

    node: str
    line: int
    gone: int
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A fix as viewers see it; the Fix itself stays with the Run.

    `edits` make of the workflow's text the repaired one.  `changes` tell one by one what it
    changes: title, why, and the code of what was wrong.
    """

    number: int
    code: str
    level: str
    title: str
    why: str
    evidence: tuple[str, ...]
    diff: str
    rung: str
    preview: Mapping[str, str] = field(default_factory=dict)
    origin: str = "rule"
    node: str | None = None
    edits: tuple[LineEdit, ...] = ()
    changes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FixesFound(Event):
    """Diagnosis is over: what could be changed, best first, and why nothing could where empty."""

    suggestions: tuple[Suggestion, ...]
    abstained: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FixApplied(Event):
    """Policy, or a person, accepted a fix; the loop goes on with the patched workflow."""

    suggestion: Suggestion
    by: str


@dataclass(frozen=True, kw_only=True)
class RunFinished(Event):
    """The run is over: SUCCESS, DEGRADED, FAILED, CANCELLED or WAITING."""

    state: str
    seconds: float
    failures: tuple[Failure, ...] = ()
    action: str = "default"


Sink = Callable[[Event], object]


def fan_out(*sinks: Sink) -> Callable[[Event], tuple[tuple[Sink, Exception], ...]]:
    """Join sinks into one; a broken sink breaks neither the run nor its neighbours.

    The joint sink returns who raised what, so that the caller can say so once.
    """

    def send(event: Event) -> tuple[tuple[Sink, Exception], ...]:
        broken: list[tuple[Sink, Exception]] = []
        for sink in sinks:
            try:
                sink(event)
            except Exception as error:  # told to the caller, who knows whom to tell
                broken.append((sink, error))
        return tuple(broken)

    return send


KINDS: Final[Mapping[str, type[Event]]] = {
    name: kind
    for name, kind in globals().items()
    if isinstance(kind, type) and issubclass(kind, Event)
}
"""Every event by its name."""


def from_json(document: Mapping[str, Any]) -> Event:
    """Rebuild the event of a line of a history: its fields, and its kind under ``event``.

    Fields that this version does not know are dropped, and an unknown kind becomes a Notice, so
    that an older reader still sees a newer run's history.
    """
    kind = KINDS.get(str(document.get("event")))
    if kind is None:
        common = {key: document[key] for key in ("run", "seq", "at") if key in document}
        return Notice(text=f"an event of another version: {document.get('event')}", **common)
    return typing.cast(Event, _rebuild(kind, document))


def _rebuild(kind: type, document: Mapping[str, Any]) -> object:
    hints = typing.get_type_hints(kind)
    values = {
        item.name: _revive(hints[item.name], document[item.name])
        for item in dataclasses.fields(kind)
        if item.name in document
    }
    return kind(**values)


def _revive(hint: Any, value: Any) -> Any:
    """Turn lists back into tuples and mappings back into the dataclasses that they were."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return _rebuild(hint, value)
    if typing.get_origin(hint) is tuple and isinstance(value, list):
        inner = typing.get_args(hint)[0]
        return tuple(_revive(inner, item) for item in value)
    return value
