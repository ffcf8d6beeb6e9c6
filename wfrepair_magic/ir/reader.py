"""From a plain tree to a Definition, leaving out whatever the check will complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ..problem import Slot
from .kinds import kind_of, read
from .language import SECTIONS, Key
from .model import MISSING, Check, Defaults, Definition, Edge, Input, Node, Output, Retry

_Fields = dict[str, Any]


def define(data: object) -> Definition:
    """Read a tree as a Definition; malformed parts are left out, and nothing is ever raised.

    Slots of nodes and edges are those of `data`, so that they lead back to the text.
    """
    fields = _fields("workflow", data if isinstance(data, Mapping) else {}, ())
    fields.pop("ir_version", None)
    return Definition(**fields)


def _fields(section: str, mapping: Mapping[Any, Any], slot: Slot) -> _Fields:
    """Read what a mapping holds under the keys of its section."""
    keys = SECTIONS[section].keys
    found = {
        name: _value(keys[name], item, (*slot, name))
        for name, item in mapping.items()
        if name in keys and not keys[name].later
    }
    return {name: value for name, value in found.items() if value is not MISSING}


def _value(key: Key, item: Any, slot: Slot) -> Any:
    match kind_of(key, item):
        case None:
            return MISSING
        case "section":
            return _MAKERS[key.section](_fields(key.section, item, slot), slot)
        case "integer" if key.section == "retry":
            attempts = read(key, "integer", item)
            return attempts if attempts is MISSING else Retry(attempts)
        case "entries":
            named = {name: {} if one is None else one for name, one in item.items()}
            return dict(_made(key, named.items(), slot))
        case "items":
            return tuple(made for _, made in _made(key, enumerate(item), slot))
        case "texts" if key.name == "reads" and isinstance(item, str):
            return item  # its templates stand in this text, not in an item of a list
        case kind:
            return read(key, kind, item)


def _made(
    key: Key, items: Iterable[tuple[str | int, Any]], slot: Slot
) -> Iterator[tuple[str | int, Any]]:
    """Make the values of a list or mapping, but for those that lack what they need."""
    for at, item in items:
        if isinstance(item, Mapping) and isinstance(at, str | int):
            inner = (*slot, at)
            made = _MAKERS[key.section](_fields(key.section, item, inner), inner)
            if made is not None:
                yield at, made


def _node(fields: _Fields, slot: Slot) -> Node | None:
    return Node(**{"type": "", **fields}, slot=slot) if "id" in fields else None


def _edge(fields: _Fields, slot: Slot) -> Edge | None:
    source = fields.pop("from", None)
    return Edge(source=source, **fields, slot=slot) if source and "to" in fields else None


def _input(fields: _Fields, slot: Slot) -> Input:
    return Input(**{"name": slot[-1], "required": "default" not in fields, **fields})


def _output(fields: _Fields, slot: Slot) -> Output | None:
    return Output(name=str(slot[-1]), **fields) if "source" in fields else None


def _check(fields: _Fields, slot: Slot) -> Any:
    """Read a check that stands alone."""
    return Check(*next(iter(fields.items()))) if len(fields) == 1 else MISSING


_MAKERS: Final[Mapping[str, Callable[[_Fields, Slot], Any]]] = {
    "node": _node,
    "edge": _edge,
    "input": _input,
    "output": _output,
    "check": _check,
    "retry": lambda fields, slot: Retry(**fields),
    "defaults": lambda fields, slot: Defaults(**fields),
}
"""What makes a value of the model of the fields of each section; None where it needs more."""
