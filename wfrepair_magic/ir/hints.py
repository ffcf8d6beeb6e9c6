"""Says what is known of the word at a place of a text: a key, a node type, a param, a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .cursor import Cursor, find_cursor
from .expressions import TemplateError
from .model import MISSING
from .outline import outline
from .sites import Site, at, node_of, nodes_in, site_of
from .spec import Catalogue, NodeSpec, Param
from .templates import parse, references, resolve

_TEMPLATE: Final = re.compile(r"\$\$|\$\{(?:[^${}\n]|\$\{[^${}\n]*\})*\}")
_NODES: Final = frozenset({"id", "after", "from", "to", "start_node"})


@dataclass(frozen=True)
class Hint:
    """Lines of plain text on a word, and where it stands; places count from 1 in the text."""

    lines: tuple[str, ...]
    line: int
    column: int
    length: int


@dataclass(frozen=True)
class Known:
    """What hints draw on beside the text.

    `real` holds outputs of nodes and values of inputs as they were in the last run; `sketch`
    says what a value looks like without saying what it is.
    """

    catalogue: Catalogue
    real: Mapping[str, Any]
    sketch: Callable[[Any], str]


def find_hint(text: str, line: int, column: int, known: Known) -> Hint | None:
    """Give what is known of the word at a place; None where there is none, or nothing is known.

    Never raises, however unfinished the text is.
    """
    lines = text.split("\n")
    if not 0 < line <= len(lines) or not 0 < column <= len(lines[line - 1]) + 1:
        return None
    begin = sum(len(each) + 1 for each in lines[: line - 1])
    offset = begin + column - 1
    found = _of_template(text, offset, known) or _of_word(text, offset, known)
    if found is None:
        return None
    start, end, told = found
    return Hint(tuple(told), line, start - begin + 1, end - start) if told else None


_Found = tuple[int, int, list[str]]


def _of_template(text: str, offset: int, known: Known) -> _Found | None:
    begin = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    for found in _TEMPLATE.finditer(text, begin, end if end >= 0 else len(text)):
        if found[0] != "$$" and found.start() <= offset <= found.end():
            data = outline(text, -1).data
            return _of_path(found[0], found.start(), offset, _Asked(data, known))
    return None


@dataclass(frozen=True)
class _Asked:
    """What a path is told from: what is written around it, and what is known beside that."""

    data: Any
    known: Known


def _of_path(written: str, begin: int, offset: int, asked: _Asked) -> _Found | None:
    """Tell of the path at an offset in a template that begins at another, as far as it points."""
    try:
        refs = [ref for ref, _ in references(parse(written))]
    except TemplateError:
        return None
    for ref in reversed(refs):  # an index that is a path itself stands within another path
        for number, (start, end) in enumerate(ref.spans):
            if start <= offset - begin <= end:
                told = _path(written[ref.start : end], number, asked)
                return begin + ref.start, begin + end, told
    return None


def _path(path: str, number: int, asked: _Asked) -> list[str]:
    """Tell of a path that ends with its segment of a number; the head is 0."""
    head = re.split(r"[.\[]", path)[0]
    origin, last = _origin(head, asked), _last(path, head, asked)
    if number == 0:
        return [*origin, *last]
    if last:
        return [path, *last]
    types = {node.get("id"): node.get("type") for node in nodes_in(asked.data)}
    spec = asked.known.catalogue.get(str(types.get(head)))
    type = (spec.outputs or {}).get(path.partition(".")[2]) if spec is not None else None
    return [f"{path}: {type}"] if type is not None else origin


def _origin(head: str, asked: _Asked) -> list[str]:
    return _node(head, asked) or _input(head, asked.data)


def _node(id: str, asked: _Asked) -> list[str]:
    """Tell of a node by its id: its type, what it is for, what it gives."""
    node = next((node for node in nodes_in(asked.data) if node.get("id") == id), None)
    if node is None:
        return []
    purpose = f" – {node['purpose']}" if isinstance(node.get("purpose"), str) else ""
    spec = asked.known.catalogue.get(str(node.get("type")))
    return [f"{id}: node of type {node.get('type')}{purpose}", *(_gives(spec) if spec else ())]


def _input(name: str, data: Any) -> list[str]:
    if name == "env":
        return ["env: environment variables that inputs name"]
    inputs = at(data, ("inputs",), dict)
    if name not in inputs:
        return []
    said = at(inputs, (name,), dict)
    type = f" of type {said['type']}" if isinstance(said.get("type"), str) else ""
    text = f" – {said['description']}" if isinstance(said.get("description"), str) else ""
    secret = ["secret: its value is never shown"] if said.get("secret") == "true" else []
    return [f"{name}: input{type}{text}", *secret]


def _last(path: str, head: str, asked: _Asked) -> list[str]:
    """Tell the shape of the value that a path had in the last run, or where it ended."""
    real = asked.known.real
    if head not in real or at(asked.data, ("inputs", head), dict).get("secret") == "true":
        return []
    found = resolve(f"${{{path}}}", real)
    if found.complete:
        return [f"last value: {asked.known.sketch(found.value)}"]
    return [f"last run: {item.message}" for item in found.unresolved[:1]]


def _of_word(text: str, offset: int, known: Known) -> _Found | None:
    cursor = find_cursor(text, offset)
    if cursor is None or cursor.role == "template" or not cursor.word:
        return None
    start = offset - len(cursor.fragment)
    site = site_of(cursor.slot)
    if site is None or not start <= offset <= start + len(cursor.word):
        return None
    asked = _Asked(cursor.data, known)
    if cursor.role == "value" and site.key is not None and site.key.kinds == ("template",):
        return _of_path(f"${{{cursor.word}}}", start - 2, offset, asked)
    spec = known.catalogue.get(str(at(node_of(cursor), (), dict).get("type")))
    told = _key(cursor, site, spec) if cursor.role == "key" else _value(cursor, site, spec, asked)
    return start, start + len(cursor.word), told


def _value(cursor: Cursor, site: Site, spec: NodeSpec | None, asked: _Asked) -> list[str]:
    """Tell of a node type, of the param whose value it is, or of a node that is named."""
    if site.key is None:
        return []
    if (site.section.name, site.key.name) == ("node", "type"):
        named = asked.known.catalogue.get(cursor.word)
        return _type(named, at(node_of(cursor), ("params",), dict)) if named else []
    if "params" in site.key.kinds:
        param = spec.param(str(site.rest[0])) if spec and len(site.rest) == 1 else None
        return _param(param) if param else []
    if site.section.name in ("node", "edge", "workflow") and site.key.name in _NODES:
        told = _node(cursor.word, asked)
        return [*told, *_last(cursor.word, cursor.word, asked)] if told else []
    return []


def _key(cursor: Cursor, site: Site, spec: NodeSpec | None) -> list[str]:
    """Tell of a key of a section, or of a param of a node's type."""
    if site.key is not None and "params" in site.key.kinds:
        param = spec.param(cursor.word) if spec and not site.rest else None
        return _param(param) if param else []
    found = site.inner.keys.get(cursor.word) if site.inner is not None else None
    if found is None:
        return []
    values = f"One of {', '.join(found.enum)}." if found.enum else ""
    return [f"{found.name}: {found.meaning}", *([values] if values else ())]


