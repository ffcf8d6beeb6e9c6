"""Says what the word at a cursor means: a key of the language, a node type, a param, a node."""

from __future__ import annotations

from collections.abc import Iterator

from .cursor import Cursor
from .language import SECTIONS, Key
from .model import MISSING
from .offers import node_at, nodes_of, site_of, spec_at
from .spec import Catalogue, NodeSpec, Param


def meaning(cursor: Cursor, catalogue: Catalogue) -> tuple[str, ...]:
    """Give lines of plain text about the word that a cursor is in; none where nothing is known."""
    site = site_of(cursor.slot)
    if site is None or cursor.role == "template":
        return ()
    if site.key is not None and "params" in site.key.kinds:
        spec = spec_at(cursor, catalogue)
        name = str(site.rest[0]) if site.rest else cursor.word
        param = spec.param(name) if spec is not None and len(site.rest) < 2 else None
        return tuple(_param(param, spec)) if spec is not None and param is not None else ()
    if cursor.role == "key":
        section = SECTIONS[site.key.section] if site.key and site.key.section else site.section
        key = section.keys.get(cursor.word)
        return _key(key) if key is not None else ()
    if site.key is None:
        return ()
    if (site.section.name, site.key.name) == ("node", "type"):
        known = catalogue.get(cursor.word)
        return tuple(type_lines(known, node_at(cursor) or {})) if known is not None else ()
    return _named(cursor) or _key(site.key)


def type_lines(spec: NodeSpec, node: dict[str, object]) -> Iterator[str]:
    """Tell of a node type: what it does, its effect on the world, its params and outputs."""
    params = node.get("params")
    effect = spec.effect_with(params if isinstance(params, dict) else {})
    yield f"{spec.name} ({effect})" + (f": {spec.description}" if spec.description else "")
    ordered = sorted(spec.params.values(), key=lambda param: not param.required)
    names = [f"{param.name}{'*' if param.required else ''}" for param in ordered]
    if names or spec.open:
        yield f"params (* required): {', '.join([*names, '…'] if spec.open else names)}"
    if spec.outputs:
        yield f"outputs: {', '.join(f'{name} ({kind})' for name, kind in spec.outputs.items())}"


def _param(param: Param, spec: NodeSpec) -> Iterator[str]:
    types = " or ".join(param.types) or "any"
    needed = "required" if param.required else ""
    default = param.default
    if not param.required and default is not MISSING and default is not None:
        needed = f"default {default!r}"
    facts = ", ".join(filter(None, (types, needed, param.unit)))
    yield f"{param.name} of {spec.name} ({facts})"
    if param.description:
        yield param.description
    if param.enum:
        yield f"one of {', '.join(map(str, param.enum))}"


def _key(key: Key) -> tuple[str, ...]:
    values = (f"one of {', '.join(key.enum)}",) if key.enum else ()
    return (f"{key.name}: {key.meaning}", *values)


def _named(cursor: Cursor) -> tuple[str, ...]:
    """Tell of the node that a value names."""
    for node in nodes_of(cursor.data):
        if cursor.word and node.get("id") == cursor.word:
            return (f"{cursor.word}: a node of type {node.get('type')}",)
    return ()
