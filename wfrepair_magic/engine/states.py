"""The transition table of a node, and how the nodes' ends make the run's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import EngineBug

NODE_STATES: Final = (
    "pending", "running", "done", "reused", "failed", "skipped", "cancelled", "waiting", "in_doubt",
)  # fmt: skip
RUN_STATES: Final = ("CANCELLED", "WAITING", "FAILED", "DEGRADED", "SUCCESS")
"""The states of a run; the first that applies is the run's."""

TABLE: Final[Mapping[tuple[str, str], str]] = {
    ("pending", "start"): "running",
    ("pending", "reuse"): "reused",
    ("pending", "fail"): "failed",  # templates, params: before the node's own code
    ("pending", "skip"): "skipped",
    ("pending", "doubt"): "in_doubt",  # an earlier attempt's outcome was lost
    ("pending", "wait"): "waiting",
    ("running", "finish"): "done",
    ("running", "fail"): "failed",
    ("running", "retry"): "pending",
    ("running", "cancel"): "cancelled",
    ("running", "doubt"): "in_doubt",
    ("running", "wait"): "waiting",  # it was done, as its `verify` tells, and its value is lost
    ("skipped", "fail"): "failed",  # dry resolution found that its templates cannot resolve
}
"""(state, signal) → state.  What is not in the table cannot happen."""

ENDED: Final = frozenset(NODE_STATES) - {"pending", "running"}
COMPLETED: Final = frozenset({"done", "reused"})


def step(state: str, signal: str) -> str:
    """Give the state that follows; raises EngineBug for a step that is not in the table."""
    try:
        return TABLE[state, signal]
    except KeyError:
        raise EngineBug(f"a node that is {state} cannot {signal}") from None


def run_state(states: Iterable[str], failures: int, handled: int, cancelled: bool) -> str:
    """Give the run's state from its nodes' ends.

    `failures` counts unhandled root failures, `handled` those that an edge or `optional` took,
    and `cancelled` says whether the run was interrupted.
    """
    ends = set(states)
    if cancelled or "cancelled" in ends:
        return "CANCELLED"
    if ends & {"waiting", "in_doubt"}:
        return "WAITING"
    if failures:
        return "FAILED"
    return "DEGRADED" if handled else "SUCCESS"


def diagram() -> str:
    """Draw the node table as a Mermaid state diagram."""
    arrows = [f"    {source} --> {to}: {signal}" for (source, signal), to in TABLE.items()]
    return "\n".join(["stateDiagram-v2", "    [*] --> pending", *arrows])
