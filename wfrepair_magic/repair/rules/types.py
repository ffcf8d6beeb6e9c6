"""Rules for values of another type that a template brings, and for null on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ...ir.model import MISSING, Effect
from ...ir.paths import inside
from ...ir.spec import NodeSpec, Param
from ...ir.templates import UNDECIDED, Expression, parse, resolve
from ...ir.values import json_type
from .base import Answer, Case, Fact, Rule, certain
from .examples import Scene
from .steps import Step, braced, candidate, own_miss, whole

_KINDS: Final = {"object": "an object", "array": "a list"}


def serialise(case: Case) -> Answer:
    """TPL14: an object or a list is written as JSON where text is wanted.

    Of a list one item may be meant; the text params of built-in types are paths, addresses and
    words, and what a node with an effect gets is sent.  So there a person is asked.
    """
    expression, value = _brought(case)
    structured = isinstance(value, Mapping | list | tuple)
    if expression is None or "string" not in case.types or not structured:
        return ""
    text = f"`{expression.text}` is {_KINDS[json_type(value)]}, and the param takes text"
    sure = isinstance(value, Mapping) and _only_computes(case)
    step = _filter(expression, "tojson", certain(text) if sure else Fact(text))
    return candidate(case, [step], "The value is there, parsed; as JSON text it fits.")


def _only_computes(case: Case) -> bool:
    """Whether the problem's node is a user's own, and changes nothing in the world."""
    node, spec = case.node, case.spec
    if node is None or spec is None or spec.origin == "built-in":
        return False
    return (node.effect or spec.effect_with(node.params)) != "write"


def cast(case: Case) -> Answer:
    """TPL16: a value becomes the type that is wanted, where nothing is lost by it."""
    expression, value = _brought(case)
    name = _cast(value, case.types)
    if expression is None or not name:
        return ""
    text = (
        f"`{expression.text}` is a value of type {json_type(value)}, the param takes"
        f" {' or '.join(case.types)}, and `| {name}` loses nothing of it"
    )
    step = _filter(expression, name, Fact(text) if name == "json" else certain(text))
    return candidate(case, [step], "The value is there, as another type.")


def null_on_the_way(case: Case) -> Answer:
    """TPL15: a value is offered for the case that there is null on the path."""
    miss, text = own_miss(case), case.written
    if miss is None or not isinstance(text, str):
        return ""
    template, shift = braced(case, text)
    at = miss.segment_span[0] + shift
    expression = next((e for e in parse(template).expressions if e.start <= at < e.end), None)
    if expression is None or expression.filters or shift:
        return "say what shall stand there then, with `??`"
    types = case.types if expression.text == text else ()
    new = ' ?? "n/a"' if not types or "string" in types else " ?? null"
    fact = f"`{miss.reached}` is null this time; what follows `??` is taken where a path fails"
    step = Step(expression.end - 1, expression.end - 1, new, Fact(fact))
    return candidate(case, [step], f"`{miss.reached}` is null, so nothing can lie behind it.")


def _brought(case: Case) -> tuple[Expression | None, Any]:
    """Give the one template that is the whole param, with the value that it brings."""
    expression = whole(case)
    value = resolve(case.written, case.scope).value if expression is not None else MISSING
    known = value is not MISSING and value is not UNDECIDED
    return (expression, value) if known else (None, MISSING)


def _filter(expression: Expression, name: str, fact: Fact) -> Step:
    return Step(expression.end - 1, expression.end - 1, f" | {name}", fact)


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


_NODES = "nodes:\n  - {id: m, type: value}\n"
_READ = Scene(f"{_NODES}  - {{id: r, type: read-file, params: {{path: '@@'}}}}\n")
_NULL = Scene(f"{_NODES}  - id: s\n    type: value\n    params:\n      x: @@\n").having(
    m={"org": None, "id": 7}
)


def _post(wanted: str, value: Any, effect: Effect = "pure") -> Scene:
    """Give a value to a type of a notebook, whose `body` wants another one."""
    body = Param("body", (wanted,), required=True)
    spec = NodeSpec("post-it", {"body": body}, effect=effect, origin="notebook")
    text = f"{_NODES}  - id: post\n    type: post-it\n    params:\n      body: @@  # the payload\n"
    return Scene(text, {"m": {"value": value}}, types=(spec,))


RULES = (
    Rule(
        "TPL14",
        serialise,
        of=("PRM07",),
        examples=(
            _post("string", {"a": 1}).safe(
                '"${m.value}"',
                '"${m.value | tojson}"',
                "`${m.value}` is an object, and the param takes text",
            ),
            # A list of one address, and an effect: `[0]`, or a field, is as likely to be meant.
            _post("string", ["ada@x.org"]).ask(
                '"${m.value}"', '"${m.value | tojson}"', "`${m.value}` is a list"
            ),
            _post("string", {"email": "ada@x.org"}, "write").ask(
                '"${m.value}"', '"${m.value | tojson}"', "`${m.value}` is an object"
            ),
            # A path that is an object is a mistake of another kind, perhaps.
            _READ.having(m={"obj": [1]}).ask(
                "${m.obj}", "${m.obj | tojson}", "`${m.obj}` is a list"
            ),
            _post("integer", {"a": 1}).leave(
                "${m.value}", "no other writing of it is of type integer"
            ),
        ),
    ),
    Rule(
        "TPL15",
        null_on_the_way,
        examples=(
            _NULL.ask(
                '"${m.org.name}"', '"${m.org.name ?? \\"n/a\\"}"', "`m.org` is null this time"
            ),
            _NULL.ask(
                "from ${m.org.name} to ${m.id}",
                'from ${m.org.name ?? "n/a"} to ${m.id}',
                "what follows `??` is taken where a path fails",
            ),
            _NULL.leave('"${m.org.size | int}"', "say what shall stand there then, with `??`"),
        ),
    ),
    Rule(
        "TPL16",
        cast,
        of=("PRM07",),
        examples=(
            _post("integer", "5").safe(
                '"${m.value}"',
                '"${m.value | int}"',
                "`${m.value}` is a value of type string, the param takes integer",
            ),
            _post("number", "0.25").safe(
                "${m.value}", "${m.value | float}", "`| float` loses nothing"
            ),
            _post("string", 4711).safe("${m.value}", "${m.value | str}", "`| str` loses nothing"),
            # A number that is a name: its zeros would go.
            _post("integer", "01067").leave(
                "${m.value}", "no other writing of it is of type integer"
            ),
            _post("integer", "many").leave(
                "${m.value}", "no other writing of it is of type integer"
            ),
        ),
    ),
)
