"""The part of the check that holds the tree against the table of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ..problem import path_text
from .check_values import Place, described, value_flaws, wrong_kind
from .flaw import Flaw
from .kinds import kind_of, plainly
from .language import SECTIONS, TYPE_ALIASES, TYPES, WORKFLOW, Key, Section
from .names import strict_match
from .subject import Subject

_CONTAINERS: Final = frozenset({"params", "section", "entries", "items", "texts"})


def shape_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find unknown, missing and unsupported keys, and values of the wrong kind or range."""
    if not isinstance(subject.data, Mapping):
        found = described(subject.data)
        yield Flaw("LNG02", (), f"a workflow is a mapping with `nodes`, not {found}")
        return
    yield from _mapping(subject, subject.data, Place(WORKFLOW))


def _mapping(subject: Subject, value: Mapping[str, Any], place: Place) -> Iterator[Flaw]:
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
    if place.section.one and len(value) != 1:
        yield _not_one(value, place)


def _not_one(value: Mapping[str, Any], place: Place) -> Flaw:
    """Say that a mapping, which is one of several things, is none or more than one."""
    names = ", ".join(f"`{key.name}`" for key in place.section.keys.values() if not key.later)
    code, found = ("LNG02", f"{len(value)} of them") if value else ("LNG05", "none")
    message = f"{place.owner}: {place.section.title} is one of {names}, and here is {found}"
    return Flaw(code, place.slot, message, node=place.node)


def _missing_keys(value: Mapping[str, Any], place: Place, meant: set[str | None]) -> Iterator[Flaw]:
    for key in place.section.keys.values():
        if key.required and key.name not in value and key.name not in meant:
            message = f"{place.owner} has no `{key.name}`"
            yield Flaw("LNG05", place.slot, message, key.meaning, place.node)


def _at_key(code: str, place: Place, name: str, message: str, **facts: Any) -> Flaw:
    slot = (*place.slot, name)
    return Flaw(code, slot, message, node=place.node, at_key=True, facts=facts)


# --- unknown keys -------------------------------------------------------------------------------


def _unknown_key(value: Mapping[str, Any], name: str, place: Place) -> Flaw:
    """Say what an unknown key means: a param in the wrong place, another key, or nothing."""
    param = _misplaced_param(value, name, place)
    if param is not None:
        return param
    keys = tuple(place.section.keys)
    found = place.section.meant(name) or strict_match(name, keys)
    meant = found.name if found is not None else None
    owner = f"{place.owner}: " if place.slot else ""
    message = f"{owner}{place.section.title} has no key `{plainly(name)}`"
    if meant is None:
        flaw = _at_key("LNG01", place, name, message, written=name, keys=keys)
        return replace(flaw, written=name, names=keys)
    code = "LNG01"
    if place.section.name == "edge":
        code, message = "GRF05", f"{place.owner}: an edge's key is `{meant}`, not `{name}`"
    flaw = _at_key(code, place, name, message, written=name, keys=keys, meant=meant)
    taken = f"`{meant}` is there already" if meant in value else ""
    return replace(flaw, hint=taken or f"did you mean `{meant}`?")


def _misplaced_param(value: Mapping[str, Any], name: str, place: Place) -> Flaw | None:
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


def _value(subject: Subject, item: Any, key: Key, place: Place) -> Iterator[Flaw]:
    if item is None and not key.required and key.kinds[0] in _CONTAINERS:
        return  # a mapping or list of which nothing has been written yet
    kind = kind_of(key, item)
    inner = place.inside(SECTIONS.get(key.section, place.section), key.name)
    if kind is None:
        yield wrong_kind(item, key, place)
    elif kind == "section":
        yield from _mapping(subject, item, inner)
    elif kind == "entries":
        yield from _entries(subject, item, inner)
    elif kind == "items":
        yield from _items(subject, item, inner)
    else:
        yield from value_flaws(kind, item, key, place)


# --- what stands inside -------------------------------------------------------------------------


def _entries(subject: Subject, value: Mapping[str, Any], place: Place) -> Iterator[Flaw]:
    for name, item in value.items():
        inner = place.inside(place.section, name)
        if item is None or isinstance(item, Mapping):
            yield from _mapping(subject, item or {}, inner)
            continue
        message = f"`{path_text(inner.slot)}` must be a mapping, not {described(item)}"
        yield Flaw("LNG02", inner.slot, message, _as_mapping(str(name), item, place.section))


def _as_mapping(name: str, item: Any, section: Section) -> str:
    """Show the long form of what was written as one value."""
    if isinstance(item, list):
        return ""
    key = "source" if section.name == "output" else "default"
    if section.name == "input" and item in (*TYPES, *TYPE_ALIASES):
        key, item = "type", TYPE_ALIASES.get(item, item)
    shown = f'"{plainly(item)}"' if key == "source" else plainly(item)
    return f"write `{name}: {{{key}: {shown}}}`"


def _items(subject: Subject, value: list[Any], place: Place) -> Iterator[Flaw]:
    if not value and place.section.name == "node":
        yield Flaw("LNG05", place.slot, "a workflow has one node or more, and `nodes` is empty")
    for index, item in enumerate(value):
        inner = place.inside(place.section, index)
        if isinstance(item, Mapping):
            yield from _mapping(subject, item, _of_node(subject, item, inner))
        else:
            message = f"`{path_text(inner.slot)}` must be a mapping, not {described(item)}"
            yield Flaw("LNG02", inner.slot, message)


def _of_node(subject: Subject, item: Mapping[str, Any], place: Place) -> Place:
    """Give the place of a list item with the node that it is, where it is one."""
    if place.section.name != "node":
        return place
    id, kind = item.get("id"), item.get("type")
    spec = subject.catalogue.get(kind) if isinstance(kind, str) else None
    return replace(place, node=id if isinstance(id, str) and id else None, spec=spec)
