"""Whether a node may run, given how those that it waits for have ended (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..failure import Failure
from ..ir.model import Edge
from .plan import Step
from .states import COMPLETED

UPSTREAM_FAILED = "upstream failed"
NOT_TAKEN = "branch not taken"
STOPPED = "run stopped"


@dataclass(frozen=True)
class End:
    """How a node ended, as far as others depend on it.  `handled`: nobody need be told."""

    state: str
    action: str = "default"
    reason: str = ""
    handled: bool = False

    @property
    def completed(self) -> bool:
        """Whether the node has outputs."""
        return self.state in COMPLETED


def takes_error_edge(failure: Failure) -> bool:
    """Whether a failure may follow an `error` edge: it is the node's own, and not in doubt.

    Failures around a node (template, params) are the workflow's fault and go to repair.
    """
    return failure.effect != "in_doubt" and failure.category not in ("template", "params", "store")


def is_taken(edge: Edge, end: End) -> bool:
    """Whether an edge is taken after its source ended that way."""
    if end.completed:
        return edge.action == end.action
    return end.state == "failed" and end.handled and edge.action == "error"


def reason_to_skip(step: Step, ends: Mapping[str, End]) -> str | None:
    """Say why a node whose predecessors are all decided does not run; None if it does."""
    if step.edges_in and not any(is_taken(edge, ends[edge.source]) for edge in step.edges_in):
        return _why([ends[edge.source] for edge in step.edges_in])
    caught = {edge.source for edge in step.edges_in if is_taken(edge, ends[edge.source])}
    needed = [ends[id] for id in step.needs if not ends[id].completed and id not in caught]
    if needed:
        return _why(needed)
    edges = {edge.source for edge in step.edges_in}
    others = [ends[id] for id in step.waits_for if id not in step.mentions and id not in edges]
    stopping = [end for end in others if _stops(end)]
    return _why(stopping) if stopping else None


def _stops(end: End) -> bool:
    """Whether an end keeps back those that only wait (`after`): all but success and skips."""
    if end.completed or (end.state == "failed" and end.handled):
        return False
    return end.state != "skipped" or end.reason != NOT_TAKEN


def _why(ends: list[End]) -> str:
    for end in ends:
        if end.state in ("waiting", "in_doubt"):
            return "waits for a person"
        if end.state == "failed":
            return UPSTREAM_FAILED
        if end.state == "cancelled":
            return STOPPED
    reasons = [end.reason for end in ends if end.state == "skipped"]
    return next((reason for reason in reasons if reason != NOT_TAKEN), NOT_TAKEN)
