"""Pure questions about who waits for whom; linear and iterative, for the check and the planner."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Final

from .model import Definition
from .templates import heads

Waits = Mapping[str, Collection[str]]
"""For every node the ids that it waits for."""

_STEPS: Final = 1_000_000
"""How many edges the search for the smallest cycle may follow before it takes the best so far."""


def dependencies(definition: Definition) -> dict[str, set[str]]:
    """Say for every node which nodes it waits for: by its templates, its `after`, its edges.

    The ids stand in the author's order; those that no node has are left out.  A node that waits
    for itself contains itself.
    """
    waits: dict[str, set[str]] = {node.id: set() for node in definition.nodes}
    for node in definition.nodes:
        named = (*node.after, *heads(node.templated))
        waits[node.id].update(id for id in named if id in waits)
    for edge in definition.edges:
        if edge.to in waits and edge.source in waits:
            waits[edge.to].add(edge.source)
    return waits


def waves(waits: Waits) -> list[list[str]]:
    """Sort nodes into waves: each waits only for nodes of earlier waves, and as few as possible.

    Within a wave the order is that of `waits`.  Nodes in a cycle, and what waits for them, are
    in no wave.
    """
    order = {id: index for index, id in enumerate(waits)}
    sorter = TopologicalSorter(waits)
    with suppress(CycleError):  # it still gives what no cycle holds up
        sorter.prepare()
    found = []
    while wave := sorter.get_ready():
        found.append(sorted(wave, key=order.__getitem__))
        sorter.done(*wave)
    return found


def followers_of(waits: Waits) -> dict[str, list[str]]:
    """Turn the graph round: for every node those that wait for it, in the author's order."""
    followers: dict[str, list[str]] = {id: [] for id in waits}
    for id, before in waits.items():
        for other in set(before):
            followers[other].append(id)
    return followers


def reach(starts: Iterable[str], links: Waits) -> set[str]:
    """Give all that can be reached from `starts` over `links`, the starts among them."""
    found = set(starts)
    queue = list(found)
    while queue:
        fresh = [id for id in links[queue.pop()] if id not in found]
        found.update(fresh)
        queue.extend(fresh)
    return found


def smallest_cycle(waits: Waits) -> list[str] | None:
    """Give the ids of the smallest cycle in the order in which they wait; None if there is none.

    Each waits for the next, and the last for the first.  Of several it is the one that begins
    first.  In a very dense graph the search ends early, with the smallest found by then.
    """
    order = {id: index for index, id in enumerate(waits)}
    rest = {id: dict.fromkeys(sorted(waits[id], key=order.__getitem__)) for id in waits}
    followers = {id: dict.fromkeys(after) for id, after in followers_of(waits).items()}
    _cut([id for id in rest if not rest[id] or not followers[id]], rest, followers)
    best: list[str] | None = None
    steps = _STEPS
    while rest and steps > 0 and (best is None or len(best) > 1):
        start = next(iter(rest))
        limit = len(best) - 1 if best is not None else len(rest)
        cycle, spent = _cycle_through(start, rest, limit)
        steps -= spent
        best = cycle or best
        _cut([start], rest, followers)
    return best


_Links = dict[str, dict[str, None]]
"""A graph that shrinks; the inner dicts are ordered sets."""


def _cut(loose: list[str], waits: _Links, followers: _Links) -> None:
    """Cut nodes off in place, and then whatever has nothing before or nothing after it."""
    while loose:
        id = loose.pop()
        if id not in waits:
            continue
        for links, back in ((waits, followers), (followers, waits)):
            for other in links.pop(id):
                if other == id:
                    continue
                del back[other][id]
                if not back[other]:
                    loose.append(other)


def _cycle_through(start: str, waits: Waits, limit: int) -> tuple[list[str] | None, int]:
    """Find the shortest cycle of at most `limit` nodes through `start`; say what it cost."""
    came_from: dict[str, str] = {}
    depth = {start: 1}
    queue = deque([start])
    spent = 0
    while queue:
        id = queue.popleft()
        for other in waits[id]:
            spent += 1
            if other == start:
                return _walk_back(id, start, came_from), spent
            if other not in depth and depth[id] < limit:
                depth[other] = depth[id] + 1
                came_from[other] = id
                queue.append(other)
    return None, spent


def _walk_back(last: str, start: str, came_from: Mapping[str, str]) -> list[str]:
    path = [last]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
