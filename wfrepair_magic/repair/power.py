"""What a workflow may do in the world, and what an edit would add to that.

The design of repair: "the applier trusts nothing".  Where a value comes from (an answer, an error
text, a model) is not asked: an edit that would reach another host, program, recipient or folder,
or act in another way, is for a person to see, with that part named; one that would hand over a
secret, or make more of a node than it was, is dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from ..ir.edits import same
from ..ir.language import NODE
from ..ir.model import Effect, Node
from ..ir.names import folded
from ..ir.spec import Catalogue, NodeSpec
from ..ir.workflow import Workflow
from ..problem import Slot
from .reach import Part, leaves, parts_of, role_of, secrets_of
from .scope import ADAPTER

_EFFECTS: Final[tuple[Effect, ...]] = ("pure", "read", "write")

_PROMISES: Final = ("effect", "idempotent", "optional", "cache")
"""Keys of a node by which its author says what it does, and how far it may be repeated."""

Pair = tuple[Node | None, Node | None]
"""A node before and after an edit; None where there is none."""

Said = tuple[str, Slot, str]
"""A text of a node: the place that it is for ("" where none is known), its path, itself."""


@dataclass(frozen=True)
class Edited:
    """A workflow before and after an edit, with all that is known when it is judged.

    `scope` maps the heads of templates to values, as `Case.scope` does.
    """

    before: Workflow
    after: Workflow
    catalogue: Catalogue
    scope: Mapping[str, Any]


def forbidden(edited: Edited) -> str:
    """Say what nobody is even asked about: a new secret, more nodes, a type that does more."""
    pairs = _pairs(edited)
    added = [new for old, new in pairs if old is None and new is not None]
    if len(added) > 1 or any(node.type != ADAPTER for node in added):
        return "the edit would add more than one node that only hands values on"
    for old, new in pairs:
        if old is not None and new is not None and _does_more(old, new, edited.catalogue):
            return f"{new.id} would be of the type `{new.type}`, which does more to the world"
    fresh = next(iter(_new_secrets(edited, pairs)), None)
    return f"the edit would hand over {fresh}, which it may not" if fresh else ""


def gained(edited: Edited) -> tuple[str, ...]:
    """Name what the workflow could do after the edit and could not before, a sentence each.

    None of this is ever done unasked.
    """
    found: dict[str, None] = {}
    for old, new in _pairs(edited):
        if new is None:
            found[f"the node {old.id if old else ''} would be gone"] = None
        elif old is None:
            found[f"the node {new.id} would be added"] = None
        elif not same(_raw(edited.before, old), _raw(edited.after, new)):
            found |= dict.fromkeys(_acts(old, new, edited))
            found |= dict.fromkeys(_reaches(old, new, edited))
    return (*found, *_of_the_whole(edited.before, edited.after))


def _pairs(edited: Edited) -> list[Pair]:
    """Put the nodes before and after together: by id, the others in their order."""
    before, after = list(edited.before.nodes), list(edited.after.nodes)
    pairs: list[Pair] = []
    for node in edited.before.nodes:
        twin = next((one for one in after if one.id == node.id), None)
        if twin is not None:
            pairs.append((node, twin))
            before.remove(node)
            after.remove(twin)
    return [*pairs, *zip_longest(before, after)]


def _does_more(old: Node, new: Node, catalogue: Catalogue) -> bool:
    """Whether a node has got a type with more effect; what an unknown one would do is unknown."""
    was, spec = catalogue.get(old.type), catalogue.get(new.type)
    if old.type == new.type or was is None or spec is None:
        return False
    return _rank(spec, new) > _rank(was, old)


def _rank(spec: NodeSpec, node: Node) -> int:
    return _EFFECTS.index(node.effect or spec.effect_with(node.params))


def _acts(old: Node, new: Node, edited: Edited) -> Iterator[str]:
    """Say in which other way a node would act: its effect, its promises, what it waits for."""
    was, spec = edited.catalogue.get(old.type), edited.catalogue.get(new.type)
    for key in _PROMISES:
        if getattr(old, key) != getattr(new, key):
            yield f"{new.id} would have another `{key}`"
    if old.verify is not None and new.verify is None:
        yield f"nothing would tell whether {new.id} has happened"
    if (old.retry.on if old.retry else ()) != (new.retry.on if new.retry else ()):
        yield f"{new.id} would be tried again after other failures"
    if len(new.after) < len(old.after):
        yield f"{new.id} would wait for less"
    if spec is None:
        return
    if was is not None and _rank(spec, new) > _rank(was, old) and _says_else(old, new, edited):
        yield f"{new.id} would change the world (`{_EFFECTS[_rank(spec, new)]}`)"
    if was is None and folded(old.type) != folded(new.type) and _rank(spec, new) == 2:
        yield f"{new.id} would change the world, as `{new.type}`"


def _says_else(old: Node, new: Node, edited: Edited) -> bool:
    """Whether a node would say something that its author has not, under whatever name."""
    written = [str(text) for _, text in leaves(_raw(edited.before, old))]
    now = [str(text) for _, text in leaves(_raw(edited.after, new))]
    return bool(Counter(now) - Counter(written))


def _reaches(old: Node, new: Node, edited: Edited) -> Iterator[str]:
    """Say which host, program, recipient or folder a node would reach and did not before.

    What stood under a name that its type does not have was meant for one that it has.
    """
    was, spec = edited.catalogue.get(old.type), edited.catalogue.get(new.type)
    written = [*_written(edited.before, old, was)]
    for place, path, text in _written(edited.after, new, spec):
        before: set[Part] = set()
        for name, inner, one in written:
            if name in (place, ""):
                before |= _parts(old, (place, inner if name else path, one), edited)
        for part in sorted(_parts(new, (place, path, text), edited) - before):
            yield f"{new.id} would {part.describe()}"


def _parts(node: Node, said: Said, edited: Edited) -> set[Part]:
    """Give what a text of a node makes it reach; what only computes reaches nothing by a value."""
    place, path, text = said
    reach = _reach(edited.catalogue.get(node.type), node)
    role = role_of(edited.catalogue.get(node.type), place, path, sends=reach == "write")
    inside = reach == "pure" and not place.startswith(("verify", "reads"))
    found = parts_of(text, "text" if inside else role, {} if inside else edited.scope)
    if place == "env" and len(path) > 1:
        found.add(Part("variable", str(path[1])))
    return found


def _reach(spec: NodeSpec | None, node: Node) -> Effect:
    """Give what a node does to the world by its type, whatever its author has declared."""
    if spec is None:
        return "write"
    return max(spec.effect_with(node.params), node.effect or "pure", key=_EFFECTS.index)


def _written(workflow: Workflow, node: Node, spec: NodeSpec | None) -> Iterator[Said]:
    """Give each text of a node, with the place that it is for ("" where none is known)."""
    for slot, text in leaves(_raw(workflow, node)):
        key, inner = str(slot[0]), slot[1:]
        if key == "params" and inner:
            param = spec.param(str(inner[0])) if spec is not None else None
            known = param.name if param else str(inner[0]) if spec and spec.open else ""
            yield known, (known, *inner[1:]), text
        elif key in ("verify", "reads"):
            yield f"{key}.{inner[0]}" if inner and key == "verify" else key, slot, text
        elif key not in NODE.keys:
            yield "", slot, text


def _raw(workflow: Workflow, node: Node) -> Any:
    """Give a node as its author wrote it, with what the language does not know."""
    return workflow.data["nodes"][node.slot[1]]


def _new_secrets(edited: Edited, pairs: list[Pair]) -> Iterator[str]:
    """Name the secrets that stand at a place, or are declared, and were not there before."""
    for old, new in pairs:
        if new is not None:
            before = secrets_of(_raw(edited.before, old), edited.before) if old else set()
            yield from sorted(secrets_of(_raw(edited.after, new), edited.after) - before)
    outputs = (secrets_of(one.data.get("outputs"), one) for one in (edited.after, edited.before))
    yield from sorted(next(outputs) - next(outputs))
    for name, one in edited.after.inputs.items():
        old_input = edited.before.inputs.get(name)
        if one.env and (old_input is None or old_input.env != one.env):
            yield f"the environment variable `{one.env}`"
        if old_input is not None and old_input.secret and not one.secret:
            yield f"the secret `{name}` in clear"


def _of_the_whole(before: Workflow, after: Workflow) -> Iterator[str]:
    """Say what holds for all nodes, or leaves the workflow, and would be another."""
    for key in ("allow_hosts", "allow_paths"):
        yield from (
            f"`{key}` would name `{one}`"
            for one in getattr(after, key)
            if one not in getattr(before, key)
        )
    if len(after.edges) < len(before.edges):
        yield "an edge would be gone"
    yield from (
        f"the output {name} would be gone" for name in before.outputs.keys() - after.outputs
    )
