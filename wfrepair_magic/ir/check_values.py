"""The part of the check that says whether a value may stand at a key of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ..problem import Slot, path_text
from .durations import FORMS, seconds
from .flaw import Flaw
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

_SAID: Final[Mapping[Kind, str]] = {
    "text": "text",
    "filled": "text",
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
class Place:
    """A mapping that is being looked at: its section, its slot, whose it is, its type's spec."""

    section: Section
    slot: Slot = ()
    node: str | None = None
    spec: NodeSpec | None = None

    def inside(self, section: Section, *slot: str | int) -> Place:
        """Give the place of a mapping inside this one."""
        return replace(self, section=section, slot=(*self.slot, *slot))

    @property
    def owner(self) -> str:
        """How messages name the mapping: the node, else its path, else the section."""
        if self.node is not None and len(self.slot) == 2:
            return f"node `{self.node}`"
        return f"`{path_text(self.slot)}`" if self.slot else "the workflow"


def fits(kind: Kind, item: Any) -> bool:
    """Whether a value is of a kind."""
    match kind:
        case "text" | "filled" | "name" | "template":
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


def wrong_kind(item: Any, key: Key, place: Place) -> Flaw:
    """Say that a value is of none of the kinds that its key may hold."""
    said = " or ".join(_SAID[kind] for kind in key.kinds)
    message = f"{place.owner}: `{key.name}` must be {said}, not {described(item)}"
    hint = ""
    if isinstance(item, str) and "${" in item:
        hint = "templates stand in `params`, `reads`, `verify` and the `source` of outputs only"
    elif key.kinds[0] == "text" and item is not None and not isinstance(item, dict | list):
        hint = f'put it in quotes: `{key.name}: "{plainly(item)}"`'
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
    elif kind in ("integer", "number", "duration"):
        yield from _out_of_range(item, key, place)
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


def _out_of_range(item: Any, key: Key, place: Place) -> Iterator[Flaw]:
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
        message = f"{place.owner}: `{key.name}` must be {said}, not {plainly(item)}"
        facts = {"written": item, "minimum": key.minimum, "maximum": key.maximum}
        yield Flaw("PRM09", (*place.slot, key.name), message, "", place.node, facts=facts)


def described(item: Any) -> str:
    """Say what a value is, for a message."""
    if item is None:
        return "empty"
    if isinstance(item, Mapping | list):
        return "a list" if isinstance(item, list) else "a mapping"
    return f"{plainly(item)} ({json_type(item)})"


def plainly(item: Any, most: int = 40) -> str:
    """Show a scalar as the language writes it, shortened."""
    if isinstance(item, bool):
        return str(item).lower()
    if isinstance(item, int) and abs(item) >= 10**most:
        return "a very large number"
    text = " ".join(str(item).split())
    return text if len(text) <= most else f"{text[:most]}…"
