"""Rules for values of another type that a template brings, and for null on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ...ir.model import MISSING
from ...ir.paths import inside
from ...ir.spec import NodeSpec, Param
from ...ir.templates import UNDECIDED, Expression, parse, resolve
from ...ir.values import json_type
from ..fix import Level
from .base import PLANTED, UNMEASURED, Abstain, Answer, Case, Example, Rule
from .steps import Step, braced, candidate, own_miss, whole


def serialise(case: Case) -> Answer:
    """TPL14: an object or a list is written as JSON where text is wanted.

    The text params of built-in types are paths, addresses and words, so there a person is asked.
    """
    expression, value = _brought(case)
    types = wanted(case)
    structured = isinstance(value, Mapping | list | tuple)
    if expression is None or "string" not in types or not structured:
        return Abstain(case.problem.message)
    built_in = case.spec is None or case.spec.origin == "built-in"
    fact = f"`{expression.text}` is {_KINDS[json_type(value)]}, and the param takes text"
    level = Level.ASK if built_in else Level.SAFE
    step = _filter(expression, "tojson", level, fact)
    return candidate(case, [step], "The value is there, parsed; as JSON text it fits.")


def cast(case: Case) -> Answer:
    """TPL16: a value becomes the type that is wanted, where nothing is lost by it."""
    expression, value = _brought(case)
    types = wanted(case)
    name = _cast(value, types) if expression is not None else ""
    if expression is None or not name:
        return Abstain(case.problem.message)
    fact = (
        f"`{expression.text}` is {_shown(value)}, the param takes {' or '.join(types)},"
        f" and `| {name}` loses nothing of it"
    )
    level = Level.ASK if name == "json" else Level.SAFE
    step = _filter(expression, name, level, fact)
    return candidate(case, [step], "The value is there, as another type.")


def null_on_the_way(case: Case) -> Answer:
    """TPL15: a value is offered for the case that there is null on the path."""
    miss, text = own_miss(case), case.written
    if miss is None or not isinstance(text, str):
        return Abstain(case.problem.message)
    template, shift = braced(case, text)
    at = miss.segment_span[0] + shift
    expression = next((e for e in parse(template).expressions if e.start <= at < e.end), None)
    if expression is None or expression.filters or shift:
        return Abstain(f"{miss.message} – say what shall stand there then, with `??`")
    types = wanted(case) if expression.text == text else ()
    new = ' ?? "n/a"' if not types or "string" in types else " ?? null"
    fact = f"`{miss.reached}` is null this time; what follows `??` is taken where a path fails"
    step = Step(expression.end - 1, expression.end - 1, new, Level.ASK, UNMEASURED, fact)
    return candidate(case, [step], f"`{miss.reached}` is null, so nothing can lie behind it.")


_KINDS: Final = {"object": "an object", "array": "a list"}


def wanted(case: Case) -> Sequence[str]:
    """Give the types that the value at the problem's place may have."""
    found = case.problem.facts.get("types")
    return tuple(found) if found else case.param.types if case.param is not None else ()


def _brought(case: Case) -> tuple[Expression | None, Any]:
    """Give the one template that is the whole param, with the value that it brings."""
    expression = whole(case)
    value = resolve(case.written, case.scope).value if expression is not None else MISSING
    known = value is not MISSING and value is not UNDECIDED
    return (expression, value) if known else (None, MISSING)


def _filter(expression: Expression, name: str, level: Level, fact: str) -> Step:
    at = expression.end - 1
    confidence = PLANTED if level == Level.SAFE else UNMEASURED
    return Step(at, at, f" | {name}", level, confidence, fact)


def _cast(value: Any, types: Sequence[str]) -> str:
    """Name the filter that makes a value one of these types and loses nothing; "" for none."""
    if isinstance(value, str):
        return _cast_text(value, types)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and "integer" in types:
        return "int" if value.is_integer() else ""
    return "str" if "string" in types else ""


def _cast_text(text: str, types: Sequence[str]) -> str:
    if {"integer", "number"} & {*types} and text == _canonical(text):
        return "int"
    if "number" in types and _is_exact(text):
        return "float"
    read = json_type(inside(text))
    return "json" if read in ("array", "object") and read in types else ""


