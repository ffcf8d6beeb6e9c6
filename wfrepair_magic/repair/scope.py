"""What an edit may touch: the part of the workflow that failed, and nothing that completed.

The rules are those of the design of repair ("completed nodes are frozen for fixes", "the applier
trusts nothing"), and hold for every edit, whoever proposes it.  The edits are looked at one by
one, and so is what they make together: one of them may move what the next one's slot says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from ..ir.edits import same
from ..ir.patch import Edit, Insert, Patch, Remove
from ..ir.workflow import Workflow
from ..problem import Slot
from .rules.base import Case
from .rules.ids import mentions

ADAPTER: Final = "value"
"""The type of a node that an edit may add: it gives its params back, and does nothing else."""


def out_of_scope(patch: Patch, cases: Sequence[Case], workflow: Workflow) -> str:
    """Say which edit goes beyond what its problems allow; "" where none does."""
    if patch.splices and not workflow.unread:
        return "a text that can be read is changed by edits, not letter by letter"
    frozen = _frozen(cases)
    homes = {case.problem.slot[:2] for case in cases}
    failing = {case.problem.node for case in cases}
    for edit in patch.edits:
        node = _node_at(edit.slot, workflow)
        if node in frozen:
            return f"{node} has completed, and what completed is frozen for fixes"
        if _is_adapter(edit, workflow):
            continue
        if isinstance(edit, Insert | Remove) and edit.slot[:1] == ("nodes",) and len(edit.slot) < 3:
            return "the edit would add or remove a node that is no adapter"
        incoming = edit.slot[:1] == ("edges",) and failing.issuperset(_led_to(edit, workflow))
        named = _names_what_is_said(edit, cases, workflow)
        home = bool(edit.slot) and edit.slot[:2] in homes
        if not home and not incoming and not named:
            return "the edit would touch a part of the workflow that did not fail"
    return ""


def thawed(cases: Sequence[Case], before: Workflow, after: Workflow) -> str:
    """Say which completed node, or way to one, the edits together have changed; "" for none."""
    nodes = {node.id: _written(after, node.slot) for node in after.nodes}
    for id in sorted(_frozen(cases)):
        old = next((node for node in before.nodes if node.id == id), None)
        if old is None:
            continue
        if id not in nodes or not same(_written(before, old.slot), nodes[id]):
            return f"{id} has completed, and what completed is frozen for fixes"
        failed = any(case.problem.node == id for case in cases)  # nothing led to it, say
        if not failed and _ways_to(id, before) != _ways_to(id, after):
            return f"{id} has completed, and the edges that lead to it are frozen for fixes"
    return ""


def _frozen(cases: Sequence[Case]) -> Collection[str]:
    return {id for case in cases for id in case.frozen}


def _written(workflow: Workflow, slot: Slot) -> object:
    """Give a node as its author wrote it."""
    return workflow.data[str(slot[0])][slot[1]]


def _ways_to(id: str, workflow: Workflow) -> Counter[tuple[str, str]]:
    return Counter((edge.source, edge.action) for edge in workflow.edges if edge.to == id)


def _is_adapter(edit: Edit, workflow: Workflow) -> bool:
    """Whether an edit adds a node that only hands values on, last, so that no slot moves."""
    if not isinstance(edit, Insert) or edit.slot != ("nodes", len(workflow.nodes)):
        return False
    return isinstance(edit.new, dict) and edit.new.get("type") == ADAPTER


def _names_what_is_said(edit: Edit, cases: Sequence[Case], workflow: Workflow) -> bool:
    """Whether an edit gives a node, which nothing names, the id that a problem says is unknown."""
    node, new = _node_at(edit.slot, workflow), getattr(edit, "new", None)
    said = new is not None and new in [case.problem.facts.get("written") for case in cases]
    return said and edit.slot[2:] == ("id",) and not any(mentions(workflow, node or ""))


def _node_at(slot: Slot, workflow: Workflow) -> str | None:
    """Give the id of the node in which a slot lies."""
    return next((n.id for n in workflow.nodes if n.slot == slot[:2] and len(slot) > 1), None)


def _led_to(edit: Edit, workflow: Workflow) -> tuple[object, ...]:
    """Give the nodes that the edges lead to which an edit of `edges` changes or adds."""
    new = getattr(edit, "new", None)
    if len(edit.slot) == 1:
        return tuple(edge.get("to") for edge in new) if isinstance(new, list) and new else (None,)
    if isinstance(edit, Insert) and len(edit.slot) == 2:
        return (new.get("to") if isinstance(new, dict) else None,)
    return (next((edge.to for edge in workflow.edges if edge.slot == edit.slot[:2]), None),)
