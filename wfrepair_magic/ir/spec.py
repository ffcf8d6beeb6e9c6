"""What a workflow may assume of a node type; `nodes` fills the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .model import MISSING, Effect
from .values import json_type


def is_type(value: object, name: str) -> bool:
    """Say whether a value is of a JSON Schema type: an integer is a number, a boolean neither."""
    found = json_type(value)
    return found == name or (name == "number" and found == "integer") or name == "any"


@dataclass(frozen=True)
class Param:
    """One parameter of a node type.

    `types` are JSON Schema type names (empty: any value); None is accepted where `default` is
    None.  `enum` are the values that are allowed, `usual` some of many that are, for completion.
    `accepts` are other spellings that mean this param and are correct; `aliases` are
    spellings that are wrong but known, and that a repair may rename.  `program` marks a shell
    program, into which no value is ever spliced (language.md, templates, rule 10).  `objection`
    says what is wrong with a literal of the right type that only the node type can judge.
    """

    name: str
    types: tuple[str, ...] = ()
    required: bool = False
    default: Any = MISSING
    enum: tuple[Any, ...] = ()
    usual: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    description: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    program: bool = False
    objection: Callable[[Any], str | None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class NodeSpec:
    """What is known of a node type without running it.

    `outputs` maps field names to type names, or is None where they cannot be known.  `open`
    types take any param (`value`).  `effect_of` refines `effect` by the raw params (an http GET
    only reads).  `actions` are the actions the node may name besides `default` and `error`;
    None where they cannot be known.
    """

    name: str
    params: Mapping[str, Param] = field(default_factory=dict)
    outputs: Mapping[str, str] | None = None
    effect: Effect = "write"
    open: bool = False
    description: str = ""
    origin: str = "built-in"
    actions: tuple[str, ...] | None = None
    effect_of: Callable[[Mapping[str, Any]], Effect] | None = field(default=None, compare=False)

    def param(self, written: str) -> Param | None:
        """Find the param that a spelling means: its name, or one that it accepts."""
        found = self.params.get(written)
        if found is not None:
            return found
        return next((p for p in self.params.values() if written in p.accepts), None)

    def spellings(self) -> tuple[str, ...]:
        """Give every correct spelling of every param, required ones first."""
        ordered = sorted(self.params.values(), key=lambda param: not param.required)
        return tuple(name for param in ordered for name in (param.name, *param.accepts))

    def effect_with(self, params: Mapping[str, Any]) -> Effect:
        """Give the effect of a node of this type with these raw params."""
        return self.effect_of(params) if self.effect_of is not None else self.effect


Catalogue = Mapping[str, NodeSpec]

catalogue: dict[str, NodeSpec] = {}
"""The specs of all registered node types by name; `nodes.registry` writes, `ir` reads."""

fillers: list[Callable[[Iterable[str]], object]] = []
"""Who may know types that the catalogue lacks; each is asked with the names in question."""


def catalogue_for(names: Iterable[str]) -> Catalogue:
    """Give the catalogue, after the fillers were asked for what it lacks of these names."""
    lacking = [name for name in names if name not in catalogue]
    if lacking:
        for fill in fillers:
            fill(lacking)
    return catalogue
