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
WAITS = "waits for a person"
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
    """Say why a node does not run, however others will end; None if it does, or yet may.

    `ends` holds those of its predecessors that are decided.
    """
    edges = [edge for edge in step.edges_in if edge.source in ends]
    taken = {edge.source for edge in edges if is_taken(edge, ends[edge.source])}
    if edges and not taken and len(edges) == len(step.edges_in):
        return _why([ends[edge.source] for edge in edges])
    held = [
        ends[id]
        for id in step.mentions - taken
        if id in ends and _holds_back(ends[id], id in step.needs)
    ]
    if held:
        return _why(held)
    apart = step.mentions | {edge.source for edge in edges}
    others = [ends[id] for id in step.waits_for if id in ends and id not in apart]
    stopping = [end for end in others if _stops(end)]
    return _why(stopping) if stopping else None


def _holds_back(end: End, needed: bool) -> bool:
    """Whether a node whose templates name that one must wait: `??` is no way out of doubt."""
    return not end.completed and (needed or _waits(end))


def _waits(end: End) -> bool:
    """Whether an end is not the last word: a person has to say how it goes on."""
    return end.state in ("waiting", "in_doubt") or (end.state == "skipped" and end.reason == WAITS)


def _stops(end: End) -> bool:
    """Whether an end keeps back those that only wait (`after`): all but success and skips."""
    if end.completed or (end.state == "failed" and end.handled):
        return False
    return end.state != "skipped" or end.reason != NOT_TAKEN


def _why(ends: list[End]) -> str:
    """Give the weightiest of the reasons that some ends are, whichever came first."""
    reasons = {_reason(end) for end in ends}
    known = (WAITS, UPSTREAM_FAILED, STOPPED)
    others = sorted(reasons - {*known, NOT_TAKEN})
    return next((reason for reason in (*known, *others) if reason in reasons), NOT_TAKEN)


def _reason(end: End) -> str:
    if end.state in ("waiting", "in_doubt"):
        return WAITS
    if end.state == "failed":
        return UPSTREAM_FAILED
    if end.state == "cancelled":
        return STOPPED
    return end.reason if end.state == "skipped" else NOT_TAKEN
