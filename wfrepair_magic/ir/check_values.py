"""The part of the check that says whether a value may stand at a key of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..problem import Slot, path_text
from .flaw import Flaw
from .kinds import bound_broken, plainly, said
from .language import (
    FAILURE_CODE,
    IR_VERSIONS,
    NAME,
    NAME_RULE,
    RETRY,
    TYPE_ALIASES,
    WORKFLOW,
    Key,
    Kind,
    Section,
)
from .spec import NodeSpec
from .values import json_type


@dataclass(frozen=True)
class Place:
    """A mapping that is being looked at: its section, its slot, whose it is, its type's spec."""

    section: Section
    slot: Slot = ()
    node: str | None = None
    spec: NodeSpec | None = None

    def inside(self, section: Section, *slot: str | int) -> Place:
        """Give the place of a mapping inside this one."""
        return Place(section, (*self.slot, *slot), self.node, self.spec)

    @property
    def owner(self) -> str:
        """How messages name the mapping: the node, else its path, else the section."""
        if self.node is not None and len(self.slot) == 2:
            return f"node `{self.node}`"
        return f"`{path_text(self.slot)}`" if self.slot else "the workflow"


def wrong_kind(item: Any, key: Key, place: Place) -> Flaw:
    """Say that a value is of none of the kinds that its key may hold."""
    if "texts" in key.kinds and isinstance(item, list):
        return _wrong_item(item, key, place)
    message = f"{place.owner}: `{key.name}` must be {said(key)}, not {described(item)}"
    hint = ""
    if isinstance(item, str) and "${" in item:
        hint = "templates stand in `params`, `reads`, `verify` and the `source` of outputs only"
    elif key.kinds[0] == "text" and item is not None and not isinstance(item, dict | list):
        hint = f'put it in quotes: `{key.name}: "{plainly(item)}"`'
    facts = {"kinds": key.kinds, "found_type": json_type(item)}
    return Flaw("LNG02", (*place.slot, key.name), message, hint, place.node, facts=facts)


def _wrong_item(items: list[Any], key: Key, place: Place) -> Flaw:
    """Name the first item of a list of text that is none."""
    at, item = next((at, item) for at, item in enumerate(items) if not isinstance(item, str))
    message = f"{place.owner}: `{key.name}[{at}]` must be text, not {described(item)}"
    scalar = item is not None and not isinstance(item, dict | list)
    hint = f'put it in quotes: `"{plainly(item)}"`' if scalar else ""
    facts = {"kinds": key.kinds, "found_type": json_type(item)}
    return Flaw("LNG02", (*place.slot, key.name), message, hint, place.node, facts=facts)


def value_flaws(kind: Kind, item: Any, key: Key, place: Place) -> Iterator[Flaw]:
    """Find what else is wrong with a value of the right kind: its word, its form, its range."""
    slot = (*place.slot, key.name)
    if key.enum and item not in key.enum:
        yield _not_allowed(item, key, place)
    elif kind == "name" and not NAME.fullmatch(item):
        message = f"{place.owner}: `{plainly(item)}` is not allowed as `{key.name}`"
        yield Flaw("LNG04", slot, message, f"use {NAME_RULE}", place.node)
    elif kind in ("template", "filled") and not item.strip():
        yield Flaw("LNG02", slot, f"{place.owner}: `{key.name}` is empty", node=place.node)
    elif bound := bound_broken(key, item):
        message = f"{place.owner}: `{key.name}` must be {bound}, not {plainly(item)}"
        facts = {"written": item, "minimum": key.minimum, "maximum": key.maximum}
        yield Flaw("PRM09", slot, message, "", place.node, facts=facts)
    elif place.section is RETRY and key.name == "on":
        yield from _failure_codes(item, slot, place)
    elif place.section is WORKFLOW and key.name == "ir_version" and item not in IR_VERSIONS:
        message = (
            f"the interchange form `{plainly(item)}` is not known; it is read as {IR_VERSIONS[-1]}"
        )
        yield Flaw("LNG02", slot, message, severity="warning")


def _failure_codes(item: Any, slot: Slot, place: Place) -> Iterator[Flaw]:
    for at, code in enumerate(item if isinstance(item, list) else [item]):
        if not FAILURE_CODE.fullmatch(code):
            where = (*slot, at) if isinstance(item, list) else slot
            message = f"{place.owner}: `{plainly(code)}` is no code of a failure"
            yield Flaw("LNG02", where, message, "codes are written like `ENV06`", place.node)


def _not_allowed(item: str, key: Key, place: Place) -> Flaw:
    message = f"{place.owner}: `{key.name}` cannot be `{plainly(item)}`"
    alias = TYPE_ALIASES.get(item.lower()) if key.name == "type" else None
    return Flaw(
        "PRM06", (*place.slot, key.name), message,
        hint=f"did you mean `{alias}`?" if alias else "", node=place.node,
        written=item, names=key.enum, facts={"written": item, "allowed": key.enum},
    )  # fmt: skip


def described(item: Any) -> str:
    """Say what a value is, for a message."""
    if item is None:
        return "empty"
    if isinstance(item, Mapping | list):
        return "a list" if isinstance(item, list) else "a mapping"
    return f"{plainly(item)} ({json_type(item)})"
