"""The part of the check that holds the tree against the table of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..problem import Slot, path_text
from .durations import FORMS, seconds
from .flaw import Flaw
from .language import (
    IR_VERSIONS,
    NAME,
    NAME_RULE,
    SECTIONS,
    TYPE_ALIASES,
    TYPES,
    WORKFLOW,
    Key,
    Kind,
    Section,
)
from .names import strict_match
from .spec import NodeSpec
from .subject import Subject
from .values import json_type

_SAID: Final[Mapping[Kind, str]] = {
    "text": "text",
    "name": "a name",
    "template": "a template",
    "flag": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "duration": FORMS,
    "texts": "a list of text",
    "params": "a mapping",
    "any": "any value",
    "section": "a mapping",
    "entries": "a mapping of names",
    "items": "a list",
}


@dataclass(frozen=True)
class _Place:
    """A mapping that is being looked at: its section, its slot, whose it is, its type's spec."""

    section: Section
    slot: Slot = ()
    node: str | None = None
    spec: NodeSpec | None = None

    def inside(self, section: Section, *slot: str | int) -> _Place:
        return replace(self, section=section, slot=(*self.slot, *slot))

    @property
    def owner(self) -> str:
        """How messages name the mapping: the node, else its path, else the section."""
        if self.node is not None and len(self.slot) == 2:
            return f"node `{self.node}`"
        return f"`{path_text(self.slot)}`" if self.slot else "the workflow"


def shape_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find unknown, missing and unsupported keys, and values of the wrong kind or range."""
    if not isinstance(subject.data, Mapping):
        found = _described(subject.data)
        yield Flaw("LNG02", (), f"a workflow is a mapping with `nodes`, not {found}")
        return
    yield from _mapping(subject, subject.data, _Place(WORKFLOW))


def _mapping(subject: Subject, value: Mapping[str, Any], place: _Place) -> Iterator[Flaw]:
    meant = set()
    for name, item in value.items():
        key = place.section.keys.get(name)
        if key is None:
            flaw = _unknown_key(value, str(name), place)
            meant.add(flaw.facts.get("meant"))
            yield flaw
        elif key.later:
            message = f"{place.owner}: `{name}` is not supported yet"
            yield _at_key("LNG03", place, name, message, written=name)
        else:
            yield from _value(subject, item, key, place)
    yield from _missing_keys(value, place, meant)


def _missing_keys(
    value: Mapping[str, Any], place: _Place, meant: set[str | None]
) -> Iterator[Flaw]:
    for key in place.section.keys.values():
        if key.required and key.name not in value and key.name not in meant:
            message = f"{place.owner} has no `{key.name}`"
            yield Flaw("LNG05", place.slot, message, key.meaning, place.node)


def _at_key(code: str, place: _Place, name: str, message: str, **facts: Any) -> Flaw:
    slot = (*place.slot, name)
    return Flaw(code, slot, message, node=place.node, at_key=True, facts=facts)


# --- unknown keys -------------------------------------------------------------------------------


def _unknown_key(value: Mapping[str, Any], name: str, place: _Place) -> Flaw:
    """Say what an unknown key means: a param in the wrong place, another key, or nothing."""
    param = _misplaced_param(value, name, place)
    if param is not None:
        return param
    keys = tuple(place.section.keys)
    found = place.section.meant(name) or strict_match(name, keys)
    meant = found.name if found is not None else None
    message = f"{place.owner}: {place.section.title} has no key `{name}`"
    if meant is None:
        flaw = _at_key("LNG01", place, name, message, written=name, keys=keys)
        return replace(flaw, written=name, names=keys)
    code = "LNG01"
    if place.section.name == "edge":
        code, message = "GRF05", f"{place.owner}: an edge's key is `{meant}`, not `{name}`"
    flaw = _at_key(code, place, name, message, written=name, keys=keys, meant=meant)
    taken = f"`{meant}` is there already" if meant in value else ""
    return replace(flaw, hint=taken or f"did you mean `{meant}`?")


def _misplaced_param(value: Mapping[str, Any], name: str, place: _Place) -> Flaw | None:
    """Recognise a param of the node's type that stands beside `params`, if its slot is free."""
    if place.section.name != "node" or place.spec is None:
        return None
    param = place.spec.param(name)
    params = value.get("params", {})
    given = params if isinstance(params, Mapping) else {}
    if param is None or any(spelling in given for spelling in (param.name, *param.accepts)):
        return None
    message = f"{place.owner}: `{name}` is a param of `{place.spec.name}` and stands in `params`"
    known = place.spec.spellings()
    flaw = _at_key("PRM11", place, name, message, written=name, params=known, type=place.spec.name)
    return replace(flaw, hint=f"move it: `params: {{{name}: …}}`")


# --- values -------------------------------------------------------------------------------------


def _value(subject: Subject, item: Any, key: Key, place: _Place) -> Iterator[Flaw]:
    kind = next((kind for kind in key.kinds if _fits(kind, item)), None)
    inner = place.inside(SECTIONS.get(key.section, place.section), key.name)
    if kind is None:
        yield _wrong_kind(item, key, place)
    elif kind == "section":
        yield from _mapping(subject, item, inner)
    elif kind == "entries":
        yield from _entries(subject, item, inner)
    elif kind == "items":
        yield from _items(subject, item, inner)
    else:
        yield from _plain_value(kind, item, key, place)


def _fits(kind: Kind, item: Any) -> bool:
    match kind:
        case "text" | "name" | "template":
            return isinstance(item, str)
        case "flag":
            return isinstance(item, bool)
        case "integer":
            return isinstance(item, int) and not isinstance(item, bool)
        case "number":
            return isinstance(item, int | float) and seconds(item) is not None
        case "duration":
            return seconds(item) is not None
        case "texts":
            listed = item if isinstance(item, list) else [item]
            return all(isinstance(one, str) for one in listed)
        case "params" | "section" | "entries":
            return isinstance(item, Mapping)
        case "items":
            return isinstance(item, list)
        case "any":
            return True