def _type(spec: NodeSpec, params: Mapping[str, Any]) -> list[str]:
    """Tell of a node type: what it is for, what it does to the world, what it takes and gives."""
    ordered = sorted(spec.params.values(), key=lambda param: not param.required)
    names = [f"{param.name}{'*' if param.required else ''}" for param in ordered]
    takes = ", ".join([*names, "…"] if spec.open else names)
    origin = f", from {spec.origin}" if spec.origin != "built-in" else ""
    return [
        f"{spec.name}: {spec.description}" if spec.description else spec.name,
        f"effect: {spec.effect_with(params)}{origin}",
        *([f"params: {takes}  (* required)" if names else f"params: {takes}"] if takes else ()),
        *_gives(spec),
    ]


def _gives(spec: NodeSpec) -> list[str]:
    fields = ", ".join(f"{name} ({type})" for name, type in (spec.outputs or {}).items())
    return [f"gives: {fields}"] if fields else []


def _param(param: Param) -> list[str]:
    """Tell of a param: its type and default, what it is for, which values are allowed."""
    types = " or ".join(param.types) or "any"
    default = param.default is not MISSING and param.default is not None
    need = (
        ", required" if param.required else f", {param.default!r} unless given" if default else ""
    )
    unit = f" in {param.unit}" if param.unit else ""
    known = param.enum or param.usual
    values = f"{'One of' if param.enum else 'Such as'} {', '.join(map(str, known))}."
    also = f"Also written {', '.join(param.accepts)}."
    return [
        f"{param.name}: {types}{unit}{need}",
        *([param.description] if param.description else ()),
        *([values] if known else ()),
        *([also] if param.accepts else ()),
    ]
