"""Rules for node types that are unknown, or not the ones that the params belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...ir.model import Node
from ...ir.params import value_problem
from ...ir.patch import Patch, SetValue
from ...ir.spec import NodeSpec
from ...ir.templates import Template, references, walk
from .base import Answer, Candidate, Case, Fact, Rule, swap
from .examples import Scene
from .matching import listing, meant, no_match
from .missing import bind

_EFFECTS: Final = ("pure", "read", "write")


def node_type(case: Case) -> Answer:
    """GRF01: an unknown node type becomes the registered one that it stands for."""
    written, names = str(case.written), sorted(case.catalogue)
    found = meant(written, names, "node types")
    if found is None:
        return f"{no_match(written, names, 'node type')} – name one, or register it with @node"
    why = f"`{written}` is no node type, and `{found.name}` is the one it stands for."
    return swap(case, found.name, why, found.fact)


def other_type(case: Case) -> Answer:
    """GRF02: the params fit one other type exactly, and all that is read of the node, too.

    No type is proposed that does more to the world than the one that was written; of several
    that fit, the one that does least.
    """
    node, spec = case.node, case.spec
    bound = case.code == "PRM02" and isinstance(bind(case), Candidate)
    if node is None or spec is None or not node.params or bound:
        return ""
    fitting = [one for one in case.catalogue.values() if _fits(one, case, node)]
    least = min((_rank(one, node) for one in fitting), default=len(_EFFECTS))
    best = [one.name for one in fitting if _rank(one, node) == least]
    if len(best) != 1 or least > _rank(spec, node):
        return ""
    (name,) = best
    given = listing(list(node.params))
    return Candidate(
        Patch((SetValue((*node.slot, "type"), name, node.type),)),
        f"`{node.type}` → `{name}` in {node.id}.type",
        f"The params of {node.id} are those of `{name}`, not of `{node.type}`.",
        (Fact(f"{given} are exactly what `{name}` takes; no other type takes them"),),
    )


def _rank(spec: NodeSpec, node: Node) -> int:
    return _EFFECTS.index(spec.effect_with(node.params))


def _fits(spec: NodeSpec, case: Case, node: Node) -> bool:
    """Whether a type takes the params of a node, needs no more, and gives what is read of it."""
    params = [spec.param(name) for name in node.params]
    if spec.name == node.type or spec.open or None in params or len({*params}) != len(params):
        return False
    needed = {param.name for param in spec.params.values() if param.required}
    given = {
        param.name: node.params[written]
        for written, param in zip(node.params, params, strict=True)
        if param
    }
    right = all(
        any(walk(value)) or value_problem(spec.params[name], value) is None
        for name, value in given.items()
    )
    fields = spec.outputs
    return needed <= {*given} and right and (fields is None or {*_read(case, node)} <= {*fields})


def _read(case: Case, node: Node) -> Iterator[str]:
    """Give the fields of a node that templates of others name."""
    for other in case.workflow.nodes:
        for _, template in walk(other.params):
            for ref, _ in references(template) if isinstance(template, Template) else ():
                if ref.head == node.id and ref.path and isinstance(ref.path[0], str):
                    yield ref.path[0]


_TYPED = Scene("nodes:\n  - id: load\n    type: @@\n    params: {path: a.txt}\n")


def _load(field: str, params: str = "path: a.txt") -> Scene:
    return Scene(f"""\
nodes:
  - id: load
    type: @@  # the notes
    params: {{{params}}}
  - id: use
    type: value
    params: {{x: "${{load.{field}}}"}}
""")


RULES = (
    Rule(
        "GRF01",
        node_type,
        unveils=True,
        examples=(
            _TYPED.safe("readFile", "read-file", "equals `readFile` after folding case"),
            _TYPED.safe(
                '"Read_File"  # ours', '"read-file"  # ours', "equals `Read_File` after folding"
            ),
            _TYPED.ask(
                "read-flie",
                "read-file",
                "`read-file` is at distance 1 from `read-flie`; the next nearest",
            ),
            _TYPED.leave("fetch_url", "name one, or register it with @node"),
            _TYPED.leave("htp", "the nearest is `http`"),
        ),
    ),
    Rule(
        "GRF02",
        other_type,
        of=("PRM02", "PRM05"),
        unveils=True,
        examples=(
            _load("content").ask(
                "write-file",
                "read-file",
                "`path` are exactly what `read-file` takes; no other type takes them",
            ),
            # The other type does not give what is read of it.
            _load("lines").leave("write-file", "say what `content` is"),
            # Nothing takes these params.
            _load("path", "path: a.txt, append: true").leave("write-file", "say what `content` is"),
        ),
    ),
)
