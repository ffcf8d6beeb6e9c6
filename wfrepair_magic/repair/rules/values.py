"""Rules for values that the author wrote out and that do not fit their param."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ...ir.language import TYPE_ALIASES
from ...ir.model import MISSING
from ...ir.params import in_unit
from ...ir.templates import TemplateError, parse
from .base import Answer, Candidate, Case, Fact, Rule, certain, shown, swap
from .examples import Scene
from .matching import meant, no_match

_BOOLEANS: Final = {"true": True, "false": False}
_SIZES: Final = ("limit", "size", "count", "per_page", "page_size", "max_results", "top")


def one_of(case: Case) -> Answer:
    """PRM06: the value that is allowed and equal but for case, or strictly the nearest."""
    written = case.written
    if not isinstance(written, str) or not _is_literal(written):
        return "mend where the value comes from"
    found = case.problem.facts.get("allowed") or (case.param.enum if case.param else ())
    allowed = [str(one) for one in found]
    known = TYPE_ALIASES.get(written.lower()) if case.problem.slot[:1] == ("inputs",) else None
    if known in allowed and known is not None:
        return _meaning(case, known, Fact(f"`{written}` is a known other word for `{known}`"))
    match = meant(written, allowed, "values allowed")
    if match is None:
        return no_match(written, allowed, "value allowed")
    return _meaning(case, match.name, match.fact)


def retype(case: Case) -> Answer:
    """PRM07: what was written as another type is written as the one that is wanted."""
    new, how = _lossless(case.written, case.types)
    types = " or ".join(case.types)
    if new is MISSING:
        return f"no other writing of it is of type {types}, so say what is meant" if types else ""
    fact = f"the param takes {types}, and {how}"
    return _meaning(case, new, Fact(fact) if isinstance(new, list) else certain(fact))


def convert(case: Case) -> Answer:
    """PRM08: an amount with its unit becomes the number that the param takes."""
    param, written = case.param, case.written
    amount = in_unit(param, written) if param is not None and isinstance(written, str) else None
    if param is None or amount is None:
        return f"say how many {param.unit if param and param.unit else 'units'} are meant"
    fact = f"`{param.name}` is a number of {param.unit}, and `{written}` is {amount} of them"
    return _meaning(case, amount, certain(fact))


def bounds(case: Case) -> Answer:
    """PRM09: what is out of range is never pulled into it."""
    name = case.param.name if case.param is not None else str(case.problem.slot[-1])
    paging = "; what is beyond a largest number comes page by page" if name in _SIZES else ""
    return f"say which value is meant{paging}"


def _meaning(case: Case, new: Any, fact: Fact) -> Candidate:
    written, meant_now = shown(case.written, new)
    return swap(case, new, f"`{written}` cannot stand there, and `{meant_now}` is meant.", fact)


def _is_literal(text: str) -> bool:
    try:
        return not parse(text).expressions
    except TemplateError:
        return False


def _lossless(value: Any, types: Sequence[str]) -> tuple[Any, str]:
    """Give a written value as one of the types, with how; MISSING where something would go."""
    if isinstance(value, str):
        return _from_text(value, types) if _is_literal(value) else (MISSING, "")
    if isinstance(value, bool) and "string" in types:
        return str(value).lower(), "the word in quotes is text"
    if isinstance(value, float) and "integer" in types and value.is_integer():
        return int(value), "nothing stands behind its point"
    if isinstance(value, int | float) and "string" in types:
        return str(value), "in quotes it is text"
    return MISSING, ""


def _from_text(text: str, types: Sequence[str]) -> tuple[Any, str]:
    how = "the text says nothing else"
    if "boolean" in types and text in _BOOLEANS:
        return _BOOLEANS[text], how
    if {"integer", "number"} & {*types}:
        number = _number(text)
        if number is not None and (isinstance(number, int) or "number" in types):
            return number, how
    if types and {*types} <= {"array", "null"} and text:
        return [text], "a list of one says the same"
    return MISSING, ""


def _number(text: str) -> int | float | None:
    """Read a number whose text says nothing beyond it: no sign, zero or blank more."""
    try:
        exact = Decimal(text)
        number = float(text)
    except (InvalidOperation, ValueError):
        return None
    if not exact.is_finite() or len(text) > 15 or str(exact) != text:
        return None
    whole = exact == exact.to_integral_value() and "." not in text
    return int(exact) if whole else number


_HTTP = Scene(
    "nodes:\n  - id: a\n    type: http\n    params:\n      url: http://u.org\n      @@  # so\n"
)
_SHELL = Scene("nodes:\n  - {id: a, type: shell, params: {command: ls, @@}}  # here\n")
_READ = Scene("nodes:\n  - {id: r, type: read-file, params: {path: @@}}\n")


def _typed(value: Any) -> Scene:
    nodes = "nodes:\n  - {id: b, type: value, params: {x: '${a}'}}\n"
    return Scene(f"inputs: {{a: {{type: @@}}}}\n{nodes}", inputs={"a": value})


RULES = (
    Rule(
        "PRM06",
        one_of,
        (
            _SHELL.safe("shell: BASH", "shell: bash", "equals `BASH` after folding case"),
            _typed("x").ask("strng", "string", "`string` is at distance 1 from `strng`"),
            _typed(5).ask("int", "integer", "`int` is a known other word for `integer`"),
            _SHELL.leave("shell: bsah", "the nearest is `bash`, and"),
            _SHELL.leave("shell: fish", "there are `sh`, `bash`"),
        ),
    ),
    Rule(
        "PRM07",
        retype,
        (
            _HTTP.safe(
                'max_bytes: "10"',
                "max_bytes: 10",
                "the param takes integer, and the text says nothing else",
            ),
            _READ.safe("4711", '"4711"', "the param takes string, and in quotes it is text"),
            _SHELL.safe(
                'strip_newline: "false"', "strip_newline: false", "the param takes boolean"
            ),
            _HTTP.leave("max_bytes: many", "no other writing of it is of type integer"),
            _HTTP.leave('max_bytes: "007"', "no other writing of it is of type integer"),
        ),
    ),
    Rule(
        "PRM08",
        convert,
        (
            _HTTP.safe(
                'timeout: "30s"', "timeout: 30", "a number of seconds, and `30s` is 30 of them"
            ),
            _HTTP.safe("max_bytes: 5 MB", "max_bytes: 5000000", "`5 MB` is 5000000 of them"),
            _HTTP.leave("timeout: 2 fortnights", "say how many seconds are meant"),
        ),
    ),
    Rule("PRM09", bounds, (_HTTP.leave("max_bytes: 0", "say which value is meant"),)),
)
