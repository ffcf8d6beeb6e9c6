"""The language as a JSON Schema, made from the table that the check reads and the node types.

What a schema cannot say is left to the check: templates (a param of another type than text may
also be text that is one template), that ``1.0`` is no whole number, bounds of durations that are
text (but for zero), unknown node types (each may be a function of the notebook), what only a node
type can judge, and all that joins two places.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import BadWorkflow
from .durations import PATTERN
from .language import (
    FAILURE_CODE,
    LATER_TYPES,
    NAME,
    NODE,
    RESERVED,
    RETRY,
    SECTIONS,
    VERSION,
    WORKFLOW,
    Key,
    Kind,
    Section,
)
from .model import MISSING
from .spec import Catalogue, NodeSpec, Param
from .tree import plain

ID: Final = f"urn:wfrepair-magic:workflow:{VERSION}"
"""The `$id` of the schema; its last part is the version of the language."""

FILE: Final = Path(__file__).with_suffix(".json")
"""The schema of the language with the built-in node types, as it is shipped."""

Schema = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NAME: Final = rf"^(?!__)(?!(?:{'|'.join(RESERVED)})$){NAME.pattern}$"
_TEMPLATE: Final[Schema] = {
    "type": "string",
    "pattern": r"^\$\{[\s\S]*\}$",
    "description": "A template, which gives the value when the node runs.",
}
_NOT_ZERO: Final = "^(?=.*[1-9])"
_NULL: Final[Schema] = {"type": "null"}
_TEXT: Final[Schema] = {"type": "string"}
_PLAIN: Final[Mapping[Kind, list[Schema]]] = {
    "text": [_TEXT],
    "name": [{**_TEXT, "pattern": f"^{NAME.pattern}$"}],
    "template": [{**_TEXT, "pattern": r"\S"}],
    "filled": [{**_TEXT, "pattern": r"\S"}],
    "flag": [{"type": "boolean"}],
    "texts": [_TEXT, {"type": "array", "items": _TEXT}],
    "params": [{"type": "object"}],
    "any": [{}],
}
"""The forms of the kinds that are the same at every key."""


def language_schema(catalogue: Catalogue) -> Schema:
    """Give the JSON Schema (2020-12) of a workflow's text, with the params of these node types.

    Each section of the language is one of `$defs`, each node type one of them as
    ``params of TYPE``.  It accepts every text in which the check finds no error, and refuses
    every key that is not in the language, or not yet.
    """
    sections = {name: _section(section) for name, section in SECTIONS.items()}
    sections["node"]["allOf"] = [
        _for_type(spec) for spec in sorted(catalogue.values(), key=lambda spec: spec.name)
    ]
    sections["node"]["properties"]["type"] |= {
        "not": {"enum": sorted(LATER_TYPES)},
        "examples": sorted(catalogue),
    }
    params = {_params_name(spec): _params(spec) for spec in catalogue.values()}
    top = sections.pop(WORKFLOW.name)
    return {
        "$schema": _DIALECT,
        "$id": ID,
        **top,
        "title": "Workflow",
        "description": "A workflow of wfrepair_magic: nodes, templates and edges.",
        "$defs": {**sections, **dict(sorted(params.items()))},
    }


# --- sections and keys --------------------------------------------------------------------------


def _section(section: Section) -> Schema:
    built = [key for key in section.keys.values() if not key.later]
    return {
        "title": section.title.removeprefix("an ").removeprefix("a ").strip("`").capitalize(),
        "type": "object",
        "properties": {key.name: _key(key, section) for key in built},
        "required": [key.name for key in built if key.required],
        "additionalProperties": False,
        **({"minProperties": 1, "maxProperties": 1} if section.one else {}),
    }


def _key(key: Key, section: Section) -> Schema:
    choices = [part for kind in key.kinds for part in _kind(kind, key)]
    if section is RETRY and key.name == "on":
        code = {"type": "string", "pattern": f"^{FAILURE_CODE.pattern}$"}
        choices = [code, {"type": "array", "items": code}]
    if section is NODE and key.name == "id":
        choices = [{**_TEXT, "pattern": _NAME}]
    if not key.required and key.kinds[0] in ("params", "section", "entries", "items", "texts"):
        choices.append(_NULL)
    return {"description": key.meaning, **_any_of(choices)}


def _kind(kind: Kind, key: Key) -> list[Schema]:
    """Give what a kind of the table allows, one schema for each of its forms."""
    reference = {"$ref": f"#/$defs/{key.section}"}
    match kind:
        case "text" if key.enum:
            return [{"type": "string", "enum": list(key.enum)}]
        case "integer" | "number":
            return [{"type": kind, **_bounds(key)}]
        case "duration":
            some = PATTERN if key.above is None else PATTERN.replace("^", _NOT_ZERO, 1)
            return [{"type": "number", **_bounds(key)}, {"type": "string", "pattern": some}]
        case "section":
            return [reference]
        case "entries":
            return [_entries(reference, key)]
        case "items":
            least = {"minItems": 1} if key.required else {}
            return [{"type": "array", "items": reference, **least}]
        case _:
            return _PLAIN[kind]


def _entries(reference: Schema, key: Key) -> Schema:
    """Give a mapping of names; what needs nothing may also be left empty."""
    needed = any(inner.required for inner in SECTIONS[key.section].keys.values())
    names = {} if needed else {"propertyNames": {"pattern": _NAME}}
    each = reference if needed else {"anyOf": [reference, _NULL]}
    return {"type": "object", **names, "additionalProperties": each}


def _bounds(key: Key | Param) -> Schema:
    above = getattr(key, "above", None)
    found = {"minimum": key.minimum, "exclusiveMinimum": above, "maximum": key.maximum}
    return {name: bound for name, bound in found.items() if bound is not None}


def _any_of(choices: list[Schema]) -> Schema:
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


# --- node types ---------------------------------------------------------------------------------


def _params_name(spec: NodeSpec) -> str:
    return f"params of {spec.name}"


def _for_type(spec: NodeSpec) -> Schema:
    """Bind the params of the nodes of one type."""
    reference = {"$ref": "#/$defs/" + _params_name(spec).replace(" ", "%20")}
    needed = any(param.required for param in spec.params.values())
    then: Schema = {"properties": {"params": reference}}
    return {
        "if": {"properties": {"type": {"const": spec.name}}, "required": ["type"]},
        "then": {**then, "required": ["params"]} if needed else then,
    }


def _params(spec: NodeSpec) -> Schema:
    params = spec.params.values()
    shape: Schema = {
        "title": spec.name,
        "description": spec.description,
        "type": ["object"] if any(param.required for param in params) else ["object", "null"],
        "properties": {
            name: _param(param) for param in params for name in (param.name, *param.accepts)
        },
        "additionalProperties": spec.open,
    }
    rules = [rule for param in params for rule in _spellings(param)]
    return {**shape, "allOf": rules} if rules else shape


def _spellings(param: Param) -> list[Schema]:
    """Say that a param is given under one of its names, or under at most one of them."""
    each: list[Schema] = [{"required": [name]} for name in (param.name, *param.accepts)]
    if param.required:
        return [{"oneOf": each} if len(each) > 1 else each[0]]
    return [{"anyOf": [{"not": {"anyOf": each}}, {"oneOf": each}]}] if len(each) > 1 else []


def _param(param: Param) -> Schema:
    said: Schema = {"description": param.description} if param.description else {}
    if param.default is not None:
        said |= _written("default", param.default)
    if param.usual:
        said |= {"examples": [*param.usual]}
    bound = {**_written("enum", param.enum or MISSING), **_bounds(param)}
    if not param.types or "any" in param.types:
        choices: list[Schema] = [bound]
    elif len(param.types) == 1:
        choices = [{"type": param.types[0], **bound}]
    else:
        choices = [{"type": [*param.types], **bound}]
    if param.types and "string" not in param.types:
        choices.append(_TEMPLATE)
    elif param.enum:
        choices.append({**_TEMPLATE, "pattern": r"\$\{"})
    if param.types and param.default is None:
        choices.append(_NULL)
    return {**said, **_any_of(choices)}


def _written(name: str, value: Any) -> Schema:
    """Give a key of a schema, unless its value is none that a text could hold."""
    if value is MISSING:
        return {}
    try:
        return {name: plain(value)}
    except BadWorkflow:
        return {}
