"""From a Definition to the Steps that the scheduler takes (pure)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..errors import BadWorkflow
from ..ir.graph import dependencies, waves
from ..ir.model import Definition, Edge, Effect, Node, Retry
from ..ir.names import nearest
from ..ir.templates import heads, source_template
from ..nodes.base import NodeType
from ..settings import LIMITS


@dataclass(frozen=True)
class Reuse:
    """Where a node's result may come from.

    `by` is "content" (any session, by what goes in) or "session" (this session's receipts).
    `lifetime` is in seconds, None for ever; `keep` says whether a result by content is kept
    beside the receipt, for other sessions.
    """

    by: str
    lifetime: float | None = None
    keep: bool = False


@dataclass(frozen=True)
class Step:
    """One node, ready to be decided about: its type, what it waits for, how it may be reused.

    `needs` are the nodes that its templates cannot do without, `mentions` all that they name;
    `remaining` is the length in nodes of the longest path that begins here.  `idempotent` is for
    how many seconds after its first attempt its effect may be sent again; None: not at all.
    """

    node: Node
    type: NodeType
    index: int
    wave: int
    remaining: int
    effect: Effect
    reuse: Reuse
    retry: Retry
    timeout: float | None
    waits_for: tuple[str, ...]
    needs: frozenset[str]
    mentions: frozenset[str]
    edges_in: tuple[Edge, ...] = ()
    edges_out: tuple[Edge, ...] = ()
    idempotent: float | None = None

    @property
    def reads_files(self) -> bool:
        """Whether the content of files belongs to the node's key."""
        return self.type.files is not None or bool(self.node.reads)


@dataclass(frozen=True)
class Plan:
    """All steps by id in the author's order; `left_out` maps the others to the reason.

    `shown` are the nodes that the declared outputs name.
    """

    steps: Mapping[str, Step]
    waves: tuple[tuple[str, ...], ...]
    left_out: Mapping[str, str]
    shown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scope:
    """Which part of the workflow is asked for: one node, all up to a node, or everything."""

    only: str | None = None
    until: str | None = None


WHOLE = Scope()

UNREACHED = "not reachable from start_node"


def make_plan(definition: Definition, types: Mapping[str, NodeType], scope: Scope = WHOLE) -> Plan:
    """Lay out a definition that the check found free of errors.

    `types` maps each node type's name to it.  Raises BadWorkflow where `scope` names no node.
    """
    waits = dependencies(definition)
    layers = tuple(tuple(layer) for layer in waves(waits))
    left_out = _left_out(definition, waits, scope)
    unreached = {id for id, reason in left_out.items() if reason == UNREACHED}
    edges = [edge for edge in definition.edges if edge.source not in unreached]
    wave_of = {id: number for number, layer in enumerate(layers) for id in layer}
    remaining = _remaining(waits, layers)
    steps = {}
    for index, node in enumerate(definition.nodes):
        needed = heads(node.templated)
        mentions = frozenset(needed) & waits.keys()
        node_type = types[node.type]
        effect = node.effect or node_type.spec.effect_with(node.params)
        steps[node.id] = Step(
            node=node,
            type=node_type,
            index=index,
            wave=wave_of[node.id],
            remaining=remaining[node.id],
            effect=effect,
            reuse=reuse_of(effect, node.cache if node.cache is not None else node_type.cache),
            retry=_retry(definition, node, node_type),
            timeout=_first(node.timeout, node_type.timeout, definition.defaults.timeout),
            waits_for=tuple(
                id
                for id in sorted(waits[node.id], key=wave_of.__getitem__)
                if id in mentions or id not in unreached
            ),
            needs=frozenset(id for id in mentions if needed[id]),
            mentions=mentions,
            idempotent=_window(node.idempotent, node_type.idempotent),
        )
    sources = [source_template(output.source) for output in definition.outputs.values()]
    shown = frozenset(heads(sources)) & waits.keys()
    return Plan(_with_edges(steps, edges), layers, left_out, shown)


def reuse_of(effect: Effect, cache: bool | float | None) -> Reuse:
    """Say where results may come from; engine.md, "Session reuse and the cross-session cache".

    `cache` is the author's word: a lifetime in seconds, True, False, or None for the default of
    the effect (pure: by content; read and write: inside the session).
    """
    if effect == "write" or cache is False:
        return Reuse("session")
    if effect == "pure":
        return Reuse("content", None if cache is None or cache is True else float(cache))
    if cache is None:
        return Reuse("session")
    return Reuse("content", None if cache is True else float(cache), keep=True)


def _retry(definition: Definition, node: Node, node_type: NodeType) -> Retry:
    from_type = Retry(attempts=node_type.retry) if node_type.retry is not None else None
    return node.retry or from_type or definition.defaults.retry or Retry()


def _window(*said: bool | float | None) -> float | None:
    """Give the window that the first says who says anything."""
    found = next((value for value in said if value is not None), False)
    return LIMITS.idempotent_seconds if found is True else found or None


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _with_edges(steps: dict[str, Step], edges: Sequence[Edge]) -> dict[str, Step]:
    if not edges:
        return steps
    incoming: dict[str, list[Edge]] = {}
    outgoing: dict[str, list[Edge]] = {}
    for edge in edges:
        incoming.setdefault(edge.to, []).append(edge)
        outgoing.setdefault(edge.source, []).append(edge)
    return {
        id: Step(
            **{
                **vars(step),
                "edges_in": tuple(incoming.get(id, ())),
                "edges_out": tuple(outgoing.get(id, ())),
            }
        )
        for id, step in steps.items()
    }


def _remaining(
    waits: Mapping[str, Collection[str]], layers: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Give the longest path, in nodes, that begins at each node; one pass from the last wave."""
    length = dict.fromkeys(waits, 1)
    for layer in reversed(layers):
        for id in layer:
            for before in waits[id]:
                length[before] = max(length[before], length[id] + 1)
    return length


def _left_out(
    definition: Definition, waits: Mapping[str, Collection[str]], scope: Scope
) -> dict[str, str]:
    reasons: dict[str, str] = {}
    if definition.start_node is not None:
        reached = _downstream(definition.start_node, waits)
        reasons = {id: UNREACHED for id in waits if id not in reached}
    asked = scope.only or scope.until
    if asked is None:
        return reasons
    if asked not in waits:
        hint = nearest(asked, list(waits))
        raise BadWorkflow(f"no node {asked!r}" + (f"; did you mean {hint!r}?" if hint else ""))
    wanted = _upstream(asked, waits)
    return reasons | {id: f"not needed for {asked}" for id in waits if id not in wanted}


def _upstream(target: str, waits: Mapping[str, Collection[str]]) -> set[str]:
    found, queue = {target}, [target]
    while queue:
        new = [id for id in waits[queue.pop()] if id not in found]
        found.update(new)
        queue.extend(new)
    return found


def _downstream(source: str, waits: Mapping[str, Collection[str]]) -> set[str]:
    followers: dict[str, list[str]] = {id: [] for id in waits}
    for id, before in waits.items():
        for other in before:
            followers[other].append(id)
    return _upstream(source, followers)
