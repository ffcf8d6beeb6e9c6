"""From the values of the model, and Python containers, to the plain tree that a text would give."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import BadWorkflow
from ..problem import Problem, Slot, path_text
from ..settings import LIMITS
from .model import MISSING, Defaults, Edge, Input, Node, Output, Retry

_Model = Node | Edge | Input | Output | Retry | Defaults


def plain(value: object, slot: Slot = ()) -> Any:
    """Give `value` as a tree of dicts with text keys, lists, text, numbers, booleans and None.

    Values of the model become what their author would write, without what equals the default;
    tuples become lists.  The tree shares no container with `value`.  Raises BadWorkflow, with
    the place, for anything else: a workflow is text, so an object of Python has no place in it.
    """
    if len(slot) > LIMITS.depth:
        raise _refused(slot[:8], f"is nested over {LIMITS.depth} levels deep")
    if isinstance(value, _Model):
        return plain(dict(_written(value)), slot)
    if isinstance(value, Mapping):
        return {_key(key, slot): plain(item, (*slot, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, (*slot, index)) for index, item in enumerate(value)]
    return _scalar(value, slot)


def _written(value: _Model) -> Iterator[tuple[str, Any]]:
    """Give the keys and values that the author of a value of the model would write."""
    named = isinstance(value, Input | Output)
    for field in dataclasses.fields(value):
        content = getattr(value, field.name)
        if field.name == "slot" or (named and field.name == "name"):
            continue
        made = field.default_factory
        default = field.default if made is dataclasses.MISSING else made()
        # A field without a default has MISSING of `dataclasses` here, which nothing equals.
        if content is not MISSING and content != default:
            is_origin = isinstance(value, Edge) and field.name == "source"
            yield "from" if is_origin else field.name, content


def _key(key: object, slot: Slot) -> str:
    if isinstance(key, str):
        return str(key)
    raise _refused(slot, f"has the key {key!r}, and keys are text")


def _scalar(value: object, slot: Slot) -> Any:
    for kind in (bool, int, float, str):
        if type(value) is kind:
            if isinstance(value, float) and not math.isfinite(value):
                raise _refused(slot, f"is {value}, which no workflow can write")
            return value
    if value is None:
        return None
    raise _refused(
        slot,
        f"is a {type(value).__name__}; a workflow holds text, numbers, booleans, null, lists and"
        " dicts (give other values as an input, or return them from a @node function)",
    )


def _refused(slot: Slot, what: str) -> BadWorkflow:
    path = path_text(slot) or "the workflow"
    problem = Problem("error", "LNG02", path_text(slot), None, None, f"{path} {what}", slot=slot)
    return BadWorkflow(problem.message, [problem])


def listed(values: Sequence[object] | object) -> list[Any]:
    """Give `values` as a list, so that one value may be given where several are meant."""
    if isinstance(values, str | Mapping | _Model):
        return [values]
    if not hasattr(values, "__iter__"):
        raise BadWorkflow(f"nodes and edges are lists, not a {type(values).__name__}")
    return list(values)
