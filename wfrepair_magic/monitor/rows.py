"""Nodes by id in the workflow's order, in pages: a changed copy shares all pages but one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from typing import Final

from ..engine.states import COMPLETED
from ..events import NodeInfo
from ..failure import Failure

PAGE: Final = 128
URGENT: Final = frozenset({"failed", "in_doubt", "waiting", "running", "cancelled"})
"""The states of nodes that a reader must see, however many others there are."""


@dataclass(frozen=True)
class NodeState:
    """What is known of one node at one moment of a run.

    `state` is one of `engine.states.NODE_STATES`.  `seconds` is what this run spent on it over
    all attempts and passes, `saved` what a reuse spared: the time of the try that gave the result,
    without those that failed before it.  `age` says how long ago a reused result was made,
    `started` is the Unix time of the attempt under way, `spans` are from when to when the latest
    attempts that are over ran; where a result was reused, a moment.  `fraction` runs from 0 to 1.
    `why` says what changed since its last execution, if it had one.
    """

    info: NodeInfo
    state: str = "pending"
    attempts: int = 0
    started: float | None = None
    spans: tuple[tuple[float, float], ...] = ()
    seconds: float = 0.0
    saved: float = 0.0
    age: float | None = None
    fraction: float | None = None
    message: str = ""
    failure: Failure | None = None
    handled: bool = False
    action: str = "default"
    shape: str = ""
    logs: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The node's id."""
        return self.info.id

    def spent(self, now: float) -> float:
        """Give the seconds spent on the node, with those of the attempt under way."""
        return self.seconds + (max(now - self.started, 0.0) if self.started else 0.0)


class Nodes(ValuesView[NodeState]):
    """The nodes of rows, one by one, without looking each of them up."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._rows = rows

    def __iter__(self) -> Iterator[NodeState]:
        return (node for page in self._rows.pages for node in page)


@dataclass(frozen=True)
class Rows(Mapping[str, NodeState]):
    """An immutable mapping whose changed copy costs the same for ten nodes and for 100,000."""

    places: Mapping[str, int] = field(default_factory=dict)
    pages: tuple[tuple[NodeState, ...], ...] = ()

    @classmethod
    def of(cls, nodes: Iterable[NodeState]) -> Rows:
        """Lay nodes out in their order; of two with one id, the later is the one found."""
        rows = tuple({node.id: node for node in nodes}.values())
        starts = range(0, len(rows), PAGE)
        places = {node.id: place for place, node in enumerate(rows)}
        return cls(places, tuple(rows[start : start + PAGE] for start in starts))

    def put(self, node: NodeState) -> Rows:
        """Give the same rows with this node in the place of the one of its id, or at the end."""
        if node.id not in self.places:
            return Rows.of([*self.values(), node])
        number, offset = divmod(self.places[node.id], PAGE)
        page = self.pages[number]
        changed = (*page[:offset], node, *page[offset + 1 :])
        return Rows(self.places, (*self.pages[:number], changed, *self.pages[number + 1 :]))

    def __getitem__(self, id: str) -> NodeState:
        number, offset = divmod(self.places[id], PAGE)
        return self.pages[number][offset]

    def __iter__(self) -> Iterator[str]:
        return (node.id for page in self.pages for node in page)

    def __len__(self) -> int:
        return len(self.places)

    def values(self) -> Nodes:
        """Give the nodes in their order."""
        return Nodes(self)


def shown_nodes(rows: Rows, limit: int) -> tuple[list[NodeState], Mapping[str, int]]:
    """Choose at most `limit` nodes to show, and count the others by state.

    Urgent ones come first, then those around the first without a result; the chosen ones stand
    in the workflow's order.
    """
    nodes = list(rows.values())
    if len(nodes) <= limit:
        return nodes, {}
    front = next((place for place, node in enumerate(nodes) if node.state not in COMPLETED), 0)

    def rank(place: int) -> tuple[bool, int]:
        return nodes[place].state not in URGENT, abs(place - front)

    chosen = set(sorted(range(len(nodes)), key=rank)[:limit])
    rest = Counter(node.state for place, node in enumerate(nodes) if place not in chosen)
    return [nodes[place] for place in sorted(chosen)], rest
