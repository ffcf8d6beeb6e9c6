"""The params of a node, resolved under their canonical names, held against their types."""

from __future__ import annotations

import numbers
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from ..problem import Slot
from .model import MISSING
from .names import nearest
from .shell import Program, compile
from .spec import NodeSpec, Param, is_type
from .templates import UNDECIDED, Resolution, Scope, resolve
from .values import json_type

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WITH_UNIT: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]+)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES: Final = {
    "b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30,
}  # fmt: skip
_UNITS: Final = {"s": _SECONDS, "seconds": _SECONDS, "bytes": _BYTES}
_BOOLEANS: Final = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_KINDS: Final = {
    "string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "a mapping", "null": "null",
}  # fmt: skip

Verdict = tuple[str, str, str]


def resolve_params(
    params: Mapping[str, Any], spec: NodeSpec, scope: Scope, slot: Slot = ()
) -> Resolution:
    """Resolve a node's params; the value is a dict by canonical names with defaults filled in.

    The command of a shell becomes a `Program`.  A param that the type does not know keeps its
    name; one that is required and not given stays absent: both are for the check to tell.
    """
    found: dict[str, Any] = {}
    parts: list[Resolution] = []
    for written, value in params.items():
        param = spec.param(written)
        verb = (
            compile if param is not None and param.program and isinstance(value, str) else resolve
        )
        part = verb(value, scope, (*slot, written))
        parts.append(part)
        found[written if param is None else param.name] = part.value
    for param in spec.params.values():
        if param.name not in found and param.default is not MISSING:
            found[param.name] = param.default
    return Resolution(
        found,
        tuple(item for part in parts for item in part.unresolved),
        frozenset().union(*(part.undecided for part in parts)),
        frozenset().union(*(part.gone for part in parts)),
    )


def value_problem(param: Param, value: Any) -> Verdict | None:
    """Say what is wrong with a resolved value: code, message and hint; None if nothing is.

    The message follows "param `name`".  PRM06: not one of the values allowed; PRM07: another
    type; PRM08: a unit of its own; PRM09: out of range.  What is not decided yet is no problem.
    """
    if value is MISSING or value is UNDECIDED or (value is None and param.default is None):
        return None
    if isinstance(value, Program):
        value = value.text
    if not fits_type(param, value):
        return _unit_problem(param, value) or _type_problem(param, value)
    if param.enum and not any(_same(value, allowed) for allowed in param.enum):
        return _enum_problem(param, value)
    return _range_problem(param, value)


def literal_problem(param: Param, value: Any) -> Verdict | None:
    """Say what is wrong with a value that stands in the text, as the node itself would in a run.

    Beyond `value_problem` there is what the node type objects to (PRM07).
    """
    found = value_problem(param, value)
    if found is not None or param.objection is None or value is None:
        return found
    objection = param.objection(value)
    return ("PRM07", objection, "") if objection else None


def fits_type(param: Param, value: Any) -> bool:
    """Say whether a value is of one of the types of a param."""
    return not param.types or any(is_type(value, name) for name in param.types)


def _same(value: Any, allowed: Any) -> bool:
    return bool(value == allowed) and isinstance(value, bool) == isinstance(allowed, bool)


def _type_problem(param: Param, value: Any) -> Verdict:
    wanted = " or ".join(_KINDS.get(name, name) for name in param.types)
    found = _KINDS.get(json_type(value), json_type(value))
    return "PRM07", f"must be {wanted}, not {found}", _cast_hint(param.types, value)


def _cast_hint(types: tuple[str, ...], value: Any) -> str:
    """Write the value as the type that is wanted, where nothing is lost by it."""
    if isinstance(value, str):
        return _text_hint(types, value.strip())
    if isinstance(value, float) and "integer" in types and value.is_integer():
        return f"write {int(value)}"
    if "string" in types and isinstance(value, numbers.Real):
        return f'quote it: "{_shown(value)}"'
    if "string" in types and isinstance(value, Mapping | list | tuple):
        return "make it text with `| tojson`"
    if "array" in types and not isinstance(value, Mapping):
        return "put it in a list: [ … ]"
    return ""


def _text_hint(types: tuple[str, ...], text: str) -> str:
    if {"integer", "number"} & set(types) and _NUMBER.fullmatch(text):
        whole = text.lstrip("+-").isdigit()
        return f"write {text.lstrip('+')}" if whole or "number" in types else ""
    if "boolean" in types and text.lower() in _BOOLEANS:
        return f"write {_BOOLEANS[text.lower()]}"
    if {"array", "object"} & set(types) and text[:1] in ("[", "{"):
        return "read the text with `| json`"
    return ""


def _unit_problem(param: Param, value: Any) -> Verdict | None:
    """Say that a value has a unit of its own, where the param's unit is known."""
    if not isinstance(value, str) or not {"integer", "number"} & set(param.types):
        return None
    found = _WITH_UNIT.fullmatch(value.strip())
    if not found or not param.unit:
        return None
    amount = in_unit(param, value)
    message = f"is a number of {param.unit}, not text with a unit"
    return "PRM08", message, "" if amount is None else f"write {amount}"


def in_unit(param: Param, text: str) -> int | float | None:
    """Read an amount with a unit (``30s``, ``5 MB``) as a number in the param's own unit.

    None where the text is none, where its unit is not known, and where the param takes whole
    numbers and the amount is none.
    """
    found = _WITH_UNIT.fullmatch(text.strip())
    factor = _UNITS.get(param.unit, {}).get(found[2].lower()) if found else None
    if found is None or factor is None:
        return None
    amount = Fraction(found[1]) * Fraction(str(factor))
    if amount.denominator == 1:
        return int(amount)
    return float(amount) if "number" in param.types else None


def _enum_problem(param: Param, value: Any) -> Verdict:
    names = [str(allowed) for allowed in param.enum]
    near = nearest(str(value), names)
    hint = f"did you mean `{near}`?" if near else ""
    return "PRM06", f"must be one of {', '.join(names)}", hint


def _range_problem(param: Param, value: Any) -> Verdict | None:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    number: Any = value  # `numbers.Real` declares no comparison with float
    if param.minimum is not None and not number >= param.minimum:
        return "PRM09", f"must be at least {param.minimum:g}, and is {_shown(value)}", ""
    if param.maximum is not None and not number <= param.maximum:
        return "PRM09", f"must be at most {param.maximum:g}, and is {_shown(value)}", ""
    return None


def _shown(number: numbers.Real) -> str:
    """Write a number for a message; one of very many digits is not written out."""
    try:
        text = str(number)
    except ValueError:  # more digits than Python prints
        return "…"
    return text if len(text) <= 40 else f"{text[:20]}…"