def _wrong_kind(item: Any, key: Key, place: _Place) -> Flaw:
    said = " or ".join(_SAID[kind] for kind in key.kinds)
    message = f"{place.owner}: `{key.name}` must be {said}, not {_described(item)}"
    hint = ""
    if isinstance(item, str) and "${" in item:
        hint = "templates stand in `params` and in the `source` of outputs only"
    elif key.kinds[0] == "text" and item is not None and not isinstance(item, dict | list):
        hint = f'put it in quotes: `{key.name}: "{_plainly(item)}"`'
    facts = {"kinds": key.kinds, "found_type": json_type(item)}
    return Flaw("LNG02", (*place.slot, key.name), message, hint, place.node, facts=facts)


def _plain_value(kind: Kind, item: Any, key: Key, place: _Place) -> Iterator[Flaw]:
    slot = (*place.slot, key.name)
    if key.enum and item not in key.enum:
        yield _not_allowed(item, key, place)
    elif kind == "name" and not NAME.fullmatch(item):
        message = f"{place.owner}: `{item}` is not allowed as `{key.name}`"
        yield Flaw("LNG04", slot, message, f"use {NAME_RULE}", place.node)
    elif kind == "template" and not item.strip():
        yield Flaw("LNG02", slot, f"{place.owner}: `{key.name}` is empty", node=place.node)
    elif kind in ("integer", "number", "duration"):
        yield from _out_of_range(item, key, place)
    elif place.section is WORKFLOW and key.name == "ir_version" and item not in IR_VERSIONS:
        message = f"the interchange form `{item}` is not known; it is read as {IR_VERSIONS[-1]}"
        yield Flaw("LNG02", slot, message, severity="warning")


def _not_allowed(item: str, key: Key, place: _Place) -> Flaw:
    message = f"{place.owner}: `{key.name}` cannot be `{item}`"
    alias = TYPE_ALIASES.get(item.lower()) if key.name == "type" else None
    return Flaw(
        "PRM06", (*place.slot, key.name), message,
        hint=f"did you mean `{alias}`?" if alias else "", node=place.node,
        written=item, names=key.enum, facts={"written": item, "allowed": key.enum},
    )  # fmt: skip


def _out_of_range(item: Any, key: Key, place: _Place) -> Iterator[Flaw]:
    value, said = seconds(item), ""
    if value is None:
        return
    if key.above is not None and value <= key.above:
        said = f"more than {key.above:g}"
    elif key.minimum is not None and value < key.minimum:
        said = f"at least {key.minimum:g}"
    elif key.maximum is not None and value > key.maximum:
        said = f"at most {key.maximum:g}"
    if said:
        message = f"{place.owner}: `{key.name}` must be {said}, not {_plainly(item)}"
        facts = {"written": item, "minimum": key.minimum, "maximum": key.maximum}
        yield Flaw("PRM09", (*place.slot, key.name), message, "", place.node, facts=facts)


# --- what stands inside -------------------------------------------------------------------------


def _entries(subject: Subject, value: Mapping[str, Any], place: _Place) -> Iterator[Flaw]:
    for name, item in value.items():
        inner = place.inside(place.section, name)
        if item is None or isinstance(item, Mapping):
            yield from _mapping(subject, item or {}, inner)
            continue
        message = f"`{path_text(inner.slot)}` must be a mapping, not {_described(item)}"
        yield Flaw("LNG02", inner.slot, message, _as_mapping(str(name), item, place.section))


def _as_mapping(name: str, item: Any, section: Section) -> str:
    """Show the long form of what was written as one value."""
    if isinstance(item, list):
        return ""
    key = "source" if section.name == "output" else "default"
    if section.name == "input" and item in (*TYPES, *TYPE_ALIASES):
        key, item = "type", TYPE_ALIASES.get(item, item)
    shown = f'"{_plainly(item)}"' if key == "source" else _plainly(item)
    return f"write `{name}: {{{key}: {shown}}}`"


def _items(subject: Subject, value: list[Any], place: _Place) -> Iterator[Flaw]:
    if not value and place.section.name == "node":
        yield Flaw("LNG05", place.slot, "a workflow has one node or more, and `nodes` is empty")
    for index, item in enumerate(value):
        inner = place.inside(place.section, index)
        if isinstance(item, Mapping):
            yield from _mapping(subject, item, _of_node(subject, item, inner))
        else:
            message = f"`{path_text(inner.slot)}` must be a mapping, not {_described(item)}"
            yield Flaw("LNG02", inner.slot, message)


def _of_node(subject: Subject, item: Mapping[str, Any], place: _Place) -> _Place:
    """Give the place of a list item with the node that it is, where it is one."""
    if place.section.name != "node":
        return place
    id, kind = item.get("id"), item.get("type")
    spec = subject.catalogue.get(kind) if isinstance(kind, str) else None
    return replace(place, node=id if isinstance(id, str) and id else None, spec=spec)


def _described(item: Any) -> str:
    if item is None:
        return "empty"
    if isinstance(item, Mapping | list):
        return "a list" if isinstance(item, list) else "a mapping"
    return f"{_plainly(item)} ({json_type(item)})"


def _plainly(item: Any, most: int = 40) -> str:
    """Show a scalar as the language writes it, shortened."""
    if isinstance(item, bool):
        return str(item).lower()
    if isinstance(item, int) and abs(item) >= 10**most:
        return "a very large number"
    text = " ".join(str(item).split())
    return text if len(text) <= most else f"{text[:most]}…"
