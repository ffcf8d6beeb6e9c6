"""What is remembered of the last good run: raw params, and of each output its type and its print.

A print is a salted hash: it tells whether a value is there again, and not what it was.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..ir.model import MISSING, Definition
from ..ir.paths import inside
from ..ir.values import json_type

MOST_LEAVES: Final = 2_000
"""So many values of one node are remembered, and of each list the first `MOST_ITEMS` items."""

MOST_ITEMS: Final = 5
_DEEPEST: Final = 12
_SHORTEST: Final = 3
_SMALLEST: Final = 100
_LARGEST: Final = 10**18

Path = tuple[str | int, ...]
"""Keys and indexes that lead from a node's outputs to a value."""


@dataclass(frozen=True)
class Leaf:
    """One value of an output: its JSON type, and its print; "" where the value is too common."""

    type: str
    print: str = ""


@dataclass(frozen=True)
class NodeTrace:
    """What a node was in the last good run: type, params as written, and what it gave."""

    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    leaves: Mapping[Path, Leaf] = field(default_factory=dict)


@dataclass(frozen=True)
class LastGood:
    """The traces of the nodes of the last good run, by id; empty where there was none."""

    salt: str = ""
    nodes: Mapping[str, NodeTrace] = field(default_factory=dict)

    def leaf(self, node: str, path: Path) -> Leaf | None:
        """Give what stood at a path of a node's outputs."""
        trace = self.nodes.get(node)
        return trace.leaves.get(path) if trace is not None else None

    def kind(self, node: str, path: Path) -> str:
        """Say of which JSON type the value at a path was, a number of any kind as "number".

        Text that holds an object or a list is one; "" where nothing is known.
        """
        leaf, trace = self.leaf(node, path), self.nodes.get(node)
        if leaf is not None:
            return "number" if leaf.type == "integer" else leaf.type
        below = (one for one in (trace.leaves if trace is not None else ()) if _under(one, path))
        first = next(below, None)
        return "" if first is None else "object" if isinstance(first[len(path)], str) else "array"

    def contradicts(self, node: str, path: Path, value: Any) -> bool:
        """Whether another value, or one of another type, stood at a path of a node's outputs."""
        kind, leaf = self.kind(node, path), self.leaf(node, path)
        if not kind:
            return False
        known = leaf.print if leaf is not None else ""
        return kind != kind_of(value) or (bool(known) and known != _print(value, self.salt))

    def param(self, node: str, names: tuple[str, ...]) -> Any:
        """Give what the author had written for a param, under any of its names, else MISSING."""
        trace = self.nodes.get(node)
        params = trace.params if trace is not None else {}
        return next((params[name] for name in names if name in params), MISSING)

    def found(self, leaf: Leaf, outputs: Any) -> list[Path]:
        """Give every path of some outputs at which the value of a leaf stands now."""
        if not leaf.print:
            return []
        return [path for path, one in _leaves(outputs, self.salt) if one.print == leaf.print]


def kind_of(value: Any) -> str:
    """Say of which JSON type a value is, as `LastGood.kind` does."""
    content = inside(value) if isinstance(value, str) else value
    found = json_type(content if content else value)
    return "number" if found == "integer" else found


def _under(path: Path, above: Path) -> bool:
    return len(path) > len(above) and path[: len(above)] == above


NOTHING: Final = LastGood()
"""What is remembered where no run went well yet."""


def remember(
    definition: Definition, outputs: Mapping[str, Mapping[str, Any]], before: LastGood
) -> LastGood:
    """Make the traces of a run that went well; `outputs` are those of its nodes by id.

    What `before` holds of nodes that the workflow has and that did not take part stays.
    """
    salt = before.salt or secrets.token_hex(16)
    ids = {node.id for node in definition.nodes}
    kept = {id: trace for id, trace in before.nodes.items() if id in ids}
    made = {
        node.id: NodeTrace(node.type, node.params, dict(_leaves(outputs[node.id], salt)))
        for node in definition.nodes
        if node.id in outputs
    }
    return LastGood(salt, {**kept, **made})


def _leaves(outputs: Any, salt: str) -> Iterator[tuple[Path, Leaf]]:
    """Give the leaves of a value, in its order, down to `_DEEPEST` levels."""
    waiting: list[tuple[Path, Any]] = [((), outputs)]
    count = 0
    while waiting and count < MOST_LEAVES:
        path, value = waiting.pop()
        content = inside(value) if isinstance(value, str) else value
        if len(path) < _DEEPEST and isinstance(content, Mapping | list | tuple) and content:
            waiting += reversed([((*path, part), item) for part, item in _parts(content)])
            continue
        count += 1
        yield path, Leaf(json_type(value), _print(value, salt))


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        yield from ((key, item) for key, item in value.items() if isinstance(key, str))
    else:
        yield from enumerate(value[:MOST_ITEMS])


def _print(value: Any, salt: str) -> str:
    """Hash a value that is not likely to stand in two places by chance; "" for any other."""
    if not _telling(value):
        return ""
    text = f"{json_type(value)}:{value}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, key=bytes.fromhex(salt), digest_size=16).hexdigest()


def _telling(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) >= _SHORTEST
    if isinstance(value, float):
        return not value.is_integer() or abs(value) >= _SMALLEST
    number = isinstance(value, int) and not isinstance(value, bool)
    return number and _SMALLEST <= abs(value) < _LARGEST


def to_document(good: LastGood) -> dict[str, Any]:
    """Give the traces as a plain tree, to be kept."""
    nodes = {
        id: {
            "type": trace.type,
            "params": dict(trace.params),
            "leaves": [[list(path), leaf.type, leaf.print] for path, leaf in trace.leaves.items()],
        }
        for id, trace in good.nodes.items()
    }
    return {"salt": good.salt, "nodes": nodes}


def from_document(document: Any) -> LastGood:
    """Rebuild what `to_document` gave; None gives empty traces."""
    if document is None:
        return NOTHING
    nodes = {
        id: NodeTrace(
            kept["type"],
            kept["params"],
            {tuple(path): Leaf(kind, mark) for path, kind, mark in kept["leaves"]},
        )
        for id, kept in document["nodes"].items()
    }
    return LastGood(document["salt"], nodes)