def _canonical(text: str) -> str:
    """Give a whole number as it is written; "" for what is none."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        return ""
    return str(int(text))


def _is_exact(text: str) -> bool:
    """Whether a decimal number is the same number as a float, and no name like `007`."""
    if text.lstrip("-")[:2].isdecimal() and text.lstrip("-").startswith("0"):
        return False
    try:
        return Decimal(text) == Decimal(repr(float(text))) and Decimal(text).is_finite()
    except (InvalidOperation, ValueError):
        return False


def _shown(value: Any) -> str:
    return f"a value of type {json_type(value)}"


def _post(template: str) -> str:
    return f"""\
nodes:
  - {{id: m, type: value}}
  - id: post
    type: post-it
    params:
      body: {template}
"""


def _spec(*types: str) -> tuple[NodeSpec, ...]:
    body = Param("body", types, required=True)
    return (NodeSpec("post-it", {"body": body}, effect="pure", origin="notebook"),)


def _org(text: str) -> str:
    nodes = "nodes:\n  - {id: u, type: value}\n  - id: s\n    type: value\n"
    return f"{nodes}    params:\n      x: {text}\n"


RULES = (
    Rule(
        "TPL14",
        serialise,
        of=("PRM07",),
        examples=(
            Example(
                before=_post('"${m.obj}"  # the payload'),
                after=_post('"${m.obj | tojson}"  # the payload'),
                outputs={"m": {"obj": {"a": 1}}},
                types=_spec("string"),
                level="SAFE",
                says="`${m.obj}` is an object, and the param takes text",
            ),
            Example(  # a path that is an object is a mistake of another kind, perhaps
                before="nodes:\n  - {id: m, type: value}\n  - id: r\n    type: read-file\n"
                "    params: {path: '${m.obj}'}\n",
                after="nodes:\n  - {id: m, type: value}\n  - id: r\n    type: read-file\n"
                "    params: {path: '${m.obj | tojson}'}\n",
                outputs={"m": {"obj": [1]}},
                level="ASK",
                says="`${m.obj}` is a list",
            ),
            Example(
                before=_post('"${m.obj}"'),
                after=None,
                outputs={"m": {"obj": {"a": 1}}},
                types=_spec("integer"),
                says="must be an integer",
            ),
        ),
    ),
    Rule(
        "TPL15",
        null_on_the_way,
        examples=(
            Example(
                before=_org('"${u.org.name}"'),
                after=_org('"${u.org.name ?? \\"n/a\\"}"'),
                outputs={"u": {"org": None}},
                level="ASK",
                says="`u.org` is null this time",
            ),
            Example(
                before=_org("from ${u.org.name} to ${u.id}"),
                after=_org('from ${u.org.name ?? "n/a"} to ${u.id}'),
                outputs={"u": {"org": None, "id": 7}},
                level="ASK",
                says="what follows `??` is taken where a path fails",
            ),
            Example(
                before=_org('"${u.org.size | int}"'),
                after=None,
                outputs={"u": {"org": None}},
                says="say what shall stand there then, with `??`",
            ),
        ),
    ),
    Rule(
        "TPL16",
        cast,
        of=("PRM07",),
        examples=(
            Example(
                before=_post('"${m.count}"  # how many'),
                after=_post('"${m.count | int}"  # how many'),
                outputs={"m": {"count": "5"}},
                types=_spec("integer"),
                level="SAFE",
                says="`${m.count}` is a value of type string, the param takes integer",
            ),
            Example(
                before=_post("${m.ratio}"),
                after=_post("${m.ratio | float}"),
                outputs={"m": {"ratio": "0.25"}},
                types=_spec("number"),
                level="SAFE",
                says="`| float` loses nothing",
            ),
            Example(
                before=_post("${m.id}"),
                after=_post("${m.id | str}"),
                outputs={"m": {"id": 4711}},
                types=_spec("string"),
                level="SAFE",
                says="`| str` loses nothing",
            ),
            Example(  # a number that is a name: its zeros would go
                before=_post("${m.zip}"),
                after=None,
                outputs={"m": {"zip": "01067"}},
                types=_spec("integer"),
                says="must be an integer",
            ),
            Example(
                before=_post("${m.count}"),
                after=None,
                outputs={"m": {"count": "many"}},
                types=_spec("integer"),
                says="must be an integer",
            ),
        ),
    ),
)
