"""The part of the check that looks at ids, types, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..problem import Slot, path_text
from .flaw import Flaw
from .graph import followers_of, reach, smallest_cycle
from .language import LATER_TYPES, RESERVED
from .model import Edge, Node
from .names import did_you_mean, strict_match
from .subject import Subject
from .templates import heads

_SHOWN: Final = 8
"""So many nodes of a cycle are shown."""


def graph_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find wrong ids, types, predecessors and actions; cycles; nodes that nothing reaches."""
    yield from _ids(subject)
    for node in subject.definition.nodes:
        yield from _type(subject, node)
        yield from _after(subject, node)
    yield from _ends(subject)
    for edge in subject.definition.edges:
        yield from _edge(subject, edge)
    yield from _start(subject)
    yield from _cycles(subject)


def reserved_name(name: str) -> str:
    """Say why a name cannot name a node or an input; empty if it can."""
    if name.startswith("__"):
        return "names with two leading underscores are reserved"
    return f"the name is reserved: {RESERVED[name]}" if name in RESERVED else ""


def _ids(subject: Subject) -> Iterator[Flaw]:
    first: dict[str, Node] = {}
    for node in subject.definition.nodes:
        slot = (*node.slot, "id")
        reason = reserved_name(node.id)
        if reason:
            yield Flaw("LNG04", slot, f"a node cannot be called `{node.id}`: {reason}", "", node.id)
        if node.id in first:
            other = path_text(first[node.id].slot)
            message = f"the id `{node.id}` is taken already, by {other}"
            facts = {"written": node.id, "ids": subject.ids, "first": first[node.id].slot}
            yield Flaw("GRF03", slot, message, "give one of the two another id", node.id,
                       facts=facts)  # fmt: skip
        first.setdefault(node.id, node)


def _type(subject: Subject, node: Node) -> Iterator[Flaw]:
    if not isinstance(subject.raw(node).get("type"), str) or subject.spec(node) is not None:
        return
    slot = (*node.slot, "type")
    facts = {"written": node.type, "types": tuple(sorted(subject.catalogue))}
    if node.type in LATER_TYPES:
        message = f"node `{node.id}`: the type `{node.type}` is not supported yet"
        yield Flaw("LNG03", slot, message, "", node.id, facts=facts)
        return
    message = f"node `{node.id}`: there is no node type `{node.type}`"
    near = strict_match(node.type, (*facts["types"], *LATER_TYPES))
    later = near is not None and near.name not in subject.catalogue
    hint = f"did you mean `{near.name}`? It is not supported yet" if near and later else ""
    yield Flaw(
        "GRF01",
        slot,
        message,
        hint,
        node.id,
        written=node.type,
        names=facts["types"],
        facts=facts,
    )


def _after(subject: Subject, node: Node) -> Iterator[Flaw]:
    for slot, id in _named(subject.raw(node).get("after"), (*node.slot, "after")):
        if id not in subject.nodes:
            yield _unknown(subject, f"node `{node.id}`: `after`", id, slot, node.id)
        elif id == node.id:
            yield _waits_for_itself(node.id, slot, "`after` names the node itself")


def _named(after: object, slot: Slot) -> Iterator[tuple[Slot, str]]:
    """Give the ids of an `after`, one or several, with their places."""
    if isinstance(after, str):
        yield slot, after
    elif isinstance(after, list):
        yield from (((*slot, at), id) for at, id in enumerate(after) if isinstance(id, str))


def _ends(subject: Subject) -> Iterator[Flaw]:
    """Look at both ends of every edge, of those too that lack one of them."""
    top = subject.data if isinstance(subject.data, Mapping) else {}
    edges = top.get("edges")
    for number, edge in enumerate(edges if isinstance(edges, list) else ()):
        for key in ("from", "to") if isinstance(edge, Mapping) else ():
            id = edge.get(key)
            if isinstance(id, str) and id not in subject.nodes:
                slot = ("edges", number, key)
                yield _unknown(subject, f"{path_text(slot[:2])}: `{key}`", id, slot, None)


def _unknown(subject: Subject, where: str, id: str, slot: Slot, node: str | None) -> Flaw:
    return Flaw(
        "GRF04", slot, f"{where} names `{id}`, and there is no such node", node=node,
        written=id, names=subject.ids, facts={"written": id, "ids": subject.ids},
    )  # fmt: skip


def _waits_for_itself(id: str, slot: Slot, how: str) -> Flaw:
    message = f"node `{id}` waits for itself: {how}"
    return Flaw("GRF07", slot, message, node=id, facts={"cycle": (id,)})


def _edge(subject: Subject, edge: Edge) -> Iterator[Flaw]:
    if edge.source == edge.to and edge.to in subject.nodes:
        yield _waits_for_itself(edge.to, edge.slot, "an edge leads back to the node itself")
    source = subject.nodes.get(edge.source)
    spec = subject.spec(source) if source is not None else None
    if spec is None or spec.actions is None:
        return
    actions = tuple(dict.fromkeys(("default", "error", *spec.actions)))
    if edge.action not in actions:
        message = f"`{edge.source}` ({spec.name}) never ends with the action `{edge.action}`"
        facts = {"written": edge.action, "actions": actions, "type": spec.name}
        yield Flaw(
            "GRF06", (*edge.slot, "action"), message, did_you_mean(edge.action, actions),
            edge.source, facts=facts,
        )  # fmt: skip


def _start(subject: Subject) -> Iterator[Flaw]:
    start = subject.definition.start_node
    if start is None:
        return
    if start not in subject.nodes:
        yield _unknown(subject, "`start_node`", start, ("start_node",), None)
        return
    reached = reach([start], followers_of(subject.waits))
    for node in subject.nodes.values():
        if node.id not in reached:
            message = f"node `{node.id}` cannot be reached from `{start}`, so it never runs"
            hint = "lead an edge to it, or leave `start_node` out"
            yield Flaw("GRF08", node.slot, message, hint, node.id, "warning",
                       facts={"start": start})  # fmt: skip


def _cycles(subject: Subject) -> Iterator[Flaw]:
    """Show the smallest circle of several nodes; one node alone is told where it says so."""
    waits = {id: before - {id} for id, before in subject.waits.items()}
    cycle = smallest_cycle(waits)
    if cycle is None:
        return
    first = subject.nodes[cycle[0]]
    message = f"the nodes wait for each other in a circle: {_shown(subject, cycle)}"
    hint = "take one of these links out"
    yield Flaw("GRF07", first.slot, message, hint, first.id, facts={"cycle": tuple(cycle)})


def _shown(subject: Subject, cycle: Sequence[str]) -> str:
    following = [*cycle[1:], cycle[0]]
    links = [
        f"`{id}` waits for `{other}` ({_link(subject, id, other)})"
        for id, other in list(zip(cycle, following, strict=True))[:_SHOWN]
    ]
    more = len(cycle) - _SHOWN
    return ", ".join(links) + (f", and so on over {more} more" if more > 0 else "")


def _link(subject: Subject, id: str, other: str) -> str:
    """Say what makes one node wait for another."""
    node = subject.nodes[id]
    if other in node.after:
        return "`after`"
    return "a template" if other in heads(node.templated) else "an edge"
