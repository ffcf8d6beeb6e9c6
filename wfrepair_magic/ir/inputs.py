"""The values of a workflow's inputs: from the call, standard input, the environment, defaults."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..problem import Problem, Slot, path_text
from .kinds import plainly
from .model import MISSING, Definition, Input
from .names import did_you_mean
from .spec import is_type
from .values import json_type, read_json

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,4000}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BOOLEANS: Final = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


@dataclass(frozen=True)
class Misfit:
    """A value that does not fit its input's type; `shown` is it for a message."""

    shown: str


def resolve_inputs(
    definition: Definition,
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    stdin: str | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Give every declared input its value; the first that there is of:

    what was `given`, `stdin` (for the input that asks for it, less one line break at its end),
    the environment variable that it names, its default, None if it is optional.  Text becomes
    the declared type; other values must fit it.  What is wrong is a problem, and its input is
    not among the values: PRM03 without a value, PRM05 undeclared, PRM07 of another type.  A
    default of another type is left out too, and the check tells it.
    """
    values: dict[str, Any] = {}
    problems = [_undeclared(name, definition) for name in given if name not in definition.inputs]
    for one in definition.inputs.values():
        found, origin = _found(one, given, environ, stdin)
        if found is MISSING:
            problems.append(_without_value(one))
            continue
        value = _typed(one, found)
        if not isinstance(value, Misfit):
            values[one.name] = value
        elif found is not one.default:
            problems.append(_misfit(one, value, origin))
    return values, problems


def fitted(value: object, kind: str) -> Any:
    """Give a value as one of the type `kind` (a JSON Schema name), or a Misfit.

    Text is read as the type; other values are themselves if they fit, and an integer fits
    "number".
    """
    if isinstance(value, str) and kind != "string":
        return _read(value.strip(), kind)
    return value if is_type(value, kind) else Misfit(f"({json_type(value)})")


def _read(text: str, kind: str) -> Any:
    value: Any = MISSING
    if kind == "boolean":
        value = _BOOLEANS.get(text.lower(), MISSING)
    elif kind in ("object", "array"):
        value = _parsed(text)
    elif _INTEGER.fullmatch(text):
        value = int(text)
    elif kind == "number" and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        value = float(text)
    return value if is_type(value, kind) else Misfit(f"`{plainly(text)}`")


def _parsed(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return MISSING


def _found(
    one: Input, given: Mapping[str, Any], environ: Mapping[str, str], stdin: str | None
) -> tuple[Any, str]:
    """Give an input's value before it is typed, and where it came from."""
    if one.name in given:
        return given[one.name], "the value given"
    if one.stdin and stdin is not None:
        return stdin.removesuffix("\n").removesuffix("\r"), "the text on stdin"
    if one.env is not None and one.env in environ:
        return environ[one.env], f"the variable {one.env}"
    if one.default is MISSING and not one.required:
        return None, "nothing"
    return one.default, "the default"


def _typed(one: Input, value: object) -> Any:
    optional = not one.required or one.default is None
    if value is None and optional:
        return value
    kind = "string" if one.secret else one.type  # a secret is masked in texts, so it is text
    return value if kind is None else fitted(value, kind)


def _without_value(one: Input) -> Problem:
    ways = [f"`--input {one.name}=…`"]
    if one.env is not None:
        ways.append(f"the environment variable `{one.env}`")
    if one.stdin:
        ways.append("standard input")
    message = f"the input `{one.name}` has no value"
    hint = f"give it by {' or '.join(ways)}"
    facts = {"input": one.name, "env": one.env}
    return _problem("PRM03", ("inputs", one.name), message, hint, facts)


def _undeclared(name: str, definition: Definition) -> Problem:
    declared = tuple(definition.inputs)
    message = f"the workflow has no input `{name}`"
    hint = did_you_mean(str(name), declared) or "it declares no inputs"
    return _problem("PRM05", ("inputs",), message, hint, {"written": name, "inputs": declared})


def _misfit(one: Input, found: Misfit, origin: str) -> Problem:
    shown = origin if one.secret else f"{origin}, {found.shown},"
    kind = "text, as a secret must be" if one.secret else one.type
    message = f"the input `{one.name}`: {shown} is no {kind}"
    return _problem("PRM07", ("inputs", one.name), message, "", {"types": (one.type,)})


def _problem(code: str, slot: Slot, message: str, hint: str, facts: Mapping[str, Any]) -> Problem:
    return Problem("error", code, path_text(slot), None, None, message, hint, None, slot, facts)
