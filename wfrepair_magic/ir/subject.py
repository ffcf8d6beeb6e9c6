"""What the check looks at: a definition with its raw tree, and what is known of the node types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from ..problem import Slot
from .codec import Source
from .graph import dependencies, followers_of, reach
from .model import Definition, Node
from .paths import UNDECIDED, Follower
from .spec import Catalogue, NodeSpec, Param

_SMALL: Final = 1_000
"""Up to so many nodes it is worked out for each which others may stand before it."""


@dataclass(frozen=True)
class Subject:
    """One workflow under the check.  `data` is its plain tree, `source` its text if it has one."""

    definition: Definition
    data: Any
    catalogue: Catalogue
    source: Source | None = None

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every node id once, in the author's order."""
        return tuple(dict.fromkeys(node.id for node in self.definition.nodes))

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes by id; of several with one id the first."""
        return {node.id: node for node in reversed(self.definition.nodes)}

    @cached_property
    def waits(self) -> Mapping[str, set[str]]:
        """For every node those that it waits for."""
        return dependencies(self.definition)

    @cached_property
    def _caught(self) -> frozenset[str]:
        edges = self.definition.edges
        return frozenset(edge.source for edge in edges if edge.action == "error")

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that the inputs declare, and that templates may name."""
        return tuple(one.env for one in self.definition.inputs.values() if one.env is not None)

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """Every name that a template may begin with."""
        return tuple(dict.fromkeys((*self.ids, *self.definition.inputs)))

    def heads_for(self, id: str | None) -> tuple[str, ...]:
        """Give the heads that a node's templates may use without going in a circle.

        In a workflow of very many nodes all heads are given.
        """
        if id is None or id not in self.nodes or len(self.ids) > _SMALL:
            return self.heads
        return self._heads_for(id)

    @cached_property
    def _heads_for(self) -> Callable[[str], tuple[str, ...]]:
        followers = followers_of(self.waits)

        @cache
        def heads_for(id: str) -> tuple[str, ...]:
            later = reach([id], followers)
            return tuple(head for head in self.heads if head not in later)

        return heads_for

    def spec(self, node: Node) -> NodeSpec | None:
        """Give the spec of a node's type, or None where there is no such type."""
        return self.catalogue.get(node.type)

    def param(self, node: Node, slot: Slot) -> Param | None:
        """Give the param that a slot of a node lies in; None where its type has none there."""
        key, *inside = slot[len(node.slot) :]
        spec = self.spec(node) if key == "params" and inside else None
        return spec.param(str(inside[0])) if spec is not None else None

    @cached_property
    def follower(self) -> Follower:
        """Follows paths as far as they are known before a run.

        Of a node those are the outputs that its type declares; what an `error` edge leads to may
        read more.
        """
        scope: dict[str, Any] = dict.fromkeys(self.heads, UNDECIDED)
        for node in self.nodes.values():
            spec = self.spec(node)
            if spec is not None and spec.outputs is not None and node.id not in self._caught:
                scope[node.id] = dict.fromkeys(spec.outputs, UNDECIDED)
        return Follower(scope)

    def raw(self, node: Node) -> Mapping[str, Any]:
        """Give the mapping that the author wrote for a node."""
        value = self.data
        for part in node.slot:
            value = value[part]
        return value if isinstance(value, Mapping) else {}
