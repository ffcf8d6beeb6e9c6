"""How the graph of a run is laid out: nodes in their places, or waves with counts (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from .rows import NodeState

WORST_FIRST: Final = (
    "failed", "in_doubt", "waiting", "cancelled", "running", "pending", "skipped", "done", "reused",
)  # fmt: skip
"""The states in the order in which one of them speaks for all nodes of a wave."""

SWEEPS: Final = 4
BEND_ROWS: Final = 0.5
"""The room that an arrow takes where it passes a column."""

Bend = tuple[str, str, int]
Key = str | Bend
"""What stands in a column: a node by its id, or an arrow (source, target, column) on its way."""

Arrow = tuple[str, str]


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


@dataclass(frozen=True)
class Place:
    """Where something stands: its column, and the middle of it in rows from the top."""

    column: int
    row: float


@dataclass(frozen=True)
class Layout:
    """A drawing without sizes: `places` by node id, `lines` from source over bends to target."""

    places: Mapping[str, Place]
    lines: tuple[tuple[Place, ...], ...]
    columns: int
    rows: float


def waves(nodes: Sequence[NodeState], most: int | None = None) -> list[Wave]:
    """Sort nodes into the waves that there are; a part of a workflow may leave some out.

    Neighbours are joined, evenly, where there are over `most`.
    """
    grouped: dict[int, list[NodeState]] = {}
    for node in nodes:
        grouped.setdefault(node.info.wave, []).append(node)
    ranks = [tuple(grouped[number]) for number in sorted(grouped)]
    size = -(-len(ranks) // most) if most and ranks else 1
    return [
        Wave(start + 1, min(start + size, len(ranks)), sum(ranks[start : start + size], ()))
        for start in range(0, len(ranks), size)
    ]


def lay_out(nodes: Sequence[NodeState]) -> Layout:
    """Give every node a place, and every arrow that no others imply a line."""
    stacks: list[list[Key]] = [[node.id for node in wave.nodes] for wave in waves(nodes)]
    column = {str(key): place for place, stack in enumerate(stacks) for key in stack}
    paths = [_path(arrow, column) for arrow in arrows(nodes)]
    for path in paths:
        for offset, bend in enumerate(path[1:-1], column[str(path[0])] + 1):
            stacks[offset].append(bend)
    _untangle(stacks, paths)
    return _placed(stacks, paths)


def arrows(nodes: Sequence[NodeState]) -> list[Arrow]:
    """List what waits for what, less the arrows that follow from others.

    Only arrows that lead to a later wave count: of a workflow without a plan nothing is known.
    """
    wave = {node.id: node.info.wave for node in nodes}
    before: dict[str, set[str]] = {}
    kept: list[Arrow] = []
    for node in sorted(nodes, key=lambda node: node.info.wave):
        direct = [id for id in node.info.waits_for if wave.get(id, node.info.wave) < node.info.wave]
        implied = set().union(*(before[id] for id in direct))
        before[node.id] = implied.union(direct)
        kept += [(id, node.id) for id in dict.fromkeys(direct) if id not in implied]
    return kept


def waiting(nodes: Sequence[NodeState]) -> bool:
    """Say whether there are arrows, without working out which."""
    wave = {node.id: node.info.wave for node in nodes}
    return any(
        wave.get(id, node.info.wave) < node.info.wave
        for node in nodes
        for id in node.info.waits_for
    )


def _path(arrow: Arrow, column: Mapping[str, int]) -> tuple[Key, ...]:
    source, target = arrow
    passed = range(column[source] + 1, column[target])
    return (source, *((source, target, number) for number in passed), target)


def _untangle(stacks: list[list[Key]], paths: Iterable[Sequence[Key]]) -> None:
    """Sort each column by where its neighbours stand, forth and back (Sugiyama's barycentres)."""
    earlier: dict[Key, list[Key]] = {}
    later: dict[Key, list[Key]] = {}
    for path in paths:
        for source, target in pairwise(path):
            earlier.setdefault(target, []).append(source)
            later.setdefault(source, []).append(target)
    for sweep in range(SWEEPS):
        order = range(len(stacks)) if sweep % 2 == 0 else reversed(range(len(stacks)))
        near = earlier if sweep % 2 == 0 else later
        for number in order:
            beside = number - 1 if sweep % 2 == 0 else number + 1
            if 0 <= beside < len(stacks):
                _sort(stacks[number], _rows(stacks[beside]), near)


def _sort(stack: list[Key], rows: Mapping[Key, float], near: Mapping[Key, Sequence[Key]]) -> None:
    own = _rows(stack)

    def wanted(key: Key) -> float:
        beside = [rows[other] for other in near.get(key, ())]
        return sum(beside) / len(beside) if beside else own[key]

    stack.sort(key=wanted)


def _height(stack: Iterable[Key]) -> float:
    return sum(1 if isinstance(key, str) else BEND_ROWS for key in stack)


def _rows(stack: Sequence[Key]) -> dict[Key, float]:
    """Stack a column around 0, and give the middle of each of its rows."""
    rows: dict[Key, float] = {}
    top = -_height(stack) / 2
    for key in stack:
        height = _height([key])
        rows[key] = top + height / 2
        top += height
    return rows


def _placed(stacks: Sequence[Sequence[Key]], paths: Iterable[Sequence[Key]]) -> Layout:
    height = max(map(_height, stacks), default=0.0)
    places = {
        key: Place(column, row + height / 2)
        for column, stack in enumerate(stacks)
        for key, row in _rows(stack).items()
    }
    nodes = {key: place for key, place in places.items() if isinstance(key, str)}
    lines = tuple(tuple(places[key] for key in path) for path in paths)
    return Layout(nodes, lines, len(stacks), height)
