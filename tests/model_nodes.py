"""What the model reads out of nodes: what they refer to, their turn, how they are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]
"""A node as it stands in a workflow's data."""

LAPSED = "0.001ms"
"""The lifetime of a result that nobody can be in time for."""

REFERENCE = re.compile(r"\$\{(\w+)(?:\.(\w+))?(?: \?\? (\d+))?\}")
"""A param that is one template: its head, its field, and what stands after `??`."""


def by_content(node: Node) -> bool:
    """Whether a node's result is kept by what goes in, for every session."""
    cache = node.get("cache")
    if node["effect"] == "pure":
        return cache is not False
    return node["effect"] == "read" and cache not in (None, False)


def references_of(node: Node) -> list[tuple[str, str | None, str | None]]:
    """Give head, field and fallback of each reference to another node."""
    found = (REFERENCE.fullmatch(str(text)) for text in node["params"].values())
    return [(m[1], m[2], m[3]) for m in found if m is not None and m[1] != "x"]


def waits_of(node: Node) -> set[str]:
    """Give the ids that a node waits for."""
    return {head for head, _, _ in references_of(node)} | set(node.get("after", ()))


def upstream(nodes: Sequence[Node], target: str) -> set[str]:
    """Give a node's id with all that it waits for."""
    waits = {node["id"]: waits_of(node) for node in nodes}
    return {target}.union(*(upstream(nodes, id) for id in waits[target]))


def in_turn(nodes: Sequence[Node]) -> list[Node]:
    """Order nodes as one worker takes them: of the ready ones the longest path, then the first."""
    followers = {n["id"]: [o["id"] for o in nodes if n["id"] in waits_of(o)] for n in nodes}

    def remaining(id: str) -> int:
        return 1 + max((remaining(other) for other in followers[id]), default=0)

    turn: list[Node] = []
    while len(turn) < len(nodes):
        before = {node["id"] for node in turn}
        ready = [n for n in nodes if n["id"] not in before and waits_of(n) <= before]
        turn.append(max(ready, key=lambda node: remaining(node["id"])))
    return turn
