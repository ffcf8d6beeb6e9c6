"""What one pass of the loop leaves: an Outcome with a NodeRun for every node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..failure import Failure


@dataclass(frozen=True)
class NodeRun:
    """How one node ended.

    `state` is one of `states.NODE_STATES` ("done", "reused", "failed", "skipped", …).  `outputs`
    is empty unless the node is done or reused.  `seconds` is what this run spent on it,
    `saved_seconds` what a reuse spared: how long the try took that gave the result, as a new run
    need not fail first like those before it did.  `age` is how long ago a reused
    result was made.  `attempts` counts executions in this run, over all its passes.  `why` says, of
    a node that ran before, what has changed in its key since then: a sentence for each part, old
    and new.
    """

    id: str
    type: str
    state: str = "pending"
    outputs: Mapping[str, Any] = field(default_factory=dict)
    action: str = "default"
    attempts: int = 0
    seconds: float = 0.0
    saved_seconds: float = 0.0
    age: float | None = None
    reason: str = ""
    failure: Failure | None = None
    question: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What one pass of the loop leaves.

    `state` is SUCCESS, DEGRADED, FAILED, CANCELLED or WAITING.  `failures` holds the root
    failures that nothing handled.  `values` are the inputs as they were resolved (a secret as
    its reference); `scope` adds what every template could see at the end.  `absent` names the
    declared outputs whose branch was not taken.
    """

    state: str
    nodes: Mapping[str, NodeRun]
    failures: tuple[Failure, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    action: str = "default"
    seconds: float = 0.0
    values: Mapping[str, Any] = field(default_factory=dict)
    scope: Mapping[str, Any] = field(default_factory=dict, repr=False)
    absent: tuple[str, ...] = ()

    def outputs_of_nodes(self) -> dict[str, Mapping[str, Any]]:
        """Give the outputs of every node that is done or reused."""
        return {
            id: node.outputs for id, node in self.nodes.items() if node.state in ("done", "reused")
        }


@dataclass(frozen=True)
class Preview:
    """What a run would do, found out without executing anything.

    `verdicts` maps each node to "reused", "runs", "would send" (a first effect), "would send
    again" (an effect that this node already had, under another key), "would resend" (one in
    doubt, with the same idempotency key), "would verify" (one in doubt, whose `verify` tells
    first), "in doubt" (a person must say first) or "failed" (its templates do not resolve).
    `failures` are those dry failures; `changed` maps write nodes that would run, and had
    completed before, to the params whose resolved value differs from then.  `why` maps nodes that
    would run again to what has changed since they did, old and new.
    """

    verdicts: Mapping[str, str]
    failures: tuple[Failure, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    why: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
