"""The rule for a node type that is known, and not the one that its params belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...ir.model import Node
from ...ir.params import value_problem
from ...ir.patch import Patch, SetValue
from ...ir.spec import NodeSpec
from ...ir.templates import Template, references, walk
from ..fix import Level
from .base import UNMEASURED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing
from .missing import bind

_EFFECTS: Final = ("pure", "read", "write")


def other_type(case: Case) -> Answer:
    """GRF02: the params fit one other type exactly, and all that is read of the node, too.

    No type is proposed that does more to the world than the one that was written; of several
    that fit, the one that does least.
    """
    node, spec = case.node, case.spec
    bound = case.code == "PRM02" and isinstance(bind(case), Candidate)
    if node is None or spec is None or not node.params or bound:
        return Abstain(case.problem.message)
    most = spec.effect_with(node.params)
    fitting = [one for one in case.catalogue.values() if _fits(one, case, node)]
    least = min((_rank(one, node) for one in fitting), default=len(_EFFECTS))
    best = [one for one in fitting if _rank(one, node) == least]
    if len(best) != 1 or least > _EFFECTS.index(most):
        return Abstain(f"{case.problem.message}; the params fit {listing([o.name for o in best])}")
    name = best[0].name
    given = listing(list(node.params))
    return Candidate(
        level=Level.ASK,
        patch=Patch((SetValue((*node.slot, "type"), name, node.type),)),
        title=f"`{node.type}` → `{name}` in {node.id}.type",
        why=f"The params of {node.id} are those of `{name}`, not of `{node.type}`.",
        evidence=(f"{given} are exactly what `{name}` takes; no other type takes them",),
        confidence=UNMEASURED,
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


def _load(name: str, params: str = "path: a.txt", field: str = "content") -> str:
    return f"""\
nodes:
  - id: load
    type: {name}  # the notes
    params: {{{params}}}
  - id: use
    type: value
    params: {{x: "${{load.{field}}}"}}
"""


RULES = (
    Rule(
        "GRF02",
        other_type,
        of=("PRM02", "PRM05"),
        unveils=True,
        examples=(
            Example(
                before=_load("write-file"),
                after=_load("read-file"),
                level="ASK",
                says="`path` are exactly what `read-file` takes; no other type takes them",
            ),
            Example(  # the other type does not give what is read of it
                before=_load("write-file", field="lines"),
                after=None,
                says="`write-file` needs the param `content`",
            ),
            Example(  # nothing takes these params
                before=_load("write-file", "path: a.txt, append: true", "path"),
                after=None,
                says="`write-file` needs the param `content`",
            ),
        ),
    ),
)
