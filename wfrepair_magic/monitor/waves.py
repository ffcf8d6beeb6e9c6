"""The waves of a run with their counts: what is shown of a graph that has too many nodes (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from .rows import NodeState

WORST_FIRST: Final = (
    "failed", "in_doubt", "waiting", "cancelled", "running", "pending", "skipped", "done", "reused",
)  # fmt: skip
"""The states in the order in which one of them speaks for all nodes of a wave."""


@dataclass(frozen=True)
class Wave:
    """Nodes that may run at the same time, or those of neighbouring waves; numbers count from 1."""

    first: int
    last: int
    nodes: tuple[NodeState, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Count its nodes by state, the worst first."""
        found = Counter(node.state for node in self.nodes)
        return {state: found[state] for state in WORST_FIRST if found[state]}

    @property
    def state(self) -> str:
        """Give the state that speaks for all of its nodes."""
        return next(iter(self.counts), "pending")

    @property
    def name(self) -> str:
        """Name it: ``wave 3``, ``waves 3–7``."""
        return (
            f"wave {self.first}" if self.first == self.last else f"waves {self.first}–{self.last}"
        )


def waves(nodes: Iterable[NodeState], most: int) -> list[Wave]:
    """Sort nodes into their waves; neighbours are joined, evenly, where there are over `most`."""
    grouped: dict[int, list[NodeState]] = {}
    for node in nodes:
        grouped.setdefault(node.info.wave, []).append(node)
    ranks = [tuple(grouped[number]) for number in sorted(grouped)]
    size = -(-len(ranks) // most) if ranks else 1
    return [
        Wave(start + 1, min(start + size, len(ranks)), sum(ranks[start : start + size], ()))
        for start in range(0, len(ranks), size)
    ]
